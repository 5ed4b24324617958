"""From the landing folder into the warehouse, any number of organisations at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import duckdb

from xero_pipeline.sync.landing import LandedOrganisation
from xero_pipeline.sync.results import EndpointSums, OrganisationSync
from xero_pipeline.warehouse import Landing, LoadedBatch, PageUnreadable, load
from xero_pipeline.warehouse.landing import Batch


@dataclass
class Loaded:
    """What waited for loading, by organisation id.

    Attributes:
        failures: a page that cannot be read; the rest of that organisation is loaded.
    """

    batches: dict[str, list[LoadedBatch]] = field(default_factory=lambda: defaultdict(list))
    failures: dict[str, PageUnreadable] = field(default_factory=dict)

    def of(self, organisation_id: str) -> Sequence[LoadedBatch]:
        return self.batches.get(organisation_id, ())


def load_waiting(
    connection: duckdb.DuckDBPyConnection, landing: Landing, organisation_ids: Collection[str]
) -> Loaded:
    """Load what is landed of these organisations: their sync's, and what a killed one left.

    One statement an endpoint serves all of them. A page that cannot be read keeps nothing back
    but the same endpoint of the same organisation.

    Args:
        connection: the warehouse, with its tables in place (`create_tables`).
    """
    loaded = Loaded()
    by_endpoint: dict[str, list[Batch]] = defaultdict(list)
    for batch in _waiting(landing, organisation_ids, loaded):
        by_endpoint[batch.manifest.endpoint].append(batch)
    for batches in by_endpoint.values():
        _load_endpoint(connection, landing, batches, loaded)
    return loaded


def _waiting(landing: Landing, organisation_ids: Collection[str], loaded: Loaded) -> list[Batch]:
    batches: list[Batch] = []
    for organisation_id in organisation_ids:
        try:
            batches += landing.unloaded([organisation_id])
        except PageUnreadable as error:
            loaded.failures[organisation_id] = error
    return batches


def _load_endpoint(
    connection: duckdb.DuckDBPyConnection,
    landing: Landing,
    batches: Sequence[Batch],
    loaded: Loaded,
) -> None:
    """Without the organisations whose pages cannot be read, one after the other."""
    while batches:
        try:
            done = load(connection, batches)
        except PageUnreadable as error:
            loaded.failures.setdefault(error.organisation_id, error)
            batches = [b for b in batches if _owner(b) != error.organisation_id]
        else:
            landing.mark_loaded(batches)
            for each in done:
                loaded.batches[_owner(each.batch)].append(each)
            return


def _owner(batch: Batch) -> str:
    return str(batch.manifest.organisation_id)


def brought(landed: LandedOrganisation, *loaded: Loaded) -> OrganisationSync:
    """What a sync brought.

    Args:
        loaded: its own loading, and that of what a killed sync had left before it.
    """
    sums = EndpointSums()
    sums.add_quiet(landed.quiet)
    for each in loaded:
        sums.add_loaded(each.of(landed.organisation_id))
    return OrganisationSync(
        organisation_id=landed.organisation_id,
        organisation_name=landed.organisation_name,
        started_at=landed.started_at,
        endpoints=sums.by_endpoint(),
        skipped=landed.skipped,
        seconds=landed.seconds,
        calls=landed.calls,
        wire_bytes=landed.wire_bytes,
        alarms=tuple(landed.alarms),
    )


def failure_of(landed: LandedOrganisation, loaded: Loaded) -> Exception | None:
    """What kept a sync from its end; what came before it is loaded."""
    return landed.failure or loaded.failures.get(landed.organisation_id)
