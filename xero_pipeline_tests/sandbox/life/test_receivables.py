"""Outstanding amounts and their age, on books small enough to check by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.life.truth import AgedDocument, History, aged_documents, bucket_totals
from xero_pipeline.sandbox.life.truth.receivables import Side, bucket_of
from xero_pipeline_tests.sandbox.life.tiny import TinyBook, day, line


def open_documents(
    book: TinyBook, as_of: str, side: Side = "receivable"
) -> dict[str, AgedDocument]:
    rows = aged_documents(History(book.events), side, day(as_of))
    return {row.document_number or row.document_type: row for row in rows}


def test_an_invoice_is_open_from_its_date_until_the_payments_dates(book: TinyBook) -> None:
    book.invoice("INV-1", "2024-03-01", line("1000.00", tax="OUTPUT2"), due="2024-03-21")
    book.pay("P-1", "INV-1", "2024-03-25", "650.00")
    book.pay("P-2", "INV-1", "2024-04-02", "500.00")

    assert open_documents(book, "2024-02-29") == {}
    assert open_documents(book, "2024-03-24")["INV-1"].amount_due == Decimal("1150.00")
    assert open_documents(book, "2024-03-25")["INV-1"].amount_due == Decimal("500.00")
    assert open_documents(book, "2024-04-02") == {}


def test_tax_is_rounded_line_by_line_and_half_up(book: TinyBook) -> None:
    """0.10 x 15 % = 0.015, which is 0.02 on each of the two lines: 0.24, not 0.23."""
    book.invoice("INV-1", "2024-03-01", line("0.10", tax="OUTPUT2"), line("0.10", tax="OUTPUT2"))

    assert open_documents(book, "2024-03-01")["INV-1"].amount_due == Decimal("0.24")


def test_inclusive_amounts_contain_their_tax(book: TinyBook) -> None:
    book.invoice("INV-1", "2024-03-01", line("115.00", tax="OUTPUT2"), mode="Inclusive")

    assert open_documents(book, "2024-03-01")["INV-1"].amount_due == Decimal("115.00")


def test_discounts_come_off_before_tax(book: TinyBook) -> None:
    discounted = ev.Line(
        "Work", Decimal(3), Decimal("33.33"), "200", "OUTPUT2", discount_rate=Decimal(10)
    )
    book.invoice("INV-1", "2024-03-01", discounted)

    # 3 x 33.33 = 99.99, less 10 % = 89.991 -> 89.99; tax 13.4985 -> 13.50
    assert open_documents(book, "2024-03-01")["INV-1"].amount_due == Decimal("103.49")


def test_an_allocation_counts_from_the_later_of_the_two_dates(book: TinyBook) -> None:
    book.invoice("INV-1", "2024-03-01", line("100.00"))
    book.credit_note("CN-1", "2024-03-10", line("30.00"))
    book.allocate("A-1", "CN-1", "INV-1", "30.00")

    before = open_documents(book, "2024-03-09")
    after = open_documents(book, "2024-03-10")
    assert before["INV-1"].amount_due == Decimal("100.00")
    assert after["INV-1"].amount_due == Decimal("70.00")
    assert "CN-1" not in after


def test_unused_credit_is_negative_and_ages_by_its_own_date(book: TinyBook) -> None:
    book.credit_note("CN-1", "2024-03-01", line("30.00"))
    book.bank("BT-1", "RECEIVE-OVERPAYMENT", "2024-03-05", line("50.00", "610"))
    book.pay("P-1", "BT-1", "2024-03-20", "20.00", kind="Overpayment")

    rows = open_documents(book, "2024-04-10")
    assert (rows["CN-1"].amount_due, rows["CN-1"].days_overdue) == (Decimal("-30.00"), 40)
    overpaid = rows["overpayment"]
    assert (overpaid.amount_due, overpaid.bucket) == (Decimal("-30.00"), "31-60")
    assert overpaid.document_id == book.id("Overpayment", "BT-1")


def test_what_was_undone_never_was(book: TinyBook) -> None:
    book.invoice("INV-1", "2024-03-01", line("100.00"))
    book.pay("P-1", "INV-1", "2024-03-02", "100.00")
    book.add(ev.PaymentDeleted(book.at(), "P-1"))
    book.credit_note("CN-1", "2024-03-03", line("40.00"))
    book.allocate("A-1", "CN-1", "INV-1", "40.00")
    book.add(ev.AllocationDeleted(book.at(), "A-1"))

    rows = open_documents(book, "2024-03-03")
    assert rows["INV-1"].amount_due == Decimal("100.00")
    assert rows["CN-1"].amount_due == Decimal("-40.00")


def test_drafts_voids_and_deletions_count_on_no_day(book: TinyBook) -> None:
    book.invoice("INV-1", "2024-03-01", line("1.00"), status="DRAFT")
    book.invoice("INV-2", "2024-03-01", line("2.00"))
    book.status("INV-2", "VOIDED")
    book.invoice("INV-3", "2024-03-01", line("3.00"), status="DRAFT")
    book.status("INV-3", "DELETED")
    book.invoice("INV-4", "2024-03-01", line("4.00"), status="DRAFT")
    book.status("INV-4", "AUTHORISED")

    assert set(open_documents(book, "2024-03-05")) == {"INV-4"}


def test_a_payment_dated_before_its_invoice_counts_from_the_invoice_date(book: TinyBook) -> None:
    book.invoice("INV-1", "2024-03-10", line("100.00"))
    book.pay("P-1", "INV-1", "2024-03-08", "60.00")

    assert open_documents(book, "2024-03-09") == {}
    assert open_documents(book, "2024-03-10")["INV-1"].amount_due == Decimal("40.00")


def test_base_amounts_stand_at_the_documents_own_rate(book: TinyBook) -> None:
    """100 / 0.6 = 166.67; two payments of 33 take 55.00 each; the last one takes the 56.67 left."""
    book.invoice("INV-1", "2024-03-01", line("100.00"), rate="0.6")
    book.pay("P-1", "INV-1", "2024-03-05", "33.00", rate="0.7")
    book.pay("P-2", "INV-1", "2024-03-06", "33.00", rate="0.5")
    book.pay("P-3", "INV-1", "2024-03-07", "34.00", rate="0.5")

    row = open_documents(book, "2024-03-06")["INV-1"]
    assert (row.amount_due, row.amount_due_base) == (Decimal("34.00"), Decimal("56.67"))
    assert open_documents(book, "2024-03-07") == {}


def test_bills_are_the_other_side(book: TinyBook) -> None:
    book.invoice("BILL-1", "2024-03-01", line("80.00"), type="ACCPAY")
    book.bank("BT-1", "SPEND-PREPAYMENT", "2024-03-02", line("30.00", "429"))

    rows = open_documents(book, "2024-03-31", "payable")
    assert {row.amount_due for row in rows.values()} == {Decimal("80.00"), Decimal("-30.00")}
    assert open_documents(book, "2024-03-31") == {}


def test_the_last_due_date_and_contact_count(book: TinyBook) -> None:
    book.invoice("INV-1", "2024-03-01", line("100.00"), due="2024-03-10")
    book.add(ev.InvoiceDatesChanged(book.at(), "INV-1", due_date=day("2024-03-31")))
    book.add(ev.InvoiceContactChanged(book.at(), "INV-1", "bob"))

    row = open_documents(book, "2024-04-01")["INV-1"]
    assert (row.days_overdue, row.contact_id) == (1, book.id("Contact", "bob"))


@pytest.mark.parametrize(
    ("days", "bucket"),
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
def test_the_edges_of_the_buckets(days: int, bucket: str) -> None:
    assert bucket_of(days) == bucket


def test_the_summary_has_all_five_buckets(book: TinyBook) -> None:
    book.invoice("INV-1", "2024-03-01", line("10.00"), due="2024-03-31")
    book.invoice("INV-2", "2024-03-01", line("20.00"), due="2024-03-30")

    rows = aged_documents(History(book.events), "receivable", day("2024-03-31"))
    assert [(t.bucket, t.documents, t.amount_due_base) for t in bucket_totals(rows)] == [
        ("current", 1, Decimal("10.00")),
        ("1-30", 1, Decimal("20.00")),
        ("31-60", 0, Decimal("0.00")),
        ("61-90", 0, Decimal("0.00")),
        ("90+", 0, Decimal("0.00")),
    ]
