"""Landed pages -> raw tables: rows, cursor and the sync's own record in one transaction.

Per endpoint one statement reads all new pages of all organisations. Of several versions of a row
the one edited last at Xero stays (`updated_date_utc`, then the newer sync), whatever the order of
loading. A row that a later complete listing does not have is marked with `_removed_at`, and the
mark goes when the row comes back.
"""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import duckdb
import zstandard

from xero_pipeline.warehouse.connection import transaction
from xero_pipeline.warehouse.errors import PageUnreadable
from xero_pipeline.warehouse.landing import Batch, Landing
from xero_pipeline.warehouse.merging import (
    advance_cursors,
    keep_newest_versions,
    mark_removed,
    record_syncs,
)
from xero_pipeline.warehouse.raw_tables import RAW_TABLES
from xero_pipeline.warehouse.reading import RawTable, raw_table, select_rows
from xero_pipeline.warehouse.repair import repaired
from xero_pipeline.warehouse.schema import Columns, create_tables
from xero_pipeline.warehouse.wire_types import Field, ListOf, Record


@dataclass(frozen=True)
class LoadedBatch:
    """What one batch did to its raw table.

    Attributes:
        batch: the pages.
        rows_received: records in its pages.
        rows_changed: rows that are new, or differ in content from what the table had.
        rows_removed: rows found gone by this complete listing.
    """

    batch: Batch
    rows_received: int
    rows_changed: int
    rows_removed: int


def loaded_batches(connection: duckdb.DuckDBPyConnection) -> set[tuple[UUID, str, str]]:
    """(organisation id, endpoint, sync id) of every batch in the warehouse."""
    return set(
        connection.execute("select organisation_id, endpoint, sync_id from ops.syncs").fetchall()
    )


def load(connection: duckdb.DuckDBPyConnection, batches: Iterable[Batch]) -> list[LoadedBatch]:
    """Load batches; those that are loaded already are passed over.

    Args:
        connection: the warehouse, with its tables in place (`create_tables`).
        batches: complete batches, of any organisations and endpoints, in any order.

    Returns:
        One entry per batch that was new.

    Raises:
        PageUnreadable: a page is not what its endpoint answers. Nothing of that endpoint is
            committed; all other endpoints are. Of several endpoints the first is raised, the
            others stand in its notes.
    """
    known = loaded_batches(connection)
    by_endpoint: dict[str, list[Batch]] = defaultdict(list)
    for batch in batches:
        if _identity(batch) not in known:
            by_endpoint[batch.manifest.endpoint].append(batch)
    loaded: list[LoadedBatch] = []
    failures: list[PageUnreadable] = []
    for endpoint, group in by_endpoint.items():
        try:
            loaded += _load_endpoint(connection, raw_table(endpoint), group)
        except PageUnreadable as failure:
            failures.append(failure)
    if failures:
        first, *others = failures
        for other in others:
            first.add_note(str(other))
        raise first
    return loaded


def rebuild(connection: duckdb.DuckDBPyConnection, landing: Landing) -> list[LoadedBatch]:
    """Empty the raw tables, syncs and cursors, and load every landed page again.

    Raises:
        PageUnreadable: as for `load`.
    """
    create_tables(connection)
    with transaction(connection):
        for endpoint in RAW_TABLES:
            connection.execute(f"delete from raw.{endpoint}")
        connection.execute("delete from ops.syncs")
        connection.execute("delete from ops.cursors")
    return load(connection, landing.all())


def _identity(batch: Batch) -> tuple[UUID, str, str]:
    manifest = batch.manifest
    return manifest.organisation_id, manifest.endpoint, manifest.sync_id


def _load_endpoint(
    connection: duckdb.DuckDBPyConnection, table: RawTable, batches: Sequence[Batch]
) -> list[LoadedBatch]:
    for batch in batches:
        batch.verify()
    sources = {file: (file, batch) for batch in batches for file in batch.files}
    try:
        return _load_pages(connection, table, batches, sources)
    except duckdb.Error as error:
        if _file_in(error) is None:
            raise
    with tempfile.TemporaryDirectory() as folder:
        copies = _repaired_copies(sources, table, Path(folder))
        try:
            return _load_pages(connection, table, batches, copies)
        except duckdb.Error as error:
            file = _file_in(error)
            if file is None:
                raise
            original, batch = copies[file]
            raise batch.unreadable(original, _reason(error)) from error


Sources = dict[Path, tuple[Path, Batch]]
"""The file to read -> the landed page it stands for, and that page's batch."""


def _load_pages(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    batches: Sequence[Batch],
    sources: Sources,
) -> list[LoadedBatch]:
    with transaction(connection):
        _register(connection, batches, sources)
        if sources:
            connection.execute(
                f"insert into {table.relation} by name {select_rows(table)}",
                {"files": [str(file) for file in sources]},
            )
        keep_newest_versions(connection, table)
        record_syncs(connection, table)
        mark_removed(connection, table)
        advance_cursors(connection, table)
        return _summaries(connection, table, batches)


_BATCH_COLUMNS: Columns = {
    "sync_id": "VARCHAR",
    "organisation_id": "UUID",
    "started_at": "TIMESTAMP",
    "finished_at": "TIMESTAMP",
    "modified_since": "TIMESTAMP",
    "next_cursor": "TIMESTAMP",
    "complete_listing": "BOOLEAN",
    "as_of_date": "DATE",
    "pages": "BIGINT",
    "calls": "BIGINT",
    "wire_bytes": "BIGINT",
    "body_bytes": "BIGINT",
}


def _register(
    connection: duckdb.DuckDBPyConnection, batches: Sequence[Batch], sources: Sources
) -> None:
    """The batches at hand and their pages, as the temporary tables `batches` and `pages`."""
    _temporary_table(
        connection,
        "batches",
        _BATCH_COLUMNS,
        [
            (
                manifest.sync_id,
                manifest.organisation_id,
                _utc(manifest.started_at),
                _utc(manifest.finished_at),
                _utc(manifest.modified_since),
                _utc(manifest.next_cursor),
                manifest.complete_listing,
                manifest.as_of_date,
                len(manifest.pages),
                manifest.calls,
                manifest.wire_bytes,
                manifest.body_bytes,
            )
            for manifest in (batch.manifest for batch in batches)
        ],
    )
    _temporary_table(
        connection,
        "pages",
        {
            "filename": "VARCHAR",
            "organisation_id": "UUID",
            "sync_id": "VARCHAR",
            "started_at": "TIMESTAMP",
            "as_of_date": "DATE",
        },
        [
            (
                str(file),
                batch.manifest.organisation_id,
                batch.manifest.sync_id,
                _utc(batch.manifest.started_at),
                batch.manifest.as_of_date,
            )
            for file, (_, batch) in sources.items()
        ],
    )


def _temporary_table(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    columns: Columns,
    rows: Sequence[tuple[object, ...]],
) -> None:
    """One parameter per column: inserting row by row would cost more than reading the pages."""
    unnested = ", ".join(
        f"unnest(${column}::{type_}[]) as {column}" for column, type_ in columns.items()
    )
    connection.execute(
        f"create or replace temp table {name} as select {unnested}",
        {column: [row[index] for row in rows] for index, column in enumerate(columns)},
    )


def _utc(instant: dt.datetime | None) -> dt.datetime | None:
    """A TIMESTAMP of the warehouse: UTC, without saying so."""
    return instant.astimezone(dt.UTC).replace(tzinfo=None) if instant else None


def _summaries(
    connection: duckdb.DuckDBPyConnection, table: RawTable, batches: Sequence[Batch]
) -> list[LoadedBatch]:
    counts = {
        (organisation_id, sync_id): counted
        for organisation_id, sync_id, *counted in connection.execute(
            """
            select organisation_id, sync_id, rows_received, rows_changed, rows_removed
            from ops.syncs
            semi join batches using (organisation_id, sync_id)
            where endpoint = ?
            """,
            [table.endpoint],
        ).fetchall()
    }
    return [
        LoadedBatch(batch, *counts[batch.manifest.organisation_id, batch.manifest.sync_id])
        for batch in batches
    ]


def _repaired_copies(sources: Sources, table: RawTable, folder: Path) -> Sources:
    """Pages that need repair as copies in the folder; the others as they are."""
    copies: Sources = {}
    page = Record((Field(table.list_key, ListOf(table.record)),))
    for number, (file, (original, batch)) in enumerate(sources.items()):
        body = zstandard.decompress(file.read_bytes())
        mended = repaired(body, page)
        if mended == body:
            copies[file] = (original, batch)
        else:
            copy = folder / f"{number}.json"
            copy.write_bytes(mended)
            copies[copy] = (original, batch)
    return copies


_FILE = re.compile(r'in file "([^"]+)"')


def _file_in(error: duckdb.Error) -> Path | None:
    """The page that DuckDB's message blames."""
    named = _FILE.search(str(error))
    return Path(named[1]) if named else None


def _reason(error: duckdb.Error) -> str:
    """DuckDB's message without its advice on settings and without our file name."""
    first_line = str(error).splitlines()[0]
    return _FILE.sub("", first_line).partition("Error: ")[2].strip(" ,:.")
