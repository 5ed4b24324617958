"""The SQL between "all new rows are in the raw table" and "the table is right".

Every function runs inside the transaction of one endpoint, over the temporary table `pages` (those
being loaded). There are no primary keys: rows to keep are chosen among narrow columns, the others
deleted by rowid, which costs a fraction of what an upsert into an indexed table does.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import duckdb

from xero_pipeline.warehouse.attachment_looks import find_gone
from xero_pipeline.warehouse.reading import RawTable
from xero_pipeline.warehouse.walks import Counts

CountsBySync = dict[tuple[UUID, str], Counts]
"""(organisation id, sync id) -> what it did to the raw table."""


def count_first_rows(connection: duckdb.DuckDBPyConnection, table: RawTable) -> CountsBySync | None:
    """Count rows that came into slices of the table which were empty: every one is new.

    Returns:
        None when a walk listed a row twice, as it does when one is edited in the meantime: versions
        have to be compared.
    """
    counted = connection.execute(
        f"""
        select organisation_id, _sync_id, count(*), count(distinct {table.key})
        from {table.relation}
        semi join pages
            on pages.organisation_id = {table.endpoint}.organisation_id
            and pages.sync_id = {table.endpoint}._sync_id
        group by organisation_id, _sync_id
        """
    ).fetchall()
    if any(rows != keys for _, _, rows, keys in counted):
        return None
    return {(organisation, sync): Counts(rows, rows) for organisation, sync, rows, _ in counted}


def keep_newest_versions(connection: duckdb.DuckDBPyConnection, table: RawTable) -> CountsBySync:
    """Of each row keep the version edited last at Xero, of equal ones that of the newer sync."""
    _collect_versions(connection, table)
    _replace_versions(connection, table)
    counted = connection.execute(
        """
        select organisation_id, sync_id, sum(received)::bigint, sum(changed)::bigint
        from (
            select organisation_id, version.sync_id, 1 as received, 0 as changed
            from versions
            where is_received
            union all
            select organisation_id, version.sync_id, 0 as received, 1 as changed
            from newest
            where is_changed
        ) as listed
        group by all
        """
    ).fetchall()
    return {(organisation, sync): Counts(*numbers) for organisation, sync, *numbers in counted}


def _collect_versions(connection: duckdb.DuckDBPyConnection, table: RawTable) -> None:
    """The temporary tables `versions` (all of each received row) and `newest` (one of each)."""
    version = f"raw_row.{table.version}" if table.version else "null::timestamp"
    connection.execute(
        f"""
        create or replace temp table versions as
        with received as (
            select raw_row.organisation_id, raw_row.{table.key} as key
            from {table.relation} as raw_row
            semi join pages
                on pages.organisation_id = raw_row.organisation_id
                and pages.sync_id = raw_row._sync_id
        ),
        syncs as (
            select distinct organisation_id, sync_id from pages
        )
        select
            raw_row.organisation_id,
            raw_row.{table.key} as key,
            raw_row._first_seen_at,
            raw_row._synced_at,
            raw_row._removed_at,
            syncs.sync_id is not null as is_received,
            -- Structs compare field by field, in this order.
            struct_pack(
                edited_at := coalesce({version}, '-infinity'),
                sync_id := raw_row._sync_id,
                row_id := raw_row.rowid,
                row_hash := raw_row._row_hash
            ) as version
        from {table.relation} as raw_row
        semi join received
            on received.organisation_id = raw_row.organisation_id
            and received.key = raw_row.{table.key}
        left join syncs
            on syncs.organisation_id = raw_row.organisation_id
            and syncs.sync_id = raw_row._sync_id
        """
    )
    connection.execute(
        """
        create or replace temp table newest as
        select
            organisation_id,
            max(version) as version,
            min(_first_seen_at) as _first_seen_at,
            max(_synced_at) as _synced_at,
            max(version.sync_id) as _sync_id,
            -- New, of other content, or back after it was gone.
            max(version).row_hash
                is distinct from any_value(version.row_hash) filter (not is_received)
            or bool_or(_removed_at is not null) as is_changed
        from versions
        group by organisation_id, key
        """
    )


def _replace_versions(connection: duckdb.DuckDBPyConnection, table: RawTable) -> None:
    """Of each row the newest version remains, with what loading knew of the older ones."""
    connection.execute(
        f"""
        delete from {table.relation}
        where rowid in (select version.row_id from versions)
            and rowid not in (select version.row_id from newest)
        """
    )
    connection.execute(
        f"""
        update {table.relation} as raw_row
        set
            _first_seen_at = newest._first_seen_at,
            _synced_at = newest._synced_at,
            _sync_id = newest._sync_id,
            _removed_at = null
        from newest
        where newest.version.row_id = raw_row.rowid
            and (
                raw_row._first_seen_at <> newest._first_seen_at
                or raw_row._synced_at <> newest._synced_at
                or raw_row._sync_id <> newest._sync_id
                or raw_row._removed_at is not null
            )
        """
    )


def mark_removed(
    connection: duckdb.DuckDBPyConnection, table: RawTable, organisation_ids: Collection[UUID]
) -> dict[tuple[UUID, str], int]:
    """Rows that the first complete listing after their last sync did not hold are gone.

    A complete listing gives all its rows its own sync id, so whatever has an older one was missing.
    A list by document does so for the rows of its document.

    Returns:
        (organisation id, sync id) of the listing that showed it -> rows; also in `ops.syncs`.
    """
    if table.by_document:
        find_gone(connection, table)
    else:
        _find_gone(connection, table, organisation_ids)
    counted = connection.execute(
        "select organisation_id, sync_id, count(*) from gone group by all"
    ).fetchall()
    if counted:
        _write_removals(connection, table)
    return {(organisation, sync): rows for organisation, sync, rows in counted}


def _find_gone(
    connection: duckdb.DuckDBPyConnection, table: RawTable, organisation_ids: Collection[UUID]
) -> None:
    """The temporary table `gone`: rows, and the listing that showed it."""
    connection.execute(
        f"""
        create or replace temp table gone as
        with listings as (
            select syncs.organisation_id, syncs.sync_id, syncs.started_at
            from ops.syncs
            where syncs.endpoint = $endpoint
                and syncs.complete_listing
                and syncs.organisation_id in (select unnest($organisation_ids::uuid[]))
        ),
        latest as (
            select organisation_id, max(sync_id) as sync_id from listings group by organisation_id
        ),
        missing as (
            select raw_row.rowid as row_id, raw_row.organisation_id, raw_row._sync_id
            from {table.relation} as raw_row
            join latest using (organisation_id)
            where raw_row._sync_id < latest.sync_id and raw_row._removed_at is null
        )
        select
            missing.row_id,
            any_value(missing.organisation_id) as organisation_id,
            min(listings.sync_id) as sync_id,
            min(listings.started_at) as removed_at
        from missing
        join listings
            on listings.organisation_id = missing.organisation_id
            and listings.sync_id > missing._sync_id
        group by missing.row_id
        """,
        {"endpoint": table.endpoint, "organisation_ids": list(organisation_ids)},
    )


def _write_removals(connection: duckdb.DuckDBPyConnection, table: RawTable) -> None:
    connection.execute(
        f"""
        update {table.relation} as raw_row
        set _removed_at = gone.removed_at
        from gone
        where gone.row_id = raw_row.rowid
        """
    )
    connection.execute(
        """
        update ops.syncs
        set rows_removed = rows_removed + counted.rows
        from (
            select organisation_id, sync_id, count(*) as rows from gone group by all
        ) as counted
        where syncs.endpoint = $endpoint
            and syncs.organisation_id = counted.organisation_id
            and syncs.sync_id = counted.sync_id
        """,
        {"endpoint": table.endpoint},
    )
