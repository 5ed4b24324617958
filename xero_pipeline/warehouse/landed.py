"""From a raw row to the bytes it was read from: the batch, the page, and the record in it."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from uuid import UUID

import simplejson

from xero_pipeline.warehouse.archives import unpack
from xero_pipeline.warehouse.batches import Batch, LandedPage, read_batch, read_page
from xero_pipeline.warehouse.connection import read_published
from xero_pipeline.warehouse.errors import RecordNotFound
from xero_pipeline.warehouse.landing import Landing
from xero_pipeline.warehouse.raw_tables import RAW_TABLES
from xero_pipeline.warehouse.reading import RawTable, raw_table
from xero_pipeline.warehouse.shelf import Shelf


@dataclass(frozen=True)
class LandedRecord:
    """Where a row of a raw table comes from.

    Attributes:
        place: the batch's folder, or the archive that holds it.
        sync_id: the sync that landed it.
        page: the file in the batch, with the SHA-256 that its manifest gives; it has been compared.
        record: as Xero sent it; numbers keep their digits.
    """

    place: Path
    organisation_id: UUID
    sync_id: str
    page: LandedPage
    record: dict[str, Any]


def find_landed(published: Path, landing: Landing, endpoint: str, record_id: UUID) -> LandedRecord:
    """The page that a published row was read from.

    Args:
        published: `current/warehouse.duckdb` in the pipeline's home.
        endpoint: a table of `raw`, with or without the schema.
        record_id: Xero's id: the InvoiceID of an invoice, and so on.

    Raises:
        NothingPublished: there is no snapshot yet.
        RecordNotFound: there is no such table or row, or its page is not kept any more.
        PageUnreadable: the page is not what was landed.
    """
    table = _table(endpoint.removeprefix("raw."))
    organisation_id, sync_id = _row(published, table, record_id)
    shelf = Shelf(landing.root, table.endpoint, str(organisation_id))
    with _batch(shelf, sync_id) as (batch, place):
        batch.verify()
        for page, file in zip(batch.manifest.pages, batch.files, strict=True):
            for record in simplejson.loads(read_page(file), use_decimal=True)[table.list_key]:
                if str(record[table.id_field]).casefold() == str(record_id):
                    return LandedRecord(place, organisation_id, sync_id, page, record)
    raise RecordNotFound(f"{place} does not hold {record_id}.")


def _table(endpoint: str) -> RawTable:
    if endpoint not in RAW_TABLES:
        near = get_close_matches(endpoint, RAW_TABLES, n=3, cutoff=0.5) or sorted(RAW_TABLES)
        raise RecordNotFound(f"There is no table raw.{endpoint}. There are {', '.join(near)}.")
    table = raw_table(endpoint)
    if table.id_field is None:
        raise RecordNotFound(f"raw.{endpoint} holds reports, which have no ids.")
    return table


def _row(published: Path, table: RawTable, record_id: UUID) -> tuple[UUID, str]:
    """The organisation that it belongs to, and the sync that landed it."""
    with read_published(published) as connection:
        row = connection.execute(
            f"select organisation_id, _sync_id from {table.relation} where {table.key} = ? "
            "order by organisation_id",
            [record_id],
        ).fetchone()
    if row is None:
        raise RecordNotFound(
            f"{table.relation} has no row with {table.key} {record_id} in the published snapshot."
        )
    return row[0], row[1]


@contextlib.contextmanager
def _batch(shelf: Shelf, sync_id: str) -> Iterator[tuple[Batch, Path]]:
    """A batch, unpacked if it is archived, and where it is kept."""
    if shelf.is_complete(sync_id):
        folder = shelf.folder / sync_id
        yield read_batch(folder), folder
        return
    for archive in shelf.archives():
        if archive.first <= sync_id <= archive.last:
            with tempfile.TemporaryDirectory() as unpacked:
                for batch in unpack(shelf, archive, Path(unpacked)):
                    if batch.manifest.sync_id == sync_id:
                        yield batch, archive.path
                        return
    raise RecordNotFound(
        f"The pages of the sync {sync_id} are not in {shelf.folder} any more: "
        f"XERO_LANDING_KEEP_DAYS says how long they are kept."
    )
