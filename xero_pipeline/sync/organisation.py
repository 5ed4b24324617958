"""One organisation's sync: land every page, then load all of it in one go. Knows no Dagster.

Landing needs no lock and takes as long as Xero's limits allow; loading holds the warehouse for a
moment. A sync that is killed leaves landed batches behind, which the next one loads first, and a
cursor that has not moved.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from itertools import chain, groupby
from typing import Self

import duckdb

from xero_pipeline.connections.errors import WrongOrganisation
from xero_pipeline.sync.depth import Depth
from xero_pipeline.warehouse import (
    BatchWriter,
    Landing,
    LoadedBatch,
    WarehouseError,
    create_tables,
    load_unloaded,
    organisation_zone,
    part_settled_invoices,
    read_cursors,
)
from xero_pipeline.xero import (
    ENDPOINTS,
    REPORTS,
    Deletion,
    Endpoint,
    OrganisationClient,
    Page,
    Report,
    XeroError,
)
from xero_pipeline.xero.errors import MalformedPage, MissingPermission, MissingScope
from xero_pipeline.xero.limits import CALLS_AT_ONCE

logger = logging.getLogger(__name__)

OVERLAP = timedelta(seconds=60)
"""An increment starts this much before the last one began: Xero stamps a record a moment before
it can be listed, and rounds the filter to seconds. What is read twice is loaded once."""

Source = Endpoint | Report
OpenWarehouse = Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]]


@dataclass(frozen=True)
class EndpointSync:
    """What a sync brought for one endpoint.

    Attributes:
        is_full: everything was listed, not only what had changed.
        rows_received, rows_changed, rows_removed: of the raw table.
        calls, wire_bytes, body_bytes: what it cost; bytes as transferred and as decoded.
    """

    name: str
    is_full: bool
    rows_received: int
    rows_changed: int
    rows_removed: int
    calls: int
    wire_bytes: int
    body_bytes: int


@dataclass(frozen=True)
class OrganisationSync:
    """What a sync brought for one organisation.

    Attributes:
        started_at: Xero's clock before the first page (UTC).
        skipped: endpoint -> why Xero would not give it (a scope or permission that is missing).
    """

    organisation_id: str
    organisation_name: str
    started_at: datetime
    endpoints: Mapping[str, EndpointSync]
    skipped: Mapping[str, XeroError]
    seconds: float

    @property
    def calls(self) -> int:
        return sum(each.calls for each in self.endpoints.values())

    @property
    def wire_bytes(self) -> int:
        return sum(each.wire_bytes for each in self.endpoints.values())

    @property
    def rows_changed(self) -> int:
        return sum(each.rows_changed for each in self.endpoints.values())


def sync_organisation(
    client: OrganisationClient,
    landing: Landing,
    open_warehouse: OpenWarehouse,
    *,
    xero_organisation_id: str | None = None,
    only: Collection[str] | None = None,
    depth: Depth = Depth.NIGHTLY,
) -> OrganisationSync:
    """Read what changed in one organisation since its last sync, into its raw tables.

    Args:
        client: of the organisation, made for this sync: its usage is what the sync cost.
        landing: where pages go.
        open_warehouse: opens the build database; held only to read cursors and to load.
        xero_organisation_id: the OrganisationID that must answer; None: the tenant id, which it
            equals in practice.
        only: names of endpoints and reports; None: all. The organisation itself always comes
            along: it says whose books these are and what day it is there.
        depth: how much to ask for.

    Raises:
        WrongOrganisation: another organisation answers; nothing was read.
        XeroError: the first failure that is not about one endpoint alone. What was landed before
            it is loaded and counts.
        WarehouseError: landing or loading failed; cursors have not moved past what is loaded.
    """
    started = time.monotonic()
    with open_warehouse() as connection:
        create_tables(connection)
        since = {} if depth is Depth.FULL else read_cursors(connection, client.organisation_id)
        unannounced = part_settled_invoices(connection, client.organisation_id)
    expected = xero_organisation_id or client.organisation_id
    walk = _Walk.begin(client, expected, landing, since, {"invoices": unannounced})
    results = walk.land([source for source in _SOURCES if only is None or source.name in only])
    with open_warehouse() as connection:
        loaded = load_unloaded(connection, landing, [client.organisation_id])
    results.raise_failure()
    return OrganisationSync(
        organisation_id=client.organisation_id,
        organisation_name=client.organisation_name,
        started_at=walk.started_at,
        endpoints={each.name: each for each in _summaries(loaded)},
        skipped=results.skipped,
        seconds=time.monotonic() - started,
    )


_ORGANISATION = next(endpoint for endpoint in ENDPOINTS if endpoint.name == "organisation")
_SOURCES: tuple[Source, ...] = (*(e for e in ENDPOINTS if e is not _ORGANISATION), *REPORTS)


@dataclass
class _Results:
    """How the walks over the endpoints ended."""

    skipped: dict[str, XeroError] = field(default_factory=dict)
    failures: list[Exception] = field(default_factory=list)

    def add(self, name: str, landed: Future[None]) -> None:
        try:
            landed.result()
        except (MissingScope, MissingPermission) as error:
            logger.warning("%s is left out: %s", name, error)
            self.skipped[name] = error
        except (XeroError, WarehouseError) as error:
            self.failures.append(error)

    def raise_failure(self) -> None:
        if self.failures:
            raise self.failures[0]


@dataclass(frozen=True)
class _Walk:
    """One pass over an organisation's endpoints, all from the same instant of Xero's clock.

    Attributes:
        since: endpoint -> If-Modified-Since; without an entry everything is listed.
        unannounced: endpoint -> ids to read besides an increment, which may not show them.
        started_at: Xero's clock before anything but the organisation itself was asked for, so
            that no change between two endpoints can fall between two increments.
        today: the organisation's calendar day, for reports.
    """

    client: OrganisationClient
    landing: Landing
    since: Mapping[str, datetime]
    unannounced: Mapping[str, Sequence[str]]
    started_at: datetime
    today: date

    @classmethod
    def begin(
        cls,
        client: OrganisationClient,
        expected: str,
        landing: Landing,
        since: Mapping[str, datetime],
        unannounced: Mapping[str, Sequence[str]],
    ) -> Self:
        """Ask who this is, refuse another organisation, and take the time from the answer."""
        page = next(client.pages(_ORGANISATION))
        if page.is_empty:
            raise MalformedPage(client.organisation_name, _ORGANISATION.name, 1, "it names nobody")
        organisation = json.loads(page.body)[_ORGANISATION.list_key][0]
        if organisation["OrganisationID"] != expected:
            raise WrongOrganisation(client.organisation_name, organisation.get("Name", "another"))
        zone = organisation_zone(organisation.get("Timezone", ""))
        today = page.server_time.astimezone(zone).date()
        walk = cls(client, landing, since, unannounced, page.server_time, today)
        with walk._batch(_ORGANISATION) as batch:
            batch.write(page.body)
            batch.finish(calls=1, wire_bytes=page.wire_bytes)
        return walk

    def land(self, sources: Sequence[Source]) -> _Results:
        """Land every source, as many at once as Xero allows."""
        results = _Results()
        with ThreadPoolExecutor(max_workers=CALLS_AT_ONCE) as threads:
            walks = {source.name: threads.submit(self._land, source) for source in sources}
            for name, landed in walks.items():
                results.add(name, landed)
        return results

    def _land(self, source: Source) -> None:
        pages = self._pages(source)
        with self._batch(source) as batch:
            for page in pages:
                batch.write(page.body)
            # What the client counted: calls that had to be repeated cost as much as the others.
            usage = self.client.usage.by_endpoint[source.name]
            batch.finish(
                calls=usage.calls,
                wire_bytes=usage.wire_bytes,
                next_cursor=self._next_cursor(source),
            )
        plural = "" if usage.calls == 1 else "s"
        name = self.client.organisation_name
        logger.info("%s: %s landed, %d call%s", name, source.name, usage.calls, plural)

    def _pages(self, source: Source) -> Iterator[Page]:
        if isinstance(source, Report):
            return iter([self.client.report(source, self.today)])
        since = self._modified_since(source)
        listed = self.client.pages(source, since)
        if since is None:
            return listed
        return chain(listed, self.client.pages_of(source, self.unannounced.get(source.name, ())))

    def _batch(self, source: Source) -> BatchWriter:
        begin = partial(
            self.landing.begin,
            organisation_id=self.client.organisation_id,
            endpoint=source.name,
            started_at=self.started_at,
        )
        if isinstance(source, Report):
            return begin(as_of_date=self.today)
        return begin(
            modified_since=self._modified_since(source),
            complete_listing=source.deletion is Deletion.VANISHES,
        )

    def _modified_since(self, source: Endpoint) -> datetime | None:
        return self.since.get(source.name) if source.modified_since else None

    def _next_cursor(self, source: Source) -> datetime | None:
        if isinstance(source, Report) or not source.modified_since:
            return None
        return self.started_at - OVERLAP


def _summaries(loaded: Sequence[LoadedBatch]) -> Iterator[EndpointSync]:
    """One per endpoint; an earlier batch of a killed sync is counted into the later one's."""
    ordered = sorted(loaded, key=lambda each: each.batch.manifest.endpoint)
    for name, group in groupby(ordered, key=lambda each: each.batch.manifest.endpoint):
        batches = list(group)
        manifests = [each.batch.manifest for each in batches]
        yield EndpointSync(
            name=name,
            is_full=any(manifest.modified_since is None for manifest in manifests),
            rows_received=sum(each.rows_received for each in batches),
            rows_changed=sum(each.rows_changed for each in batches),
            rows_removed=sum(each.rows_removed for each in batches),
            calls=sum(manifest.calls for manifest in manifests),
            wire_bytes=sum(manifest.wire_bytes for manifest in manifests),
            body_bytes=sum(manifest.body_bytes for manifest in manifests),
        )
