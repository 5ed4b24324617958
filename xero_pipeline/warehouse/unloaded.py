"""Load what is landed and waits for it: a sync's own batches, and those of one killed before."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import duckdb

from xero_pipeline.warehouse.errors import PageUnreadable
from xero_pipeline.warehouse.landing import Batch, Landing
from xero_pipeline.warehouse.load import LoadedBatch, load, loaded_batches


def load_unloaded(
    connection: duckdb.DuckDBPyConnection,
    landing: Landing,
    organisation_ids: Iterable[str | UUID] | None = None,
) -> list[LoadedBatch]:
    """Load every landed batch that is not in the warehouse yet.

    Args:
        connection: the warehouse, with its tables in place (`create_tables`).
        organisation_ids: of these organisations only; None: of all.

    Raises:
        PageUnreadable: as for `load`; what could be loaded is committed.
    """
    batches = landing.unloaded(organisation_ids)
    try:
        loaded = load(connection, batches)
    except PageUnreadable:
        _unmark_loaded(connection, landing, batches)
        raise
    _unmark_loaded(connection, landing, batches)
    return loaded


def _unmark_loaded(
    connection: duckdb.DuckDBPyConnection, landing: Landing, batches: list[Batch]
) -> None:
    """Only after the commit: a crash in between costs the next sync one look at `ops.syncs`."""
    loaded = loaded_batches(connection, batches)
    landing.mark_loaded(batch for batch in batches if batch.identity in loaded)
