"""The sandbox with a book of invoices only, as many as are asked for."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from xero_pipeline.sandbox.books import Book
from xero_pipeline.sandbox.events import (
    AccountAdded,
    ContactAdded,
    CurrencyAdded,
    Event,
    InvoiceRaised,
    Line,
    OrganisationOpened,
    TaxRateAdded,
)
from xero_pipeline.sandbox.serve import SandboxSettings, start
from xero_pipeline.sandbox.world import Organisation

_OPENED_AT = datetime(2026, 3, 1, tzinfo=UTC)
_NOW = _OPENED_AT + timedelta(days=1)
_CONTACTS = 200
_OPENED = OrganisationOpened(
    at=_OPENED_AT,
    key="benchmark",
    name="Benchmark",
    legal_name="Benchmark Limited",
    country_code="NZ",
    base_currency="NZD",
    timezone="NEWZEALANDSTANDARDTIME",
    iana_timezone="Pacific/Auckland",
    short_code="!bench",
    organisation_class="PREMIUM",
    financial_year_end_day=31,
    financial_year_end_month=3,
)
_SETTINGS = (
    CurrencyAdded(_OPENED_AT, "NZD", "New Zealand Dollar"),
    TaxRateAdded(_OPENED_AT, "OUTPUT2", "GST", Decimal(15)),
    AccountAdded(_OPENED_AT, "200", "Sales", "REVENUE", tax_type="OUTPUT2"),
    AccountAdded(_OPENED_AT, "610", "Debtors", "CURRENT", system_account="DEBTORS"),
    AccountAdded(_OPENED_AT, "820", "GST", "CURRLIAB", system_account="GST"),
)


def main(count: int) -> None:
    """Serve until terminated; the first line printed says where."""
    life = [*_SETTINGS, *_contacts(), *_invoices(count)]

    def cast(_seed: int, _start: date) -> Sequence[Organisation]:
        return [Organisation(Book(_OPENED), lambda _until: life, [_OPENED])]

    with start(SandboxSettings(until=_NOW, limits=False), cast) as sandbox:
        app = next(each for each in sandbox.apps if each.custom_connection)
        credentials = {"client_id": app.client_id, "client_secret": app.client_secret}
        print(json.dumps({"url": sandbox.url, **credentials}), flush=True)
        sandbox.wait()


def _contacts() -> Iterator[Event]:
    for number in range(_CONTACTS):
        yield ContactAdded(_OPENED_AT, f"client-{number}", f"Client {number:03} Limited")


def _invoices(count: int) -> Iterator[Event]:
    for number in range(count):
        day = date(2023, 9, 1) + timedelta(days=number % 900)
        yield InvoiceRaised(
            at=_OPENED_AT + timedelta(seconds=number),
            key=f"INV-{number:06}",
            type="ACCREC",
            number=f"INV-{number:06}",
            contact=f"client-{number % _CONTACTS}",
            date=day,
            due_date=day + timedelta(days=20),
            lines=tuple(_line(number, text) for text in ("Retainer", "Consulting", "Advertising")),
            currency="NZD",
        )


def _line(number: int, text: str) -> Line:
    amount = Decimal(10_000 + number * len(text)) / 100
    return Line(text, Decimal(1), amount, account_code="200", tax_type="OUTPUT2")


if __name__ == "__main__":
    main(int(sys.argv[1]))
