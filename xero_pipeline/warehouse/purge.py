"""Forget an organisation: its landed pages, its rows in every table, and snapshots with them."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb

from xero_pipeline.warehouse.connection import (
    DEFAULT_DEADLINE_SECONDS,
    open_warehouse,
    transaction,
)
from xero_pipeline.warehouse.landing import Landing
from xero_pipeline.warehouse.shelf import UNLOADED
from xero_pipeline.warehouse.wire_types import quoted


@dataclass(frozen=True)
class Purged:
    """What was deleted.

    Attributes:
        files: landed ones.
        rows: of all tables of the build database.
        organisations_left: with rows in the build database.
    """

    files: int
    rows: int
    organisations_left: int


def purge_organisation(
    organisation_id: str,
    landing: Landing,
    build_database: Path,
    *,
    deadline_seconds: float = DEFAULT_DEADLINE_SECONDS,
) -> Purged:
    """Delete an organisation's pages and rows: raw, ops, models and their history.

    Its connection has to be removed before, so that no sync brings anything back. Killed or
    failed, it is finished by calling it again. Snapshots that readers see are not touched: publish,
    then `remove_earlier_snapshots`; or `unpublish`, when this was the last organisation.

    Args:
        organisation_id: Xero's tenant id.
        deadline_seconds: how long to wait for another process to let go of the build database.

    Raises:
        LandingBusy: a rebuild is under way, or the landing zone is being tidied up.
        WarehouseBusy: another program has the build database open.
    """
    with landing.to_itself():
        files = _delete_pages(landing.root, organisation_id)
        if not build_database.exists():
            return Purged(files, 0, 0)
        with open_warehouse(build_database, deadline_seconds=deadline_seconds) as connection:
            rows = _delete_rows(connection, organisation_id)
            left = _organisations(connection)
            connection.execute("checkpoint")
    return Purged(files, rows, left)


def _delete_pages(root: Path, organisation_id: str) -> int:
    folders = [*root.glob(f"[!.]*/{organisation_id}"), root / UNLOADED / organisation_id]
    files = sum(1 for folder in folders[:-1] for each in folder.rglob("*") if each.is_file())
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    return files


def _organisations(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute("select count(distinct organisation_id) from ops.syncs").fetchone()
    return int(row[0]) if row else 0


def _delete_rows(connection: duckdb.DuckDBPyConnection, organisation_id: str) -> int:
    tables = connection.execute(
        "select schema_name, table_name from duckdb_columns() "
        "join duckdb_tables() using (database_name, schema_name, table_name) "
        "where database_name = current_database() and column_name = 'organisation_id'"
    ).fetchall()
    deleted = 0
    with transaction(connection):
        for schema, table in tables:
            row = connection.execute(
                f"delete from {quoted(schema)}.{quoted(table)} where organisation_id::varchar = ?",
                [organisation_id.lower()],
            ).fetchone()
            deleted += int(row[0]) if row else 0
    return deleted
