"""Receivables summed up: by contact, by age, in one row, and day by day."""

from __future__ import annotations

import datetime as dt

import pytest

from xero_pipeline_tests.sql.book import Book
from xero_pipeline_tests.sql.receivables import RECEIVABLES, TODAY, day, days_ago, opened


def test_a_merged_contact_is_one_with_its_survivor() -> None:
    book = opened()
    book.invoice("of the loser", "Old Kea", day(5, 1), due=day(5, 31), total=100)
    book.invoice("of the winner", "Kea Tours", day(6, 1), due=day(7, 1), total=50)
    book.overpayment("more", "Kea Tours", day(6, 5), total=20)
    book.build("marts.ar_aging_contacts")
    (row,) = book.rows("select * from marts.ar_aging_contacts")
    assert row["contact_name"] == "Kea Tours"
    assert (row["documents"], row["amount_due_base"]) == (3, 130)
    assert (row["overdue_base"], row["unallocated_credit_base"]) == (100, 20)
    # The overpayment is 25 days old.
    assert (row["current_base"], row["days_1_30_base"]) == (50, 80)


@pytest.fixture(scope="module")
def kinds() -> Book:
    """One document of each kind, and Xero's own word on what they add up to."""
    book = opened()
    book.invoice("INV-1", "Harbour Cafe", day(5, 1), due=day(5, 31), total=1000)
    book.credit_note("CN-1", "Harbour Cafe", day(6, 1), total=100)
    book.overpayment("over", "Harbour Cafe", day(6, 1), total=20)
    book.prepayment("pre", "Harbour Cafe", day(6, 1), total=300)
    book.trial_balance({"610": 880})
    book.build(*RECEIVABLES)
    return book


def test_xeros_view_leaves_prepayments_out_and_net_takes_them_in(kinds: Book) -> None:
    (row,) = kinds.rows("select * from marts.ar_aging_totals")
    assert (row["invoices_base"], row["credit_notes_base"]) == (1000, -100)
    assert (row["overpayments_base"], row["prepayments_base"]) == (-20, -300)
    assert (row["xero_view_base"], row["net_base"]) == (880, 580)


def test_all_five_buckets_stand_in_the_summary(kinds: Book) -> None:
    rows = kinds.rows("select * from marts.ar_aging_summary order by bucket_number")
    assert [(r["bucket"], r["documents"], r["amount_due_base"]) for r in rows] == [
        ("current", 0, 0),
        ("1-30", 4, 580),
        ("31-60", 0, 0),
        ("61-90", 0, 0),
        ("90+", 0, 0),
    ]


def test_summaries_by_due_date_and_by_document_date_stand_side_by_side(kinds: Book) -> None:
    """INV-1 of 1 May is due on the 31st: 30 days late, 60 days old. The credits are of 1 June."""
    days = kinds.rows("from marts.ar_aging_summary where bucket_number in (2, 3) order by all")
    columns = ("documents", "amount_due_base", "documents_by_document_date")
    assert [tuple(r[c] for c in columns) for r in days] == [(4, 580, 3), (0, 0, 1)]
    assert [r["amount_due_base_by_document_date"] for r in days] == [-420, 1000]
    assert [r["xero_view_base_by_document_date"] for r in days] == [-120, 1000]

    months = kinds.rows("from marts.ar_aging_months order by month_number")
    assert [(r["month_bucket"], r["amount_due_base"]) for r in months] == [
        ("current", 0),
        ("< 1 month", -420),
        ("1 month", 1000),
        ("2 months", 0),
        ("3 months", 0),
        ("older", 0),
    ]
    assert [r["amount_due_base_by_document_date"] for r in months] == [0, -420, 1000, 0, 0, 0]


def test_the_history_by_document_date_says_what_aging_as_of_each_day_says(kinds: Book) -> None:
    for on in (day(4, 30), day(5, 31), day(6, 1), TODAY):
        history = kinds.rows(
            "select bucket, documents_by_document_date as documents, "
            "amount_due_base_by_document_date as amount_due_base from marts.ar_aging_history "
            "where as_of_date = ? and documents_by_document_date > 0 order by all",
            on,
        )
        aged = kinds.rows(
            "select bucket_by_document_date as bucket, count(*) as documents, "
            "sum(amount_due_base) as amount_due_base "
            "from marts.ar_aging_as_of(?) group by all order by all",
            on,
        )
        assert history == aged


def test_the_history_says_what_aging_as_of_each_day_says(kinds: Book) -> None:
    for on in (day(4, 30), day(5, 31), day(6, 1), TODAY):
        history = kinds.rows(
            "select bucket, documents, amount_due_base from marts.ar_aging_history "
            "where as_of_date = ? and documents > 0 order by all",
            on,
        )
        aged = kinds.rows(
            "select bucket, count(*) as documents, sum(amount_due_base) as amount_due_base "
            "from marts.ar_aging_as_of(?) group by bucket order by all",
            on,
        )
        assert history == aged


def test_the_history_holds_400_days_and_24_month_ends(kinds: Book) -> None:
    days = {r["as_of_date"] for r in kinds.rows("from marts.ar_aging_history")}
    assert min(days) == dt.date(2024, 6, 30)
    assert {dt.date(2025, 4, 30), days_ago(400), days_ago(1), TODAY} <= days
    assert days_ago(401) not in days


def test_what_xeros_view_leaves_out_is_named_document_by_document(kinds: Book) -> None:
    rows = kinds.rows(
        "select document_type, amount_due_base, is_in_xero_view "
        "from marts.ar_aging_documents order by document_type"
    )
    assert [(r["document_type"], r["is_in_xero_view"]) for r in rows] == [
        ("credit_note", True),
        ("invoice", True),
        ("overpayment", True),
        ("prepayment", False),
    ]
    (totals,) = kinds.rows("from marts.ar_aging_totals")
    left_out = sum(r["amount_due_base"] for r in rows if not r["is_in_xero_view"])
    assert totals["net_base"] - totals["xero_view_base"] == left_out == -300


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
def test_a_book_with_every_kind_of_document_ties_out(kinds: Book, test: str) -> None:
    assert kinds.warehouse.failures(test) == []
