"""A book without a single template: every invoice is typed, and labelled for whoever knows it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from random import Random

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.life.amounts import cents
from xero_pipeline.sandbox.life.desk import Desk
from xero_pipeline.sandbox.life.diary import Diary, keep
from xero_pipeline.sandbox.life.labels import by_hand_key
from xero_pipeline.sandbox.life.papers import Document
from xero_pipeline.sandbox.life.rates import DayRates
from xero_pipeline.sandbox.life.studio import settings
from xero_pipeline.sandbox.life.studio.bills import Bill, Bills
from xero_pipeline.sandbox.life.studio.customers import Customer, customers

_GOODWILL = Decimal("0.20")


class StudioLife:
    """One day of the studio after the other."""

    def __init__(self, diary: Diary) -> None:
        self._diary = diary
        self._rates = DayRates(diary, settings.BASE, settings.USUAL_RATES)
        self._desk = Desk(diary, self._rates, settings.TAX_RATES)

    def live_a_day(self) -> None:
        self._rates.move()
        if self._diary.today == self._diary.start:
            settings.open_organisation(self._desk)
            for customer in customers(self._diary.seed, self._diary.start):
                self._take_on(customer)
        self._diary.do_planned(before_hour=24)

    # --- contacts ---

    def _take_on(self, customer: Customer) -> None:
        self._add_contact(customer, customer.key, customer.name)
        if customer.merged_on:
            self._add_contact(customer, _twin(customer), f"{customer.name} Ltd")
            self._diary.plan(customer.merged_on, partial(self._merge, customer), hour=8)
        if customer.renamed_on:
            self._diary.plan(customer.renamed_on, partial(self._rename, customer), hour=8)
        for work in customer.works:
            self._await_next(customer, work.bills(partial(_chance, self._diary.seed, customer)))

    def _add_contact(self, customer: Customer, key: str, name: str) -> None:
        email = f"accounts@{key}.example"
        self._diary.write(
            ev.ContactAdded(
                self._diary.stamp(), key, name, email, default_currency=customer.currency
            )
        )

    def _merge(self, customer: Customer) -> None:
        self._diary.write(
            ev.ContactsMerged(self._diary.stamp(), loser=_twin(customer), winner=customer.key)
        )

    def _rename(self, customer: Customer) -> None:
        name = f"{customer.name} Group"
        self._diary.write(ev.ContactChanged(self._diary.stamp(), customer.key, name=name))

    # --- invoices ---

    def _await_next(self, customer: Customer, bills: Bills) -> None:
        bill = next(bills, None)
        if bill:
            self._diary.plan(bill.date, partial(self._bill, customer, bill, bills), hour=10)

    def _bill(self, customer: Customer, bill: Bill, rest: Bills) -> None:
        invoice = self._raise(customer, bill)
        match bill.fate:
            case "kept":
                self._expect_payment(invoice)
            case "rebilled":
                day = self._diary.today + dt.timedelta(days=bill.rebill_after)
                self._diary.plan(day, partial(self._bill_again, customer, bill, invoice))
            case "credited":
                day = self._diary.today + dt.timedelta(days=5)
                self._diary.plan(day, partial(self._credit, invoice, Decimal(1)))
            case "goodwill":
                day = self._diary.today + dt.timedelta(days=8)
                self._diary.plan(day, partial(self._credit, invoice, _GOODWILL))
        self._await_next(customer, rest)

    def _raise(self, customer: Customer, bill: Bill) -> Document:
        currency = customer.currency_on(self._diary.today)
        return self._desk.raise_invoice(
            "ACCREC",
            self._contact(customer),
            tuple(self._lines(customer, bill, currency)),
            number=f"FS-{self._diary.number('invoice'):05d}",
            key=by_hand_key(
                customer.key,
                self._diary.today,
                *(line.label for line in bill.lines),
                copy=self._diary.number(f"{customer.key}/{self._diary.today}"),
            ),
            terms=14,
            currency=currency,
        )

    def _lines(self, customer: Customer, bill: Bill, currency: str) -> Iterator[ev.Line]:
        """A customer who pays in another currency now pays about what it was worth."""
        usual = settings.USUAL_RATES
        switched = customer.pays_in_from is not None and currency != customer.currency
        rate = Decimal(str(usual[customer.currency])) if switched else Decimal(1)
        tax_type = "OUTPUT2" if currency == settings.BASE else "ZERORATED"
        for line in bill.lines:
            price = cents(line.price / rate)
            yield ev.Line(line.text, Decimal(1), price, line.account, tax_type)

    def _contact(self, customer: Customer) -> str:
        is_twin = customer.twin_until is not None and self._diary.today < customer.twin_until
        return _twin(customer) if is_twin else customer.key

    def _bill_again(self, customer: Customer, bill: Bill, wrong: Document) -> None:
        self._credit(wrong, Decimal(1))
        self._expect_payment(self._raise(customer, bill))

    def _credit(self, invoice: Document, share: Decimal) -> None:
        lines = tuple(
            ev.Line(
                f"Credit: {line.description}",
                Decimal(1),
                cents(line.unit_amount * share),
                line.account_code,
                line.tax_type,
            )
            for line in invoice.lines
        )
        number = f"CN-{self._diary.number('credit note'):04d}"
        credit = self._desk.raise_credit_note(invoice, lines, number=number)
        self._desk.allocate(credit, invoice)
        if invoice.left:
            self._expect_payment(invoice)

    def _expect_payment(self, invoice: Document) -> None:
        late = self._diary.chance(f"pays/{invoice.key}").randint(5, 30)
        day = self._diary.today + dt.timedelta(days=late)
        self._diary.plan(day, partial(self._receive, invoice), hour=15)

    def _receive(self, invoice: Document) -> None:
        if invoice.is_open:
            self._desk.pay(invoice, settings.CURRENT)


def _twin(customer: Customer) -> str:
    return f"{customer.key}-twin"


def _chance(seed: int, customer: Customer, subject: str) -> Random:
    return Random(f"{seed}/{customer.key}/{subject}")  # noqa: S311 a plan, not a secret


def studio(seed: int, start: dt.date, until: dt.datetime) -> list[ev.Event]:
    """The life of the book "studio" up to an instant; arguments as those of `agency`."""
    diary = Diary(seed, start, settings.ZONE)
    return keep(diary, until, StudioLife(diary).live_a_day)
