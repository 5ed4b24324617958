"""Cards of signals: band, value, change and sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from xero_pipeline.console import formats
from xero_pipeline.console.queries.signals import Signal
from xero_pipeline.console.views.places import Place

Tone = Literal["good", "warn", "bad", "none"]

TITLES: Mapping[str, str] = {
    "cash_base": "Cash",
    "runway_months": "Runway",
    "mrr": "Monthly recurring revenue",
    "mrr_growth": "Growth of recurring revenue",
    "nrr": "Net revenue retention",
    "churned_clients": "Clients lost",
    "overdue_share": "Overdue share",
    "overdue_90_base": "Over 90 days overdue",
    "dso": "Days sales outstanding",
    "late_exposure_base": "Likely to be paid late",
    "largest_client_share": "Largest client",
    "unapplied_credits_base": "Unapplied credits",
    "draft_invoices_base": "Draft invoices",
    "overdue_bills_base": "Overdue bills",
    "overdue_risk_score": "Risk of late payment",
    "overdue_base": "Overdue",
    "oldest_days_overdue": "Oldest overdue invoice",
    "client_credits_base": "Unused credits",
    "mrr_change": "Change of recurring revenue",
    "revenue_share": "Share of revenue",
}
"""What each signal is called, in the order of the cards; those of other systems follow."""

_BANDS: Mapping[str | None, tuple[Tone, str]] = {
    "green": ("good", "Good"),
    "amber": ("warn", "Watch"),
    "red": ("bad", "Act"),
    None: ("none", "For information"),
}


@dataclass(frozen=True)
class Card:
    """One signal.

    Attributes:
        word: stands beside the colour.
        change: since a month earlier, with its sign; empty when there is nothing to compare.
        documents: where those behind it are listed; None when none drove it.
    """

    title: str
    tone: Tone
    word: str
    value: str
    change: str
    direction: str
    sentence: str
    previous: str
    documents: str | None


def agency_cards(signals: Sequence[Signal], place: Place) -> tuple[Card, ...]:
    return _cards(
        signals, {each.signal: place.documents("agency", signal=each.signal) for each in signals}
    )


def client_cards(signals: Sequence[Signal], place: Place, contact: str) -> tuple[Card, ...]:
    return _cards(
        signals,
        {
            each.signal: place.documents("client", signal=each.signal, contact=contact)
            for each in signals
        },
    )


def title_of(signal: str) -> str:
    return TITLES.get(signal, signal.replace("_", " ").capitalize())


def figure(value: Decimal | None, unit: str, currency: str | None) -> str:
    """A value in its unit: 1,234.50 NZD, 12.5 %, 40 days."""
    if value is None:
        return formats.UNKNOWN
    match unit:
        case "base_currency":
            return formats.money(value, currency)
        case "ratio":
            return formats.percent(value)
        case "clients" | "score":
            return formats.number(value, 0)
        case _:
            return f"{formats.number(value).removesuffix('.0')} {unit}"


def _cards(signals: Sequence[Signal], documents: Mapping[str, str]) -> tuple[Card, ...]:
    order = {name: number for number, name in enumerate(TITLES)}
    ordered = sorted(signals, key=lambda each: (order.get(each.signal, len(order)), each.signal))
    return tuple(
        _card(each, documents[each.signal] if each.documents else None) for each in ordered
    )


def _card(signal: Signal, documents: str | None) -> Card:
    tone, word = _BANDS.get(signal.band, _BANDS[None])
    return Card(
        title_of(signal.signal),
        tone,
        word,
        figure(signal.value, signal.unit, signal.currency_code),
        _change(signal),
        signal.direction or "",
        signal.sentence,
        signal.sentence_previous or "",
        documents,
    )


def _change(signal: Signal) -> str:
    if signal.change is None:
        return ""
    if signal.change == 0:
        return "unchanged"
    sign = "+" if signal.change > 0 else ""
    if signal.unit == "ratio":
        points = signal.change * 100
        return f"{sign}{formats.number(points, 1 if abs(points) >= Decimal('0.1') else 2)} points"
    return sign + figure(signal.change, signal.unit, signal.currency_code)
