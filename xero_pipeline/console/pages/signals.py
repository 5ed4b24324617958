"""Signals: what is worth a look in an organisation's books."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from xero_pipeline.connections import Connection, Purpose
from xero_pipeline.console.context import Console, console_of
from xero_pipeline.console.errors import FiguresMissing
from xero_pipeline.console.pages.asked import Asked, question_of
from xero_pipeline.console.queries import cash, clients, receivables, revenue, signals
from xero_pipeline.console.queries.receivables import Totals
from xero_pipeline.console.reading import Reader
from xero_pipeline.console.rendering import page
from xero_pipeline.console.views.overview import (
    Heading,
    NothingYet,
    OverviewView,
    Today,
    heading,
)
from xero_pipeline.console.views.receivables import AgingView, aging_view
from xero_pipeline.console.views.revenue import RevenueView, month_shown, revenue_view
from xero_pipeline.console.views.risk import risk_rows
from xero_pipeline.console.views.runway import runway_view
from xero_pipeline.console.views.signals import agency_cards
from xero_pipeline.warehouse import NothingPublished


def overview(request: Request) -> Response:
    console = console_of(request)
    known = console.connections.connections()
    if not known:
        return page(request, "signals/empty.html", NothingYet(None))
    question = question_of(request)
    chosen = _chosen(console, known, question.organisation)
    top = heading(chosen, known, console.clock.now())
    try:
        with console.figures.reading() as reader:
            view = _overview(reader, Asked(console, chosen, question), top)
    except (NothingPublished, FiguresMissing):
        return page(request, "signals/empty.html", NothingYet(top))
    return page(request, "signals/overview.html", view)


def _chosen(console: Console, known: Sequence[Connection], key: str) -> Connection:
    """Without a choice, the agency's own books."""
    if key:
        return console.connections.find(key)
    return next((each for each in known if each.purpose is Purpose.AGENCY), known[0])


def _overview(reader: Reader, asked: Asked, top: Heading) -> OverviewView:
    totals = asked.totals(reader)
    asked = _today_is_not_the_past(asked, totals)
    day = asked.question.as_of or totals.as_of_date
    return OverviewView(
        heading=top,
        place=asked.place,
        totals=totals,
        day=day,
        today=None if asked.question.as_of else _today(reader, asked),
        aging=_aging(reader, asked),
        revenue=_revenue(reader, asked, day),
    )


def _today_is_not_the_past(asked: Asked, totals: Totals) -> Asked:
    """Nor is a day that was not read yet: figures are those of the day of the last sync."""
    if asked.question.as_of is None or asked.question.as_of < totals.as_of_date:
        return asked
    return replace(asked, question=asked.question.model_copy(update={"as_of": None}))


def _today(reader: Reader, asked: Asked) -> Today:
    place, organisation = asked.place, asked.connection.organisation_id
    found = reader.rows(signals.Signal, signals.AGENCY, organisation=organisation)
    risks = reader.rows(clients.Risk, clients.RISKS, organisation=organisation)
    runway = runway_view(
        reader.rows(cash.Runway, cash.RUNWAY, organisation=organisation),
        reader.rows(cash.Scenario, cash.SCENARIOS, organisation=organisation),
        reader.rows(cash.ForecastWeek, cash.FORECAST, organisation=organisation),
        reader.rows(cash.CashAccount, cash.ACCOUNTS, organisation=organisation),
        place,
    )
    return Today(agency_cards(found, place), runway, risk_rows(risks, place))


def _aging(reader: Reader, asked: Asked) -> AgingView:
    organisation, day = asked.connection.organisation_id, asked.question.as_of
    if day is None:
        aged = reader.rows(receivables.Aged, receivables.AGING, organisation=organisation)
    else:
        aged = reader.rows(
            receivables.Aged, receivables.AGING_AS_OF, organisation=organisation, day=day
        )
    return aging_view(aged, asked.place)


def _revenue(reader: Reader, asked: Asked, day: date) -> RevenueView | None:
    organisation = asked.connection.organisation_id
    months = reader.rows(
        revenue.MrrMonth,
        revenue.MONTHS,
        organisation=organisation,
        day=day,
        is_today=asked.question.as_of is None,
    )
    month = month_shown(months, asked.question.month)
    if month is None:
        return None
    customers = reader.rows(
        revenue.MrrCustomer, revenue.CUSTOMERS, organisation=organisation, month=month
    )
    return revenue_view(months, customers, month, asked.place)
