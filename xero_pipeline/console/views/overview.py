"""The page of signals: one workspace, one of its organisations, one day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from xero_pipeline.connections import Connection
from xero_pipeline.console.queries.receivables import Totals
from xero_pipeline.console.views.connections import Stale, stale
from xero_pipeline.console.views.places import Place
from xero_pipeline.console.views.receivables import AgingView
from xero_pipeline.console.views.revenue import RevenueView
from xero_pipeline.console.views.risk import RiskRow
from xero_pipeline.console.views.runway import RunwayView
from xero_pipeline.console.views.signals import Card


@dataclass(frozen=True)
class Choice:
    """A workspace or an organisation that can be looked at."""

    name: str
    key: str
    address: str
    is_current: bool


@dataclass(frozen=True)
class Heading:
    """What stands at the top: whose figures, and whose else there are.

    Attributes:
        organisations: of the same workspace.
        stale: None unless they are older than promised.
    """

    organisation: str
    workspaces: tuple[Choice, ...]
    organisations: tuple[Choice, ...]
    stale: Stale | None


@dataclass(frozen=True)
class Today:
    """What is known for the day of the last sync only."""

    cards: tuple[Card, ...]
    runway: RunwayView | None
    risks: tuple[RiskRow, ...]

    @property
    def to_act_on(self) -> int:
        return sum(card.tone == "bad" for card in self.cards)

    @property
    def to_watch(self) -> int:
        return sum(card.tone == "warn" for card in self.cards)


@dataclass(frozen=True)
class OverviewView:
    """
    Attributes:
        day: what is shown stands for its end.
        today: None when `day` is in the past.
        revenue: None without any recurring revenue.
    """

    heading: Heading
    place: Place
    totals: Totals
    day: date
    today: Today | None
    aging: AgingView
    revenue: RevenueView | None


@dataclass(frozen=True)
class NothingYet:
    """In place of figures.

    Attributes:
        heading: None when nothing is connected.
    """

    heading: Heading | None


def heading(connection: Connection, known: Sequence[Connection], now: datetime) -> Heading:
    """
    Args:
        known: all connections; the first of a workspace is the one shown when it is chosen.
        now: UTC.
    """
    first_of: dict[str, Connection] = {}
    for each in known:
        first_of.setdefault(each.workspace, each)
    workspaces = tuple(
        _choice(workspace, first, workspace == connection.workspace)
        for workspace, first in first_of.items()
    )
    organisations = tuple(
        _choice(each.organisation_name, each, each.organisation_id == connection.organisation_id)
        for each in known
        if each.workspace == connection.workspace
    )
    name = connection.organisation_name
    return Heading(name, workspaces, organisations, stale([connection], now))


def _choice(name: str, connection: Connection, is_current: bool) -> Choice:
    key = connection.organisation_key
    return Choice(name, key, Place(key).page, is_current)
