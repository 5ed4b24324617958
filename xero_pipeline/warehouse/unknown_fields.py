"""Fields that Xero has added since its OpenAPI file was copied: kept in `_extras`, and reported.

DuckDB passes over keys that it is not told of, and parsing every page a second time would double
the cost of loading. So the bytes of new pages are searched for names of keys, and only batches
with a name that nobody has heard of are parsed here.

What the search can miss, until a rebuild with a newer catalogue finds it in the landed pages:

- In a batch beyond 1 MB only the beginning of each page and the end of the last one are searched.
  A field that every record carries shows there; one that few records carry may not.
- A name that the endpoint already uses elsewhere (a `Title` in invoice lines, where quotes have
  one) is not new as a name. Once any other name is, it is found, too.

Nothing of either is lost: pages are kept as Xero sent them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from uuid import UUID

import duckdb
import simplejson
import zstandard

from xero_pipeline.warehouse.batches import Batch, read_page
from xero_pipeline.warehouse.fields.known import KnownRecord, known_names, known_record
from xero_pipeline.warehouse.parameters import lists_of, unnested
from xero_pipeline.warehouse.reading import RawTable
from xero_pipeline.warehouse.schema import Columns, raw_columns

_SEARCHED_WHOLE = 1_000_000
_SEARCHED_OF_A_PAGE = 65_536
# A text cannot look like this: the quotes inside it are escaped.
_KEY = re.compile(rb'"(\w+)"\s*:')

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None


def keep_unknown_fields(
    connection: duckdb.DuckDBPyConnection, table: RawTable, batches: Iterable[Batch]
) -> None:
    """Fill `_extras` of the rows that these batches brought, and report in `ops.unknown_fields`.

    Runs in the transaction that loads them, before older versions of their rows are deleted.

    Args:
        batches: of the table's endpoint; their rows are in it.
    """
    known = known_names(table.endpoint, table.list_key)
    for batch in batches:
        if not _names(batch) <= known:
            found = list(_records_with_extras(batch, table))
            _keep(connection, table, batch, found)
            _report(connection, batch, found)


@dataclass(frozen=True)
class _Found:
    """A record with fields that nobody has heard of.

    Attributes:
        key: of the record; of a report what it is about.
        extras: those fields, with the objects and lists around them and nothing else.
        paths: of those fields, below the record: `LineItems.Colour`.
    """

    key: str | UUID | dt.date | None
    extras: Json
    paths: frozenset[str]


def _names(batch: Batch) -> set[bytes]:
    """The names of keys in a batch, or in those parts of it that are searched."""
    if batch.manifest.body_bytes <= _SEARCHED_WHOLE:
        parts: Iterable[bytes] = map(read_page, batch.files)
    else:
        end = read_page(batch.files[-1])[-_SEARCHED_OF_A_PAGE:]
        parts = chain(map(_beginning, batch.files), [end])
    return set(chain.from_iterable(map(_KEY.findall, parts)))


def _beginning(file: Path) -> bytes:
    with file.open("rb") as content:
        if file.suffix != ".zst":
            return content.read(_SEARCHED_OF_A_PAGE)
        return zstandard.ZstdDecompressor().stream_reader(content).read(_SEARCHED_OF_A_PAGE)


def _records_with_extras(batch: Batch, table: RawTable) -> Iterator[_Found]:
    known = known_record(table.endpoint, table.list_key)
    for file, landed in batch.pages.items():
        about = landed.contact_id or batch.manifest.as_of_date
        page = simplejson.loads(read_page(file), use_decimal=True)
        for record in page[table.list_key]:
            extras = unknown_part(record, known)
            if extras:
                key = record[table.id_field] if table.id_field else about
                yield _Found(key, extras, frozenset(unknown_paths(extras, known)))


def unknown_part(value: Json, known: KnownRecord) -> Json:
    """What of a record nobody has heard of; empty if there is nothing.

    Args:
        value: a record or a list of records. The elements of a list keep their places, so that a
            path into the record leads to the same place here.
    """
    if isinstance(value, list):
        parts = [unknown_part(each, known) for each in value]
        return [part or {} for part in parts] if any(parts) else []
    if not isinstance(value, dict):
        return {}
    nested = {
        name: unknown_part(value[name], inner)
        for name, inner in known.nested.items()
        if name in value
    }
    return {name: value[name] for name in known.unknown(value.keys())} | {
        name: part for name, part in nested.items() if part
    }


def unknown_paths(extras: Json, known: KnownRecord) -> Iterator[str]:
    """The fields in the result of `unknown_part`, as paths below the record."""
    if isinstance(extras, list):
        for each in extras:
            yield from unknown_paths(each, known)
    elif isinstance(extras, dict):
        new = known.unknown(extras.keys())
        yield from new
        for name in extras.keys() - new:
            inner = known.nested[name]
            yield from (f"{name}.{path}" for path in unknown_paths(extras[name], inner))


def _keep(
    connection: duckdb.DuckDBPyConnection, table: RawTable, batch: Batch, found: list[_Found]
) -> None:
    columns: Columns = {"key": raw_columns(table.endpoint)[table.key], "extras": "JSON"}
    manifest = batch.manifest
    connection.execute(
        f"""
        update {table.relation} as raw_row
        set _extras = found.extras
        from (
            select
                unnest($keys::{columns["key"]}[]) as key,
                unnest($extras::json[]) as extras
        ) as found
        where raw_row.{table.key} = found.key
            and raw_row.organisation_id = $organisation_id
            and raw_row._sync_id = $sync_id
        """,
        {
            "keys": [each.key for each in found],
            "extras": [simplejson.dumps(each.extras, use_decimal=True) for each in found],
            "organisation_id": manifest.organisation_id,
            "sync_id": manifest.sync_id,
        },
    )


@dataclass(frozen=True)
class _Sighting:
    organisation_id: UUID
    endpoint: str
    path: str
    seen_at: dt.datetime
    records: int


_SIGHTING_COLUMNS: Columns = {
    "organisation_id": "UUID",
    "endpoint": "VARCHAR",
    "path": "VARCHAR",
    "seen_at": "TIMESTAMP",
    "records": "BIGINT",
}


def _report(connection: duckdb.DuckDBPyConnection, batch: Batch, found: list[_Found]) -> None:
    manifest = batch.manifest
    records = Counter(path for each in found for path in each.paths)
    sightings = [
        _Sighting(manifest.organisation_id, manifest.endpoint, path, manifest.started_at, count)
        for path, count in records.items()
    ]
    connection.execute(
        f"""
        merge into ops.unknown_fields as known
        using (select {unnested(_SIGHTING_COLUMNS)}) as found
        on known.organisation_id = found.organisation_id
            and known.endpoint = found.endpoint
            and known.path = found.path
        when matched then update set
            first_seen_at = least(known.first_seen_at, found.seen_at),
            last_seen_at = greatest(known.last_seen_at, found.seen_at),
            records = known.records + found.records
        when not matched then insert
            (organisation_id, endpoint, path, first_seen_at, last_seen_at, records)
            values (
                found.organisation_id, found.endpoint, found.path,
                found.seen_at, found.seen_at, found.records
            )
        """,
        lists_of(sightings, _SIGHTING_COLUMNS),
    )
