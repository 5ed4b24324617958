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
        asked_at: when it was last read to the end.
        changed_at: the start of the last sync that changed one of its rows.
        reported_on: of a report, the latest day that it was read for.
    """

    modified_since: dt.datetime | None = None
    complete_listing_at: dt.datetime | None = None
    last_sync_id: str | None = None
    content_sha256: str | None = None
    asked_at: dt.datetime | None = None
    changed_at: dt.datetime | None = None
    reported_on: dt.date | None = None


_ADVANCING: Columns = {
    "organisation_id": "UUID",
    "endpoint": "VARCHAR",
    "sync_id": "VARCHAR",
    "is_quiet": "BOOLEAN",
    "next_cursor": "TIMESTAMP",
    "complete_listing_at": "TIMESTAMP",
    "content_sha256": "VARCHAR",
    "started_at": "TIMESTAMP",
    "as_of_date": "DATE",
}

Progress = Mapping[str, EndpointProgress]
"""One organisation's: endpoint -> how far it has come; without an entry it was never read."""


def read_progress(
    connection: duckdb.DuckDBPyConnection,
    organisation_ids: Collection[str | UUID],
    endpoints: Collection[str] | None = None,
) -> dict[str, Progress]:
    """Organisation id -> how far its endpoints have come, for any number of organisations.

    Args:
        organisation_ids: Xero's tenant ids; each has an entry in the result.
        endpoints: those that matter; None: all.
    """
    progress: dict[str, dict[str, EndpointProgress]] = {str(each): {} for each in organisation_ids}
    found = connection.execute(
        """
        select
            organisation_id, endpoint,
            modified_since, complete_listing_at, last_sync_id, content_sha256,
            asked_at, changed_at, reported_on
        from ops.cursors
        where organisation_id in (select unnest($organisation_ids::uuid[]))
            and ($endpoints is null or endpoint in (select unnest($endpoints::varchar[])))
        """,
        {
            "organisation_ids": list(progress),
            "endpoints": None if endpoints is None else list(endpoints),
        },
    ).fetchall()
    for organisation_id, endpoint, since, listed, sync_id, digest, asked, changed, day in found:
        progress[str(organisation_id)][endpoint] = EndpointProgress(
            modified_since=_aware(since),
            complete_listing_at=_aware(listed),
            last_sync_id=sync_id,
            content_sha256=digest,
            asked_at=_aware(asked),
            changed_at=_aware(changed),
            reported_on=day,
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


def advance_cursors(
    connection: duckdb.DuckDBPyConnection,
    walks: Sequence[Walk],
    changed: Collection[tuple[UUID, str]],
) -> None:
    """Write down how far these walks have brought their endpoints.

    A walk that is loaded late moves nothing back: `greatest` and `max` pass over NULL.

    Args:
        changed: (organisation id, sync id) of those that changed rows; quiet ones never do.
    """
    is_changed = [
        not walk.is_quiet and (walk.organisation_id, walk.sync_id) in changed for walk in walks
    ]
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
                arg_max_null(content_sha256, sync_id) filter (not is_quiet) as content_sha256,
                max(started_at) as asked_at,
                max(started_at) filter (is_changed) as changed_at,
                max(as_of_date) as reported_on
            from (select {unnested({**_ADVANCING, "is_changed": "BOOLEAN"})})
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
            end,
            asked_at = greatest(cursors.asked_at, advanced.asked_at),
            changed_at = greatest(cursors.changed_at, advanced.changed_at),
            reported_on = greatest(cursors.reported_on, advanced.reported_on)
        when not matched then insert by name
        """,
        {**lists_of(walks, _ADVANCING), "is_changed": is_changed},
    )


def _aware(instant: dt.datetime | None) -> dt.datetime | None:
    return instant.replace(tzinfo=dt.UTC) if instant else None
