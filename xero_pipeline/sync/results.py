"""What a sync brought, and what is amiss."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from xero_pipeline.warehouse import LoadedBatch
from xero_pipeline.warehouse.landing import Batch, QuietWalk
from xero_pipeline.xero import LimitError, XeroError


@dataclass(frozen=True)
class Alarm:
    """Less came than was to be expected, which may be true, but should not pass in silence.

    Attributes:
        endpoint: the name in the catalogue.
        expected, actual: records.
        sentence: what is amiss, in which organisation, and what the sync made of it.
    """

    endpoint: str
    expected: int
    actual: int
    sentence: str


@dataclass(frozen=True)
class EndpointSync:
    """What a sync brought for one endpoint.

    Attributes:
        is_full: everything was listed, not only what had changed.
        rows_received, rows_changed, rows_removed: of the raw table; all 0 after a quiet walk.
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
        organisation_key: its name among the connections; empty where none was given.
        started_at: Xero's clock before the first page (UTC).
        endpoints: those that were asked, quiet ones too.
        skipped: endpoint -> why Xero would not give it (a scope or permission that is missing).
        alarms: what came and looks incomplete.
        calls, wire_bytes: what the sync cost, repeated and refused calls included.
        was_done_by_another: another sync did all of it while this one waited for its turn.
    """

    organisation_id: str
    organisation_name: str
    started_at: datetime
    endpoints: Mapping[str, EndpointSync]
    skipped: Mapping[str, XeroError]
    seconds: float
    calls: int = 0
    wire_bytes: int = 0
    alarms: Sequence[Alarm] = ()
    organisation_key: str = ""
    was_done_by_another: bool = False

    @property
    def rows_changed(self) -> int:
        return sum(each.rows_changed for each in self.endpoints.values())


@dataclass(frozen=True)
class SyncFailure:
    """Why an organisation could not be read to the end.

    Attributes:
        organisation_key: its name among the connections.
        brought: what came and was loaded before that; None: nothing.
    """

    organisation_id: str
    organisation_key: str
    organisation_name: str
    error: Exception
    brought: OrganisationSync | None = None

    @property
    def resume_at(self) -> datetime | None:
        """When a limit lets it be asked again (UTC); None: nothing is known about that."""
        return self.error.resume_at if isinstance(self.error, LimitError) else None


@dataclass
class _Sum:
    is_full: bool = False
    received: int = 0
    changed: int = 0
    removed: int = 0
    calls: int = 0
    wire_bytes: int = 0
    body_bytes: int = 0

    def add_walk(self, walk: QuietWalk | Batch) -> None:
        cost = walk.manifest if isinstance(walk, Batch) else walk
        self.is_full |= cost.modified_since is None
        self.calls += cost.calls
        self.wire_bytes += cost.wire_bytes
        self.body_bytes += cost.body_bytes


@dataclass
class EndpointSums:
    """Walks of one sync, summed by endpoint: a killed sync's batch counts with the later one's."""

    _sums: dict[str, _Sum] = field(default_factory=lambda: defaultdict(_Sum))

    def add_quiet(self, walks: Iterable[QuietWalk]) -> None:
        for walk in walks:
            self._sums[walk.endpoint].add_walk(walk)

    def add_loaded(self, batches: Iterable[LoadedBatch]) -> None:
        for loaded in batches:
            total = self._sums[loaded.batch.manifest.endpoint]
            total.add_walk(loaded.batch)
            total.received += loaded.rows_received
            total.changed += loaded.rows_changed
            total.removed += loaded.rows_removed

    def by_endpoint(self) -> dict[str, EndpointSync]:
        return {
            name: EndpointSync(
                name,
                total.is_full,
                total.received,
                total.changed,
                total.removed,
                total.calls,
                total.wire_bytes,
                total.body_bytes,
            )
            for name, total in sorted(self._sums.items())
        }
