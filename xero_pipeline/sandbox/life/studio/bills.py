"""What a customer is billed for by hand: as a rule of its own, invoice after invoice, without end.

Every invoice is drawn from (seed, customer, number), so that it does not matter how far a book is
lived.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from random import Random
from typing import Literal

from xero_pipeline.sandbox.life.calendar import add_months
from xero_pipeline.sandbox.life.labels import Kind, Label, Slot

Fate = Literal["kept", "rebilled", "credited", "goodwill"]
"""kept: as raised; rebilled: credited in full and raised again some days later; credited: in full,
and never again; goodwill: a part is credited."""

Chance = Callable[[str], Random]
"""Random numbers of one customer for one subject."""


@dataclass(frozen=True)
class BillLine:
    """A line before its tax; `label` None is a one-off."""

    text: str
    price: Decimal
    account: str
    label: Label | None = None


@dataclass(frozen=True)
class Bill:
    """An invoice to be raised on `date`."""

    date: dt.date
    lines: tuple[BillLine, ...]
    fate: Fate = "kept"
    rebill_after: int = 0  # days


Bills = Iterator[Bill]


@dataclass(frozen=True)
class Step:
    """A new standing price from a slot on: a factor on the first one."""

    number: int
    factor: Decimal


@dataclass(frozen=True)
class Retainer:
    """A service that recurs.

    Attributes:
        stream: its name among the customer's.
        wording: the line's text; {month}, {mon}, {year}, {number} and {day} are filled in.
        first: the day of the first slot; `anchor` is the day of month aimed at.
        drift: an invoice is dated up to so many days before or after its slot.
        behind: the text names the month before.
        missing: slots without an invoice; a long row of them is a customer who left and came back.
        last: number of the last slot; None goes on.
        split: the work of a slot is billed as two lines.
        extras: one-off work is billed on every so many-th invoice; 0 never.
    """

    stream: str
    kind: Kind
    slot: Slot
    wording: str
    price: Decimal
    account: str
    first: dt.date
    anchor: int
    drift: int = 0
    behind: bool = False
    steps: tuple[Step, ...] = ()
    missing: frozenset[int] = frozenset()
    last: int | None = None
    split: bool = False
    extras: int = 0
    fates: dict[int, Fate] = field(default_factory=dict)

    def slot_date(self, number: int) -> dt.date:
        if self.slot.unit == "WEEKLY":
            return self.first + dt.timedelta(weeks=number * self.slot.period)
        return add_months(self.first, number * self.slot.period, anchor=self.anchor)

    def price_at(self, number: int, chance: Random) -> Decimal:
        """The standing price, or of hours whatever was worked."""
        if self.kind == "variable":
            return self.price * chance.randint(16, 160) / 4
        factors = [step.factor for step in self.steps if step.number <= number]
        return (self.price * (factors[-1] if factors else 1)).quantize(Decimal(1))

    def bills(self, chance: Chance) -> Bills:
        numbers = count() if self.last is None else iter(range(self.last + 1))
        for number in numbers:
            if number not in self.missing:
                yield self._bill(number, chance(f"{self.stream}/{number}"))

    def _bill(self, number: int, chance: Random) -> Bill:
        date = self.slot_date(number) + dt.timedelta(days=chance.randint(-self.drift, self.drift))
        label = Label(self.stream, self.kind, self.slot, number)
        text = worded(self.wording, add_months(date, -1) if self.behind else date, number + 1)
        price = self.price_at(number, chance)
        parts = [price] if not self.split else [price / 4, price - price / 4]
        lines = [BillLine(text, part, self.account, label) for part in parts]
        if self.extras and number % self.extras == 1:
            extra = chance.choice(("Extra banner set", "Photo shoot", "Urgent fixes", "Workshop"))
            lines.append(BillLine(extra, Decimal(chance.randint(90, 900)), self.account))
        return Bill(
            date,
            tuple(lines),
            fate=self.fates.get(number, "kept"),
            rebill_after=chance.randint(1, 2 if self.slot.unit == "WEEKLY" else 9),
        )


@dataclass(frozen=True)
class OneOffs:
    """Work that does not recur, whatever it looks like.

    Attributes:
        wordings: the texts to choose from, filled in as those of a retainer.
        prices: the lowest and highest price, drawn anew each time; equal ones are a price list's.
        gaps: the fewest and most days from one invoice to the next.
        bursts: invoices in a row before a long pause of `pause` days; 0 is no pause.
        last: how many invoices; None goes on.
    """

    wordings: tuple[str, ...]
    prices: tuple[int, int]
    account: str
    first: dt.date
    gaps: tuple[int, int]
    bursts: int = 0
    pause: int = 0
    last: int | None = None

    def bills(self, chance: Chance) -> Bills:
        date = self.first
        for number in count() if self.last is None else range(self.last):
            draw = chance(f"one-off/{number}")
            text = worded(draw.choice(self.wordings), date, number + 1)
            price = Decimal(draw.randint(*self.prices))
            yield Bill(date, (BillLine(text, price, self.account),))
            date += dt.timedelta(days=draw.randint(*self.gaps))
            if self.bursts and (number + 1) % self.bursts == 0:
                date += dt.timedelta(days=self.pause)


@dataclass(frozen=True)
class Instalments:
    """A project billed in three parts, a month or so apart, as its texts say."""

    name: str
    parts: tuple[str, ...]
    price: Decimal
    account: str
    first: dt.date
    again_after: int  # days from one project to the next

    def bills(self, chance: Chance) -> Bills:
        for project in count():
            start = self.first + dt.timedelta(days=project * self.again_after)
            for number, part in enumerate(self.parts):
                late = chance(f"project/{project}/{number}").randint(-2, 2) if number else 0
                date = add_months(start, number) + dt.timedelta(days=late)
                line = BillLine(f"{self.name} - {part}", self.price, self.account)
                yield Bill(date, (line,))


def worded(wording: str, date: dt.date, number: int) -> str:
    """A text as somebody types it in a certain month."""
    return wording.format(
        month=f"{date:%B}",
        mon=f"{date:%b}",
        year=date.year,
        number=number,
        day=date.day,
        period=f"{date:%m/%Y}",
    )
