"""Pages of bytes out of one organisation. Reads only: nothing but GET can leave."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Protocol

import requests
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from xero_pipeline.settings import Settings
from xero_pipeline.xero.answers import Asked, calls_left, error_for, http_date
from xero_pipeline.xero.endpoints import ENDPOINTS, Endpoint, Report, switched_on
from xero_pipeline.xero.errors import (
    AccessTokenExpired,
    DailyLimitReached,
    MalformedPage,
    MinuteLimitReached,
    XeroError,
    XeroUnavailable,
)
from xero_pipeline.xero.limits import Asker, HeldCall, OrganisationLimits
from xero_pipeline.xero.pages import NotAPage, Page, read_envelope
from xero_pipeline.xero.transport import Wire, in_short, repeating

IDS_A_CALL = 40
"""Xero's advice for list filters: longer addresses are refused somewhere on the way."""


class AccessTokens(Protocol):
    """Where access tokens come from."""

    def __call__(self, rejected: SecretStr | None = None) -> SecretStr:
        """A token that is valid for a while yet.

        Args:
            rejected: a token that Xero has just called expired; another one is returned.
        """


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


@dataclass
class Usage:
    """Calls made (repeated ones too), bytes as transferred, bytes as decoded."""

    calls: int = 0
    wire_bytes: int = 0
    body_bytes: int = 0
    by_endpoint: dict[str, Usage] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def add(self, endpoint: str, wire_bytes: int, body_bytes: int) -> None:
        with self._lock:
            for total in (self, self.by_endpoint.setdefault(endpoint, Usage())):
                total.calls += 1
                total.wire_bytes += wire_bytes
                total.body_bytes += body_bytes


@dataclass(frozen=True, slots=True)
class _Call:
    """One question: where, with what, and how to speak about it."""

    asked: Asked
    path: str
    list_key: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    number: int = 1


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes
    wire_bytes: int


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
        self.usage = Usage()
        self._access_token = access_token
        self._limits = limits
        self._on_failure = on_failure
        self.page_size = settings.page_size
        self.endpoints = switched_on(settings.extra_endpoints)
        self.aged_contacts = settings.aged_contacts
        self._asker = asker
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
        """These records and no others, a page per forty of them.

        Args:
            endpoint: one that takes the list filter `IDs`.
            ids: Xero's ids.

        Raises:
            XeroError: any of errors.py; pages given before it are whole and usable.
        """
        for first in range(0, len(ids), IDS_A_CALL):
            call = self._listing(endpoint, 1, modified_since=None)
            chosen = {"IDs": ",".join(ids[first : first + IDS_A_CALL])}
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
        asked = Asked(self.organisation_name, endpoint.name, endpoint.scopes[0], endpoint.condition)
        return _Call(asked, endpoint.path, endpoint.list_key, params, headers, number)

    def _page(self, call: _Call) -> Page:
        try:
            return self._repeating(self._page_once, call)
        except XeroError as error:
            if self._on_failure is not None:
                self._on_failure(error)
            raise

    def _page_once(self, call: _Call) -> Page:
        token = self._access_token()
        try:
            answer = self._get(call, token)
        except AccessTokenExpired:
            answer = self._get(call, self._access_token(rejected=token))
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

    def _get(self, call: _Call, token: SecretStr) -> _Answer:
        with self._limits.call(call.asked.endpoint, self._asker) as held:
            answer = self._transfer(call, token, held)
        if answer.status == 200:
            return answer
        error = error_for(
            call.asked, answer.status, answer.headers, answer.body, self._limits.clock.now()
        )
        if isinstance(error, DailyLimitReached):
            self._limits.stop(error.resume_at)
        if isinstance(error, MinuteLimitReached):
            self._limits.pause(error.resume_at, whole_app=error.of_app)
        raise error

    def _transfer(self, call: _Call, token: SecretStr, held: HeldCall) -> _Answer:
        headers = {"Xero-Tenant-Id": self.organisation_id, **call.headers}
        wire_bytes = body_bytes = 0
        try:
            with self._wire.get(call.path, call.params, headers, token) as response:
                self._limits.counted(held, calls_left(response.headers))
                # `content` copies by 10 kB; this reads as much as there is.
                body = b"".join(response.iter_content(chunk_size=None))
                wire_bytes, body_bytes = response.raw.tell(), len(body)
                return _Answer(response.status_code, response.headers, body, wire_bytes)
        except requests.RequestException as error:
            raise XeroUnavailable(str(call.asked), in_short(error)) from error
        finally:
            self.usage.add(call.asked.endpoint, wire_bytes, body_bytes)
            self._limits.received(held, wire_bytes, body_bytes)


def wire_to(settings: Settings) -> Wire:
    """Connections to the Accounting API."""
    root = str(settings.api_url).rstrip("/") + "/api.xro/2.0/"
    return Wire(root, settings.answer_seconds)
