"""The studio bills everything by hand, in every way there is, and says so to the truth alone."""

from __future__ import annotations

import datetime as dt

import pytest

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.books import Book
from xero_pipeline.sandbox.life import ground_truth, studio
from xero_pipeline.sandbox.life.labels import by_hand
from xero_pipeline.sandbox.life.studio.customers import behaviours

START = dt.date(2024, 5, 22)
UNTIL = dt.datetime(2026, 11, 21, 10, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def events() -> list[ev.Event]:
    return studio(7, START, UNTIL)


def test_a_longer_life_begins_with_the_shorter_one(events: list[ev.Event]) -> None:
    until = dt.datetime(2025, 3, 30, 1, 30, tzinfo=dt.UTC)  # the night the clocks change
    assert studio(7, START, until) == [event for event in events if event.at <= until]
    assert studio(8, START, until) != studio(7, START, until)


def test_xero_would_take_every_event(events: list[ev.Event]) -> None:
    opened, *rest = events
    assert isinstance(opened, ev.OrganisationOpened)
    book = Book(opened)
    for event in rest:
        book.apply(event)
    assert book.version == len(rest)


def test_every_invoice_is_typed_and_labelled_line_by_line(events: list[ev.Event]) -> None:
    invoices = [event for event in events if isinstance(event, ev.InvoiceRaised)]
    assert len(invoices) > 600
    for invoice in invoices:
        said = by_hand(invoice.key)
        assert said is not None
        assert len(said.lines) == len(invoice.lines)
    assert not [event for event in events if isinstance(event, ev.RepeatingInvoiceSaved)]


def test_each_behaviour_has_a_customer(events: list[ev.Event]) -> None:
    keys = {event.contact for event in events if isinstance(event, ev.InvoiceRaised)}
    named = {behaviour.replace(",", "").replace(" ", "-") for behaviour in behaviours()}
    assert named <= keys


def test_the_truth_knows_what_recurs_and_what_does_not(events: list[ev.Event]) -> None:
    truth = ground_truth(events, UNTIL.date())
    one_off = ("irregular-projects", "small-sales", "seasonal", "twice-only", "rebilled-media")
    ids = {ev.xero_id("studio", "Contact", key) for key in one_off}
    assert not ids & {cadence.contact_id for cadence in truth.cadence}
    assert len({cadence.contact_id for cadence in truth.cadence}) >= 28
