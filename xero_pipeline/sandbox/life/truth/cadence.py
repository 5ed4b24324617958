"""What recurs by hand: streams of invoices that no template made, from the labels in their keys.

A detector has to find out which lines belong together and how often they recur. Here the labels say
so, and the rule, in the words of the raw tables, is what follows from it on a day `as_of`:

1. An occurrence of a stream is what its lines come to, without tax, on the approved sales invoices
   (AUTHORISED or PAID, without RepeatingInvoiceID, dated on or before `as_of`) for one slot. Lines
   on pass-through accounts are left out. An invoice that credit notes alone have settled is none;
   when it was raised again, the new one has the old one's date.
2. Fewer than three occurrences are no stream.
3. A customer has left, and come back, between two occurrences with two or more slots missing and
   more than 45 days between them; with periods of half a year and more, with one slot missing. One
   skipped month, and a holiday of some weeks, are neither.
4. Between such breaks slots are counted from an anchor: the first occurrence, moved by the lower
   median of the days by which occurrences miss the slots counted from it. What has been billed is
   paid until the slot after the last one begins.
5. A stream counts at a point P from its first occurrence until what is billed is paid (after a
   break, anew). While half a period more has not passed on `as_of`, it still counts up to then.
6. Its price at P is that of the latest occurrence dated on or before P, whatever came in between.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from statistics import median_low

from xero_pipeline.sandbox.life.amounts import ZERO
from xero_pipeline.sandbox.life.calendar import add_months
from xero_pipeline.sandbox.life.labels import Kind, Label, Slot, by_hand
from xero_pipeline.sandbox.life.truth.history import Document, History

FEWEST_OCCURRENCES = 3
_HOLIDAY = dt.timedelta(days=45)
_LONG_PERIOD = 6  # months
_RECENT = 3  # occurrences that the level of hours is the mean of


@dataclass(frozen=True)
class Occurrence:
    """What one slot was billed at, in the currency of its invoice."""

    number: int
    date: dt.date
    net: Decimal
    currency: str


@dataclass(frozen=True)
class Cadence:
    """A stream as of a day. `amount` is the last occurrence's, excluding tax."""

    contact_id: str
    stream: str
    kind: Kind
    unit: str
    period: int
    currency_code: str
    amount: Decimal
    first_date: dt.date
    last_date: dt.date
    invoices: int


@dataclass(frozen=True)
class _Segment:
    """Occurrences between two breaks, oldest first."""

    slot: Slot
    occurrences: Sequence[Occurrence]

    @property
    def first_date(self) -> dt.date:
        return self.occurrences[0].date

    @property
    def paid_until(self) -> dt.date:
        """The day on which the slot after the last one begins (rule 4)."""
        first = self.occurrences[0]
        misses = [
            (each.date - later(first.date, self.slot, each.number - first.number)).days
            for each in self.occurrences
        ]
        anchor = first.date + dt.timedelta(days=median_low(misses))
        return later(anchor, self.slot, self.occurrences[-1].number - first.number + 1)

    @property
    def open_until(self) -> dt.date:
        """The day on which somebody who is not billed any more has left (rule 5)."""
        unit, period = self.slot
        half = 7 * period // 2 if unit == "WEEKLY" else 15 * period
        return self.paid_until + dt.timedelta(days=half)


@dataclass(frozen=True)
class Stream:
    """A customer's recurring service, oldest occurrence first.

    Attributes:
        contact: whom the latest invoice is made out to, merges followed.
        as_of: the day on which this is known.
    """

    contact: str
    name: str
    kind: Kind
    slot: Slot
    occurrences: Sequence[Occurrence]
    as_of: dt.date

    def counts_at(self, point: dt.date) -> bool:
        """Rule 5."""
        *closed, last = self._segments()
        is_open = self.as_of < last.open_until
        return any(each.first_date <= point < each.paid_until for each in (*closed, last)) or (
            is_open and last.first_date <= point
        )

    def at(self, point: dt.date) -> Occurrence | None:
        """What sets the price at a point (rule 6); None when the stream does not count there."""
        known = self._known_at(point)
        return known[-1] if known and self.counts_at(point) else None

    def level_at(self, point: dt.date) -> Decimal | None:
        """The mean of the last three occurrences at a point, unrounded."""
        if not self.counts_at(point):
            return None
        recent = self._known_at(point)[-_RECENT:]
        return sum((each.net for each in recent), ZERO) / len(recent)

    def _known_at(self, point: dt.date) -> Sequence[Occurrence]:
        return [each for each in self.occurrences if each.date <= point]

    def _segments(self) -> list[_Segment]:
        """The occurrences, cut at every break (rule 3)."""
        cuts = [
            index
            for index, (one, other) in enumerate(pairwise(self.occurrences), 1)
            if self._is_break(one, other)
        ]
        ends = [*cuts, len(self.occurrences)]
        return [
            _Segment(self.slot, self.occurrences[start:end])
            for start, end in zip([0, *cuts], ends, strict=True)
        ]

    def _is_break(self, one: Occurrence, other: Occurrence) -> bool:
        missing = other.number - one.number - 1
        if self.slot.unit == "MONTHLY" and self.slot.period >= _LONG_PERIOD:
            return missing > 0
        return missing > 1 and other.date - one.date > _HOLIDAY


def later(day: dt.date, slot: Slot, slots: int) -> dt.date:
    """A day so many slots later; months are clamped to their last day."""
    if slot.unit == "WEEKLY":
        return day + dt.timedelta(weeks=slot.period * slots)
    return add_months(day, slot.period * slots)


def streams(history: History, as_of: dt.date, pass_through: Collection[str] = ()) -> list[Stream]:
    """What recurs by hand, as known on a day (rules 1 and 2).

    Args:
        pass_through: codes of accounts whose lines are no revenue of ours.
    """
    parts: dict[tuple[str, str], list[_Part]] = defaultdict(list)
    for document in history.documents.values():
        if document.is_approved and document.date <= as_of:
            for customer, part in _parts(history, document, pass_through):
                parts[customer, part.label.stream].append(part)
    found = [_stream(history, each, as_of) for each in parts.values()]
    return [stream for stream in found if len(stream.occurrences) >= FEWEST_OCCURRENCES]


def cadences(
    history: History, as_of: dt.date, pass_through: Collection[str] = ()
) -> tuple[Cadence, ...]:
    """The streams in few words, by contact id and name."""
    found = []
    for stream in streams(history, as_of, pass_through):
        last = stream.occurrences[-1]
        found.append(
            Cadence(
                contact_id=history.id("Contact", stream.contact),
                stream=stream.name,
                kind=stream.kind,
                unit=stream.slot.unit,
                period=stream.slot.period,
                currency_code=last.currency,
                amount=last.net,
                first_date=stream.occurrences[0].date,
                last_date=last.date,
                invoices=len(stream.occurrences),
            )
        )
    return tuple(sorted(found, key=lambda cadence: (cadence.contact_id, cadence.stream)))


@dataclass(frozen=True)
class _Part:
    """One labelled line of one invoice."""

    label: Label
    invoice: Document
    net: Decimal


def _parts(
    history: History, document: Document, pass_through: Collection[str]
) -> Iterator[tuple[str, _Part]]:
    """The labelled lines of a document, each with its customer."""
    said = by_hand(document.key)
    if said is None:
        return
    for label, value in zip(said.lines, history.values(document), strict=True):
        if label and value.account_code not in pass_through:
            yield said.customer, _Part(label, document, value.net)


def _stream(history: History, parts: Sequence[_Part], as_of: dt.date) -> Stream:
    by_slot: dict[int, list[_Part]] = defaultdict(list)
    for part in parts:
        by_slot[part.label.number].append(part)
    occurrences = [
        occurrence
        for number in sorted(by_slot)
        if (occurrence := _occurrence(history, number, by_slot[number], as_of))
    ]
    latest = max(parts, key=lambda part: (part.invoice.date, part.invoice.number))
    return Stream(
        contact=history.survivor(latest.invoice.contact),
        name=latest.label.stream,
        kind=latest.label.kind,
        slot=latest.label.slot,
        occurrences=occurrences,
        as_of=as_of,
    )


def _occurrence(
    history: History, number: int, parts: Sequence[_Part], as_of: dt.date
) -> Occurrence | None:
    """What stands of a slot (rule 1)."""
    standing = [part for part in parts if not _is_credited(history, part.invoice, as_of)]
    if not standing:
        return None
    return Occurrence(
        number=number,
        date=min(part.invoice.date for part in parts),
        net=sum((part.net for part in standing), ZERO),
        currency=standing[-1].invoice.currency,
    )


def _is_credited(history: History, invoice: Document, as_of: dt.date) -> bool:
    """Whether credit notes alone have settled it."""
    credited = sum(
        (
            settlement.amount
            for key, settlement in invoice.settlements.items()
            if settlement.date <= as_of
            and key in history.allocations
            and history.allocations[key].credit_kind == "CreditNote"
        ),
        ZERO,
    )
    return credited == history.total(invoice)
