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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import duckdb

from xero_pipeline.warehouse.attachment_looks import note_looks
from xero_pipeline.warehouse.batches import Identity, read_page
from xero_pipeline.warehouse.connection import transaction
from xero_pipeline.warehouse.cursors import Progress, advance_cursors, read_progress
from xero_pipeline.warehouse.errors import PageUnreadable
from xero_pipeline.warehouse.landing import Batch, Manifest
from xero_pipeline.warehouse.merging import (
    CountsBySync,
    count_first_rows,
    keep_newest_versions,
    mark_removed,
)
from xero_pipeline.warehouse.parameters import lists_of, unnested
from xero_pipeline.warehouse.reading import RawTable, raw_table, select_rows
from xero_pipeline.warehouse.repair import repaired
from xero_pipeline.warehouse.schema import Columns
from xero_pipeline.warehouse.unknown_fields import keep_unknown_fields
from xero_pipeline.warehouse.walks import Counts, record_walks, walks_of
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


def loaded_batches(
    connection: duckdb.DuckDBPyConnection, batches: Iterable[Batch]
) -> set[Identity]:
    """Those of the batches that are in the warehouse."""
    asked = {batch.identity: batch.manifest for batch in batches}
    organisations, endpoints, syncs = zip(*asked, strict=True) if asked else ((),) * 3
    known = connection.execute(
        """
        select organisation_id, endpoint, sync_id
        from ops.syncs
        where is_quiet is not true
            -- Rows stand in the order of time: those before it are not even read.
            and started_at >= $oldest::timestamptz::timestamp
            and (organisation_id, endpoint, sync_id) in (
                select
                    unnest($organisations::uuid[]),
                    unnest($endpoints::varchar[]),
                    unnest($syncs::varchar[])
            )
        """,
        {
            "organisations": organisations,
            "endpoints": endpoints,
            "syncs": syncs,
            "oldest": min((manifest.started_at for manifest in asked.values()), default=None),
        },
    ).fetchall()
    return set(known)


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
    by_endpoint = _by_endpoint(_not_loaded(connection, batches))
    organisations = {each.manifest.organisation_id for new in by_endpoint.values() for each in new}
    progress = read_progress(connection, organisations, by_endpoint)
    loaded: list[LoadedBatch] = []
    failures: list[PageUnreadable] = []
    for endpoint, group in by_endpoint.items():
        try:
            loaded += _load_endpoint(connection, Group(raw_table(endpoint), group, progress))
        except PageUnreadable as failure:
            failures.append(failure)
    if failures:
        first, *others = failures
        for other in others:
            first.add_note(str(other))
        raise first
    return loaded


@dataclass(frozen=True)
class Group:
    """New batches of one endpoint, of any organisations; they are committed together.

    Attributes:
        progress: organisation id -> how far it had come before them.
    """

    table: RawTable
    batches: Sequence[Batch]
    progress: Mapping[str, Progress]

    @property
    def organisation_ids(self) -> set[UUID]:
        return {batch.manifest.organisation_id for batch in self.batches}

    @property
    def is_first(self) -> bool:
        """The table has no row of these organisations yet, and each comes with one batch."""
        return len(self.organisation_ids) == len(self.batches) and not any(
            self.table.endpoint in self.progress[str(organisation_id)]
            for organisation_id in self.organisation_ids
        )

    @property
    def can_remove(self) -> bool:
        """A complete listing shows rows as gone: one of these, or one that is newer than these.
        A list by document is complete for its document."""
        return not self.is_first and any(
            self.table.by_document
            or batch.manifest.complete_listing
            or self._is_late(batch.manifest)
            for batch in self.batches
        )

    def _is_late(self, manifest: Manifest) -> bool:
        known = self.progress[str(manifest.organisation_id)].get(self.table.endpoint)
        return known is not None and manifest.sync_id <= (known.last_sync_id or manifest.sync_id)


def _not_loaded(connection: duckdb.DuckDBPyConnection, batches: Iterable[Batch]) -> list[Batch]:
    by_identity = {batch.identity: batch for batch in batches}
    loaded = loaded_batches(connection, by_identity.values())
    return [batch for identity, batch in by_identity.items() if identity not in loaded]


def _by_endpoint(batches: Iterable[Batch]) -> dict[str, list[Batch]]:
    groups: dict[str, list[Batch]] = defaultdict(list)
    for batch in batches:
        groups[batch.manifest.endpoint].append(batch)
    return groups


def _load_endpoint(connection: duckdb.DuckDBPyConnection, group: Group) -> list[LoadedBatch]:
    for batch in group.batches:
        batch.verify()
    sources = {file: (file, batch) for batch in group.batches for file in batch.files}
    try:
        return _load_pages(connection, group, sources)
    except duckdb.Error as error:
        if _file_in(error) is None:
            raise
    with tempfile.TemporaryDirectory() as folder:
        copies = _repaired_copies(sources, group.table, Path(folder))
        try:
            return _load_pages(connection, group, copies)
        except duckdb.Error as error:
            file = _file_in(error)
            if file is None:
                raise
            original, batch = copies[file]
            raise batch.unreadable(original, _reason(error)) from error


Sources = dict[Path, tuple[Path, Batch]]
"""The file to read -> the landed page it stands for, and that page's batch."""


def _load_pages(
    connection: duckdb.DuckDBPyConnection, group: Group, sources: Sources
) -> list[LoadedBatch]:
    walks = [walk for batch in group.batches for walk in walks_of(batch.manifest)]
    with transaction(connection):
        counts = _load_rows(connection, group, sources) if sources else {}
        record_walks(connection, walks, counts)
        removed = (
            mark_removed(connection, group.table, group.organisation_ids)
            if group.can_remove
            else {}
        )
        changed = {sync for sync, counted in counts.items() if counted.rows_changed}
        advance_cursors(connection, walks, changed | removed.keys())
    return [_loaded(batch, counts, removed) for batch in group.batches]


def _load_rows(
    connection: duckdb.DuckDBPyConnection, group: Group, sources: Sources
) -> CountsBySync:
    _register(connection, sources)
    # `null` is twice as long as the empty values that it stands for in a repaired page.
    largest = 2 * max(page.bytes for batch in group.batches for page in batch.manifest.pages)
    connection.execute(
        f"insert into {group.table.relation} by name {select_rows(group.table, largest)}",
        {"files": [str(file) for file in sources]},
    )
    keep_unknown_fields(connection, group.table, group.batches)
    if group.table.by_document:
        note_looks(connection)
    counts = count_first_rows(connection, group.table) if group.is_first else None
    return keep_newest_versions(connection, group.table) if counts is None else counts


def _loaded(
    batch: Batch, counts: CountsBySync, removed: Mapping[tuple[UUID, str], int]
) -> LoadedBatch:
    key = batch.manifest.organisation_id, batch.manifest.sync_id
    counted = counts.get(key, Counts())
    return LoadedBatch(batch, counted.rows_received, counted.rows_changed, removed.get(key, 0))


@dataclass(frozen=True)
class _PageRow:
    filename: str
    organisation_id: UUID
    sync_id: str
    started_at: dt.datetime
    as_of_date: dt.date | None
    contact_id: UUID | None
    endpoint: str | None
    document_id: UUID | None


_PAGE_COLUMNS: Columns = {
    "filename": "VARCHAR",
    "organisation_id": "UUID",
    "sync_id": "VARCHAR",
    "started_at": "TIMESTAMP",
    "as_of_date": "DATE",
    "contact_id": "UUID",
    "endpoint": "VARCHAR",
    "document_id": "UUID",
}


def _register(connection: duckdb.DuckDBPyConnection, sources: Sources) -> None:
    """The pages at hand and whose they are, as the temporary table `pages`."""
    batches = {batch.identity: batch for _, batch in sources.values()}
    landed = {file: page for batch in batches.values() for file, page in batch.pages.items()}
    rows = [
        _PageRow(
            str(file),
            batch.manifest.organisation_id,
            batch.manifest.sync_id,
            batch.manifest.started_at,
            batch.manifest.as_of_date,
            landed[original].contact_id,
            landed[original].parent,
            landed[original].document_id,
        )
        for file, (original, batch) in sources.items()
    ]
    connection.execute(
        f"create or replace temp table pages as select {unnested(_PAGE_COLUMNS)}",
        lists_of(rows, _PAGE_COLUMNS),
    )


def _repaired_copies(sources: Sources, table: RawTable, folder: Path) -> Sources:
    """Pages that need repair as copies in the folder; the others as they are."""
    copies: Sources = {}
    page = Record((Field(table.list_key, ListOf(table.record)),))
    for number, (file, (original, batch)) in enumerate(sources.items()):
        body = read_page(file)
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
