"""Sales invoices of made-up clients, who pay as clients do: the sandbox's, and others.

The others know nothing of the sandbox: clients who get slower, who pay half of their invoices on
time and half a month late, who pay on the 20th or on Thursdays, who pay as it comes, who turn slow
one day, and who leave every seventh invoice unpaid.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from random import Random

from xero_pipeline.sandbox.life import agency
from xero_pipeline.sandbox.life.truth import History
from xero_pipeline_tests.sql.organisation import Organisation
from xero_pipeline_tests.sql.rows import Row
from xero_pipeline_tests.sql.warehouse import Warehouse

START = dt.date(2024, 5, 1)
TODAY = dt.date(2026, 10, 20)
_NOW = dt.datetime(2026, 10, 20, 3, tzinfo=dt.UTC)
_NEVER = 10_000


@dataclass(frozen=True)
class Sale:
    """A sales invoice; `settled` is None while it is open."""

    number: str
    contact: str
    date: dt.date
    due: dt.date
    settled: dt.date | None


def sandbox_sales(seed: int) -> list[Sale]:
    """What the sandbox's agency invoiced in thirty months, less what was only credited."""
    history = History(agency(seed, START, _NOW))
    sales = []
    for document in history.documents.values():
        if document.type != "ACCREC" or not document.is_approved or document.date > TODAY:
            continue
        known = {k: s for k, s in document.settlements.items() if s.date <= TODAY}
        left = history.total(document) - sum(s.amount for s in known.values())
        if left == 0 and not any(key in history.payments for key in known):
            continue
        last = max((s.date for s in known.values()), default=None)
        contact = history.survivor(document.contact)
        due = document.due_date or document.date
        settled = last if left == 0 else None
        sales.append(Sale(document.number, contact, document.date, due, settled))
    return sales


def other_sales(seed: int) -> list[Sale]:
    """What 42 clients, six of each kind, were invoiced in the same thirty months."""
    chance = Random(seed)  # noqa: S311 a plan, not a secret
    kinds = list(_DAYS_LATE)
    return [
        sale
        for number in range(6 * len(kinds))
        for sale in _client(f"client {number}", kinds[number % len(kinds)], chance)
    ]


def _client(name: str, kind: str, chance: Random) -> Iterable[Sale]:
    first = START + dt.timedelta(days=chance.randint(0, 500))
    every, terms = chance.choice((7, 14, 30, 30, 30)), chance.choice((7, 14, 20, 30))
    usual, date = chance.uniform(-5, 30), first
    while date <= TODAY:
        due = date + dt.timedelta(days=terms)
        late = round(_DAYS_LATE[kind](chance, usual, (date - first).days))
        paid = max(date, _pay_day(kind, due + dt.timedelta(days=min(late, _NEVER))))
        yield Sale(f"{name}, {date}", name, date, due, paid if paid <= TODAY else None)
        date += dt.timedelta(days=every)


def _bimodal(chance: Random, usual: float, age: int) -> float:
    return chance.gauss(0, 2) if chance.random() < 0.65 else chance.gauss(32, 5)


def _slow_one_day(chance: Random, usual: float, age: int) -> float:
    return usual + (25 if age > 200 else 0) + chance.gauss(0, 4)


def _some_never(chance: Random, usual: float, age: int) -> float:
    return _NEVER if chance.random() < 0.15 else chance.gauss(45, 15)


_DAYS_LATE: dict[str, Callable[[Random, float, int], float]] = {
    "drifting": lambda chance, usual, age: usual + age * 20 / 365 + chance.gauss(0, 4),
    "bimodal": _bimodal,
    "on the 20th": lambda chance, usual, age: chance.randint(0, 5),
    "on thursdays": lambda chance, usual, age: chance.randint(0, 5),
    "erratic": lambda chance, usual, age: chance.lognormvariate(2.5, 1) - 8,
    "slow one day": _slow_one_day,
    "some never": _some_never,
}


def _pay_day(kind: str, day: dt.date) -> dt.date:
    """The next day on which this kind of client pays: of a month, of a week, or any working day."""
    while not _is_pay_day(kind, day):
        day += dt.timedelta(days=1)
    return day


def _is_pay_day(kind: str, day: dt.date) -> bool:
    match kind:
        case "on the 20th":
            return day.day == 20
        case "on thursdays":
            return day.isoweekday() == 4
        case _:
            return day.isoweekday() <= 5


def known_on(sales: Sequence[Sale], day: dt.date) -> list[Sale]:
    """What had been invoiced and paid at the end of a day."""
    return [
        sale if sale.settled is None or sale.settled <= day else replace(sale, settled=None)
        for sale in sales
        if sale.date <= day
    ]


def book_of(sales: Sequence[Sale], warehouse: Warehouse, *, as_of: dt.date = TODAY) -> Organisation:
    """An organisation with these sales of 100 each, and nothing else."""
    book = Organisation("agency", as_of=as_of, warehouse=warehouse)
    for contact in sorted({sale.contact for sale in sales}):
        book.contact(contact)
    for sale in sales:
        _write(book, sale)
    return book


def _write(book: Organisation, sale: Sale) -> None:
    invoice: Row = {"invoice_id": book.id("Invoice", sale.number), "invoice_number": sale.number}
    contact = {"contact_id": book.id("Contact", sale.contact), "name": sale.contact}
    book.add(
        "invoices",
        **invoice,
        type="ACCREC",
        status="PAID" if sale.settled else "AUTHORISED",
        contact=contact,
        date=sale.date,
        due_date=sale.due,
        currency_code=book.base_currency,
        total=100,
        amount_due=0 if sale.settled else 100,
    )
    if sale.settled:
        book.add(
            "payments",
            payment_id=book.id("Payment", sale.number),
            invoice=invoice,
            payment_type="ACCRECPAYMENT",
            date=sale.settled,
            amount=100,
            bank_amount=100,
            status="AUTHORISED",
        )
