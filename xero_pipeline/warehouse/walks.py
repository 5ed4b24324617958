"""What loading writes down about walks: one row of `ops.syncs` each, quiet ones too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import duckdb

from xero_pipeline.warehouse.landing import Manifest, QuietWalk
from xero_pipeline.warehouse.parameters import lists_of, unnested
from xero_pipeline.warehouse.schema import OPS_TABLES

QUIET_WALKS_KEPT = dt.timedelta(days=14)
"""How long `ops.syncs` tells of walks that brought nothing. A thousand organisations asked every
15 minutes make almost a million of them a day."""


@dataclass(frozen=True)
class Walk:
    """One walk over one endpoint of one organisation. Instants are UTC.

    Attributes:
        sync_id: the batch's; a quiet walk bears that of the organisation's batch it came with.
        is_quiet: it brought nothing new and left no batch.
        same_as: of a quiet complete listing, the sync whose listing it repeated.
        complete_listing: it says which records are gone. A quiet one does not: it names none that
            the listing it repeats has not named.

        The others are those of `Manifest`.
    """

    sync_id: str
    organisation_id: UUID
    endpoint: str
    started_at: dt.datetime
    finished_at: dt.datetime | None
    modified_since: dt.datetime | None
    next_cursor: dt.datetime | None
    complete_listing: bool
    is_quiet: bool
    same_as: str | None
    content_sha256: str | None
    as_of_date: dt.date | None
    pages: int
    calls: int
    wire_bytes: int
    body_bytes: int

    @property
    def complete_listing_at(self) -> dt.datetime | None:
        """When this walk saw every record there was."""
        return self.started_at if self.complete_listing or self.same_as else None


@dataclass(frozen=True)
class Counts:
    """What a walk did to its raw table."""

    rows_received: int = 0
    rows_changed: int = 0
    rows_removed: int = 0


def walks_of(manifest: Manifest) -> Iterator[Walk]:
    """The batch's own walk, and the quiet ones that its manifest tells of."""
    yield Walk(
        sync_id=manifest.sync_id,
        organisation_id=manifest.organisation_id,
        endpoint=manifest.endpoint,
        started_at=manifest.started_at,
        finished_at=manifest.finished_at,
        modified_since=manifest.modified_since,
        next_cursor=manifest.next_cursor,
        complete_listing=manifest.complete_listing,
        is_quiet=False,
        same_as=None,
        content_sha256=manifest.content_sha256,
        as_of_date=manifest.as_of_date,
        pages=len(manifest.pages),
        calls=manifest.calls,
        wire_bytes=manifest.wire_bytes,
        body_bytes=manifest.body_bytes,
    )
    for quiet in manifest.quiet:
        yield _quiet_walk(manifest, quiet)


def _quiet_walk(manifest: Manifest, quiet: QuietWalk) -> Walk:
    return Walk(
        sync_id=manifest.sync_id,
        organisation_id=manifest.organisation_id,
        endpoint=quiet.endpoint,
        started_at=manifest.started_at,
        finished_at=manifest.finished_at,
        modified_since=quiet.modified_since,
        next_cursor=quiet.next_cursor,
        complete_listing=False,
        is_quiet=True,
        same_as=quiet.same_as,
        content_sha256=None,
        as_of_date=None,
        pages=0,
        calls=quiet.calls,
        wire_bytes=quiet.wire_bytes,
        body_bytes=quiet.body_bytes,
    )


def record_walks(
    connection: duckdb.DuckDBPyConnection,
    walks: Sequence[Walk],
    counts: Mapping[tuple[UUID, str], Counts],
) -> None:
    """One row of `ops.syncs` per walk.

    Args:
        counts: (organisation id, sync id) -> what the walk did; a quiet one did nothing.
    """
    nothing = Counts()
    counted = [
        nothing if walk.is_quiet else counts.get((walk.organisation_id, walk.sync_id), nothing)
        for walk in walks
    ]
    columns = OPS_TABLES["syncs"]
    own = {name: columns[name] for name in Walk.__dataclass_fields__ if name in columns}
    counting = {name: columns[name] for name in Counts.__dataclass_fields__}
    connection.execute(
        f"""
        insert into ops.syncs by name
        select
            {unnested(own | counting)},
            get_current_timestamp()::timestamp as loaded_at
        """,
        lists_of(walks, own) | lists_of(counted, counting),
    )


def forget_quiet_walks(connection: duckdb.DuckDBPyConnection, before: dt.datetime) -> int:
    """Delete the rows of `ops.syncs` of walks that brought nothing; how many they were.

    Nothing rests on them: how far each endpoint has come stands in `ops.cursors`.

    Args:
        before: when a walk began, UTC; later ones stay.
    """
    row = connection.execute(
        "delete from ops.syncs where is_quiet and started_at < $before::timestamptz::timestamp",
        {"before": before},
    ).fetchone()
    return int(row[0]) if row else 0
