"""Who is likely to pay late, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xero_pipeline.console import formats
from xero_pipeline.console.queries.clients import Risk
from xero_pipeline.console.views.places import Place
from xero_pipeline.console.views.signals import Tone

_BANDS: Mapping[str, tuple[Tone, str]] = {
    "low": ("good", "Low"),
    "medium": ("warn", "Medium"),
    "high": ("bad", "High"),
    "insufficient_history": ("none", "Too new to judge"),
}


@dataclass(frozen=True)
class RiskRow:
    """A client with something open; amounts in base currency.

    Attributes:
        over_30: probability that its next invoice is paid more than 30 days late.
        expected: when its first open invoice will probably be paid.
    """

    name: str
    client: str
    tone: Tone
    word: str
    score: int | None
    sentence: str
    reasons: tuple[str, ...]
    outstanding: Decimal
    outstanding_documents: str
    overdue: Decimal
    overdue_documents: str
    exposure: Decimal
    over_30: Decimal
    expected: date | None


def risk_rows(risks: Sequence[Risk], place: Place) -> tuple[RiskRow, ...]:
    return tuple(_row(each, place) for each in risks)


def _row(risk: Risk, place: Place) -> RiskRow:
    tone, word = _BANDS[risk.band]
    contact = str(risk.contact_id)
    return RiskRow(
        risk.contact_name,
        place.client(contact),
        tone,
        word,
        risk.score,
        risk.sentence,
        tuple(formats.words(code) for code in risk.reason_codes),
        risk.outstanding_base,
        place.documents("receivables", contact=contact),
        risk.overdue_base,
        place.documents("receivables", contact=contact, only_overdue="true"),
        risk.exposure_base,
        risk.p_over_30,
        risk.next_expected_date,
    )
