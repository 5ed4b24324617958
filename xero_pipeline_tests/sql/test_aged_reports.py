"""Xero's aged reports of single contacts: whose turn it is, and what a variance says."""

from __future__ import annotations

import datetime as dt

from xero_pipeline.warehouse.aged_contacts import contacts_to_check
from xero_pipeline_tests.sql.book import Book
from xero_pipeline_tests.sql.rows import Row

TODAY = dt.date(2026, 6, 30)
AR, AP = "ar_contacts_equal_aged_report", "ap_contacts_equal_aged_report"


def day(month: int, number: int) -> dt.date:
    return dt.date(2026, month, number)


def opened() -> Book:
    book = Book(as_of=TODAY)
    for name in ("Cafe", "Kea", "Tui"):
        book.contact(name)
    return book


def variances(book: Book, test: str = AR) -> list[tuple[str | None, int, int, int]]:
    """Document number (None: the whole contact), expected, actual, variance."""
    book.build("intermediate.aged_reports_compared", "marts.ar_aging_documents")
    rows: list[Row] = book.warehouse.failures(test)
    return sorted(
        ((r["document_number"], r["expected"], r["actual"], r["variance"]) for r in rows),
        key=str,
    )


# --- whose turn it is ----------------------------------------------------------------------------


def asked(book: Book, count: int = 2) -> list[str]:
    """The contacts whose receivables are asked about next."""
    book.flush()
    chosen = contacts_to_check(book.warehouse.connection, [book.organisation_id], count)
    ids = chosen.get(book.organisation_id, {}).get("aged_receivables_by_contact", [])
    names = {book.id("Contact", name): name for name in ("Cafe", "Kea", "Tui")}
    return [names[id] for id in ids]


def owing(*names: str) -> Book:
    book = opened()
    for name in names:
        book.invoice(f"INV {name}", name, day(5, 1), total=100, updated_date_utc=at(1))
    return book


def at(hour: int) -> dt.datetime:
    return dt.datetime(2026, 6, 29, hour)


def test_those_that_were_never_asked_about_come_before_those_asked_about_long_ago() -> None:
    book = owing("Cafe", "Kea", "Tui")
    book.aged_report("Cafe", {}, _synced_at=at(2))
    book.aged_report("Tui", {}, _synced_at=at(3))
    assert asked(book, 3) == ["Kea", "Cafe", "Tui"]
    assert asked(book, 1) == ["Kea"]


def test_of_one_night_those_whose_documents_changed_since_come_first() -> None:
    book = owing("Cafe", "Kea", "Tui")
    for name in ("Cafe", "Kea", "Tui"):
        book.aged_report(name, {}, _synced_at=at(2))
    book.invoice("new", "Tui", day(6, 1), total=1, updated_date_utc=at(3))
    assert asked(book, 1) == ["Tui"]


def test_who_has_nothing_open_or_only_a_prepayment_is_not_asked_about() -> None:
    book = owing("Cafe")
    book.payment(day(6, 1), 100, invoice="INV Cafe")
    book.prepayment("deposit", "Kea", day(6, 1), total=10)
    book.overpayment("twice", "Tui", day(6, 1), total=10)
    assert asked(book) == ["Tui"]


def test_suppliers_are_asked_about_beside_customers() -> None:
    book = opened()
    book.bill("BILL-1", "Kea", day(5, 1), total=10)
    book.flush()
    chosen = contacts_to_check(book.warehouse.connection, [book.organisation_id], 5)
    assert chosen == {
        book.organisation_id: {"aged_payables_by_contact": [book.id("Contact", "Kea")]}
    }


# --- what a variance says ------------------------------------------------------------------------


def test_a_report_that_says_the_same_is_no_variance() -> None:
    book = opened()
    invoice = book.invoice("INV-1", "Cafe", day(5, 1), total=100)
    credit = book.credit_note("CN-1", "Cafe", day(5, 2), total=30)
    book.prepayment("deposit", "Cafe", day(5, 2), total=999)  # the report leaves it out
    book.aged_report("Cafe", {invoice["invoice_id"]: 100, credit["credit_note_id"]: -30})
    assert variances(book) == []


def test_a_report_of_an_earlier_day_is_held_against_that_day() -> None:
    book = opened()
    invoice = book.invoice("INV-1", "Cafe", day(5, 1), total=100)
    book.payment(day(6, 20), 40, invoice="INV-1")
    book.aged_report("Cafe", {invoice["invoice_id"]: 100}, on=day(6, 19))
    assert variances(book) == []


def test_a_variance_names_the_document_and_the_contact() -> None:
    book = opened()
    known = book.invoice("INV-1", "Cafe", day(5, 1), total=100)
    book.invoice("INV-2", "Cafe", day(5, 1), total=7)  # not in Xero's report
    book.aged_report("Cafe", {known["invoice_id"]: 60})
    assert variances(book) == [("INV-1", 60, 100, 40), ("INV-2", 0, 7, 7), (None, 60, 107, 47)]


def test_a_document_that_changed_after_the_report_and_its_contacts_sum_are_left_out() -> None:
    book = opened()
    later = book.synced_at + dt.timedelta(hours=1)
    changed = book.invoice("INV-1", "Cafe", day(5, 1), total=100, updated_date_utc=later)
    other = book.invoice("INV-2", "Cafe", day(5, 1), total=7)
    book.aged_report("Cafe", {changed["invoice_id"]: 60, other["invoice_id"]: 5})
    assert variances(book) == [("INV-2", 5, 7, 2)]


def test_bills_are_held_against_the_aged_payables() -> None:
    book = opened()
    bill = book.bill("BILL-1", "Kea", day(5, 1), total=50)
    book.aged_report("Kea", {bill["invoice_id"]: 51}, ledger="payables")
    assert variances(book, AP) == [("BILL-1", 51, 50, -1), (None, 51, 50, -1)]
    assert variances(book, AR) == []
