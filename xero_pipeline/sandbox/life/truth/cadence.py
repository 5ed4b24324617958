"""Customers billed by hand at a steady cadence: what a cadence detector should find."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from xero_pipeline.sandbox.life.amounts import ZERO
from xero_pipeline.sandbox.life.labels import Slot, by_hand_slot
from xero_pipeline.sandbox.life.truth.history import Document, History


@dataclass(frozen=True)
class Cadence:
    """A customer billed by hand. `amount` is the last invoice's, excluding tax."""

    contact_id: str
    unit: str
    period: int
    currency_code: str
    amount: Decimal
    first_date: dt.date
    last_date: dt.date
    invoices: int


def cadences(history: History, as_of: dt.date) -> tuple[Cadence, ...]:
    """The labelled cadences with invoices up to a day, by contact id."""
    groups: dict[tuple[Slot, str], list[Document]] = defaultdict(list)
    for document in history.documents.values():
        slot = by_hand_slot(document.key)
        if slot and not document.is_cancelled and document.date <= as_of:
            groups[slot, document.contact].append(document)
    found = [_cadence(history, slot, documents) for (slot, _), documents in groups.items()]
    return tuple(sorted(found, key=lambda cadence: cadence.contact_id))


def _cadence(history: History, slot: Slot, documents: list[Document]) -> Cadence:
    by_date = sorted(documents, key=lambda document: document.date)
    last = by_date[-1]
    return Cadence(
        contact_id=history.id("Contact", last.contact),
        unit=slot.unit,
        period=slot.period,
        currency_code=last.currency,
        amount=sum((value.net for value in history.values(last)), ZERO),
        first_date=by_date[0].date,
        last_date=last.date,
        invoices=len(by_date),
    )
