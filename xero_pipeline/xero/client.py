"""Pages of bytes out of one organisation. Reads only: nothing but GET can leave."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from itertools import count
from typing import TypeVar

import requests
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from xero_pipeline.settings import Settings
from xero_pipeline.xero.answers import Asked, http_date
from xero_pipeline.xero.endpoints import ATTACHMENTS, ENDPOINTS, Endpoint, Report, switched_on
from xero_pipeline.xero.errors import MalformedPage, XeroError
from xero_pipeline.xero.exchange import AccessTokens, Exchange
from xero_pipeline.xero.limits import Asker, OrganisationLimits
from xero_pipeline.xero.pages import NotAPage, Page, read_envelope
from xero_pipeline.xero.transport import Wire, repeating

_T = TypeVar("_T")

IDS_A_CALL = 40
"""Xero's advice for list filters: longer addresses are refused somewhere on the way."""


class Organisation(BaseModel):
    """Who the books belong to.

    Attributes:
        organisation_id: Xero's OrganisationID.
        country_code: ISO 3166, "NZ".
        base_currency: ISO 4217; every amount called `_base` is in it.
        short_code: part of deep links into Xero, "!1lqVQ".
        timezone: Xero's own name of it, "NEWZEALANDSTANDARDTIME".
    """

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    organisation_id: str = Field(alias="OrganisationID")
    name: str = Field(alias="Name")
    country_code: str = Field("", alias="CountryCode")
    base_currency: str = Field("", alias="BaseCurrency")
    short_code: str = Field("", alias="ShortCode")
    timezone: str = Field("", alias="Timezone")
    is_demo_company: bool = Field(False, alias="IsDemoCompany")


@dataclass(frozen=True, slots=True)
class _Call:
    """One question: where, with what, and how to speak about it."""

    asked: Asked
    path: str
    list_key: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    number: int = 1


class OrganisationClient:
    """Reads one organisation. Several threads may use it at once; leaving `with` ends its work.

    Args:
        organisation_id: Xero's tenant id.
        organisation_name: for messages.
        access_token: gives valid access tokens.
        limits: the organisation's budgets; one object for all clients of the organisation.
        settings: where Xero is, and the page size.
        asker: who wants to know; schedules leave the last calls of a day to people.
        wire: connections shared with other clients; None: some of its own.
        on_failure: told of every error before it is raised.

    Attributes:
        usage: calls and bytes so far.
        page_size: records a page, where Xero lets us choose.
        endpoints: those of the catalogue that are switched on.
    """

    def __init__(
        self,
        *,
        organisation_id: str,
        organisation_name: str,
        access_token: AccessTokens,
        limits: OrganisationLimits,
        settings: Settings,
        asker: Asker = Asker.PERSON,
        wire: Wire | None = None,
        on_failure: Callable[[XeroError], None] | None = None,
    ) -> None:
        self.organisation_id = organisation_id
        self.organisation_name = organisation_name
        self._limits = limits
        self._on_failure = on_failure
        self.page_size = settings.page_size
        self.endpoints = switched_on(settings.extra_endpoints, attachments=settings.attachments)
        self.aged_contacts = settings.aged_contacts
        self._asker = asker
        self._exchange = Exchange(
            organisation_id=organisation_id,
            access_token=access_token,
            limits=limits,
            asker=asker,
        )
        self.usage = self._exchange.usage
        self._wire = wire or wire_to(settings)
        self._owns_wire = wire is None
        self._repeating = repeating(limits.clock.sleep)

    def __enter__(self) -> OrganisationClient:
        return self

    def __exit__(self, *error: object) -> None:
        self._limits.settle()
        if self._owns_wire:
            self._wire.close()

    def calls_left(self) -> int:
        """What is left of the day for whoever asks here. Costs no call."""
        return self._limits.calls_left(self._asker)

    def require_calls(self, calls: int) -> None:
        """Refuse work that cannot be finished today, before it costs anything.

        Args:
            calls: what the work will need.

        Raises:
            NotEnoughCalls: with the time at which there are enough again.
        """
        self._limits.require(calls, self._asker)

    def pages(
        self, endpoint: Endpoint, modified_since: datetime | None = None, *, first_page: int = 1
    ) -> Iterator[Page]:
        """All pages of a listing, in order. The first one is always given, even when empty.

        Args:
            endpoint: an entry of the catalogue. Unpaged ones give one page.
            modified_since: UTC; only what changed since. Ignored where Xero ignores it.
            first_page: counted from 1; where a walk that was broken off goes on.

        Raises:
            XeroError: any of errors.py; pages given before it are whole and usable.
        """
        if endpoint.offset_field is not None:
            yield from self.pages_after(endpoint)
            return
        number = first_page
        while True:
            page = self._page(self._listing(endpoint, number, modified_since))
            if number == first_page or not page.is_empty:
                yield page
            last = page.page_count if endpoint.paged else 1
            if page.is_empty or (last is not None and number >= last):
                return
            number += 1

    def pages_after(self, endpoint: Endpoint, offset: int = 0) -> Iterator[Page]:
        """All pages with records whose number is greater than `offset`, in order.

        Only an empty page is the end: Xero may give a short one in the middle. The first page is
        always given.

        Args:
            endpoint: one with an `offset_field`.

        Raises:
            XeroError: any of errors.py; pages given before it are whole and usable.
        """
        numbers = re.compile(rb'"%b"\s*:\s*(\d+)' % str(endpoint.offset_field).encode())
        for number in count(1):
            call = replace(
                self._listing(endpoint, number, modified_since=None),
                params={**endpoint.params, "offset": str(offset)},
            )
            page = self._page(call)
            if number == 1 or not page.is_empty:
                yield page
            last = max(map(int, numbers.findall(page.body)), default=0)
            if page.is_empty or last <= offset:
                return
            offset = last

    def pages_of(self, endpoint: Endpoint, ids: Sequence[str]) -> Iterator[Page]:
        """These records and no others, a page per forty of them at most.

        Args:
            endpoint: one that takes the list filter `IDs`.
            ids: Xero's ids.

        Raises:
            XeroError: any of errors.py; pages given before it are whole and usable.
        """
        # What is chosen is given in pages, too: a small page would leave some of them out.
        at_once = min(IDS_A_CALL, self.page_size)
        for first in range(0, len(ids), at_once):
            call = self._listing(endpoint, 1, modified_since=None)
            chosen = {"IDs": ",".join(ids[first : first + at_once])}
            yield self._page(replace(call, params={**call.params, **chosen}))

    def report(self, report: Report, as_of: date, contact_id: str | None = None) -> Page:
        """A report as of a day of the organisation's own calendar.

        Args:
            contact_id: whom it is about, where Xero answers for one contact a call.

        Raises:
            XeroError: any of errors.py.
        """
        asked = Asked(self.organisation_name, report.name, report.scopes[0])
        params = report.params(as_of) | ({"contactId": contact_id} if contact_id else {})
        return self._page(_Call(asked, report.path, "Reports", params, {}))

    def attachments(self, parent: Endpoint, document_id: str) -> Page:
        """The files of one document, without their bytes.

        Args:
            parent: what lists the document.

        Raises:
            XeroError: any of errors.py.
        """
        path = f"{parent.path}/{document_id}/{ATTACHMENTS.path}"
        return self._page(_Call(self._asked(ATTACHMENTS), path, ATTACHMENTS.list_key, {}, {}))

    def attachment(self, parent: Endpoint, document_id: str, attachment_id: str) -> bytes:
        """The bytes of one file, as they were attached: 25 MB at most.

        Args:
            parent: what lists the document that the file hangs on.

        Raises:
            XeroError: any of errors.py.
        """
        path = f"{parent.path}/{document_id}/{ATTACHMENTS.path}/{attachment_id}"
        call = _Call(self._asked(ATTACHMENTS), path, "", {}, {"Accept": "application/octet-stream"})
        return self._reported(self._bytes_once, call)

    def organisation(self) -> Organisation:
        """Who this is. Costs a call, but Xero does not count its bytes.

        Raises:
            XeroError: any of errors.py.
        """
        endpoint = next(each for each in ENDPOINTS if each.name == "organisation")
        page = next(self.pages(endpoint))
        try:
            return Organisation.model_validate(json.loads(page.body)[endpoint.list_key][0])
        except (ValueError, IndexError):
            reason = "it does not say which organisation answers"
            raise MalformedPage(self.organisation_name, endpoint.name, 1, reason) from None

    def _listing(self, endpoint: Endpoint, number: int, modified_since: datetime | None) -> _Call:
        params = dict(endpoint.params)
        if endpoint.paged:
            params["page"] = str(number)
            if endpoint.page_size is None:
                params["pageSize"] = str(self.page_size)
        if endpoint.order:
            params["order"] = endpoint.order
        headers = {}
        if endpoint.modified_since and modified_since is not None:
            # Xero compares whole seconds; rounding down reads a little twice, never too little.
            headers["If-Modified-Since"] = f"{modified_since.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
        asked = self._asked(endpoint)
        return _Call(asked, endpoint.path, endpoint.list_key, params, headers, number)

    def _asked(self, endpoint: Endpoint) -> Asked:
        return Asked(self.organisation_name, endpoint.name, endpoint.scopes[0], endpoint.condition)

    def _page(self, call: _Call) -> Page:
        return self._reported(self._page_once, call)

    def _reported(self, ask: Callable[[_Call], _T], call: _Call) -> _T:
        try:
            return self._repeating(ask, call)
        except XeroError as error:
            if self._on_failure is not None:
                self._on_failure(error)
            raise

    def _bytes_once(self, call: _Call) -> bytes:
        return self._exchange.answer(call.asked, partial(self._get, call)).body

    def _page_once(self, call: _Call) -> Page:
        answer = self._exchange.answer(call.asked, partial(self._get, call))
        try:
            envelope = read_envelope(answer.body, call.list_key)
        except NotAPage as reason:
            raise MalformedPage(
                self.organisation_name, call.asked.endpoint, call.number, str(reason)
            ) from None
        return Page(
            number=call.number,
            body=answer.body,
            page_count=envelope.page_count,
            item_count=envelope.item_count,
            is_empty=envelope.is_empty,
            server_time=http_date(answer.headers.get("Date")) or self._limits.clock.now(),
            wire_bytes=answer.wire_bytes,
        )

    def _get(
        self, call: _Call, headers: Mapping[str, str], token: SecretStr
    ) -> AbstractContextManager[requests.Response]:
        return self._wire.get(call.path, call.params, {**headers, **call.headers}, token)


def wire_to(settings: Settings) -> Wire:
    """Connections to the Accounting API."""
    root = str(settings.api_url).rstrip("/") + "/api.xro/2.0/"
    return Wire(root, settings.answer_seconds)
