"""The tables that are not models: `raw` (loaded pages) and `ops` (what the pipeline did).

Tables are created when missing and gain columns when the catalogue does; nothing is ever dropped.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from xero_pipeline.warehouse.connection import (
    DEFAULT_CONFIG,
    DEFAULT_DEADLINE_SECONDS,
    DEFAULT_MEMORY,
    open_warehouse,
    transaction,
)
from xero_pipeline.warehouse.raw_tables import RAW_TABLES
from xero_pipeline.warehouse.wire_types import quoted
from xero_pipeline.xero.endpoints import ATTACHMENTS, CONTACT_REPORTS, REPORTS

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

SCHEMAS = ("raw", "seeds", "staging", "intermediate", "snapshots", "marts", "ops")

Columns = Mapping[str, str]

# What loading knows about a row: when a sync first and last listed it, when it was found gone, the
# last sync, a hash of the content, and fields that are new to us (`unknown_fields`). Instants are
# Xero's clock when the sync began, UTC.
_ROW_META: Columns = {
    "_first_seen_at": "TIMESTAMP",
    "_synced_at": "TIMESTAMP",
    "_removed_at": "TIMESTAMP",
    "_sync_id": "VARCHAR",
    "_row_hash": "UBIGINT",
    "_extras": "JSON",
}
_REPORT_NAMES = frozenset(report.name for report in (*REPORTS, *CONTACT_REPORTS))
_CONTACT_REPORT_NAMES = frozenset(report.name for report in CONTACT_REPORTS)

OPS_TABLES: Mapping[str, Columns] = {
    "syncs": {
        "sync_id": "VARCHAR",
        "organisation_id": "UUID",
        "endpoint": "VARCHAR",
        "started_at": "TIMESTAMP",
        "finished_at": "TIMESTAMP",
        "loaded_at": "TIMESTAMP",
        "complete_listing": "BOOLEAN",
        "is_quiet": "BOOLEAN",
        "same_as": "VARCHAR",
        "content_sha256": "VARCHAR",
        "modified_since": "TIMESTAMP",
        "as_of_date": "DATE",
        "rows_received": "BIGINT",
        "rows_changed": "BIGINT",
        "rows_removed": "BIGINT",
        "pages": "BIGINT",
        "calls": "BIGINT",
        "wire_bytes": "BIGINT",
        "body_bytes": "BIGINT",
    },
    "cursors": {
        "organisation_id": "UUID",
        "endpoint": "VARCHAR",
        "modified_since": "TIMESTAMP",
        "complete_listing_at": "TIMESTAMP",
        "last_sync_id": "VARCHAR",
        "content_sha256": "VARCHAR",
        "asked_at": "TIMESTAMP",
        "changed_at": "TIMESTAMP",
        "reported_on": "DATE",
    },
    "attachment_looks": {
        "organisation_id": "UUID",
        "endpoint": "VARCHAR",
        "document_id": "UUID",
        "sync_id": "VARCHAR",
        "looked_at": "TIMESTAMP",
    },
    "unknown_fields": {
        "organisation_id": "UUID",
        "endpoint": "VARCHAR",
        "path": "VARCHAR",
        "first_seen_at": "TIMESTAMP",
        "last_seen_at": "TIMESTAMP",
        "records": "BIGINT",
    },
    "connections": {
        "organisation_id": "UUID",
        "organisation_key": "VARCHAR",
        "organisation_name": "VARCHAR",
        "workspace": "VARCHAR",
        "purpose": "VARCHAR",
        "country": "VARCHAR",
        "base_currency": "VARCHAR",
        "short_code": "VARCHAR",
        "timezone": "VARCHAR",
        "connected_by": "VARCHAR",
        "connected_at": "TIMESTAMP",
        "status": "VARCHAR",
        "status_cause": "VARCHAR",
        "status_reason": "VARCHAR",
        "next_step": "VARCHAR",
        "degraded_endpoints": "VARCHAR[]",
        "resume_at": "TIMESTAMP",
        "expires_in_days": "INTEGER",
        "last_sync_at": "TIMESTAMP",
        "scopes": "VARCHAR[]",
    },
    "monitored_accounts": {
        "organisation_id": "UUID",
        "account_id": "UUID",
        "account_code": "VARCHAR",
        "look_back_days": "INTEGER",
        "document_types": "VARCHAR[]",
        "selected_at": "TIMESTAMP",
    },
    "task_answers": {
        "answer_id": "BIGINT",
        "organisation_id": "UUID",
        "task_id": "UUID",
        "document_type": "VARCHAR",
        "document_id": "UUID",
        "seen_version": "INTEGER",
        "seen_contents_hash": "VARCHAR",
        "account_id": "UUID",
        "account_code": "VARCHAR",
        "lines": "JSON",
        "comment": "VARCHAR",
        "tracking": "JSON",
        "contact_id": "UUID",
        "contact_name": "VARCHAR",
        "answered_by": "VARCHAR",
        "answered_at": "TIMESTAMP",
        "state": "VARCHAR",
        "reason": "VARCHAR",
        "decided_by": "VARCHAR",
        "decided_at": "TIMESTAMP",
    },
    "task_answer_files": {
        "organisation_id": "UUID",
        "file_id": "BIGINT",
        "answer_id": "BIGINT",
        "name": "VARCHAR",
        "media_type": "VARCHAR",
        "bytes": "BIGINT",
        "sha256": "VARCHAR",
    },
    "task_decisions": {
        "decision_id": "BIGINT",
        "organisation_id": "UUID",
        "task_id": "UUID",
        "document_type": "VARCHAR",
        "document_id": "UUID",
        "kind": "VARCHAR",
        "actor": "VARCHAR",
        "decided_at": "TIMESTAMP",
        "note": "VARCHAR",
        "answer_id": "BIGINT",
        "contents_hash": "VARCHAR",
        "event_id": "UUID",
    },
    "writebacks": {
        "writeback_id": "BIGINT",
        "answer_id": "BIGINT",
        "organisation_id": "UUID",
        "task_id": "UUID",
        "step": "VARCHAR",
        "idempotency_key": "VARCHAR",
        "state": "VARCHAR",
        "before": "JSON",
        "after": "JSON",
        "request": "JSON",
        "started_at": "TIMESTAMP",
        "finished_at": "TIMESTAMP",
        "reason": "VARCHAR",
    },
    "attachment_files": {
        "organisation_id": "UUID",
        "attachment_id": "UUID",
        "document_id": "UUID",
        "name": "VARCHAR",
        "media_type": "VARCHAR",
        "bytes": "BIGINT",
        "sha256": "VARCHAR",
        "stored_as": "VARCHAR",
        "fetched_at": "TIMESTAMP",
    },
    "api_usage": {
        "organisation_id": "UUID",
        "endpoint": "VARCHAR",
        "day": "DATE",
        "tier": "VARCHAR",
        "calls": "BIGINT",
        "wire_bytes": "BIGINT",
        "body_bytes": "BIGINT",
    },
    "models": {
        "relation": "VARCHAR",
        "fingerprint": "VARCHAR",
    },
    "builds": {
        "step": "VARCHAR",
        "organisation_id": "UUID",
        "inputs": "UBIGINT",
        "number": "BIGINT",
    },
    "layout": {
        "fingerprint": "VARCHAR",
    },
}


def raw_columns(endpoint: str) -> Columns:
    """The columns of `raw.<endpoint>` in order: name -> DuckDB type."""
    own = {field.column: field.type.column for field in RAW_TABLES[endpoint].fields}
    about = columns_about_page(endpoint)
    return {"organisation_id": "UUID", **about, **own, **_ROW_META}


def columns_about_page(endpoint: str) -> Columns:
    """What a page does not say by itself: a report its day, and whom it is about if about one
    contact; a list of files the document that they hang on."""
    if endpoint == ATTACHMENTS.name:
        return {"endpoint": "VARCHAR", "document_id": "UUID"}
    as_of = {"as_of_date": "DATE"} if endpoint in _REPORT_NAMES else {}
    contact = {"contact_id": "UUID"} if endpoint in _CONTACT_REPORT_NAMES else {}
    return {**as_of, **contact}


@contextmanager
def open_build_database(
    path: Path,
    *,
    deadline_seconds: float = DEFAULT_DEADLINE_SECONDS,
    memory: str = DEFAULT_MEMORY,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The build database for writing, with every table in place; as `open_warehouse` otherwise.

    Args:
        memory: DuckDB's memory_limit: "4GB".
    """
    config = {**DEFAULT_CONFIG, "memory_limit": memory}
    with open_warehouse(path, deadline_seconds=deadline_seconds, config=config) as connection:
        create_tables(connection)
        yield connection


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create schemas and tables that are missing; add columns that the catalogue has gained.

    A fingerprint in the file says which catalogue it was made for: as long as that is this one,
    nothing is compared.
    """
    declared = {
        **{("raw", endpoint): raw_columns(endpoint) for endpoint in RAW_TABLES},
        **{("ops", table): columns for table, columns in OPS_TABLES.items()},
    }
    fingerprint = _fingerprint(declared)
    if _layout(connection) == fingerprint:
        return
    with transaction(connection):
        for schema in SCHEMAS:
            connection.execute(f"create schema if not exists {schema}")
        for (schema, table), columns in declared.items():
            listed = ", ".join(f"{quoted(name)} {type_}" for name, type_ in columns.items())
            connection.execute(f"create table if not exists {schema}.{table} ({listed})")
        _add_gained_columns(connection, declared)
        connection.execute("delete from ops.layout")
        connection.execute("insert into ops.layout values (?)", [fingerprint])


def _fingerprint(declared: Mapping[tuple[str, str], Columns]) -> str:
    listed = [(name, list(columns.items())) for name, columns in declared.items()]
    return hashlib.sha256(repr((SCHEMAS, listed)).encode()).hexdigest()


def _layout(connection: duckdb.DuckDBPyConnection) -> str | None:
    """The fingerprint of the catalogue that this file was made for."""
    try:
        row = connection.execute("select fingerprint from ops.layout").fetchone()
    except duckdb.CatalogException:  # a new file, or one that is older than fingerprints
        return None
    return row[0] if row else None


def replace_ops_table(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    rows: Iterable[DataclassInstance | Mapping[str, Any]],
    *,
    since: dt.date | None = None,
) -> int:
    """Replace the rows of an `ops` table in one transaction.

    Args:
        table: a name in OPS_TABLES, without the schema.
        rows: dataclasses or mappings. Only the table's own columns are taken, by name, so that
            whatever else the caller's objects hold (tokens) stays outside; absent ones are NULL.
        since: of a table with a column `day`: earlier days stay as they are.

    Returns:
        The number of rows written.
    """
    columns = OPS_TABLES[table]
    records = [{column: _value(row, column) for column in columns} for row in rows]
    with transaction(connection):
        if since is None:
            connection.execute(f"delete from ops.{table}")
        else:
            connection.execute(f"delete from ops.{table} where day >= ?", [since])
        # As one parameter: a parameter for each value takes a hundred times as long.
        connection.execute(
            f"insert into ops.{table} by name "
            "select unnest(row) from (select unnest(from_json(?, ?)) as row)",
            [json.dumps(records, default=str), _json_structure(columns)],
        )
    return len(records)


def _json_structure(columns: Columns) -> str:
    """The columns' types in the form that DuckDB's from_json takes."""
    lists = {name: [type_.removesuffix("[]")] for name, type_ in columns.items() if "[" in type_}
    return json.dumps([{**columns, **lists}])


def _value(row: DataclassInstance | Mapping[str, Any], column: str) -> object:
    value = row.get(column) if isinstance(row, Mapping) else getattr(row, column, None)
    if isinstance(value, dt.datetime) and value.tzinfo:
        return value.astimezone(dt.UTC).replace(tzinfo=None)
    if isinstance(value, Enum):
        return value.value
    return list(value) if isinstance(value, tuple) else value


def _add_gained_columns(
    connection: duckdb.DuckDBPyConnection, declared: Mapping[tuple[str, str], Columns]
) -> None:
    present = _present_columns(connection)
    canonical = _canonical_types(connection, declared.values())
    for (schema, table), columns in declared.items():
        for name, type_ in columns.items():
            found = present.get((schema, table, name))
            if found is None:
                change = f"add column {quoted(name)} {type_}"
            elif found != canonical[type_]:
                # Nested records gain fields: DuckDB casts structs by field name.
                change = f"alter column {quoted(name)} set data type {type_}"
            else:
                continue
            connection.execute(f"alter table {schema}.{table} {change}")


def _present_columns(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str, str], str]:
    rows = connection.execute(
        "select schema_name, table_name, column_name, data_type from duckdb_columns() "
        "where database_name = current_database()"
    ).fetchall()
    return {(schema, table, column): type_ for schema, table, column, type_ in rows}


def _canonical_types(
    connection: duckdb.DuckDBPyConnection, declared: Iterable[Columns]
) -> dict[str, str]:
    """Types as DuckDB spells them in its catalogue."""
    types = sorted({type_ for columns in declared for type_ in columns.values()})
    row = connection.execute(
        "select " + ", ".join(f"typeof(null::{type_})" for type_ in types)
    ).fetchone()
    return dict(zip(types, row or (), strict=True))
