"""The SQL between "all new rows are in the raw table" and "the table is right".

Every function runs inside the transaction of one endpoint, over the temporary table `batches` (the
batches being loaded). There are no primary keys: rows to keep are chosen among narrow columns, the
others deleted by rowid, which costs a fraction of what an upsert into an indexed table does.
"""

from __future__ import annotations

import duckdb

from xero_pipeline.warehouse.reading import RawTable


def keep_newest_versions(connection: duckdb.DuckDBPyConnection, table: RawTable) -> None:
    """Of each row keep the version edited last at Xero, of equal ones that of the newer sync.

    Leaves the temporary tables `versions` and `newest` for `record_syncs`.
    """
    version = f"raw_row.{table.version}" if table.version else "null::timestamp"
    connection.execute(
        f"""
        create or replace temp table received as
        select raw_row.rowid as row_id, raw_row.organisation_id, raw_row.{table.key} as key
        from {table.relation} as raw_row
        semi join batches
            on batches.organisation_id = raw_row.organisation_id
            and batches.sync_id = raw_row._sync_id
        """
    )
    connection.execute(
        f"""
        create or replace temp table versions as
        select
            raw_row.organisation_id,
            raw_row.{table.key} as key,
            raw_row._first_seen_at,
            raw_row._synced_at,
            raw_row._removed_at,
            batches.sync_id is not null as is_received,
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
        left join batches
            on batches.organisation_id = raw_row.organisation_id
            and batches.sync_id = raw_row._sync_id
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


def record_syncs(connection: duckdb.DuckDBPyConnection, table: RawTable) -> None:
    """One row of `ops.syncs` per batch."""
    connection.execute(
        """
        insert into ops.syncs by name
        with received as (
            select organisation_id, version.sync_id as sync_id, count(*) as rows_received
            from versions
            where is_received
            group by all
        ),
        changed as (
            select organisation_id, version.sync_id as sync_id, count(*) as rows_changed
            from newest
            where is_changed
            group by all
        )
        select
            batches.* exclude (next_cursor),
            $endpoint as endpoint,
            get_current_timestamp()::timestamp as loaded_at,
            coalesce(rows_received, 0) as rows_received,
            coalesce(rows_changed, 0) as rows_changed,
            0 as rows_removed
        from batches
        left join received using (organisation_id, sync_id)
        left join changed using (organisation_id, sync_id)
        """,
        {"endpoint": table.endpoint},
    )


def mark_removed(connection: duckdb.DuckDBPyConnection, table: RawTable) -> None:
    """Rows that the first complete listing after their last sync did not hold are gone.

    A complete listing gives all its rows its own sync id, so whatever has an older one was missing.
    """
    connection.execute(
        f"""
        create or replace temp table gone as
        with listings as (
            select syncs.organisation_id, syncs.sync_id, syncs.started_at
            from ops.syncs
            semi join batches using (organisation_id)
            where syncs.endpoint = $endpoint and syncs.complete_listing
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
        {"endpoint": table.endpoint},
    )
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


def advance_cursors(connection: duckdb.DuckDBPyConnection, table: RawTable) -> None:
    """Move the cursors of these organisations on; a batch loaded late never moves one back."""
    parameters = {"endpoint": table.endpoint}
    connection.execute(
        """
        create or replace temp table advanced as
        select
            organisation_id,
            $endpoint as endpoint,
            max(modified_since) as modified_since,
            max(complete_listing_at) as complete_listing_at
        from (
            select organisation_id, modified_since, complete_listing_at
            from ops.cursors
            semi join batches using (organisation_id)
            where endpoint = $endpoint
            union all
            select organisation_id, next_cursor, case when complete_listing then started_at end
            from batches
        )
        group by organisation_id
        """,
        parameters,
    )
    connection.execute(
        """
        delete from ops.cursors
        where endpoint = $endpoint
            and organisation_id in (select organisation_id from advanced)
        """,
        parameters,
    )
    connection.execute("insert into ops.cursors by name from advanced")
