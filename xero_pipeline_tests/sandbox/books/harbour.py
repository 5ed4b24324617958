"""Harbour Studio: a small New Zealand organisation whose figures can be followed by hand.

Each builder makes the plainest event of its kind; any field can be changed by name. Days are
"MM-DD" of 2026 (or a full date). GST is 15 %, the financial year ends on 31 March.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeAlias

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.books import Book, Journal
from xero_pipeline.sandbox.events import Line, xero_id

Changes: TypeAlias = Any  # the value of any field of an event
Amount: TypeAlias = str | int | Decimal
AnyRow: TypeAlias = Mapping[str, Any]

KEY = "harbour"
OPENED = dt.datetime(2026, 1, 1, 9, 0, tzinfo=dt.UTC)

BANK, SAVINGS, DOLLARS = "090", "091", "092"
SALES, RENT, GAIN = "200", "469", "497"
RECEIVABLE, PAYABLE, DEFERRED, GST = "610", "800", "815", "820"
RETAINED, CAPITAL = "960", "970"


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(f"2026-{text}" if len(text) == len("MM-DD") else text)


def noon(text: str) -> dt.datetime:
    return dt.datetime.combine(day(text), dt.time(12), dt.UTC)


def organisation_opened(**changes: Changes) -> ev.OrganisationOpened:
    event = ev.OrganisationOpened(
        at=OPENED,
        key=KEY,
        name="Harbour Studio",
        legal_name="Harbour Studio Limited",
        country_code="NZ",
        base_currency="NZD",
        timezone="NEWZEALANDSTANDARDTIME",
        iana_timezone="Pacific/Auckland",
        short_code="!hT7q2",
        organisation_class="PREMIUM",
        financial_year_end_day=31,
        financial_year_end_month=3,
    )
    return replace(event, **changes)


def _account(code: str, name: str, type_: str, system: str | None = None) -> ev.AccountAdded:
    return ev.AccountAdded(OPENED, code, name, type_, system_account=system)


CHART = (
    _account(BANK, "Business Account", "BANK"),
    _account(SAVINGS, "Savings", "BANK"),
    replace(_account(DOLLARS, "Dollar Account", "BANK"), currency="USD"),
    _account(SALES, "Sales", "REVENUE"),
    _account(RENT, "Rent", "OVERHEADS"),
    _account(GAIN, "Realised Currency Gains", "EXPENSE", "REALISEDCURRENCYGAIN"),
    _account(RECEIVABLE, "Accounts Receivable", "CURRENT", "DEBTORS"),
    _account(PAYABLE, "Accounts Payable", "CURRLIAB", "CREDITORS"),
    _account(DEFERRED, "Deferred Income", "CURRLIAB"),
    _account(GST, "GST", "CURRLIAB", "GST"),
    _account(RETAINED, "Retained Earnings", "EQUITY", "RETAINEDEARNINGS"),
    replace(_account(CAPITAL, "Owner Funds Introduced", "EQUITY"), enable_payments=True),
)


def new_book(*events: ev.Event) -> Book:
    """Chart, taxes, two currencies, a customer and a supplier; then `events`."""
    book = Book(organisation_opened())
    return apply(
        book,
        ev.CurrencyAdded(OPENED, "NZD", "New Zealand Dollar"),
        ev.CurrencyAdded(OPENED, "USD", "United States Dollar"),
        ev.TaxRateAdded(OPENED, "NONE", "No GST", Decimal(0)),
        ev.TaxRateAdded(OPENED, "OUTPUT2", "15% GST on Income", Decimal(15)),
        ev.TaxRateAdded(OPENED, "INPUT2", "15% GST on Expenses", Decimal(15)),
        *CHART,
        ev.ContactAdded(OPENED, "cafe", "Harbour Cafe", email="hello@cafe.example"),
        ev.ContactAdded(OPENED, "landlord", "Pier Properties"),
        *events,
    )


def apply(book: Book, *events: ev.Event) -> Book:
    for event in events:
        book.apply(event)
    return book


# --- events --------------------------------------------------------------------------------------


def line(amount: Amount, account: str = SALES, **changes: Changes) -> Line:
    return replace(Line("Work", Decimal(1), Decimal(amount), account), **changes)


def invoice(key: str, amount: Amount, on: str = "03-01", **changes: Changes) -> ev.InvoiceRaised:
    """A sales invoice to the cafe, due in 20 days."""
    event = ev.InvoiceRaised(
        at=noon(on),
        key=key,
        type="ACCREC",
        number=key,
        contact="cafe",
        date=day(on),
        due_date=day(on) + dt.timedelta(days=20),
        lines=(line(amount),),
        currency="NZD",
    )
    return replace(event, **changes)


def bill(key: str, amount: Amount, on: str = "03-01", **changes: Changes) -> ev.InvoiceRaised:
    """A bill from the landlord."""
    event = invoice(key, amount, on, type="ACCPAY", contact="landlord", lines=(line(amount, RENT),))
    return replace(event, **changes)


def dollars(rate: str) -> dict[str, Changes]:
    """A document in US dollars: `rate` dollars for one New Zealand dollar."""
    return {"currency": "USD", "currency_rate": Decimal(rate)}


def credit_note(
    key: str, amount: Amount, on: str = "03-05", **changes: Changes
) -> ev.CreditNoteRaised:
    event = ev.CreditNoteRaised(
        at=noon(on),
        key=key,
        type="ACCRECCREDIT",
        number=key,
        contact="cafe",
        date=day(on),
        lines=(line(amount),),
        currency="NZD",
    )
    return replace(event, **changes)


def payment(
    key: str, target: str, amount: Amount, on: str = "03-10", **changes: Changes
) -> ev.PaymentMade:
    event = ev.PaymentMade(
        at=noon(on),
        key=key,
        target_kind="Invoice",
        target=target,
        account_code=BANK,
        date=day(on),
        amount=Decimal(amount),
    )
    return replace(event, **changes)


def bank(
    key: str,
    type_: ev.BankTransactionType,
    amount: Amount,
    on: str = "03-08",
    **changes: Changes,
) -> ev.BankTransactionPosted:
    """Overpayments go to the control account, prepayments to deferred income."""
    comes_in = type_.startswith("RECEIVE")
    account = SALES if comes_in else RENT
    if type_.endswith("OVERPAYMENT"):
        account = RECEIVABLE if comes_in else PAYABLE
    if type_.endswith("PREPAYMENT"):
        account = DEFERRED
    event = ev.BankTransactionPosted(
        at=noon(on),
        key=key,
        type=type_,
        account_code=BANK,
        date=day(on),
        lines=(line(amount, account),),
        currency="NZD",
        contact="cafe" if comes_in else "landlord",
    )
    return replace(event, **changes)


def allocation(
    key: str, credit: str, invoice: str, amount: Amount, on: str = "03-12", **changes: Changes
) -> ev.CreditAllocated:
    event = ev.CreditAllocated(noon(on), key, "CreditNote", credit, invoice, Decimal(amount))
    return replace(event, **changes)


# --- what the book says --------------------------------------------------------------------------

_RESOURCES = {"BatchPayment": "BatchPayments", "RepeatingInvoice": "RepeatingInvoices"}


def row(book: Book, kind: str, key: str) -> AnyRow:
    """The row of a document that is there: kind "Invoice", key of its event."""
    found = book.row(_RESOURCES.get(kind, f"{kind}s"), xero_id(KEY, kind, key))
    assert found is not None, f"no {kind} {key}"
    return found


def part(row: AnyRow, *names: str) -> dict[str, Any]:
    """Only these fields of a row."""
    return {name: row[name] for name in names if name in row}


def balance(book: Book, account: str, at: str = "2099-12-31") -> Decimal:
    """Debits less credits in the ledger up to a day."""
    entries = [
        entry.amount
        for journal in book.journals()
        for entry in journal.entries
        if entry.account == account and journal.date <= day(at)
    ]
    return sum(entries, Decimal("0.00"))


def balances(book: Book, *accounts: str) -> list[Any]:
    """The balances of several accounts, to be compared with whole numbers."""
    return [balance(book, account) for account in accounts]


def posted(journal: Journal) -> dict[str, Decimal]:
    """A journal as account -> amount, debits positive."""
    amounts: dict[str, Decimal] = {}
    for entry in journal.entries:
        amounts[entry.account] = amounts.get(entry.account, Decimal(0)) + entry.amount
    return amounts


def money(**by_name: str | int) -> dict[str, Decimal]:
    return {name: Decimal(amount) for name, amount in by_name.items()}
