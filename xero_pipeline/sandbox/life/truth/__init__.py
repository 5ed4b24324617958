"""The truth about a book, computed from its events alone by straightforward arithmetic.

The modules say the rules: `receivables`, `risk`, `mrr`, `cohorts`, `cadence`, `cash`, `tasks`. They
read a `History`, which follows the events and nothing else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from xero_pipeline.sandbox.events import Event
from xero_pipeline.sandbox.life.calendar import add_months, instant
from xero_pipeline.sandbox.life.truth import cash as _cash
from xero_pipeline.sandbox.life.truth import mrr as _mrr
from xero_pipeline.sandbox.life.truth.cadence import Cadence, cadences, streams
from xero_pipeline.sandbox.life.truth.cash import CashBalance, CashFlow, Exclusion, Runway
from xero_pipeline.sandbox.life.truth.cohorts import MrrCohort, mrr_cohorts
from xero_pipeline.sandbox.life.truth.history import History
from xero_pipeline.sandbox.life.truth.mrr import MrrCustomer, MrrMonth, MrrMovement
from xero_pipeline.sandbox.life.truth.receivables import (
    AgedDocument,
    BucketTotal,
    aged_documents,
    bucket_totals,
)
from xero_pipeline.sandbox.life.truth.risk import ClientRisk, client_risks
from xero_pipeline.sandbox.life.truth.signals import Signal, signals
from xero_pipeline.sandbox.life.truth.tasks import ClientTask, open_tasks, tasks_after

__all__ = [
    "AgedDocument",
    "BucketTotal",
    "Cadence",
    "CashBalance",
    "CashFlow",
    "ClientRisk",
    "ClientTask",
    "Exclusion",
    "History",
    "MrrCohort",
    "MrrCustomer",
    "MrrMonth",
    "MrrMovement",
    "Runway",
    "Signal",
    "Truth",
    "aged_documents",
    "bucket_totals",
    "client_risks",
    "ground_truth",
    "open_tasks",
    "tasks_after",
]


@dataclass(frozen=True)
class Truth:
    """Every figure of one book as of a day. Amounts named `_base` are in its base currency."""

    organisation_id: str
    base_currency: str
    as_of: dt.date
    ar_aging_documents: tuple[AgedDocument, ...]
    ar_aging_summary: tuple[BucketTotal, ...]
    ap_aging_documents: tuple[AgedDocument, ...]
    ap_aging_summary: tuple[BucketTotal, ...]
    client_risks: tuple[ClientRisk, ...]
    mrr_customers: tuple[MrrCustomer, ...]
    mrr_movements: tuple[MrrMovement, ...]
    mrr_monthly: tuple[MrrMonth, ...]
    mrr_cohorts: tuple[MrrCohort, ...]
    cadence: tuple[Cadence, ...]
    cash_balances: tuple[CashBalance, ...]
    cash_flow_monthly: tuple[CashFlow, ...]
    cash_exclusions: tuple[Exclusion, ...]
    runway: tuple[Runway, ...]
    signals: tuple[Signal, ...]
    client_tasks: tuple[ClientTask, ...]

    def to_json(self) -> str:
        """Amounts as strings, dates in ISO form."""
        return _TRUTH.dump_json(self).decode()

    @classmethod
    def from_json(cls, text: str) -> Truth:
        """
        Raises:
            pydantic.ValidationError: the text is not what `to_json` writes.
        """
        return _TRUTH.validate_json(text)


_TRUTH = TypeAdapter(Truth)


def ground_truth(
    events: Sequence[Event],
    as_of: dt.date,
    *,
    pass_through: Collection[str] = (),
    monitored: Collection[str] = (),
    read_at: Collection[dt.datetime] = (),
) -> Truth:
    """All figures of one book.

    Args:
        events: the book's events up to now, its opening first.
        as_of: the organisation-local day of the figures, normally that of the last event.
        pass_through: codes of accounts that are no revenue of ours; see `mrr`.
        monitored: codes of accounts that make client tasks, selected on `as_of`; see `tasks`.
        read_at: the instants at which somebody read the book. Xero tells no history of templates:
            who was there knows what was set up at the end of a past month; see `mrr`.
    """
    history = History(events)
    receivable = aged_documents(history, "receivable", as_of)
    payable = aged_documents(history, "payable", as_of)
    by_hand = streams(history, as_of, pass_through)
    months = _mrr.mrr_months(history, as_of, by_hand)
    seen = _seen(events, read_at, months[:-1])
    customers = _mrr.mrr_customers(history, as_of, pass_through, by_hand, seen)
    hours = _mrr.variable_base(history, as_of, by_hand)
    changes = _mrr.mrr_movements(months, customers)
    monthly = _mrr.mrr_monthly(months, customers, changes, hours)
    moved = _cash.movements(history)
    flows = _cash.monthly_flows(moved, as_of)
    return Truth(
        organisation_id=history.id("Organisation", history.opened.key),
        base_currency=history.opened.base_currency,
        as_of=as_of,
        ar_aging_documents=receivable,
        ar_aging_summary=bucket_totals(receivable),
        ap_aging_documents=payable,
        ap_aging_summary=bucket_totals(payable),
        client_risks=client_risks(history, as_of),
        mrr_customers=customers,
        mrr_movements=changes,
        mrr_monthly=monthly,
        mrr_cohorts=mrr_cohorts(months, customers, changes),
        cadence=cadences(history, by_hand),
        cash_balances=_cash.balance_history(history, moved, as_of),
        cash_flow_monthly=flows,
        cash_exclusions=_cash.exclusions(moved, as_of),
        runway=_cash.runways(_cash.balances(history, moved, as_of), flows, as_of),
        signals=signals(history, as_of, customers, changes, monthly),
        client_tasks=open_tasks(history, monitored, as_of),
    )


def _seen(
    events: Sequence[Event], read_at: Collection[dt.datetime], months: Sequence[dt.date]
) -> dict[dt.date, History]:
    """The book as it had last been read by the local end of each month, where it had been."""
    zone = ZoneInfo(History(events[:1]).opened.iana_timezone)
    seen: dict[dt.date, History] = {}
    for month in months:
        midnight = instant(add_months(month, 1), dt.time(), zone)
        earlier = [each for each in read_at if each < midnight]
        if earlier:
            seen[month] = History(event for event in events if event.at <= max(earlier))
    return seen
