"""Aging of payables: as receivables, with bills owed and suppliers' credits taken off."""

from __future__ import annotations

import pytest

from xero_pipeline_tests.sql.book import Book
from xero_pipeline_tests.sql.receivables import TODAY, day, days_ago, opened


def test_bills_are_positive_and_suppliers_credits_negative() -> None:
    book = opened()
    book.account("800", "Accounts payable", "CURRLIAB", system_account="CREDITORS")
    book.bill("BILL-1", "Kea Tours", day(5, 1), due=day(5, 31), total=200)
    book.payment(day(6, 1), 50, invoice="BILL-1")
    book.credit_note("SCN-1", "Kea Tours", day(6, 1), total=30, type="ACCPAYCREDIT")
    book.prepayment("deposit", "Kea Tours", day(6, 1), total=10, type="SPEND-PREPAYMENT")
    book.trial_balance({"800": -120})
    book.build("marts.ap_aging_totals", "marts.ar_aging_documents")
    (row,) = book.rows("from marts.ap_aging_totals")
    assert (row["invoices_base"], row["credit_notes_base"]) == (150, -30)
    assert (row["xero_view_base"], row["net_base"]) == (120, 110)
    assert book.rows("from marts.ar_aging_documents") == []
    assert book.warehouse.failures("ap_total_equals_control_account") == []


def test_a_bill_in_a_currency_that_got_dearer_is_an_unrealised_loss() -> None:
    book = opened()
    book.bill("BILL-1", "Kea Tours", day(5, 1), total=100, currency="USD", rate="0.5")
    book.bill("BILL-2", "Kea Tours", day(6, 1), total=40, currency="USD", rate="0.4")
    book.build("marts.ap_aging_documents")
    gains = book.rows(
        "select document_number, unrealised_gain_base from marts.ap_aging_documents order by all"
    )
    # 100 / 0.5 = 200 is 100 / 0.4 = 250 now.
    assert [r["unrealised_gain_base"] for r in gains] == [-50, 0]


@pytest.fixture(scope="module")
def bills() -> Book:
    book = opened()
    for overdue in (0, 1, 30, 31, 60, 61, 90, 91):
        book.bill(f"due {overdue}", "Kea Tours", day(1, 1), due=days_ago(overdue), total=100)
    book.bill("paid", "Kea Tours", day(3, 1), due=day(3, 20), total=60)
    book.payment(day(4, 2), 60, invoice="paid")
    book.prepayment("deposit", "Kea Tours", day(6, 1), total=10, type="SPEND-PREPAYMENT")
    book.build("marts.ap_aging_history", "marts.ap_aging_summary", "marts.ap_aging_months")
    return book


@pytest.mark.parametrize(
    ("overdue", "bucket"),
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
def test_bills_age_as_invoices_do(bills: Book, overdue: int, bucket: str) -> None:
    (row,) = bills.rows("from marts.ap_aging_documents where document_number = ?", f"due {overdue}")
    assert (row["days_overdue"], row["bucket"]) == (overdue, bucket)


def test_bills_are_aged_as_of_any_day(bills: Book) -> None:
    due = [
        bills.value(
            "select coalesce(sum(amount_due), 0) from marts.ap_aging_as_of(?) "
            "where document_number = 'paid'",
            on,
        )
        for on in (day(2, 28), day(3, 1), day(4, 1), day(4, 2))
    ]
    assert due == [0, 60, 60, 0]


def test_payables_have_summaries_by_days_and_months_and_by_both_dates(bills: Book) -> None:
    days = bills.rows("from marts.ap_aging_summary order by bucket_number")
    # The deposit of 1 June is 29 days old; Xero's view leaves it out.
    assert [r["amount_due_base"] for r in days] == [100, 190, 200, 200, 100]
    assert [r["xero_view_base"] for r in days] == [100, 200, 200, 200, 100]
    assert [r["amount_due_base_by_document_date"] for r in days] == [0, -10, 0, 0, 800]
    months = bills.rows("from marts.ap_aging_months order by month_number")
    assert sum(r["amount_due_base"] for r in months) == 790
    assert months[0]["amount_due_base"] == 100


def test_the_history_of_payables_says_what_aging_as_of_each_day_says(bills: Book) -> None:
    for on in (day(2, 28), day(3, 31), day(4, 2), TODAY):
        history = bills.rows(
            "select bucket, documents, amount_due_base from marts.ap_aging_history "
            "where as_of_date = ? and documents > 0 order by all",
            on,
        )
        aged = bills.rows(
            "select bucket, count(*) as documents, sum(amount_due_base) as amount_due_base "
            "from marts.ap_aging_as_of(?) group by bucket order by all",
            on,
        )
        assert history == aged
    assert bills.warehouse.failures("ap_history_ends_at_summary") == []
