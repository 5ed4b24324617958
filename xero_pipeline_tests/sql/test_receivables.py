"""Aging of receivables and payables: what is open on a day, how old it is, and what it is worth."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from xero_pipeline_tests.sql.book import Book
from xero_pipeline_tests.sql.receivables import (
    RECEIVABLES,
    TODAY,
    day,
    days_ago,
    due_in_base,
    due_on,
    open_on,
    opened,
)
from xero_pipeline_tests.sql.rows import Row


@pytest.fixture(scope="module")
def book() -> Book:
    """One book for all questions about single documents, which are told apart by their numbers."""
    book = opened()
    for overdue in (-5, 0, 1, 30, 31, 60, 61, 90, 91):
        book.invoice(f"due {overdue}", "Harbour Cafe", day(1, 1), due=days_ago(overdue), total=100)
    for status in ("DRAFT", "SUBMITTED", "VOIDED", "DELETED"):
        book.invoice(status, "Harbour Cafe", day(1, 1), due=day(2, 1), total=100, status=status)
    book.invoice("no due date", "Harbour Cafe", day(6, 20), total=100)
    book.invoice("tomorrow", "Harbour Cafe", TODAY + dt.timedelta(days=1), total=100)

    book.invoice("paid", "Harbour Cafe", day(3, 1), due=day(3, 20), total=115)
    book.payment(day(3, 10), 15, invoice="paid")
    book.payment(day(4, 2), 100, invoice="paid")
    book.invoice("not paid", "Harbour Cafe", day(3, 1), due=day(3, 20), total=115)
    book.payment(day(3, 10), 115, invoice="not paid", status="DELETED")
    book.invoice("paid ahead", "Harbour Cafe", day(5, 10), due=day(5, 20), total=100)
    book.payment(day(5, 1), 40, invoice="paid ahead")

    book.invoice("twice in a day", "Harbour Cafe", day(5, 10), due=day(5, 20), total=100)
    for amount in (30, 20):
        book.payment(day(5, 15), amount, invoice="twice in a day")
    book.invoice("paid at once", "Harbour Cafe", day(5, 10), due=day(5, 20), total=100)
    book.payment(day(5, 10), 100, invoice="paid at once")

    book.credit_note("CN-1", "Kea Tours", day(5, 15), total=80)
    book.invoice("credited", "Kea Tours", day(5, 1), due=day(5, 21), total=100)
    book.allocate(day(5, 15), 30, invoice="credited", credit_note="CN-1")
    book.payment(day(6, 1), 20, credit_note="CN-1")

    dollars: Row = {"currency": "USD", "rate": "0.3"}
    book.invoice("USD-1", "Texas Tacos", day(4, 1), due=day(5, 1), total=100, **dollars)
    for number, part in enumerate(("33.33", "33.33", "33.34"), 1):
        book.payment(day(4, number + 1), part, invoice="USD-1", rate="0.31", key=f"p{number}")
    book.invoice("USD-2", "Texas Tacos", day(6, 1), due=day(7, 1), total=620, **dollars)
    book.invoice("no rate", "Texas Tacos", day(6, 1), due=day(7, 1), total=10, currency="EUR")
    book.build(*RECEIVABLES)
    return book


# --- age -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("overdue", "bucket"),
    [
        (-5, "current"),
        (0, "current"),
        (1, "1-30"),
        (30, "1-30"),
        (31, "31-60"),
        (60, "31-60"),
        (61, "61-90"),
        (90, "61-90"),
        (91, "90+"),
    ],
)
def test_age_counts_from_the_due_date(book: Book, overdue: int, bucket: str) -> None:
    row = open_on(book, f"due {overdue}")
    assert row is not None
    assert (row["days_overdue"], row["bucket"]) == (overdue, bucket)


@pytest.mark.parametrize(
    ("age", "bucket"),
    [
        (0, "current"),
        (1, "1-30"),
        (30, "1-30"),
        (31, "31-60"),
        (60, "31-60"),
        (61, "61-90"),
        (90, "61-90"),
        (91, "90+"),
    ],
)
def test_beside_it_age_counts_from_the_invoice_date(book: Book, age: int, bucket: str) -> None:
    """Dated 1 January, due on 5 July: never overdue before."""
    row = open_on(book, "due -5", day(1, 1) + dt.timedelta(days=age))
    assert row is not None
    assert (row["bucket"], row["bucket_by_document_date"]) == ("current", bucket)


def test_months_count_from_the_invoice_date_too(book: Book) -> None:
    row = open_on(book, "due 31", day(3, 2))
    assert row is not None
    assert row["month_bucket"] == "current"
    assert row["month_bucket_by_document_date"] == "2 months"


@pytest.mark.parametrize(
    ("due", "bucket"),
    [
        (day(6, 30), "current"),
        (day(6, 29), "< 1 month"),
        (day(6, 1), "< 1 month"),
        (day(5, 31), "1 month"),  # from the last day of a month to the last of the next
        (day(5, 30), "1 month"),
        (day(4, 30), "2 months"),
        (day(3, 30), "3 months"),
        (day(2, 28), "older"),
    ],
)
def test_month_buckets_count_whole_calendar_months(book: Book, due: dt.date, bucket: str) -> None:
    assert (
        book.value("select intermediate.aging_month_bucket(?::date, ?::date)", due, TODAY) == bucket
    )


def test_without_a_due_date_age_counts_from_the_invoice_date_and_is_flagged(book: Book) -> None:
    row = open_on(book, "no due date")
    assert row is not None
    assert (row["days_overdue"], row["due_date"], row["is_due_date_missing"]) == (10, None, True)


# --- what is open --------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["DRAFT", "SUBMITTED", "VOIDED", "DELETED", "tomorrow"])
def test_what_is_not_approved_or_not_yet_dated_never_counts(book: Book, number: str) -> None:
    assert open_on(book, number) is None


@pytest.mark.parametrize(
    ("on", "amount"),
    [
        (day(2, 28), 0),
        (day(3, 1), 115),
        (day(3, 9), 115),
        (day(3, 10), 100),
        (day(4, 1), 100),
        (day(4, 2), 0),
    ],
)
def test_a_paid_invoice_was_open_on_earlier_days(book: Book, on: dt.date, amount: int) -> None:
    assert due_on(book, "paid", on) == amount


def test_no_later_day_than_the_last_sync_is_claimed(book: Book) -> None:
    row = open_on(book, "due 30", TODAY + dt.timedelta(days=50))
    assert row is not None
    assert (row["as_of_date"], row["days_overdue"]) == (TODAY, 30)


def test_a_deleted_payment_settles_nothing(book: Book) -> None:
    assert due_on(book, "not paid") == 115


def test_a_payment_before_its_invoice_counts_from_the_invoice_date_and_is_flagged(
    book: Book,
) -> None:
    assert due_on(book, "paid ahead", day(5, 9)) == 0
    row = open_on(book, "paid ahead", day(5, 10))
    assert row is not None
    assert (row["amount_due"], row["is_payment_before_document"]) == (60, True)


def test_settlements_of_one_day_count_together(book: Book) -> None:
    assert due_on(book, "twice in a day", day(5, 14)) == 100
    assert due_on(book, "twice in a day", day(5, 15)) == 50
    assert open_on(book, "paid at once", day(5, 10)) is None


def test_an_allocation_counts_for_both_sides_from_its_own_date(book: Book) -> None:
    assert due_on(book, "credited", day(5, 14)) == 100
    assert due_on(book, "credited", day(5, 15)) == 70
    assert due_on(book, "CN-1", day(5, 15)) == -50


def test_unused_credit_is_a_negative_row_aged_by_its_own_date_and_lessened_by_refunds(
    book: Book,
) -> None:
    row = open_on(book, "CN-1")
    assert row is not None
    assert (row["amount_due"], row["document_type"]) == (-30, "credit_note")
    assert (row["days_overdue"], row["due_date"]) == (46, None)


@pytest.fixture(scope="module")
def paid_ahead() -> Book:
    """Money that came without an invoice, and where it went."""
    book = opened()
    book.overpayment("over", "Kea Tours", day(5, 1), total=50, reference="over")
    book.prepayment("pre", "Kea Tours", day(5, 1), total=80, reference="pre")
    book.invoice("INV-1", "Kea Tours", day(5, 10), due=day(5, 31), total=100)
    book.allocate(day(5, 10), 20, invoice="INV-1", overpayment="over")
    book.payment(day(5, 20), 10, overpayment="over")
    book.allocate(day(5, 12), 80, invoice="INV-1", prepayment="pre")
    book.credit_note("voided", "Kea Tours", day(5, 15), total=30)
    book.allocate(day(5, 15), 30, invoice="INV-1", credit_note="voided")
    book._documents["CreditNote", "voided"]["status"] = "VOIDED"
    book.build(*RECEIVABLES)
    return book


@pytest.mark.parametrize(
    ("on", "over", "pre", "invoice"),
    [
        (day(4, 30), 0, 0, 0),
        (day(5, 1), -50, -80, 0),
        (day(5, 10), -30, -80, 80),  # 20 of the overpayment went to the invoice
        (day(5, 12), -30, 0, 0),  # all of the prepayment
        (day(5, 20), -20, 0, 0),  # 10 were given back
    ],
)
def test_over_and_prepayments_are_used_up_by_allocations_and_refunds_of_their_days(
    paid_ahead: Book, on: dt.date, over: int, pre: int, invoice: int
) -> None:
    """The voided credit note settles nothing on any day."""
    rows = paid_ahead.rows(
        "select coalesce(document_number, reference) as name, amount_due "
        "from marts.ar_aging_as_of(?)",
        on,
    )
    due = {r["name"]: r["amount_due"] for r in rows}
    assert [due.get(name, 0) for name in ("over", "pre", "INV-1")] == [over, pre, invoice]
    assert "voided" not in due


@pytest.mark.parametrize(
    ("number", "page"),
    [
        ("due 1", "AccountsReceivable%2FView.aspx%3FInvoiceID%3D"),
        ("CN-1", "AccountsReceivable%2FViewCreditNote.aspx%3FcreditNoteID%3D"),
    ],
)
def test_a_document_links_to_its_page_in_xero(book: Book, number: str, page: str) -> None:
    row = open_on(book, number)
    assert row is not None
    assert row["deep_link"] == (
        "https://go.xero.com/organisationlogin/default.aspx?shortcode=%21abc&redirecturl=%2F"
        f"{page}{row['document_id']}"
    )


# --- currency ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "base"),
    [
        (day(4, 1), "333.33"),  # 100 / 0.3
        (day(4, 2), "222.23"),  # less 33.33 / 0.3 = 111.10, whatever the payment's own rate
        (day(4, 3), "111.13"),
        (day(4, 4), "0.00"),  # 33.34 / 0.3 is 111.13; the rest goes, too
    ],
)
def test_settlements_take_out_of_a_document_at_its_own_rate(
    book: Book, on: dt.date, base: str
) -> None:
    assert due_in_base(book, "USD-1", on) == Decimal(base)


def test_the_latest_known_rate_shows_the_unrealised_gain(book: Book) -> None:
    early = open_on(book, "USD-1", day(4, 3))
    now = open_on(book, "USD-2")
    assert early is not None
    assert now is not None
    # 33.34 / 0.31 = 107.55 against 111.13.
    assert early["amount_due_base_revalued"] == Decimal("107.55")
    assert early["unrealised_gain_base"] == Decimal("-3.58")
    assert early["revaluation_rate_source"] == "payment of 2026-04-03"
    assert (now["revaluation_rate_source"], now["unrealised_gain_base"]) == (
        "invoice of 2026-06-01",
        0,
    )


def test_a_foreign_document_without_a_rate_is_flagged_and_not_converted(book: Book) -> None:
    row = open_on(book, "no rate")
    assert row is not None
    assert (row["amount_due"], row["amount_due_base"], row["is_rate_missing"]) == (10, None, True)
    assert [r["document_number"] for r in book.warehouse.failures("documents_without_rate")] == [
        "no rate"
    ]


# --- several organisations -----------------------------------------------------------------------


def test_each_organisation_is_aged_on_its_own_day() -> None:
    book = opened()
    other = Book("client", as_of=day(5, 31), warehouse=book.warehouse)
    for each in (book, other):
        each.invoice("INV-1", "Harbour Cafe", day(5, 1), due=day(5, 21), total=100)
    other.flush()
    book.build("marts.ar_aging_documents")
    rows = book.rows("select as_of_date, days_overdue from marts.ar_aging_documents order by all")
    assert [(r["as_of_date"], r["days_overdue"]) for r in rows] == [
        (day(5, 31), 10),
        (TODAY, 40),
    ]


# --- tie-outs ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "test",
    [
        "ar_documents_equal_xero_amount_due",
        "ar_contacts_equal_xero_balances",
        "ar_overdue_equals_xero_balances",
        "ar_total_equals_control_account",
        "ar_history_ends_at_summary",
        "documents_settled_beyond_total",
        "allocations_across_contacts",
    ],
)
def test_an_intact_book_ties_out(book: Book, test: str) -> None:
    assert book.warehouse.failures(test) == []
