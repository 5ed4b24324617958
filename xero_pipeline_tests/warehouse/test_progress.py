"""What loading remembers of walks: quiet ones, cursors, and the last listing of an endpoint."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any, cast
from uuid import UUID

import duckdb

from xero_pipeline.warehouse import Batch, EndpointProgress, load, loaded_batches, read_progress
from xero_pipeline.warehouse.landing import QuietWalk
from xero_pipeline.warehouse.walks import forget_quiet_walks
from xero_pipeline_tests.warehouse.desk import (
    HARBOUR,
    KOWHAI,
    Desk,
    at,
    guid,
    invoice,
    naive,
    rows,
)

INCREMENT = QuietWalk(
    endpoint="invoices", modified_since=at(3), next_cursor=at(8), calls=1, wire_bytes=90
)


def organisation_batch(
    desk: Desk, *quiet: QuietWalk, minute: int = 9, organisation: UUID = HARBOUR
) -> Batch:
    """What a sync lands for `organisation`, telling of its quiet walks."""
    record = {"OrganisationID": str(organisation), "Name": "Harbour"}
    batch = desk.land("organisation", [record], minute=minute, organisation=organisation)
    return replace(batch, manifest=batch.manifest.model_copy(update={"quiet": quiet}))


def with_content(batch: Batch, sha256: str) -> Batch:
    return replace(batch, manifest=batch.manifest.model_copy(update={"content_sha256": sha256}))


def test_a_quiet_walk_is_recorded_with_the_sync_of_its_organisation(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    batch = organisation_batch(desk, INCREMENT)

    (loaded,) = load(warehouse, [batch])

    assert loaded.rows_received == 1
    quiet = """
        select sync_id, started_at, modified_since, is_quiet, rows_received, pages, calls,
            wire_bytes, complete_listing
        from ops.syncs where endpoint = 'invoices'
    """
    assert rows(warehouse, quiet) == [
        (batch.manifest.sync_id, naive(at(9)), naive(at(3)), True, 0, 0, 1, 90, False)
    ]


def test_a_quiet_walk_moves_the_cursor_of_its_endpoint(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    load(warehouse, [desk.land("invoices", [invoice(1)], next_cursor=at(4))])

    load(warehouse, [organisation_batch(desk, INCREMENT)])

    progress = read_progress(warehouse, [HARBOUR])[str(HARBOUR)]
    assert progress["invoices"].modified_since == at(8)


def test_old_quiet_walks_are_forgotten_and_how_far_they_came_is_not(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    for minute in (9, 20):
        load(warehouse, [organisation_batch(desk, INCREMENT, minute=minute)])

    assert forget_quiet_walks(warehouse, at(20)) == 1

    assert rows(warehouse, "select endpoint, started_at from ops.syncs order by all") == [
        ("invoices", naive(at(20))),
        ("organisation", naive(at(9))),
        ("organisation", naive(at(20))),
    ]
    progress = read_progress(warehouse, [HARBOUR])[str(HARBOUR)]
    assert progress["invoices"].modified_since == at(8)


def test_a_repeated_listing_counts_as_one_and_removes_nothing(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    listing = desk.land("items", [{"ItemID": guid(1)}], complete=True)
    load(warehouse, [listing])
    repeated = QuietWalk(endpoint="items", same_as=listing.manifest.sync_id, calls=1)

    load(warehouse, [organisation_batch(desk, repeated, minute=9)])

    assert rows(warehouse, "select _removed_at, _synced_at from raw.items") == [
        (None, naive(at(0)))
    ]
    assert rows(
        warehouse, "select same_as from ops.syncs where endpoint = 'items' and is_quiet"
    ) == [(listing.manifest.sync_id,)]
    progress = read_progress(warehouse, [HARBOUR])[str(HARBOUR)]
    assert progress["items"].complete_listing_at == at(9)


def test_after_a_quiet_walk_a_later_listing_still_removes(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    listing = desk.land("items", [{"ItemID": guid(1)}, {"ItemID": guid(2)}], complete=True)
    repeated = QuietWalk(endpoint="items", same_as=listing.manifest.sync_id)
    load(warehouse, [listing, organisation_batch(desk, repeated, minute=5)])

    (loaded,) = load(
        warehouse, [desk.land("items", [{"ItemID": guid(1)}], minute=9, complete=True)]
    )

    assert loaded.rows_removed == 1


def test_a_quiet_walk_does_not_stand_in_the_way_of_a_batch_with_the_same_sync_id(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    """Sync ids are counted per endpoint: two syncs of one second can give the same one."""
    organisation = organisation_batch(desk, INCREMENT, minute=0)
    invoices = desk.land("invoices", [invoice(1)], minute=0)
    assert organisation.manifest.sync_id == invoices.manifest.sync_id
    load(warehouse, [organisation])

    (loaded,) = load(warehouse, [invoices])

    assert loaded.rows_received == 1
    assert loaded_batches(warehouse, [invoices]) == {invoices.identity}


def test_progress_tells_the_content_of_the_newest_batch_for_many_organisations_at_once(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    listing = with_content(desk.land("items", [{"ItemID": guid(1)}], complete=True), "a1")
    increment = desk.land("invoices", [invoice(1)], next_cursor=at(2), organisation=KOWHAI)
    nobody = UUID(int=7)
    load(warehouse, [listing, increment])

    assert read_progress(warehouse, [HARBOUR, str(KOWHAI), nobody]) == {
        str(HARBOUR): {
            "items": EndpointProgress(
                complete_listing_at=at(0),
                last_sync_id=listing.manifest.sync_id,
                content_sha256="a1",
                asked_at=at(0),
                changed_at=at(0),
            ),
        },
        str(KOWHAI): {
            "invoices": EndpointProgress(
                modified_since=at(2),
                last_sync_id=increment.manifest.sync_id,
                asked_at=at(0),
                changed_at=at(0),
            ),
        },
        str(nobody): {},
    }


def test_progress_tells_when_an_endpoint_was_asked_and_when_it_last_changed(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    load(warehouse, [desk.land("invoices", [invoice(1)], minute=0)])
    load(warehouse, [desk.land("invoices", [invoice(1)], minute=3)])
    load(warehouse, [organisation_batch(desk, INCREMENT, minute=9)])

    invoices = read_progress(warehouse, [HARBOUR])[str(HARBOUR)]["invoices"]
    assert (invoices.asked_at, invoices.changed_at) == (at(9), at(0))


def test_rows_found_gone_are_a_change(warehouse: duckdb.DuckDBPyConnection, desk: Desk) -> None:
    load(warehouse, [desk.land("items", [{"ItemID": guid(1)}], complete=True)])
    load(warehouse, [desk.land("items", [], minute=5, complete=True)])

    assert read_progress(warehouse, [HARBOUR])[str(HARBOUR)]["items"].changed_at == at(5)


def test_progress_tells_the_latest_day_of_a_report(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    for minute, day in enumerate((dt.date(2026, 3, 2), dt.date(2026, 3, 1))):
        load(warehouse, [desk.land("trial_balance", [{}], minute=minute, as_of_date=day)])

    reports = read_progress(warehouse, [HARBOUR])[str(HARBOUR)]
    assert reports["trial_balance"].reported_on == dt.date(2026, 3, 2)


def test_after_an_increment_no_listing_can_be_the_same_as_the_last(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    """What it brought may be hard-deleted again, so that the next listing equals the one before."""
    load(warehouse, [with_content(desk.land("items", [], complete=True), "a1")])
    load(warehouse, [desk.land("items", [{"ItemID": guid(1)}], minute=5)])

    progress = read_progress(warehouse, [HARBOUR])[str(HARBOUR)]
    assert progress["items"].content_sha256 is None


def test_a_listing_loaded_late_is_not_taken_for_the_last(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    older = with_content(desk.land("items", [], complete=True), "old")
    newer = with_content(desk.land("items", [], minute=5, complete=True), "new")

    load(warehouse, [newer])
    load(warehouse, [older])

    progress = read_progress(warehouse, [HARBOUR])[str(HARBOUR)]
    items = progress["items"]
    assert (items.last_sync_id, items.content_sha256) == (newer.manifest.sync_id, "new")
    assert (items.complete_listing_at, items.asked_at) == (at(5), at(5))


class Counting:
    """A connection that counts its statements."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self.statements = 0

    def execute(self, *arguments: Any) -> duckdb.DuckDBPyConnection:  # noqa: ANN401
        self.statements += 1
        return self._connection.execute(*arguments)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._connection, name)


def test_many_organisations_without_news_take_as_many_statements_as_one(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    def statements(*organisations: UUID) -> int:
        batches = [organisation_batch(desk, INCREMENT, organisation=each) for each in organisations]
        counting = Counting(warehouse)
        load(cast(duckdb.DuckDBPyConnection, counting), batches)
        return counting.statements

    first, *others = (UUID(int=number) for number in range(1, 7))

    assert statements(*others) == statements(first)
