"""Labels that the plan leaves for the truth in document keys, which the API never shows.

"by-hand/coastal-yoga/2026-03-06/care:fixed:MONTHLY-1:22+none" is an invoice raised by hand, without
a template. Its first line is the 23rd of a stream that recurs every month at a standing price, its
second line recurs with nothing.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal, NamedTuple

_BY_HAND = "by-hand"
_NONE = "none"

Kind = Literal["fixed", "variable"]
"""Whether what recurs has a standing price, or is as many hours as it was."""


class Slot(NamedTuple):
    """How often a customer is billed by hand, in the words of a repeating invoice's schedule."""

    unit: str
    period: int


class Label(NamedTuple):
    """What one line recurs as.

    Attributes:
        stream: names the recurring service among those of its customer.
        number: of the slot that the line is for, from 0. A re-bill has that of what it replaces.
    """

    stream: str
    kind: Kind
    slot: Slot
    number: int


class ByHand(NamedTuple):
    """What an invoice raised by hand says about itself: a label a line, None for one-offs."""

    customer: str
    lines: tuple[Label | None, ...]


def by_hand_key(customer: str, date: dt.date, *lines: Label | None, copy: int = 1) -> str:
    """The key of an invoice raised by hand.

    Args:
        copy: tells two invoices apart that are alike in everything else.
    """
    words = "+".join(_word(line) for line in lines)
    return f"{_BY_HAND}/{customer}/{date}/{words}" + (f"/{copy}" if copy > 1 else "")


def by_hand(key: str) -> ByHand | None:
    """The labels in a document's key; None when it carries none."""
    if not key.startswith(f"{_BY_HAND}/"):
        return None
    _, customer, _, words = key.split("/")[:4]
    return ByHand(customer, tuple(_label(word) for word in words.split("+")))


def _word(label: Label | None) -> str:
    if label is None:
        return _NONE
    return f"{label.stream}:{label.kind}:{label.slot.unit}-{label.slot.period}:{label.number}"


def _label(word: str) -> Label | None:
    if word == _NONE:
        return None
    stream, kind, schedule, number = word.split(":")
    unit, _, period = schedule.partition("-")
    return Label(
        stream,
        "fixed" if kind == "fixed" else "variable",
        Slot(unit, int(period)),
        int(number),
    )
