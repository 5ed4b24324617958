"""Signals: what deserves attention, one figure a row."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from xero_pipeline_tests.sql.book import Book, Line
from xero_pipeline_tests.sql.rows import Row

TODAY = dt.date(2026, 6, 30)
SIGNALS = ("marts.agency_signals", "marts.client_signals")


def ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


@pytest.fixture(scope="module")
def book() -> Book:
    book = Book(as_of=TODAY)
    book.account("090", "Current", "BANK", currency_code="NZD", bank_account_type="BANK")
    book.account("200", "Sales", "REVENUE")
    book.contact("Kea Tours")
    book.contact("Harbour Cafe")
    # A month ago, on 30 May, 400 of 400 was open and 100 of it overdue.
    book.invoice("old", "Kea Tours", dt.date(2026, 2, 1), due=dt.date(2026, 3, 1), total=100)
    book.invoice("due in June", "Kea Tours", dt.date(2026, 5, 10), due=ago(10), total=300)
    book.invoice("not due", "Harbour Cafe", dt.date(2026, 6, 10), due=ago(-10), total=600)
    book.repeating_invoice("plan", "Harbour Cafe", lines=(Line(550),), start=dt.date(2026, 5, 1))
    for month, price in ((5, 500), (6, 550)):
        book.invoice(
            f"plan {month}",
            "Harbour Cafe",
            dt.date(2026, month, 1),
            lines=(Line(price),),
            repeating="plan",
        )
        book.payment(dt.date(2026, month, 2), price, invoice=f"plan {month}")

    growing = Book("growing", as_of=TODAY, warehouse=book.warehouse)
    growing.account("090", "Current", "BANK", currency_code="NZD", bank_account_type="BANK")
    for month in range(2, 7):
        growing.bank_transaction(f"{month}", "RECEIVE", dt.date(2026, month, 5), total=100)
    growing.flush()
    Book("empty", as_of=TODAY, warehouse=book.warehouse).flush()
    book.build(*SIGNALS)
    return book


def of_agency(book: Book, signal: str, key: str = "agency") -> Row:
    (row,) = book.rows(
        "select signals.* from marts.agency_signals as signals "
        "join staging.organisations using (organisation_id) where name = ? and signal = ?",
        key.title(),
        signal,
    )
    return row


def of_client(book: Book, contact: str, signal: str) -> Row:
    (row,) = book.rows(
        "select * from marts.client_signals where contact_name = ? and signal = ?", contact, signal
    )
    return row


@pytest.mark.parametrize(
    ("signal", "value", "previous", "band_and_threshold"),
    [
        ("overdue_share", "0.4", "0.25", ("red", Decimal("0.4"))),
        ("overdue_90_base", "100", "0", ("amber", Decimal("0.01"))),
        ("mrr", "550", "500", (None, None)),
        ("mrr_growth", "0.1", None, ("green", 0)),
        # 1,650 of 2,050 was invoiced to Harbour Cafe; a month ago it was 500 of 900.
        ("largest_client_share", "0.8049", "0.5556", ("red", Decimal("0.35"))),
    ],
)
def test_a_signal_has_a_value_the_one_before_and_a_band(
    book: Book,
    signal: str,
    value: str,
    previous: str | None,
    band_and_threshold: tuple[object, ...],
) -> None:
    row = of_agency(book, signal)
    assert row["value"] == Decimal(value)
    assert row["previous_value"] == (Decimal(previous) if previous else None)
    assert (row["band"], row["threshold"]) == band_and_threshold


def test_a_sentence_says_it_in_plain_words(book: Book) -> None:
    assert [of_agency(book, s)["sentence"] for s in ("overdue_share", "mrr", "mrr_growth")] == [
        "400.00 NZD of 1,000.00 NZD in open sales invoices is overdue (40 %).",
        "550.00 NZD recurs every month, from 1 client.",
        "Monthly recurring revenue has grown by 10.0 % this month.",
    ]


def test_a_signal_names_the_documents_that_drove_it_the_largest_first(book: Book) -> None:
    documents = [str(each) for each in of_agency(book, "overdue_share")["documents"]]
    assert documents == [book.id("Invoice", "due in June"), book.id("Invoice", "old")]


def test_what_cannot_be_worked_out_says_why(book: Book) -> None:
    row = of_agency(book, "runway_months")
    assert (row["value"], row["band"]) == (None, None)
    assert row["sentence"] == "The books do not reach back three complete months yet."


def test_growing_cash_is_green_without_a_figure(book: Book) -> None:
    row = of_agency(book, "runway_months", "growing")
    assert (row["value"], row["band"]) == (None, "green")


def test_without_invoices_and_plans_there_is_nothing_to_say_about_them(book: Book) -> None:
    rows = book.rows(
        "select signal, value from marts.agency_signals "
        "join staging.organisations using (organisation_id) where name = 'Empty' order by signal"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("overdue_90_base", 0),
        ("overdue_share", None),
        ("runway_months", None),
    ]


def test_clients_have_signals_of_their_own(book: Book) -> None:
    late = of_client(book, "Kea Tours", "overdue_base")
    assert (late["value"], late["previous_value"], late["band"]) == (400, 100, "amber")
    assert late["sentence"] == "Kea Tours is late with 400.00 NZD, the oldest for 121 days."
    grown = of_client(book, "Harbour Cafe", "mrr_change")
    assert (grown["value"], grown["previous_value"], grown["band"]) == (50, 500, "green")
    assert of_client(book, "Harbour Cafe", "overdue_base")["value"] == 0


def test_a_user_can_move_the_thresholds() -> None:
    book = Book(as_of=TODAY)
    book.contact("Kea Tours")
    book.invoice("late", "Kea Tours", ago(40), due=ago(20), total=100)
    book.invoice("not late", "Kea Tours", ago(40), due=ago(-20), total=300)
    book.warehouse.connection.execute(
        "update seeds.signal_thresholds set amber = '0.3', red = '0.5' "
        "where signal = 'overdue_share'"
    )
    book.build("marts.agency_signals")
    row = of_agency(book, "overdue_share")
    assert (row["value"], row["band"]) == (Decimal("0.25"), "green")
