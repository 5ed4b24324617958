"""How far each endpoint of each organisation has come: where its next increment starts, and what
its newest batch held."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import duckdb

from xero_pipeline.warehouse.parameters import lists_of, unnested
from xero_pipeline.warehouse.schema import Columns
from xero_pipeline.warehouse.walks import Walk


@dataclass(frozen=True)
class EndpointProgress:
    """How far one endpoint of one organisation has come; a row of `ops.cursors`. Instants are UTC.

    Attributes:
        modified_since: the If-Modified-Since of the next increment; None: there was no first.
        complete_listing_at: when every record was last listed.
        last_sync_id: the newest batch that is loaded; None where only quiet walks are.
        content_sha256: of that batch's records, if it is a complete listing. A later listing with
            the same hash changes nothing. After an increment it is None: what that brought may be
            gone again from a listing that equals the one before it.
    """

    modified_since: dt.datetime | None = None
    complete_listing_at: dt.datetime | None = None
    last_sync_id: str | None = None
    content_sha256: str | None = None


_ADVANCING: Columns = {
    "organisation_id": "UUID",
    "endpoint": "VARCHAR",
    "sync_id": "VARCHAR",
    "is_quiet": "BOOLEAN",
    "next_cursor": "TIMESTAMP",
    "complete_listing_at": "TIMESTAMP",
    "content_sha256": "VARCHAR",
}

Progress = Mapping[str, EndpointProgress]
"""One organisation's: endpoint -> how far it has come; without an entry it was never read."""


def read_progress(
    connection: duckdb.DuckDBPyConnection, organisation_ids: Collection[str | UUID]
) -> dict[str, Progress]:
    """Organisation id -> how far its endpoints have come, for any number of organisations.

    Args:
        organisation_ids: Xero's tenant ids; each has an entry in the result.
    """
    progress: dict[str, dict[str, EndpointProgress]] = {str(each): {} for each in organisation_ids}
    found = connection.execute(
        """
        select
            organisation_id, endpoint,
            modified_since, complete_listing_at, last_sync_id, content_sha256
        from ops.cursors
        where organisation_id in (select unnest($organisation_ids::uuid[]))
        """,
        {"organisation_ids": list(progress)},
    ).fetchall()
    for organisation_id, endpoint, since, listed_at, sync_id, digest in found:
        progress[str(organisation_id)][endpoint] = EndpointProgress(
            _aware(since), _aware(listed_at), sync_id, digest
        )
    return dict(progress)


def read_cursors(
    connection: duckdb.DuckDBPyConnection, organisation_id: str | UUID
) -> dict[str, dt.datetime]:
    """Endpoint -> the If-Modified-Since of its next increment (UTC), where it has had a first.

    Args:
        organisation_id: Xero's tenant id.
    """
    progress = read_progress(connection, [organisation_id])[str(organisation_id)]
    return {
        endpoint: each.modified_since
        for endpoint, each in progress.items()
        if each.modified_since is not None
    }


def advance_cursors(connection: duckdb.DuckDBPyConnection, walks: Sequence[Walk]) -> None:
    """Write down how far these walks have brought their endpoints.

    A walk that is loaded late moves nothing back: `greatest` and `max` pass over NULL.
    """
    connection.execute(
        f"""
        merge into ops.cursors
        using (
            select
                organisation_id,
                endpoint,
                max(next_cursor) as modified_since,
                max(complete_listing_at) as complete_listing_at,
                max(sync_id) filter (not is_quiet) as last_sync_id,
                arg_max_null(content_sha256, sync_id) filter (not is_quiet) as content_sha256
            from (select {unnested(_ADVANCING)})
            group by all
        ) as advanced
        using (organisation_id, endpoint)
        when matched then update set
            modified_since = greatest(cursors.modified_since, advanced.modified_since),
            complete_listing_at
                = greatest(cursors.complete_listing_at, advanced.complete_listing_at),
            last_sync_id = greatest(cursors.last_sync_id, advanced.last_sync_id),
            content_sha256 = case
                when advanced.last_sync_id >= coalesce(cursors.last_sync_id, '')
                    then advanced.content_sha256
                else cursors.content_sha256
            end
        when not matched then insert by name
        """,
        lists_of(walks, _ADVANCING),
    )


def _aware(instant: dt.datetime | None) -> dt.datetime | None:
    return instant.replace(tzinfo=dt.UTC) if instant else None
