"""Whatever is edited in Xero, what is open afterwards ties to Xero's own figures to the cent.

Every edit happens in a book of its own, which has the same invoices, bills, payments and credits
before it. Then all books are synced into one warehouse: amounts due, contact balances, control
accounts and the aged reports of all contacts have to agree in each of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import duckdb
import pytest

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.books import Book
from xero_pipeline.sandbox.events import xero_id
from xero_pipeline.warehouse import Landing, create_tables, load
from xero_pipeline_tests.sandbox.books.harbour import (
    BANK,
    DOLLARS,
    OPENED,
    allocation,
    apply,
    bank,
    bill,
    credit_note,
    day,
    dollars,
    invoice,
    line,
    noon,
    payment,
)
from xero_pipeline_tests.sql.landed_life import land
from xero_pipeline_tests.sql.test_receivables_life import ENDPOINTS, TIE_OUTS
from xero_pipeline_tests.sql.warehouse import graph, needed_for
from xero_pipeline_tests.studio import small_book

NOW = dt.datetime(2026, 4, 20, 2, 0, tzinfo=dt.UTC)
"""Noon of 20 April in Auckland."""
USD = dollars("0.62")

BEFORE: Sequence[ev.Event] = (
    invoice("INV-1", 100),
    invoice("INV-2", 200),
    invoice("part paid", 90),
    payment("PAY-1", "part paid", 40),
    invoice("USD-1", 100, **USD),
    invoice("draft", 70, status="DRAFT"),
    credit_note("CN-1", 30),
    credit_note("CN-2", 20),
    allocation("ALLOC-1", "CN-2", "INV-2", 20),
    bank("over", "RECEIVE-OVERPAYMENT", 25),
    bank("pre", "RECEIVE-PREPAYMENT", 60),
    bill("BILL-1", 50),
    bill("BILL-2", 80),
    payment("PAY-2", "BILL-2", 30),
    credit_note("SCN-1", 15, type="ACCPAYCREDIT", contact="landlord"),
    bank("supplier over", "SPEND-OVERPAYMENT", 12),
)
LATER = "04-10"


def credited(key: str, kind: ev.CreditKind, credit: str, to: str, amount: int) -> ev.Event:
    return allocation(key, credit, to, amount, LATER, credit_kind=kind)


def refund(kind: ev.PayableKind, target: str, amount: int) -> ev.Event:
    return payment("REFUND", target, amount, LATER, target_kind=kind)


def in_dollars(key: str, amount: str, rate: str, on: str) -> ev.Event:
    paid = {"account_code": DOLLARS, "currency_rate": Decimal(rate)}
    return payment(key, "USD-1", amount, on, **paid)


EDITS: Mapping[str, Sequence[ev.Event]] = {
    "nothing": (),
    "part payment": (payment("PAY-9", "INV-1", 60, LATER),),
    "full payment": (payment("PAY-9", "INV-1", 100, LATER),),
    "payment deleted": (ev.PaymentDeleted(noon(LATER), "PAY-1"),),
    "bill's payment deleted": (ev.PaymentDeleted(noon(LATER), "PAY-2"),),
    "payment before its invoice": (
        invoice("INV-9", 100, "04-01"),
        payment("PAY-9", "INV-9", 40, "03-20", at=noon(LATER)),
    ),
    "money ahead of an invoice of tomorrow": (
        invoice("INV-9", 100, "04-21", at=noon(LATER)),
        payment("PAY-9", "INV-9", 40, LATER),
    ),
    "payment dated next month": (payment("PAY-9", "INV-1", 60, "05-04", at=noon(LATER)),),
    "batch of two": (
        ev.BatchPaymentMade(
            noon(LATER),
            "BATCH",
            "RECBATCH",
            BANK,
            day(LATER),
            (payment("PAY-8", "INV-1", 100, LATER), payment("PAY-9", "INV-2", 180, LATER)),
        ),
    ),
    "invoice voided": (ev.InvoiceStatusChanged(noon(LATER), "INV-1", "VOIDED"),),
    "draft approved": (ev.InvoiceStatusChanged(noon(LATER), "draft", "AUTHORISED"),),
    "draft deleted": (ev.InvoiceStatusChanged(noon(LATER), "draft", "DELETED"),),
    "invoice priced anew": (
        ev.DocumentRecoded(noon(LATER), "Invoice", "INV-1", (line(130), line("7.77"))),
    ),
    "due date moved": (ev.InvoiceDatesChanged(noon(LATER), "part paid", due_date=day("05-30")),),
    "due date taken away": (invoice("INV-9", 100, due_date=None),),
    "invoice to another contact": (ev.InvoiceContactChanged(noon(LATER), "INV-1", "landlord"),),
    "credited invoice to another contact": (
        ev.ContactAdded(OPENED, "kea", "Kea Tours"),
        ev.InvoiceContactChanged(noon(LATER), "INV-2", "kea"),
    ),
    "contacts merged": (
        ev.ContactAdded(OPENED, "kea", "Kea Tours"),
        invoice("INV-9", 100, contact="kea"),
        ev.ContactsMerged(noon(LATER), loser="kea", winner="cafe"),
    ),
    "contact renamed": (ev.ContactChanged(noon(LATER), "cafe", name="Harbour Kitchen"),),
    "credit applied": (credited("A-9", "CreditNote", "CN-1", "INV-1", 30),),
    "credit applied in parts": (
        credited("A-8", "CreditNote", "CN-1", "INV-1", 10),
        credited("A-9", "CreditNote", "CN-1", "part paid", 15),
    ),
    "allocation deleted": (ev.AllocationDeleted(noon(LATER), "ALLOC-1"),),
    "credit note voided": (ev.CreditNoteStatusChanged(noon(LATER), "CN-1", "VOIDED"),),
    "credit note refunded": (refund("CreditNote", "CN-1", 12),),
    "supplier's credit applied": (credited("A-9", "CreditNote", "SCN-1", "BILL-1", 15),),
    "overpayment applied": (credited("A-9", "Overpayment", "over", "INV-1", 25),),
    "overpayment refunded": (refund("Overpayment", "over", 25),),
    "overpayment voided": (ev.CreditVoided(noon(LATER), "Overpayment", "over"),),
    "supplier's overpayment applied": (
        credited("A-9", "Overpayment", "supplier over", "BILL-1", 12),
    ),
    "prepayment applied": (credited("A-9", "Prepayment", "pre", "INV-1", 45),),
    "prepayment refunded": (refund("Prepayment", "pre", 60),),
    "prepayment voided": (ev.CreditVoided(noon(LATER), "Prepayment", "pre"),),
    "dollars in three parts at other rates": (
        in_dollars("P-1", "33.33", "0.60", "03-20"),
        in_dollars("P-2", "33.33", "0.65", "04-01"),
        in_dollars("P-3", "33.34", "0.61", LATER),
    ),
    "middle one of the dollars deleted": (
        in_dollars("P-1", "33.33", "0.60", "03-20"),
        in_dollars("P-2", "33.33", "0.65", "04-01"),
        in_dollars("P-3", "33.34", "0.61", LATER),
        ev.PaymentDeleted(noon("04-12"), "P-2"),
    ),
    "dollars credited at another rate": (
        credit_note("CN-9", "33.33", LATER, **dollars("0.58")),
        allocation("A-9", "CN-9", "USD-1", "33.33", LATER),
    ),
}
KEYS = {edit: f"edit{number}" for number, edit in enumerate(EDITS)}


@pytest.fixture(scope="module")
def warehouse(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[duckdb.DuckDBPyConnection]:
    landing = Landing(tmp_path_factory.mktemp("landing"))
    for edit, events in EDITS.items():
        book = edited(KEYS[edit], events)
        today = book.today()
        reports = {"trial_balance": [today]}
        land(landing, book, NOW, endpoints=ENDPOINTS, reports=reports, aged_on=today)
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("set TimeZone = 'UTC'")
        create_tables(connection)
        load(connection, landing.all())
        tests = [graph().tests[test] for test in TIE_OUTS]
        graph().build(connection, only=needed_for({n for test in tests for n in test.references}))
        yield connection


def edited(key: str, events: Sequence[ev.Event]) -> Book:
    book = small_book(key, key.title(), "NZD", BEFORE)
    apply(book, *(replace(event, at=max(event.at, OPENED)) for event in events))
    book.clock = lambda: NOW
    return book


@pytest.fixture(scope="module")
def variances(warehouse: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Organisation and tie-out of every variance."""
    return [
        (organisation, test)
        for test in TIE_OUTS
        for (organisation,) in warehouse.execute(
            f"select organisation_id::varchar from ({graph().tests[test].sql})"
        ).fetchall()
    ]


@pytest.mark.parametrize("edit", EDITS)
def test_everything_ties_out_after(variances: list[tuple[str, str]], edit: str) -> None:
    organisation = xero_id(KEYS[edit], "Organisation", KEYS[edit])
    assert [test for owner, test in variances if owner == organisation] == []


@pytest.mark.parametrize(
    ("edit", "xero_view", "prepayments"),
    [
        # 100 + (200 - 20) + (90 - 40) + 100 / 0.62 - 30 - 25, and -60 paid ahead.
        ("nothing", "436.29", "-60.00"),
        ("part payment", "376.29", "-60.00"),
        ("payment deleted", "476.29", "-60.00"),
        ("invoice voided", "336.29", "-60.00"),
        ("allocation deleted", "436.29", "-60.00"),
        ("credit note voided", "466.29", "-60.00"),
        ("credit note refunded", "448.29", "-60.00"),
        ("overpayment applied", "436.29", "-60.00"),
        ("prepayment applied", "391.29", "-15.00"),
        ("prepayment refunded", "436.29", "0.00"),
        ("dollars in three parts at other rates", "275.00", "-60.00"),
        # 33.33 / 0.62 is open again.
        ("middle one of the dollars deleted", "328.76", "-60.00"),
    ],
)
def test_what_is_open_after(
    warehouse: duckdb.DuckDBPyConnection, edit: str, xero_view: str, prepayments: str
) -> None:
    found = warehouse.execute(
        "select xero_view_base, prepayments_base from marts.ar_aging_totals "
        "where organisation_id = ?",
        [xero_id(KEYS[edit], "Organisation", KEYS[edit])],
    ).fetchall()
    assert found == [(Decimal(xero_view), Decimal(prepayments))]


def test_the_control_account_has_money_ahead_of_an_invoice_of_tomorrow(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """Aging counts its 40 from tomorrow on."""
    key = KEYS["money ahead of an invoice of tomorrow"]
    found = warehouse.execute(
        "select ledger, amount_base from intermediate.settled_ahead_as_of(null) "
        "where organisation_id = ?",
        [xero_id(key, "Organisation", key)],
    ).fetchall()
    assert found == [("receivable", Decimal(40))]
