"""Labels that the plan leaves for the truth in document keys, which the API never shows.

"by-hand/MONTHLY-1/coastal-yoga/2026-03-06" is an invoice of a customer billed by hand every month.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

_BY_HAND = "by-hand"


class Slot(NamedTuple):
    """How often a customer is billed by hand, in the words of a repeating invoice's schedule."""

    unit: str
    period: int


def by_hand_key(slot: Slot, client: str, date: dt.date) -> str:
    return f"{_BY_HAND}/{slot.unit}-{slot.period}/{client}/{date}"


def by_hand_slot(key: str) -> Slot | None:
    """The slot that a key names; None when it names none."""
    label, _, rest = key.partition("/")
    if label != _BY_HAND:
        return None
    unit, _, period = rest.partition("/")[0].partition("-")
    return Slot(unit, int(period))
