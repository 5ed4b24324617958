"""How a raw table is read out of landed pages: one SELECT over any number of files.

DuckDB parses the JSON with the types that raw_tables.py declares; Python never sees a record.
"""

from __future__ import annotations

from dataclasses import dataclass

from xero_pipeline.warehouse.raw_tables import RAW_TABLES
from xero_pipeline.warehouse.schema import columns_about_page
from xero_pipeline.warehouse.wire_types import Record, quoted, snake_case
from xero_pipeline.xero.endpoints import (
    ATTACHMENTS,
    CONTACT_REPORTS,
    ENDPOINTS,
    EXTRA_ENDPOINTS,
    REPORTS,
)

_VERSION = "updated_date_utc"
# DuckDB sets twice as much aside for each thread and file.
_SMALL_PAGE_BYTES = 1_048_576


@dataclass(frozen=True)
class RawTable:
    """One raw table and how its rows are told apart.

    Attributes:
        endpoint: the name in the catalogue.
        list_key: the key of a page that holds the records.
        id_field: the key of a record, as Xero spells it; None for reports, which have none.
        key: the column that identifies a row within an organisation. Of a report it is the day,
            of a report by contact the contact, whose newest one stays.
        version: the column that grows with every edit at Xero; None where Xero has none.
        record: the declared fields.
        by_document: a page holds what hangs on one document, all of it.
    """

    endpoint: str
    list_key: str
    id_field: str | None
    key: str
    version: str | None
    record: Record
    by_document: bool = False

    @property
    def relation(self) -> str:
        return f"raw.{self.endpoint}"


def raw_table(endpoint: str) -> RawTable:
    """The raw table of an endpoint or report of the catalogue."""
    record = RAW_TABLES[endpoint]
    if endpoint in {report.name for report in REPORTS}:
        return RawTable(endpoint, "Reports", None, "as_of_date", None, record)
    if endpoint in {report.name for report in CONTACT_REPORTS}:
        return RawTable(endpoint, "Reports", None, "contact_id", None, record)
    entries = (*ENDPOINTS, *EXTRA_ENDPOINTS, ATTACHMENTS)
    entry = next(entry for entry in entries if entry.name == endpoint)
    key = snake_case(entry.id_field)
    versioned = any(field.column == _VERSION for field in record.fields)
    return RawTable(
        endpoint,
        entry.list_key,
        entry.id_field,
        key,
        _VERSION if versioned else None,
        record,
        entry.by_document,
    )


def select_rows(table: RawTable, largest_page: int) -> str:
    """The rows of all pages in the temporary table `pages`, with the columns of the raw table.

    Takes the parameter `$files`. A page without its list, or a record without its id, stops the
    statement: an error answer read as an empty list would declare every record gone.

    Args:
        largest_page: bytes, decompressed.
    """
    columns = ",\n    ".join(
        f"{_converted(table, field.name)} as {quoted(field.column)}"
        for field in table.record.fields
    )
    about = "".join(f"{column}, " for column in columns_about_page(table.endpoint))
    return f"""
select
    organisation_id,
    {about}
    {columns},
    started_at as _first_seen_at,
    started_at as _synced_at,
    null as _removed_at,
    sync_id as _sync_id,
    hash(item) as _row_hash
from (
    select
        pages.*,
        unnest({_or_error(quoted(table.list_key), f"there is no {table.list_key} in it")}) as item
    from {typed_pages(table, largest_page)}
    join pages using (filename)
)"""


def typed_pages(table: RawTable, largest_page: int) -> str:
    """Pages as DuckDB's JSON reader gives them: a row per page, its records as a list of structs.

    Takes the parameter `$files`.

    Args:
        largest_page: bytes, decompressed.
    """
    return f"""read_json(
        $files,
        columns = {{{quoted(table.list_key)}: '{table.record.wire}[]'}},
        records = true,
        format = 'unstructured',
        maximum_object_size = {max(largest_page, _SMALL_PAGE_BYTES)},
        filename = true
    )"""


def _converted(table: RawTable, name: str) -> str:
    value = f"item.{quoted(name)}"
    field = next(field for field in table.record.fields if field.name == name)
    converted = field.type.converted(value)
    return _or_error(converted, f"a record has no {name}") if name == table.id_field else converted


def _or_error(value: str, reason: str) -> str:
    """In the form of DuckDB's own messages, so that one pattern finds the file in both."""
    return f"""coalesce({value}, error('in file "' || filename || '": {reason}'))"""
