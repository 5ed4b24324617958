"""Receivables and payables over the sandbox's lives: every month end ties to the ledger.

What is open as of each month end, worked out from dated payments and allocations as they are known
today, against the control accounts in the Trial Balance of that day, and against the aged report of
every single contact, document by document. Both lives hold foreign documents, credit notes, over-
and prepayments, refunds, voids, changed contacts, and payments that were deleted again.
`python -m xero_pipeline_tests.sql.test_receivables_life SEEDS` does both lives of many seeds.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest

from xero_pipeline.sandbox.books import Book
from xero_pipeline.sandbox.life import agency, client_book
from xero_pipeline.warehouse import open_build_database
from xero_pipeline_tests.sql.landed_life import lived, sync
from xero_pipeline_tests.sql.warehouse import graph, needed_for

FIRST_DAY = dt.date(2025, 9, 10)
"""Of the tests; the life of the demo begins on DEMO_START."""
DEMO_START = dt.date(2024, 5, 22)
NOW = dt.datetime(2026, 11, 21, 10, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 21)
"""In both organisations."""
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
    types: tuple[str, ...]


SIDES = (
    Side(
        "marts.ar_aging_as_of",
        "receivable",
        "DEBTORS",
        1,
        "AgedReceivablesByContact",
        ("ACCREC", "RECEIVE"),
    ),
    Side(
        "marts.ap_aging_as_of",
        "payable",
        "CREDITORS",
        -1,
        "AgedPayablesByContact",
        ("ACCPAY", "SPEND"),
    ),
)


@dataclass(frozen=True)
class Lives:
    """Two lives, synced today and modelled."""

    warehouse: duckdb.DuckDBPyConnection
    books: tuple[Book, ...]


@contextmanager
def living(agency_seed: int, client_seed: int, first: dt.date) -> Iterator[Lives]:
    with (
        TemporaryDirectory() as home,
        open_build_database(Path(home) / "build.duckdb") as connection,
    ):
        books = (
            lived(agency(agency_seed, first, NOW)),
            lived(client_book(client_seed, first, NOW)),
        )
        for book in books:
            book.clock = lambda: NOW
            today = book.today()
            reports = {"trial_balance": [today]}
            folder = Path(home) / book.key
            sync(connection, folder, book, NOW, endpoints=ENDPOINTS, reports=reports, aged_on=today)
        references = {name for test in TIE_OUTS for name in graph().tests[test].references}
        graph().build(connection, only=needed_for({*references, *(side.macro for side in SIDES)}))
        yield Lives(connection, books)


@pytest.fixture(scope="module")
def lives() -> Iterator[Lives]:
    with living(7, 23, FIRST_DAY) as lives:
        yield lives


def month_ends(first: dt.date) -> list[dt.date]:
    """The last day of each month since the lives began, and today."""
    days = [first + dt.timedelta(days=number) for number in range((TODAY - first).days)]
    return [day for day in days if (day + dt.timedelta(days=1)).day == 1] + [TODAY]


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


def contacts_of(book: Book, side: Side) -> set[str]:
    """Those with a document of the side, whatever became of it."""
    listed = [*book.rows("Invoices"), *book.rows("CreditNotes"), *book.rows("Overpayments")]
    return {
        str(row["Contact"]["ContactID"])  # type: ignore[index,call-overload]
        for row in listed
        if str(row["Type"]).startswith(side.types)
    }


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


def untied(lives: Lives, side: Side, day: dt.date) -> list[str]:
    """What differs as of a day, in words."""
    ours = open_by_contact(lives, side, day)
    found = []
    for book in lives.books:
        open_here = {who: open for (owner, who), open in ours.items() if owner == book.tenant_id}
        total = sum((sum(open.values()) for open in open_here.values()), Decimal(0))
        actual = total - settled_ahead(lives, side, book, day)
        if actual != (expected := control_account(book, side, day)):
            found.append(f"{day} {book.key}: {actual}, the control account has {expected}")
        for who in contacts_of(book, side):
            actual_open, expected_open = open_here.pop(who, {}), aged_report(book, side, who, day)
            if actual_open != expected_open:
                found.append(f"{day} {book.key} {who}: {actual_open}, at Xero {expected_open}")
        found += [f"{day} {book.key} {who}: nothing at Xero" for who in open_here]
    return found


@pytest.mark.parametrize("side", SIDES, ids=lambda side: side.ledger)
def test_every_month_end_ties_to_the_ledger_and_to_every_contacts_aged_report(
    lives: Lives, side: Side
) -> None:
    days = month_ends(FIRST_DAY)
    assert (days[0], len(days)) == (dt.date(2025, 9, 30), 15)
    assert [each for day in days for each in untied(lives, side, day)] == []


@pytest.mark.parametrize("test", TIE_OUTS)
def test_today_every_tie_out_holds(lives: Lives, test: str) -> None:
    assert lives.warehouse.execute(graph().tests[test].sql).fetchall() == []


def test_the_tie_outs_compare_something(lives: Lives) -> None:
    """Contacts and documents of both sides, none of them left out."""
    compared = lives.warehouse.execute(
        """
        select ledger, document_id is null, count(*) > 5, bool_and(is_comparable)
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


def main(seeds: list[int]) -> None:
    """Both lives of each seed; prints what differs."""
    for seed in seeds:
        with living(seed, seed, DEMO_START) as lives:
            checked = [(side, day) for side in SIDES for day in month_ends(DEMO_START)]
            found = [each for side, day in checked for each in untied(lives, side, day)]
            for test in TIE_OUTS:
                failures = lives.warehouse.execute(graph().tests[test].sql).fetchall()
                found += [f"{test}: {row}" for row in failures]
        print(f"seed {seed}: {len(checked)} ledgers at month ends, {len(found)} differences")
        print("".join(f"  {each}\n" for each in found), end="")


if __name__ == "__main__":
    main([int(seed) for seed in sys.argv[1:]] or [7, 23])
