"""What must hold whatever happens: a seeded crowd of events, refused ones among them."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.books import Book, Refused
from xero_pipeline.sandbox.books.arithmetic import to_base
from xero_pipeline_tests.sandbox.books.harbour import (
    BANK,
    DOLLARS,
    PAYABLE,
    RECEIVABLE,
    AnyRow,
    allocation,
    balance,
    bank,
    bill,
    credit_note,
    day,
    invoice,
    line,
    new_book,
    payment,
)

START = day("01-05")
LAST_DAYS = [START + dt.timedelta(days=days) for days in (0, 20, 45, 80, 119, 400)]


class Crowd:
    """Makes random events about what it has made before, one a step, on days that move forward."""

    def __init__(self, seed: int, book: Book) -> None:
        self.book = book
        self.random = random.Random(seed)  # noqa: S311 - test data
        self.made: dict[str, list[tuple[str, str]]] = {"NZD": [], "USD": []}  # kind, key
        self.on = START
        self.count = 0

    def events(self, steps: int) -> Iterator[ev.Event]:
        for self.count in range(steps):
            self.on = START + dt.timedelta(days=self.count * 120 // steps)
            make: Callable[[], ev.Event] = self.random.choice(
                [self.document, self.document, self.pay, self.pay, self.allocate, self.undo]
            )
            yield replace(make(), at=self.noon)

    @property
    def noon(self) -> dt.datetime:
        return dt.datetime.combine(self.on, dt.time(12), dt.UTC)

    @property
    def key(self) -> str:
        return f"K-{self.count}"

    def money(self) -> Decimal:
        return Decimal(self.random.randint(1, 9_999)) / 100

    def rate(self) -> dict[str, Any]:
        rate = Decimal(self.random.randint(550, 750)) / 1000
        return {"currency": "USD", "currency_rate": rate, "account_code": DOLLARS}

    def document(self) -> ev.Event:
        currency = self.random.choice(["NZD", "USD"])
        more = self.rate() if currency == "USD" else {}
        account = more.pop("account_code", BANK)
        on = self.on.isoformat()
        kind = self.random.choice(["Invoice", "Bill", "CreditNote", "Overpayment", "Prepayment"])
        self.made[currency].append(("Invoice" if kind == "Bill" else kind, self.key))
        lines = tuple(line(self.money(), tax_type="OUTPUT2") for _ in range(2))
        match kind:
            case "Invoice":
                return invoice(self.key, 0, on, lines=lines, **more)
            case "Bill":
                return bill(self.key, 0, on, lines=lines, **more)
            case "CreditNote":
                return credit_note(self.key, 0, on, lines=lines, **more)
            case "Overpayment":
                type_: ev.BankTransactionType = "RECEIVE-OVERPAYMENT"
            case _:
                type_ = "RECEIVE-PREPAYMENT"
        return bank(self.key, type_, self.money(), on, account_code=account, **more)

    def target(self) -> tuple[str, str, str]:
        currency = self.random.choice([each for each in self.made if self.made[each]] or ["NZD"])
        kind, key = self.random.choice(self.made[currency] or [("Invoice", "none yet")])
        return currency, kind, key

    def pay(self) -> ev.Event:
        """Sometimes entered late: the day of the payment is up to ten days back."""
        currency, kind, key = self.target()
        more = self.rate() if currency == "USD" else {}
        more.pop("currency", None)
        on = self.on - dt.timedelta(days=self.random.choice([0, 0, 3, 10]))
        amount = self.random.choice([self.money(), self.all_that_is_left(kind, key)])
        return payment(self.key, key, amount, on.isoformat(), target_kind=kind, **more)

    def all_that_is_left(self, kind: str, key: str) -> Decimal:
        row = self.book.row(f"{kind}s", _guid(kind, key)) or {}
        left = row.get("AmountDue", row.get("RemainingCredit"))
        return left if isinstance(left, Decimal) else self.money()

    def allocate(self) -> ev.Event:
        currency, kind, credit = self.target()
        invoices = [key for each, key in self.made[currency] if each == "Invoice"]
        key = self.random.choice(invoices or ["none yet"])
        return allocation(self.key, credit, key, self.money(), credit_kind=kind)

    def undo(self) -> ev.Event:
        earlier = f"K-{self.random.randint(0, self.count)}"
        return self.random.choice(
            [
                ev.PaymentDeleted(self.noon, earlier),
                ev.AllocationDeleted(self.noon, earlier),
                ev.InvoiceStatusChanged(self.noon, earlier, "VOIDED"),
                ev.DocumentRecoded(self.noon, "Invoice", earlier, (line(self.money()),)),
            ]
        )


@pytest.fixture(scope="module", params=[1, 2, 3])
def book(request: pytest.FixtureRequest) -> Book:
    book = new_book()
    refused = 0
    for event in Crowd(request.param, book).events(900):
        if _is_before_its_document(book, event):
            continue
        version, journals = book.version, len(book.journals())
        try:
            book.apply(event)
        except Refused:
            refused += 1
            assert (book.version, len(book.journals())) == (version, journals)
    assert refused > 50, "the crowd should try things that Xero refuses"
    assert len(book.rows("Payments")) > 50
    return book


def _is_before_its_document(book: Book, event: ev.Event) -> bool:
    """Money that came before its invoice is in the ledger before there is anything outstanding."""
    if not isinstance(event, ev.PaymentMade):
        return False
    rows = book.row(f"{event.target_kind}s", _guid(event.target_kind, event.target))
    return rows is not None and event.date < _date(rows)


def _guid(kind: str, key: str) -> str:
    return ev.xero_id("harbour", kind, key)


def _date(row: AnyRow) -> dt.date:
    date = row["Date"]
    assert isinstance(date, dt.date)
    return date


# --- as the pipeline's SQL sees it: from rows alone -----------------------------------------------


def settlements(book: Book, row: AnyRow, id_field: str) -> list[tuple[dt.date, Decimal]]:
    """Day and amount of what settled a document: its payments, and the credit sides' allocations
    (an invoice itself does not say when a credit was applied)."""
    paid = [(each["Date"], each["Amount"]) for each in row["Payments"]]
    if "Allocations" in row:
        return paid + [(each["Date"], each["Amount"]) for each in row["Allocations"]]
    return paid + [
        (each["Date"], each["Amount"])
        for resource in ("CreditNotes", "Overpayments", "Prepayments")
        for credit in book.rows(resource)
        for each in _allocations(credit)
        if each["Invoice"]["InvoiceID"] == row[id_field]
    ]


def _allocations(credit: AnyRow) -> list[AnyRow]:
    found: list[AnyRow] = credit["Allocations"]
    return found


def outstanding_in_base(book: Book, row: AnyRow, id_field: str, at: dt.date) -> Decimal:
    """The rule of `clearing.py`, written down a second time from the rows."""
    if row["Status"] not in ("AUTHORISED", "PAID") or row["Date"] > at:
        return Decimal(0)
    rate = row.get("CurrencyRate", Decimal(1))
    settled = [amount for date, amount in settlements(book, row, id_field) if date <= at]
    if sum(settled) == row["Total"]:
        return Decimal(0)
    return to_base(row["Total"], rate) - sum(to_base(amount, rate) for amount in settled)


@pytest.mark.parametrize("at", LAST_DAYS, ids=str)
def test_the_control_accounts_are_the_sum_of_what_is_outstanding(book: Book, at: dt.date) -> None:
    receivable = payable = Decimal(0)
    for resource, id_field, sign in (
        ("Invoices", "InvoiceID", 1),
        ("CreditNotes", "CreditNoteID", -1),
        ("Overpayments", "OverpaymentID", -1),
    ):
        for row in book.rows(resource):
            amount = outstanding_in_base(book, row, id_field, at)
            if row["Type"] == "ACCPAY":
                payable -= amount
            else:
                receivable += sign * amount
    assert balance(book, RECEIVABLE, at.isoformat()) == receivable
    assert balance(book, PAYABLE, at.isoformat()) == payable


def test_every_journal_balances_and_is_numbered_without_gaps(book: Book) -> None:
    journals = book.journals()
    assert [journal.number for journal in journals] == list(range(1, len(journals) + 1))
    assert not [each for each in journals if sum(entry.amount for entry in each.entries) != 0]


def test_a_source_posts_reverses_and_posts_again_on_the_same_day(book: Book) -> None:
    """Journals of one source alternate: posting, its exact reversal, posting ..."""
    by_source: dict[str, list[Any]] = {}
    for journal in book.journals():
        by_source.setdefault(journal.source.id, []).append(journal)
    assert max(len(journals) for journals in by_source.values()) >= 3
    for journals in by_source.values():
        for posting, reversal in zip(journals[::2], journals[1::2], strict=False):
            assert reversal.date == posting.date
            assert [-entry for entry in reversal.entries] == list(posting.entries)


def test_amounts_of_live_invoices_add_up(book: Book) -> None:
    for row in book.rows("Invoices"):
        parts = row["AmountDue"] + row["AmountPaid"] + row["AmountCredited"]  # type: ignore[operator]
        gone = row["Status"] in ("VOIDED", "DELETED")
        assert parts == (0 if gone else row["Total"])
        assert (row["Status"] == "PAID") == ("FullyPaidOnDate" in row)
        assert row["SubTotal"] + row["TotalTax"] == row["Total"]  # type: ignore[operator]


def test_balances_of_contacts_are_their_shares_of_the_control_accounts(book: Book) -> None:
    owed = [row["Balances"] for row in book.rows("Contacts") if "Balances" in row]
    assert sum(each["AccountsReceivable"]["Outstanding"] for each in owed) == balance(  # type: ignore[call-overload, index, misc]
        book, RECEIVABLE
    )


@pytest.mark.parametrize("at", LAST_DAYS, ids=str)
def test_trial_balance_and_balance_sheet_balance(book: Book, at: dt.date) -> None:
    trial = book.report("TrialBalance", {"date": at.isoformat()}, at)
    debit, credit, year_debit, year_credit = _last_row(trial["Rows"])[1:]
    assert (debit, year_debit) == (credit, year_credit)
    sheet = book.report("BalanceSheet", {"date": at.isoformat()}, at)
    rows: Any = sheet["Rows"]
    assert _texts(rows[-2]["Rows"][0])[1:] == _last_row(rows)[1:]


def _last_row(rows: Any) -> list[str]:  # noqa: ANN401 - a report's rows
    return _texts(rows[-1]["Rows"][-1])


def _texts(row: AnyRow) -> list[str]:
    return [cell["Value"] for cell in row["Cells"]]
