"""One client: its signals, what it owes, what recurs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xero_pipeline.console.queries import Document
from xero_pipeline.console.views.risk import RiskRow
from xero_pipeline.console.views.signals import Card


@dataclass(frozen=True)
class ClientView:
    """
    Attributes:
        risk: None when nothing is open.
        receivables, plans: lists of documents, those of today.
        back: the page of its organisation.
    """

    name: str
    organisation: str
    currency: str
    day: date
    cards: tuple[Card, ...]
    risk: RiskRow | None
    receivables: tuple[Document, ...]
    plans: tuple[Document, ...]
    receivables_csv: str
    back: str

    @property
    def owed(self) -> Decimal:
        """What is open, in base currency; what has no exchange rate is not in it."""
        return sum((each.amount_base or Decimal() for each in self.receivables), Decimal())
