"""What recurs by hand: streams of invoices that no template made, from the labels in their keys.

A detector has to find out which lines belong together and how often they recur. Here the labels say
so, and the rule, in the words of the raw tables, is what follows from it on a day `as_of`:

1. A stream is a labelled service of a contact, merges followed. An occurrence of it is what its
   lines come to, without tax, on the approved sales invoices
   (AUTHORISED or PAID, without RepeatingInvoiceID, dated on or before `as_of`) for one slot. Lines
   on pass-through accounts are left out. An invoice that credit notes alone have settled is none;
   when it was raised again, the new one has the old one's date.
2. Fewer than three occurrences are no stream, and of hours fewer than six: chance, too, makes three
   sums fall at even distances.
3. A customer has left, and come back, between two occurrences with two or more slots missing and
   more than 45 days between them; with periods of half a year and more, with one slot missing. One
   skipped month, and a holiday of some weeks, are neither.
4. Between such breaks slots are counted from the first occurrence. Their typical day is the lower
   median of the days by which occurrences are later than the first of their slot's month (WEEKLY:
   than their slot counted from the first occurrence); a typical 29th, 30th or 31st is the last day
   of a shorter month. What has been billed is paid until the typical day of the slot after the
   last one.
5. A stream counts at a point P from its first occurrence until what is billed is paid (after a
   break, anew). While half a period more has not passed on `as_of`, it still counts up to then,
   unless a template has begun to bill the customer after the last occurrence.
6. Its price at P is that of the latest occurrence dated on or before P, whatever came in between.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from statistics import median_low

from xero_pipeline.sandbox.life.amounts import ZERO
from xero_pipeline.sandbox.life.calendar import add_months, month_end, month_start
from xero_pipeline.sandbox.life.labels import Kind, Label, Slot, by_hand
from xero_pipeline.sandbox.life.truth.history import Document, History
from xero_pipeline.sandbox.life.truth.plans import plans

FEWEST_OCCURRENCES: Mapping[Kind, int] = {"fixed": 3, "variable": 6}
_HOLIDAY = dt.timedelta(days=45)
_LONG_PERIOD = 6  # months
_DAYS_NOT_IN_ALL_MONTHS = range(28, 31)  # counted from 0
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
        """The typical day of the slot after the last one (rule 4)."""
        typical = median_low(
            (each.date - self._begins(each.number)).days for each in self.occurrences
        )
        begins = self._begins(self.occurrences[-1].number + 1)
        if self.slot.unit == "MONTHLY" and typical in _DAYS_NOT_IN_ALL_MONTHS:
            return min(begins + dt.timedelta(days=typical), month_end(begins))
        return begins + dt.timedelta(days=typical)

    def _begins(self, number: int) -> dt.date:
        """The day that a slot's days are counted from."""
        first, (unit, period) = self.occurrences[0], self.slot
        periods = period * (number - first.number)
        if unit == "WEEKLY":
            return first.date + dt.timedelta(weeks=periods)
        return add_months(month_start(first.date), periods)

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
        contact: whom the invoices are made out to, merges followed.
        as_of: the day on which this is known.
        has_moved: a template bills the customer since the last occurrence.
    """

    contact: str
    name: str
    kind: Kind
    slot: Slot
    occurrences: Sequence[Occurrence]
    as_of: dt.date
    has_moved: bool

    def counts_at(self, point: dt.date) -> bool:
        """Rule 5."""
        *closed, last = self._segments()
        is_open = self.as_of < last.open_until and not self.has_moved
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


def streams(history: History, as_of: dt.date, pass_through: Collection[str] = ()) -> list[Stream]:
    """What recurs by hand, as known on a day (rules 1 and 2).

    Args:
        pass_through: codes of accounts whose lines are no revenue of ours.
    """
    parts: dict[tuple[str, str], list[_Part]] = defaultdict(list)
    for document in history.documents.values():
        if document.is_approved and document.date <= as_of:
            contact = history.survivor(document.contact)
            for part in _parts(history, document, pass_through):
                parts[contact, part.label.stream].append(part)
    begun = _templates_begun(history, as_of)
    found = [_stream(history, contact, each, as_of, begun) for (contact, _), each in parts.items()]
    return [
        stream for stream in found if len(stream.occurrences) >= FEWEST_OCCURRENCES[stream.kind]
    ]


def cadences(history: History, known: Sequence[Stream]) -> tuple[Cadence, ...]:
    """The streams in few words, by contact id and name."""
    found = []
    for stream in known:
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


def _parts(history: History, document: Document, pass_through: Collection[str]) -> Iterator[_Part]:
    """The labelled lines of a document."""
    said = by_hand(document.key)
    if said is None:
        return
    for label, value in zip(said.lines, history.values(document), strict=True):
        if label and value.account_code not in pass_through:
            yield _Part(label, document, value.net)


def _stream(
    history: History,
    contact: str,
    parts: Sequence[_Part],
    as_of: dt.date,
    begun: Mapping[str, dt.date],
) -> Stream:
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
        contact=contact,
        name=latest.label.stream,
        kind=latest.label.kind,
        slot=latest.label.slot,
        occurrences=occurrences,
        as_of=as_of,
        has_moved=bool(occurrences) and begun.get(contact, dt.date.min) > occurrences[-1].date,
    )


def _templates_begun(history: History, as_of: dt.date) -> Mapping[str, dt.date]:
    """When the latest of a customer's templates made its first invoice, by contact."""
    begun: dict[str, dt.date] = {}
    for plan in plans(history, as_of):
        if plan.invoices:
            contact = history.survivor(plan.template.saved.contact)
            first = plan.invoices[0].date
            begun[contact] = max(begun.get(contact, first), first)
    return begun


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
