"""What tests of receivables share: an organisation with four contacts on 30 June 2026."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from xero_pipeline_tests.sql.book import Book, money
from xero_pipeline_tests.sql.rows import Row

TODAY = dt.date(2026, 6, 30)
RECEIVABLES = (
    "marts.ar_aging_contacts",
    "marts.ar_aging_summary",
    "marts.ar_aging_totals",
    "marts.ar_aging_months",
    "marts.ar_aging_history",
)


def day(month: int, number: int) -> dt.date:
    return dt.date(2026, month, number)


def days_ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


def opened() -> Book:
    book = Book(as_of=TODAY)
    book.account("090", "Bank", "BANK", currency_code="NZD")
    book.account("610", "Accounts receivable", "CURRENT", system_account="DEBTORS")
    for name in ("Harbour Cafe", "Kea Tours", "Old Kea", "Texas Tacos"):
        book.contact(name, merged_to="Kea Tours" if name == "Old Kea" else None)
    return book


def open_on(book: Book, number: str, on: dt.date | None = None) -> Row | None:
    """A document as aged on a day (None: today); None when it has nothing open."""
    rows = book.rows("select * from marts.ar_aging_as_of(?) where document_number = ?", on, number)
    return rows[0] if rows else None


def due_on(book: Book, number: str, on: dt.date | None = None) -> Decimal:
    row = open_on(book, number, on)
    return row["amount_due"] if row else money(0)


def due_in_base(book: Book, number: str, on: dt.date | None = None) -> Decimal:
    row = open_on(book, number, on)
    return row["amount_due_base"] if row else money(0)
