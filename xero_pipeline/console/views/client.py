"""One client: its signals, what it owes, what recurs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from xero_pipeline.console.views.documents import DocumentTable
from xero_pipeline.console.views.risk import RiskRow
from xero_pipeline.console.views.signals import Card


@dataclass(frozen=True)
class ClientView:
    """
    Attributes:
        risk: None when nothing is open.
        plans: those that recur today.
        back: the page of its organisation.
    """

    name: str
    organisation: str
    currency: str
    day: date
    cards: tuple[Card, ...]
    risk: RiskRow | None
    receivables: DocumentTable
    plans: DocumentTable
    receivables_csv: str
    back: str
