"""Receivables and payables over the sandbox's lives: every month end ties to the ledger.

What is open as of each month end, worked out from dated payments and allocations as they are known
today, against the control accounts in the Trial Balance of that day, and against the aged report of
every single contact, document by document. Both lives hold foreign documents, credit notes, over-
and prepayments, refunds, voids, changed contacts, and payments that were deleted again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from xero_pipeline.demo.proof import BOOKS
from xero_pipeline.sandbox.books import Book
from xero_pipeline.warehouse import open_build_database
from xero_pipeline_tests.sql.landed_life import lived, sync
from xero_pipeline_tests.sql.warehouse import graph, needed_for

START = dt.date(2024, 5, 22)
NOW = dt.datetime(2026, 11, 21, 10, 0, tzinfo=dt.UTC)
SEEDS = (7, 23)
ENDPOINTS = (
    "organisation",
    "accounts",
    "contacts",
    "bank_transactions",
    "credit_notes",
    "invoices",
    "overpayments",
    "payments",
    "prepayments",
)
TIE_OUTS = [
    f"{side}_{test}"
    for side in ("ar", "ap")
    for test in (
        "documents_equal_xero_amount_due",
        "contacts_equal_xero_balances",
        "overdue_equals_xero_balances",
        "total_equals_control_account",
        "contacts_equal_aged_report",
        "history_ends_at_summary",
    )
]

Open = Mapping[str, Decimal]
"""Document id -> what is open in base currency, credits negative; without prepayments."""


@dataclass(frozen=True)
class Side:
    """One ledger: where aging has it, and where Xero has it."""

    macro: str
    ledger: str
    system_account: str
    sign: int
    report: str


SIDES = (
    Side("marts.ar_aging_as_of", "receivable", "DEBTORS", 1, "AgedReceivablesByContact"),
    Side("marts.ap_aging_as_of", "payable", "CREDITORS", -1, "AgedPayablesByContact"),
)


@dataclass(frozen=True)
class Lives:
    """Both lives of a seed, synced today and modelled."""

    warehouse: duckdb.DuckDBPyConnection
    books: tuple[Book, ...]


@pytest.fixture(scope="module", params=SEEDS)
def lives(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lives]:
    folder = tmp_path_factory.mktemp("lives")
    with open_build_database(folder / "build.duckdb") as connection:
        books = tuple(lived(plan(request.param, START, NOW)) for plan in BOOKS.values())
        for book in books:
            book.clock = lambda: NOW
            today = book.today()
            reports = {"trial_balance": [today]}
            where = folder / book.key
            sync(connection, where, book, NOW, endpoints=ENDPOINTS, reports=reports, aged_on=today)
        references = {name for test in TIE_OUTS for name in graph().tests[test].references}
        graph().build(connection, only=needed_for({*references, *(side.macro for side in SIDES)}))
        yield Lives(connection, books)


def month_ends(book: Book) -> list[dt.date]:
    """The last day of each month since the life began, and today."""
    days = [START + dt.timedelta(days=number) for number in range((book.today() - START).days)]
    return [day for day in days if (day + dt.timedelta(days=1)).day == 1] + [book.today()]


# --- our side ------------------------------------------------------------------------------------


def open_by_contact(lives: Lives, side: Side, day: dt.date) -> dict[tuple[str, str], Open]:
    """(Organisation, contact) -> what is open, by document."""
    rows = lives.warehouse.execute(
        f"""
        select organisation_id::varchar, contact_id::varchar, document_id::varchar, amount_due_base
        from {side.macro}(?)
        where is_in_xero_view and amount_due_base <> 0
        """,
        [day],
    ).fetchall()
    found: dict[tuple[str, str], dict[str, Decimal]] = {}
    for organisation, contact, document, amount in rows:
        found.setdefault((organisation, contact), {})[document] = amount
    return dict(found)


def settled_ahead(lives: Lives, side: Side, book: Book, day: dt.date) -> Decimal:
    """Money in the control account for documents that are dated later."""
    (row,) = lives.warehouse.execute(
        "select coalesce(sum(amount_base), 0) from intermediate.settled_ahead_as_of(?) "
        "where organisation_id = ? and ledger = ?",
        [day, book.tenant_id, side.ledger],
    ).fetchall()
    return Decimal(row[0])


# --- Xero's side ---------------------------------------------------------------------------------


def control_account(book: Book, side: Side, day: dt.date) -> Decimal:
    """Its year-to-date balance in the Trial Balance, positive for what is owed."""
    account = next(
        row["AccountID"]
        for row in book.rows("Accounts")
        if row.get("SystemAccount") == side.system_account
    )
    for cells in rows_of(book.report("TrialBalance", {"date": day.isoformat()}, day)):
        if any(each["Value"] == account for each in cells[0].get("Attributes", ())):
            debit, credit = (Decimal(cell["Value"] or 0) for cell in cells[3:5])
            return side.sign * (debit - credit)
    return Decimal(0)


def aged_report(book: Book, side: Side, contact: str, day: dt.date) -> Open:
    query = {"contactId": contact, "date": day.isoformat(), "toDate": day.isoformat()}
    return {
        cells[0]["Attributes"][0]["Value"]: Decimal(cells[-1]["Value"])
        for cells in rows_of(book.report(side.report, query, day))
        if cells[0].get("Attributes")
    }


def rows_of(report: Mapping[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """The cells of a report's rows, sums left out."""
    for section in report["Rows"]:
        for row in section.get("Rows", ()):
            if row["RowType"] == "Row":
                yield row["Cells"]


# --- both ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", SIDES, ids=lambda side: side.ledger)
def test_every_month_end_ties_to_the_ledger_and_to_every_contacts_aged_report(
    lives: Lives, side: Side
) -> None:
    for book in lives.books:
        contacts = [str(row["ContactID"]) for row in book.rows("Contacts")]
        for day in month_ends(book):
            ours = open_by_contact(lives, side, day)
            mine = {who: open for (org, who), open in ours.items() if org == book.tenant_id}
            total = sum((sum(open.values()) for open in mine.values()), Decimal(0))
            ahead = settled_ahead(lives, side, book, day)
            assert total - ahead == control_account(book, side, day), day
            theirs = {who: aged_report(book, side, who, day) for who in contacts}
            assert mine == {who: open for who, open in theirs.items() if open}, day


@pytest.mark.parametrize("test", TIE_OUTS)
def test_today_every_tie_out_holds(lives: Lives, test: str) -> None:
    assert lives.warehouse.execute(graph().tests[test].sql).fetchall() == []


def test_the_tie_outs_compare_something(lives: Lives) -> None:
    """Contacts and documents of both sides, none of them left out."""
    compared = lives.warehouse.execute(
        """
        select ledger, document_id is null, count(*) > 20, bool_and(is_comparable)
        from intermediate.aged_reports_compared
        group by all
        order by all
        """
    ).fetchall()
    assert compared == [
        (ledger, is_contact, True, True)
        for ledger in ("payable", "receivable")
        for is_contact in (False, True)
    ]
