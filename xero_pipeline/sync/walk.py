"""Reading one endpoint or report: what is asked, what is landed, and what looks incomplete."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from xero_pipeline.sync.alarms import Alarms, CountOverPages, is_suspicious
from xero_pipeline.sync.depth import Depth
from xero_pipeline.sync.overlap import has_nothing_new
from xero_pipeline.sync.plan import OVERLAP, Plan, Source
from xero_pipeline.sync.results import Alarm
from xero_pipeline.warehouse import BatchWriter, Landing
from xero_pipeline.warehouse.landing import QuietWalk
from xero_pipeline.warehouse.records import records_sha256
from xero_pipeline.xero import (
    ENDPOINTS,
    Endpoint,
    LimitError,
    OrganisationClient,
    Page,
    Report,
)
from xero_pipeline.xero.errors import MalformedPage, RequestRefused

logger = logging.getLogger(__name__)

_WALKS_AT_MOST = 5
_SHARE_OF_CALLS = 10
_BY_NAME = {endpoint.name: endpoint for endpoint in ENDPOINTS}


@dataclass(frozen=True)
class Walked:
    """How the walk over an endpoint ended.

    Attributes:
        quiet: what is to be noted of a walk that brought nothing new; None: pages were landed.
        alarm: what looks incomplete.
    """

    quiet: QuietWalk | None = None
    alarm: Alarm | None = None


@dataclass(frozen=True)
class Walker:
    """Walks over an organisation's endpoints, all from the same instant of Xero's clock.

    Attributes:
        started_at: Xero's clock before anything but the organisation itself was asked for, so
            that no change between two endpoints can fall between two increments.
    """

    client: OrganisationClient
    landing: Landing
    plan: Plan
    started_at: datetime

    def walk(self, source: Source) -> Walked:
        """Ask for one endpoint or report and land what is new.

        Raises:
            XeroError: pages that came before it are kept where the next sync can go on after them.
            LandingFailed: the disk.
        """
        if isinstance(source, Report):
            return self._by_contact(source) if source.by_contact else self._report(source)
        if source.by_document:
            return self._by_document(source)
        if self.plan.is_complete_listing(source):
            return self._complete_listing(source)
        walked = self._pages(source, self.plan.modified_since(source))
        if ids := self.plan.silently_changed(source):
            self._chosen(source, ids)
        return walked

    def _report(self, report: Report) -> Walked:
        meter = _Meter(self.client, report.name)
        page = self.client.report(report, self.plan.today)
        with self._begin(report.name, as_of_date=self.plan.today) as batch:
            batch.write(page.body)
            batch.finish(calls=meter.calls, wire_bytes=meter.wire_bytes)
        return Walked()

    def _by_contact(self, report: Report) -> Walked:
        """One call a contact. One that Xero would not answer about keeps the others from nothing:
        this is a sample."""
        meter = _Meter(self.client, report.name)
        with self._begin(report.name, as_of_date=self.plan.today) as batch:
            for contact_id in self.plan.contacts(report):
                try:
                    page = self.client.report(report, self.plan.today, contact_id)
                except RequestRefused as error:
                    logger.warning("%s: contact %s is left out: %s", report.name, contact_id, error)
                else:
                    batch.write(page.body, contact_id=UUID(contact_id))
            if not batch.pages_landed:
                return Walked(meter.quiet(None, None))
            batch.finish(calls=meter.calls, wire_bytes=meter.wire_bytes)
        return Walked()

    def _by_document(self, endpoint: Endpoint) -> Walked:
        """One call a document, as many as a tenth of the day's calls that are left: whoever has
        not had a turn has the first one next time."""
        meter = _Meter(self.client, endpoint.name)
        allowed = self.client.calls_left() // _SHARE_OF_CALLS
        with self._begin(endpoint.name) as batch:
            for document in self.plan.known.documents[:allowed]:
                try:
                    page = self.client.attachments(
                        _BY_NAME[document.endpoint], document.document_id
                    )
                except RequestRefused as error:
                    logger.warning("%s of %s: %s", endpoint.name, document.document_id, error)
                except LimitError as error:
                    logger.warning("%s: the rest waits for its turn: %s", endpoint.name, error)
                    break
                else:
                    document_id = UUID(document.document_id)
                    batch.write(page.body, parent=document.endpoint, document_id=document_id)
            if not batch.pages_landed:
                return Walked(meter.quiet(None, None))
            batch.finish(calls=meter.calls, wire_bytes=meter.wire_bytes)
        return Walked()

    # --- everything there is ----------------------------------------------------------------------

    def _complete_listing(self, endpoint: Endpoint) -> Walked:
        """A listing that says by itself what is gone. The same one as before is not landed."""
        meter = _Meter(self.client, endpoint.name)
        pages: Sequence[Page] = list(self._steady(endpoint, None))
        digest = _digest(endpoint, pages)
        known = self.plan.known.progress.get(endpoint.name)
        is_known = known is not None and digest is not None and known.content_sha256 == digest
        # A full sync lands it all the same: what it repeats may be damaged, or due to be deleted.
        if known is not None and is_known and self.plan.depth is not Depth.FULL:
            return Walked(meter.quiet(None, self._cursor(endpoint), known.last_sync_id))
        alarm, is_believed = None, True
        expected = self.plan.known.rows.get(endpoint.name, 0)
        if is_suspicious(expected, _records(endpoint, pages)):
            pages, alarm, is_believed = self._ask_again(endpoint, expected, pages)
        with self._begin(endpoint.name, complete_listing=is_believed) as batch:
            for page in pages:
                batch.write(page.body)
            cursor = self._cursor(endpoint) if is_believed else None
            batch.finish(calls=meter.calls, wire_bytes=meter.wire_bytes, next_cursor=cursor)
        return Walked(alarm=alarm)

    def _ask_again(
        self, endpoint: Endpoint, expected: int, first: Sequence[Page]
    ) -> tuple[Sequence[Page], Alarm | None, bool]:
        """The pages to keep of a listing that was too short, and whether it may remove rows."""
        alarms = Alarms(self.client.organisation_name, endpoint.name)
        second = list(self._steady(endpoint, None))
        actual = _records(endpoint, second)
        if not is_suspicious(expected, actual):
            return second, None, True
        if _digest(endpoint, first) == _digest(endpoint, second):
            return second, alarms.many_removed(expected, actual), True
        return second, alarms.not_believed(expected, actual), False

    # --- page by page -----------------------------------------------------------------------------

    def _pages(self, endpoint: Endpoint, since: datetime | None) -> Walked:
        """An increment, or all of a large table; nothing but pages with records is landed.

        A walk that was gone on with after a break knows nothing of what changed meanwhile on the
        pages read before it: an increment from its first start follows at once.
        """
        meter = _Meter(self.client, endpoint.name)
        count = CountOverPages()
        with self._begin_pages(endpoint, since) as batch:
            for page in self._listed(endpoint, since, batch.pages_landed + 1):
                count.see(page.item_count)
                if not page.is_empty and not self._is_known(endpoint, since, page):
                    calls, wire_bytes = meter.since_last_page()
                    batch.write(page.body, calls=calls, wire_bytes=wire_bytes)
            alarm = self._alarm(endpoint, since, count)
            cursor = None if alarm else self._cursor(endpoint, batch.started_at)
            if not batch.pages_landed:
                return Walked(meter.quiet(since, cursor), alarm)
            batch.finish(calls=meter.calls, wire_bytes=meter.wire_bytes, next_cursor=cursor)
        if cursor is not None and batch.started_at < self.started_at:
            return Walked(alarm=self._pages(endpoint, cursor).alarm)
        return Walked(alarm=alarm)

    def _is_known(self, endpoint: Endpoint, since: datetime | None, page: Page) -> bool:
        """Whether this is an increment that only repeats what the last one brought."""
        known = self.plan.known.progress.get(endpoint.name)
        if since is None or known is None:
            return False
        return has_nothing_new(
            self.landing, self.client.organisation_id, endpoint, known.last_sync_id, page
        )

    def _chosen(self, endpoint: Endpoint, ids: Sequence[str]) -> None:
        """Records that an increment does not show, in a batch of their own: it moves no cursor."""
        meter = _Meter(self.client, endpoint.name)
        since = self.plan.modified_since(endpoint)
        with self._begin(endpoint.name, modified_since=since) as batch:
            for page in self.client.pages_of(endpoint, ids):
                batch.write(page.body)
            batch.finish(calls=meter.calls, wire_bytes=meter.wire_bytes)

    def _listed(
        self, endpoint: Endpoint, since: datetime | None, first_page: int
    ) -> Iterator[Page]:
        if endpoint.offset_field is not None:
            return self.client.pages_after(endpoint, self.plan.offset(endpoint))
        if endpoint.paged and endpoint.order is None:
            return self._steady(endpoint, since)
        return self.client.pages(endpoint, since, first_page=first_page)

    def _steady(self, endpoint: Endpoint, since: datetime | None) -> Iterator[Page]:
        """Pages in Xero's default order, by the time of the last edit.

        A record edited on a page that has been read moves to the end, and one that nobody touched
        slips to the page before, unseen. The edited one shows on a later page, so that a walk in
        which no record is younger than its first page has missed none; any other is walked again.
        """
        for _ in range(_WALKS_AT_MOST):
            pages, began, latest = 0, self.started_at, None
            for page in self.client.pages(endpoint, since):
                pages += 1
                began = page.server_time if pages == 1 else began
                latest = max(filter(None, (latest, _latest_edit(page.body))), default=None)
                yield page
            if pages <= 1 or latest is None or latest < began.replace(microsecond=0):
                return
        reason = "its records kept changing while they were read"
        raise MalformedPage(self.client.organisation_name, endpoint.name, 1, reason)

    def _alarm(
        self, endpoint: Endpoint, since: datetime | None, count: CountOverPages
    ) -> Alarm | None:
        """A cursor must not pass over what may be missing."""
        alarms = Alarms(self.client.organisation_name, endpoint.name)
        if count.fell_to is not None:
            return alarms.shrunk(count.greatest, count.fell_to)
        expected = self.plan.known.rows.get(endpoint.name, 0)
        lists_all = since is None and endpoint.offset_field is None
        if lists_all and count.first is not None and is_suspicious(expected, count.greatest):
            return alarms.short_walk(expected, count.greatest)
        return None

    # --- batches ----------------------------------------------------------------------------------

    def _begin_pages(self, endpoint: Endpoint, since: datetime | None) -> BatchWriter:
        """A walk by id can be gone on with after a break, see `warehouse.walk_log`."""
        order = {"order": endpoint.order} if endpoint.order else {}
        return self.landing.begin(
            organisation_id=self.client.organisation_id,
            endpoint=endpoint.name,
            started_at=self.started_at,
            modified_since=since,
            resumable=endpoint.paged and endpoint.order is not None,
            page_size=(endpoint.page_size or self.client.page_size) if endpoint.paged else None,
            params={**endpoint.params, **order},
        )

    def _begin(self, name: str, **about: object) -> BatchWriter:
        return self.landing.begin(
            organisation_id=self.client.organisation_id,
            endpoint=name,
            started_at=self.started_at,
            **about,  # type: ignore[arg-type]
        )

    def _cursor(self, endpoint: Endpoint, started_at: datetime | None = None) -> datetime | None:
        return (started_at or self.started_at) - OVERLAP if endpoint.modified_since else None


class _Meter:
    """What one walk costs, as the client counts it: repeated calls cost as much as the others."""

    def __init__(self, client: OrganisationClient, endpoint: str) -> None:
        self._client = client
        self._endpoint = endpoint
        self._begun = self._now()
        self._last_page = self._begun

    @property
    def calls(self) -> int:
        return self._now()[0] - self._begun[0]

    @property
    def wire_bytes(self) -> int:
        return self._now()[1] - self._begun[1]

    def since_last_page(self) -> tuple[int, int]:
        """Calls and bytes."""
        (calls, wire_bytes), self._last_page = self._last_page, self._now()
        return self._last_page[0] - calls, self._last_page[1] - wire_bytes

    def quiet(
        self, since: datetime | None, cursor: datetime | None, same_as: str | None = None
    ) -> QuietWalk:
        return QuietWalk(
            endpoint=self._endpoint,
            modified_since=since,
            next_cursor=cursor,
            same_as=same_as,
            calls=self.calls,
            wire_bytes=self.wire_bytes,
        )

    def _now(self) -> tuple[int, int]:
        usage = self._client.usage.by_endpoint.get(self._endpoint)
        return (usage.calls, usage.wire_bytes) if usage else (0, 0)


def _digest(endpoint: Endpoint, pages: Sequence[Page]) -> str | None:
    return records_sha256(endpoint.list_key, (page.body for page in pages))


def _records(endpoint: Endpoint, pages: Sequence[Page]) -> int:
    return sum(len(json.loads(page.body)[endpoint.list_key]) for page in pages)


_UPDATED = re.compile(rb'"UpdatedDateUTC"\s*:\s*"\\?/Date\((\d+)')


def _latest_edit(body: bytes) -> datetime | None:
    """The youngest UpdatedDateUTC in a page; of a nested record, too, which only makes it later."""
    latest = max(map(int, _UPDATED.findall(body)), default=None)
    return None if latest is None else datetime.fromtimestamp(latest / 1000, UTC)
