"""The two lives: repeatable, extendable, legal, and with everything in them that books hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.books import Book
from xero_pipeline.sandbox.life import agency, client_book

Plan = Callable[[int, dt.date, dt.datetime], list[ev.Event]]

START = dt.date(2024, 5, 22)
END = dt.datetime(2026, 11, 21, 10, 0, tzinfo=dt.UTC)
EITHER = pytest.mark.parametrize("plan", [agency, client_book])


@pytest.fixture(scope="module")
def agency_events() -> list[ev.Event]:
    return agency(7, START, END)


@pytest.fixture(scope="module")
def client_events() -> list[ev.Event]:
    return client_book(7, START, END)


@EITHER
def test_a_longer_life_begins_with_the_shorter_one(plan: Plan) -> None:
    longer = plan(3, START, dt.datetime(2024, 12, 1, tzinfo=dt.UTC))
    for until in (
        dt.datetime(2024, 5, 21, 12, 10, tzinfo=dt.UTC),  # some minutes into the first NZ day
        dt.datetime(2024, 8, 31, 23, 59, 59, tzinfo=dt.UTC),
        dt.datetime(2024, 9, 28, 14, 30, tzinfo=dt.UTC),  # the night the clocks change in NZ
        dt.datetime(2024, 10, 27, 1, 0, tzinfo=dt.UTC),  # and in the UK
    ):
        shorter = plan(3, START, until)
        assert shorter == [event for event in longer if event.at <= until]


@EITHER
def test_the_same_seed_gives_the_same_life_and_another_one_another(plan: Plan) -> None:
    until = dt.datetime(2024, 7, 31, tzinfo=dt.UTC)
    assert plan(1, START, until) == plan(1, START, until)
    assert plan(1, START, until) != plan(2, START, until)


def test_events_come_in_the_order_of_their_instants(
    agency_events: list[ev.Event], client_events: list[ev.Event]
) -> None:
    for events in (agency_events, client_events):
        assert all(before.at <= after.at for before, after in pairwise(events))
        assert isinstance(events[0], ev.OrganisationOpened)


def test_every_day_at_the_agency_brings_sales_or_payments_and_bank_transactions(
    agency_events: list[ev.Event],
) -> None:
    def local_days(*kinds: type[ev.Event]) -> set[dt.date]:
        zone = ZoneInfo("Pacific/Auckland")
        return {e.at.astimezone(zone).date() for e in agency_events if isinstance(e, kinds)}

    days = {START + dt.timedelta(days=n) for n in range((END.date() - START).days)}
    assert days <= local_days(ev.InvoiceRaised, ev.PaymentMade)
    assert days <= local_days(ev.BankTransactionPosted)


@EITHER
def test_xero_would_take_every_event(plan: Plan) -> None:
    opened, *events = plan(8, START, END)
    assert isinstance(opened, ev.OrganisationOpened)
    book = Book(opened)
    for event in events:
        book.apply(event)
    assert book.version == len(events)


def test_everything_that_can_happen_happens_somewhere(
    agency_events: list[ev.Event], client_events: list[ev.Event]
) -> None:
    def kinds(base: type[ev.Event]) -> set[type[ev.Event]]:
        return {kind for sub in base.__subclasses__() for kind in (sub, *kinds(sub))}

    assert {type(event) for event in (*agency_events, *client_events)} == kinds(ev.Event)


def test_three_currencies_and_rates_that_wander(agency_events: list[ev.Event]) -> None:
    invoices = [e for e in agency_events if isinstance(e, ev.InvoiceRaised)]
    assert {invoice.currency for invoice in invoices} == {"NZD", "AUD", "USD"}
    assert len({i.currency_rate for i in invoices if i.currency == "USD"}) > 30


def test_one_oddity_is_a_payment_dated_before_its_invoice(agency_events: list[ev.Event]) -> None:
    dated = {e.key: e.date for e in agency_events if isinstance(e, ev.InvoiceRaised)}
    payments = [
        e for e in agency_events if isinstance(e, ev.PaymentMade) and e.target_kind == "Invoice"
    ]
    early = [payment for payment in payments if payment.date < dated[payment.target]]
    assert 0 < len(early) < 20


def test_some_invoices_still_wait_for_approval_at_the_end(agency_events: list[ev.Event]) -> None:
    status: dict[str, str] = {}
    for event in agency_events:
        if isinstance(event, ev.InvoiceRaised | ev.InvoiceStatusChanged):
            status[event.key] = event.status
    assert {"DRAFT", "SUBMITTED"} & set(status.values())
