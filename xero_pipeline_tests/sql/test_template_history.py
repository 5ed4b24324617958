"""Repeating invoices in past months: as the syncs of then saw them, not as they are now."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from xero_pipeline_tests.sql.book import Book, Line
from xero_pipeline_tests.sql.retainers import HandedOn, built, retainer
from xero_pipeline_tests.sql.warehouse import Warehouse


@pytest.fixture(scope="module")
def shared() -> Warehouse:
    return Warehouse()


@pytest.fixture
def warehouse(shared: Warehouse) -> Warehouse:
    shared.clear()
    return shared


def synced(warehouse: Warehouse, as_of: dt.date, template: int, **options: HandedOn) -> Book:
    """The book as a sync finds it: a template of `template`, last invoiced on 1 May at 90."""
    for table in ("organisation", "contacts", "repeating_invoices", "invoices"):
        warehouse.connection.execute(f"truncate raw.{table}")
    book = Book(as_of=as_of, warehouse=warehouse)
    book.contact("Harbour Cafe")
    dates = dt.date(2026, 4, 1), dt.date(2026, 5, 1)
    retainer(book, "seo", *dates, price=90, lines=(Line(template),), **options)
    return built(book)


def plans(book: Book) -> list[tuple[str, str, Decimal]]:
    rows = book.rows(
        "select strftime(month, '%m') as month, source, price from marts.mrr_plans order by month"
    )
    return [(row["month"], row["source"], row["price"]) for row in rows]


def test_a_past_month_counts_the_template_as_the_last_sync_before_its_end_saw_it(
    warehouse: Warehouse,
) -> None:
    synced(warehouse, dt.date(2026, 5, 20), template=100)
    book = synced(warehouse, dt.date(2026, 6, 15), template=130)
    assert plans(book) == [
        ("04", "linked", Decimal("90.00")),  # before the first sync
        ("05", "template", Decimal("100.00")),
        ("06", "template", Decimal("130.00")),
    ]


def test_a_template_that_was_stopped_by_the_end_of_a_month_counts_as_invoiced(
    warehouse: Warehouse,
) -> None:
    synced(warehouse, dt.date(2026, 5, 20), template=100)
    synced(warehouse, dt.date(2026, 5, 31), template=100, status="DELETED")
    book = synced(warehouse, dt.date(2026, 6, 15), template=100, status="DELETED")
    # Paid until 1 June.
    assert plans(book) == [("04", "linked", Decimal("90.00")), ("05", "linked", Decimal("90.00"))]
