from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal
from importlib import import_module

import duckdb
import pytest

from xero_pipeline.warehouse import (
    PageUnreadable,
    load,
    loaded_batches,
    read_cursors,
)
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

REFERENCES = "select reference from raw.invoices order by invoice_id"


def test_a_record_becomes_a_typed_row(warehouse: duckdb.DuckDBPyConnection, desk: Desk) -> None:
    batch = desk.land(
        "invoices",
        [
            invoice(
                1,
                Total=115.5,
                Date="/Date(1563753600000+0000)/",
                Contact={"ContactID": guid(9), "Name": "Café Zürich"},
                LineItems=[{"LineItemID": guid(5), "Quantity": 1.5, "LineAmount": 100.43}],
            )
        ],
        minute=7,
    )

    load(warehouse, [batch])

    (row,) = rows(
        warehouse,
        "select total, date, contact.name, line_items[1].quantity, len(line_items), _synced_at "
        "from raw.invoices",
    )
    assert row == (
        Decimal("115.50"),
        dt.date(2019, 7, 22),
        "Café Zürich",
        Decimal("1.5000"),
        1,
        naive(at(7)),
    )


def test_one_load_takes_the_pages_of_many_organisations_and_endpoints(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    batches = [
        desk.land("invoices", [invoice(1), invoice(2)], [invoice(3)]),
        desk.land("invoices", [invoice(1)], organisation=KOWHAI),
        desk.land("currencies", [{"Code": "NZD"}], organisation=KOWHAI),
    ]

    loaded = load(warehouse, batches)

    assert [(each.rows_received, each.rows_changed) for each in loaded] == [(3, 3), (1, 1), (1, 1)]
    assert rows(warehouse, "select organisation_id, count(*) from raw.invoices group by all") == [
        (HARBOUR, 3),
        (KOWHAI, 1),
    ]


def test_loading_twice_changes_nothing(warehouse: duckdb.DuckDBPyConnection, desk: Desk) -> None:
    batch = desk.land("invoices", [invoice(1)], next_cursor=at(-1))
    load(warehouse, [batch])
    before = [rows(warehouse, f"from {table}") for table in ("raw.invoices", "ops.syncs")]

    assert load(warehouse, [batch]) == []

    assert [rows(warehouse, f"from {table}") for table in ("raw.invoices", "ops.syncs")] == before


def test_what_was_loaded_is_known(warehouse: duckdb.DuckDBPyConnection, desk: Desk) -> None:
    batch = desk.land("invoices", [invoice(1)])
    other = desk.land("invoices", [invoice(1)], minute=1)
    load(warehouse, [batch])

    assert loaded_batches(warehouse, [batch, other]) == {batch.identity}
    assert loaded_batches(warehouse, []) == set()


def test_a_newer_version_replaces_the_row_and_keeps_when_it_was_first_seen(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    load(warehouse, [desk.land("invoices", [invoice(1, Reference="draft")], minute=0)])
    load(warehouse, [desk.land("invoices", [invoice(1, edited=4, Reference="sent")], minute=5)])

    (row,) = rows(
        warehouse, "select reference, _first_seen_at, _synced_at, _removed_at from raw.invoices"
    )
    assert row == ("sent", naive(at(0)), naive(at(5)), None)


def test_lines_that_were_removed_in_xero_vanish(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    two = [{"LineItemID": guid(1)}, {"LineItemID": guid(2)}]
    load(warehouse, [desk.land("invoices", [invoice(1, LineItems=two)], minute=0)])
    one = desk.land("invoices", [invoice(1, edited=1, LineItems=two[:1])], minute=5)
    load(warehouse, [one])

    assert rows(warehouse, "select len(line_items) from raw.invoices") == [(1,)]


def test_an_older_version_never_replaces_a_newer_one(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    load(warehouse, [desk.land("invoices", [invoice(1, edited=9, Reference="new")], minute=10)])
    load(warehouse, [desk.land("invoices", [invoice(1, edited=2, Reference="old")], minute=11)])

    assert rows(warehouse, REFERENCES) == [("new",)]


def test_of_two_versions_in_one_walk_the_one_edited_last_stays(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    """A record edited while pages are walked is listed twice."""
    batch = desk.land(
        "invoices",
        [invoice(1, edited=5, Reference="edited while we read")],
        [invoice(1, edited=1, Reference="before")],
    )

    (loaded,) = load(warehouse, [batch])

    assert rows(warehouse, REFERENCES) == [("edited while we read",)]
    assert (loaded.rows_received, loaded.rows_changed) == (2, 1)


def test_without_a_date_of_editing_the_newer_sync_wins(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    older = desk.land("currencies", [{"Code": "NZD", "Description": "old"}], minute=0)
    newer = desk.land("currencies", [{"Code": "NZD", "Description": "new"}], minute=1)

    load(warehouse, [newer])
    load(warehouse, [older])

    assert rows(warehouse, "select description from raw.currencies") == [("new",)]


def test_the_order_of_loading_does_not_matter(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    batches = [
        desk.land("invoices", [invoice(1, Reference="a"), invoice(2)], minute=0, complete=True),
        desk.land("invoices", [invoice(1, edited=4, Reference="b")], minute=5, complete=True),
        desk.land("invoices", [invoice(3, edited=6)], minute=7, next_cursor=at(6)),
    ]
    tables = ("raw.invoices order by invoice_id", "ops.cursors")
    outcomes = []
    for order in itertools.permutations(batches):
        for table in ("raw.invoices", "ops.syncs", "ops.cursors"):
            warehouse.execute(f"delete from {table}")
        for batch in order:
            load(warehouse, [batch])
        outcomes.append([rows(warehouse, f"from {table}") for table in tables])

    assert all(outcome == outcomes[0] for outcome in outcomes)


def test_only_rows_whose_content_differs_count_as_changed(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    load(warehouse, [desk.land("invoices", [invoice(1), invoice(2)], minute=0)])

    again = desk.land("invoices", [invoice(1), invoice(2, Reference="x"), invoice(3)], minute=1)
    (loaded,) = load(warehouse, [again])

    assert (loaded.rows_received, loaded.rows_changed) == (3, 2)


def test_a_row_missing_from_a_complete_listing_is_marked_and_kept(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    both = [{"ItemID": guid(1)}, {"ItemID": guid(2)}]
    load(warehouse, [desk.land("items", both, minute=0, complete=True)])

    (loaded,) = load(warehouse, [desk.land("items", both[:1], minute=5, complete=True)])

    assert loaded.rows_removed == 1
    removed = "select _removed_at from raw.items order by item_id"
    assert rows(warehouse, removed) == [(None,), (naive(at(5)),)]


def test_an_increment_removes_nothing(warehouse: duckdb.DuckDBPyConnection, desk: Desk) -> None:
    load(warehouse, [desk.land("invoices", [invoice(1), invoice(2)], minute=0, complete=True)])
    (loaded,) = load(warehouse, [desk.land("invoices", [invoice(1)], minute=5)])

    assert loaded.rows_removed == 0


def test_another_organisation_s_rows_are_left_alone(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    load(warehouse, [desk.land("items", [{"ItemID": guid(1)}], complete=True)])
    load(warehouse, [desk.land("items", [], minute=5, complete=True, organisation=KOWHAI)])

    assert rows(warehouse, "select _removed_at from raw.items") == [(None,)]


def test_a_row_that_comes_back_is_no_longer_removed(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    item = {"ItemID": guid(1)}
    for minute, listed in enumerate(([item], [], [item])):
        batch = desk.land("items", listed, minute=minute, complete=True)
        (loaded,) = load(warehouse, [batch])

    assert rows(warehouse, "select _removed_at from raw.items") == [(None,)]
    assert loaded.rows_changed == 1


def test_a_row_is_removed_by_the_first_listing_that_lacks_it(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    listings = [
        desk.land("items", listed, minute=minute, complete=True)
        for minute, listed in enumerate(([{"ItemID": guid(1)}], [], []))
    ]

    loaded = load(warehouse, listings)

    assert rows(warehouse, "select _removed_at from raw.items") == [(naive(at(1)),)]
    assert [each.rows_removed for each in loaded] == [0, 1, 0]


def test_reports_are_kept_per_day_and_the_newest_answer_for_a_day_stays(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    monday, tuesday = dt.date(2026, 3, 2), dt.date(2026, 3, 3)
    for minute, (day, name) in enumerate([(monday, "first"), (monday, "again"), (tuesday, "next")]):
        report = [{"ReportID": "TrialBalance", "ReportName": name}]
        load(warehouse, [desk.land("trial_balance", report, minute=minute, as_of_date=day)])

    kept = "select as_of_date, report_name from raw.trial_balance order by 1"
    assert rows(warehouse, kept) == [(monday, "again"), (tuesday, "next")]


def test_the_cursor_moves_with_the_rows(warehouse: duckdb.DuckDBPyConnection, desk: Desk) -> None:
    load(warehouse, [desk.land("invoices", [invoice(1)], next_cursor=at(-1), complete=True)])

    assert read_cursors(warehouse, HARBOUR) == {"invoices": at(-1)}
    assert rows(warehouse, "select complete_listing_at from ops.cursors") == [(naive(at(0)),)]


def test_a_batch_loaded_late_does_not_move_the_cursor_back(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    late = desk.land("invoices", [], minute=0, next_cursor=at(-1))
    load(warehouse, [desk.land("invoices", [], minute=9, next_cursor=at(8))])
    load(warehouse, [late])

    assert read_cursors(warehouse, HARBOUR) == {"invoices": at(8)}


def test_a_sync_without_pages_still_moves_the_cursor(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    """Xero answers 304 when nothing has changed."""
    (loaded,) = load(warehouse, [desk.land("invoices", minute=5, next_cursor=at(4))])

    assert loaded.rows_received == 0
    assert read_cursors(warehouse, HARBOUR) == {"invoices": at(4)}


def test_rows_cursor_and_sync_are_committed_together_or_not_at_all(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = desk.land("invoices", [invoice(1)], next_cursor=at(-1))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(import_module("xero_pipeline.warehouse.load"), "advance_cursors", killed)
        with pytest.raises(KeyboardInterrupt):
            load(warehouse, [batch])
    for table in ("raw.invoices", "ops.syncs", "ops.cursors"):
        assert rows(warehouse, f"from {table}") == []

    load(warehouse, [batch])

    for table in ("raw.invoices", "ops.syncs", "ops.cursors"):
        assert len(rows(warehouse, f"from {table}")) == 1


def test_a_malformed_page_is_named_and_nothing_of_its_endpoint_is_committed(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    batches = [
        desk.land("currencies", [{"Code": "NZD"}]),
        desk.land("invoices", [invoice(1)], organisation=KOWHAI),
        desk.land_bodies("invoices", b'{"Invoices": []}', b'{"Invoices": [{"Inv'),
        desk.land("items", [{"ItemID": guid(1)}]),
    ]

    with pytest.raises(PageUnreadable) as refused:
        load(warehouse, batches)

    assert refused.value.endpoint == "invoices"
    assert refused.value.organisation_id == str(HARBOUR)
    assert refused.value.file == batches[2].files[1]
    loaded = rows(warehouse, "select distinct endpoint from ops.syncs order by 1")
    assert loaded == [("currencies",), ("items",)]
    assert rows(warehouse, "from raw.invoices") == []
    assert rows(warehouse, "select endpoint from ops.cursors order by 1") == loaded


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html>503</html>", "Malformed JSON"),
        (b'{"Type": "ValidationException"}', "there is no Items in it"),
        (b'{"Items": [{"Code": "no id"}]}', "a record has no ItemID"),
        (b'{"Items": [{"ItemID": "not a guid"}]}', "not a guid"),
    ],
)
def test_a_page_that_is_something_else_is_an_error_and_not_an_empty_listing(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk, body: bytes, reason: str
) -> None:
    load(warehouse, [desk.land("items", [{"ItemID": guid(1)}], complete=True)])
    broken = desk.land_bodies("items", body, minute=5, complete=True)

    with pytest.raises(PageUnreadable, match=reason):
        load(warehouse, [broken])

    assert rows(warehouse, "select _removed_at from raw.items") == [(None,)]
