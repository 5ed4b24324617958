"""Staging: Xero's rows as tables that can be joined, without any figure worked out yet."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from xero_pipeline_tests.sql.book import Book, Line
from xero_pipeline_tests.sql.warehouse import Warehouse

TODAY = dt.date(2026, 6, 30)


@pytest.fixture(scope="module")
def book() -> Book:
    book = Book(as_of=TODAY)
    book.contact("First", merged_to="Second")
    book.contact("Second", merged_to="Third")
    book.contact("Third")
    book.contact("Chicken", merged_to="Egg")
    book.contact("Egg", merged_to="Chicken")
    book.contact("Orphan", merged_to="Nobody")
    lines = (Line(115, tax=15, description="Work"), Line(23, tax=3, description="Hosting"))
    book.invoice("INV-1", "Third", TODAY, lines=lines, line_amount_types="Inclusive")
    book.invoice("INV-2", "Third", TODAY, lines=(Line(100, tax=15),))
    book.invoice("gone", "Third", TODAY, total=1, _removed_at=book.synced_at)
    book.credit_note("CN-1", "Third", TODAY, total=50)
    book.allocate(TODAY, 20, invoice="INV-1", credit_note="CN-1")
    book.allocate(TODAY, 30, invoice="INV-2", credit_note="CN-1")
    book.payment(TODAY, 10, invoice="INV-1", account="090")
    book.prepayment("deposit", "Third", TODAY, total=5)
    book.payment(TODAY, 5, prepayment="deposit", account="090")
    book.bank_summary({"090": "1234.56", "091": "-7"})
    book.trial_balance({"610": 118, "800": -99})
    book.build(
        "staging.contacts",
        "staging.organisations",
        "staging.invoices",
        "staging.invoice_lines",
        "staging.allocations",
        "staging.payments",
        "staging.bank_summary",
        "staging.trial_balance",
    )
    return book


@pytest.mark.parametrize(
    ("contact", "survivor"),
    [
        ("First", "Third"),
        ("Second", "Third"),
        ("Third", "Third"),
        ("Orphan", "Orphan"),  # what it was merged into was never read
    ],
)
def test_merged_contacts_are_followed_to_the_one_that_survived(
    book: Book, contact: str, survivor: str
) -> None:
    (row,) = book.rows("select * from staging.contacts where name = ?", contact)
    assert str(row["canonical_contact_id"]) == book.id("Contact", survivor)
    assert row["canonical_name"] == survivor


def test_contacts_that_point_at_each_other_do_not_go_on_for_ever(book: Book) -> None:
    rows = book.rows("from staging.contacts where name in ('Chicken', 'Egg')")
    assert len(rows) == 2


def test_a_line_is_named_by_its_place_and_its_net_amount_has_no_tax(book: Book) -> None:
    rows = book.rows(
        "select line_number, description, line_amount, net_amount from staging.invoice_lines "
        "join staging.invoices using (invoice_id) where invoice_number = 'INV-1' order by 1"
    )
    assert [tuple(row.values()) for row in rows] == [
        (1, "Work", 115, 100),
        (2, "Hosting", 23, 20),
    ]


def test_exclusive_lines_are_net_already(book: Book) -> None:
    (row,) = book.rows(
        "select net_amount, tax_amount from staging.invoice_lines "
        "join staging.invoices using (invoice_id) where invoice_number = 'INV-2'"
    )
    assert (row["net_amount"], row["tax_amount"]) == (100, 15)


def test_a_row_that_vanished_stays_and_says_so(book: Book) -> None:
    rows = book.rows("select invoice_number from staging.invoices where is_removed")
    assert rows == [{"invoice_number": "gone"}]


def test_allocations_are_read_from_the_credit_one_row_each(book: Book) -> None:
    rows = book.rows(
        "select credit_type, allocation_number, amount from staging.allocations order by 2"
    )
    assert [tuple(row.values()) for row in rows] == [("credit_note", 1, 20), ("credit_note", 2, 30)]


def test_a_payment_says_what_it_pays(book: Book) -> None:
    rows = book.rows("select document_type, document_id, amount from staging.payments order by 3")
    assert [(r["document_type"], str(r["document_id"])) for r in rows] == [
        ("prepayment", book.id("Prepayment", "deposit")),
        ("invoice", book.id("Invoice", "INV-1")),
    ]


def test_reports_become_one_row_per_account(book: Book) -> None:
    bank = book.rows("select account_id, closing_balance as amount from staging.bank_summary")
    trial = book.rows("select account_id, balance as amount from staging.trial_balance")
    amounts = {str(row["account_id"]): row["amount"] for row in (*bank, *trial)}
    assert {code: float(amounts[book.id("Account", code)]) for code in ("090", "091")} == {
        "090": 1234.56,
        "091": -7,
    }
    assert amounts[book.id("Account", "610")] == 118
    assert amounts[book.id("Account", "800")] == -99


ZONES = [
    ("NEWZEALANDSTANDARDTIME", dt.datetime(2026, 6, 30, 11, 59), dt.date(2026, 6, 30)),
    ("NEWZEALANDSTANDARDTIME", dt.datetime(2026, 6, 30, 12, 0), dt.date(2026, 7, 1)),
    ("PACIFICSTANDARDTIME", dt.datetime(2026, 7, 1, 6, 59), dt.date(2026, 6, 30)),
    ("GMTSTANDARDTIME", dt.datetime(2026, 6, 30, 23, 0), dt.date(2026, 7, 1)),  # summer time
    ("MARSSTANDARDTIME", dt.datetime(2026, 6, 30, 23, 0), dt.date(2026, 6, 30)),
]


def test_today_is_the_organisations_calendar_day_at_its_last_sync() -> None:
    warehouse = Warehouse()
    organisations = [
        {"organisation_id": uuid.UUID(int=number), "timezone": zone, "_synced_at": synced_at}
        for number, (zone, synced_at, _) in enumerate(ZONES)
    ]
    warehouse.insert("organisation", organisations)
    warehouse.build("staging.organisations")
    rows = warehouse.rows("from staging.organisations order by organisation_id")
    assert [row["as_of_date"] for row in rows] == [local_day for _, _, local_day in ZONES]
    # A zone that is not listed is counted in UTC, and is a finding.
    (finding,) = warehouse.failures("organisations_in_unknown_timezone")
    assert finding["xero_timezone"] == "MARSSTANDARDTIME"
