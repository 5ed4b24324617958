"""How well is what recurs by hand recognised? `python -m xero_pipeline_tests.benchmarks.cadence`

Books of the sandbox's studio, each seed another one, are held against their labels as of several
days of their life. Only the truth can read the labels: they stand in keys that no row carries.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from xero_pipeline.sandbox.events import Event
from xero_pipeline.sandbox.life import PASS_THROUGH_ACCOUNTS, studio
from xero_pipeline.sandbox.life.studio.customers import behaviours, one_offs
from xero_pipeline.sandbox.life.truth import History
from xero_pipeline.sandbox.life.truth.cadence import Stream, streams
from xero_pipeline.sandbox.life.truth.mrr import mrr_customers
from xero_pipeline_tests.sql.lived import LivedBook
from xero_pipeline_tests.sql.warehouse import Warehouse

START = dt.date(2024, 5, 22)
AGES = (9, 15, 22, 30)
"""Months of life after which a book is looked at."""

RECURRING, VARIABLE, ONE_OFF, UNCONFIRMED = (
    "recurring",
    "recurring_variable",
    "one_off",
    "unconfirmed",
)
UNLISTED = "not listed"
_CLASSES = (RECURRING, VARIABLE, ONE_OFF, UNCONFIRMED, UNLISTED)
_BOOKS_AT_ONCE = 40
_CLASS_OF_KIND = {"fixed": RECURRING, "variable": VARIABLE}

Cells = Mapping[tuple[str, dt.date, str], Decimal]  # by book, month and contact


@dataclass(frozen=True)
class Verdict:
    """One stream as it is and as it was recognised.

    Attributes:
        behaviour: how the customer is billed.
        expected: its class by the labels.
        found: its class in marts.mrr_streams.
        has_right_schedule: only of what was found to recur.
    """

    behaviour: str
    book: str
    expected: str
    found: str
    has_right_schedule: bool

    @property
    def is_claimed(self) -> bool:
        return self.found in (RECURRING, VARIABLE)

    @property
    def is_due(self) -> bool:
        return self.expected in (RECURRING, VARIABLE)

    @property
    def is_hit(self) -> bool:
        """Found to recur, as what it is, as often as it does."""
        return self.is_due and self.found == self.expected and self.has_right_schedule


@dataclass
class Measurement:
    """Verdicts on streams, and MRR by customer and month, from any number of books."""

    verdicts: list[Verdict] = field(default_factory=list)
    expected: dict[tuple[str, dt.date, str], Decimal] = field(default_factory=dict)
    found: dict[tuple[str, dt.date, str], Decimal] = field(default_factory=dict)

    @property
    def precision(self) -> float:
        """Of all streams said to recur, those that do, as said."""
        return _share(each.is_hit for each in self.verdicts if each.is_claimed)

    @property
    def recall(self) -> float:
        """Of all streams that recur, those found."""
        return _share(each.is_hit for each in self.verdicts if each.is_due)

    @property
    def month_precision(self) -> float:
        """Of all months in which a customer was said to have MRR, those in which it had."""
        return _share(cell in self.expected for cell in self.found)

    @property
    def month_recall(self) -> float:
        return _share(cell in self.found for cell in self.expected)

    @property
    def months_to_the_cent(self) -> float:
        """Of all customer-months that either side knows, those with one and the same amount."""
        cells = {*self.expected, *self.found}
        return _share(self.expected.get(cell) == self.found.get(cell) for cell in cells)

    @property
    def error(self) -> float:
        """What customer-months are wrong by, as a share of all MRR."""
        cells = {*self.expected, *self.found}
        zero = Decimal(0)
        wrong = sum(
            (abs(self.expected.get(c, zero) - self.found.get(c, zero)) for c in cells), zero
        )
        return float(wrong / sum(self.expected.values(), zero))

    def misses(self) -> Iterator[str]:
        """In words, for whoever wants to mend a rule."""
        for each in self.verdicts:
            if each.is_claimed != each.is_due or (each.is_due and not each.is_hit):
                wrong = " otherwise" if each.found == each.expected else ""
                yield f"{each.book}, {each.behaviour}: {each.expected}, found {each.found}{wrong}"


@dataclass(frozen=True)
class _Look:
    """A book as of a day."""

    name: str
    events: Sequence[Event]
    as_of: dt.date


def measure(seeds: Iterable[int], ages: Sequence[int] = AGES) -> Measurement:
    """Builds the marts over the books of some seeds and compares.

    Args:
        ages: months of life; every book is looked at once for each of them.
    """
    measured = Measurement()
    looks = [look for seed in seeds for look in _looks(seed, ages)]
    for start in range(0, len(looks), _BOOKS_AT_ONCE):
        _measure(looks[start : start + _BOOKS_AT_ONCE], measured)
    return measured


def _looks(seed: int, ages: Sequence[int]) -> Iterator[_Look]:
    """On any day of a month, not only on its last."""
    days = [START + dt.timedelta(days=30 * age + (7 * seed) % 30) for age in ages]
    events = studio(seed, START, _night(max(days)))
    for day in days:
        until = _night(day)
        yield _Look(f"studio {seed} on {day}", [e for e in events if e.at <= until], day)


def _night(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(22, 30), dt.UTC)


def _measure(looks: Sequence[_Look], into: Measurement) -> None:
    warehouse = Warehouse()
    books = {
        look.name: LivedBook(look.events, key=look.name, as_of=look.as_of, warehouse=warehouse)
        for look in looks
    }
    for book in books.values():
        book.flush()
    warehouse.build("marts.mrr_streams", "marts.mrr_customers")
    for look in looks:
        history = History(look.events)
        known = streams(history, look.as_of, PASS_THROUGH_ACCOUNTS)
        rows = mrr_customers(history, look.as_of, PASS_THROUGH_ACCOUNTS, known)
        for row in rows:
            into.expected[look.name, row.month, row.contact_id] = row.mrr_base
        organisation = books[look.name].organisation_id
        into.found.update(_mrr(warehouse, look.name, organisation))
        into.verdicts += _verdicts(look.name, history, known, _streams(warehouse, organisation))


def _mrr(warehouse: Warehouse, name: str, organisation: str) -> Cells:
    rows = warehouse.rows(
        "select month, contact_id::varchar as contact_id, mrr_base from marts.mrr_customers "
        "where organisation_id = ?",
        organisation,
    )
    return {(name, row["month"], row["contact_id"]): row["mrr_base"] for row in rows}


@dataclass(frozen=True)
class _Found:
    """A row of marts.mrr_streams."""

    contact_id: str
    text: str
    class_: str
    unit: str | None
    period: int | None

    def is_about(self, stream: Stream, contact_id: str) -> bool:
        """The service's name stands in the line's text."""
        return self.contact_id == contact_id and stream.name.replace("-", " ") in self.text


def _streams(warehouse: Warehouse, organisation: str) -> list[_Found]:
    rows = warehouse.rows(
        "select contact_id::varchar as contact_id, lower(text) as text, class, schedule_unit, "
        "schedule_period from marts.mrr_streams where organisation_id = ? "
        "order by class = 'recurring' desc, class = 'recurring_variable' desc, stream_id",
        organisation,
    )
    return [_Found(*row.values()) for row in rows]


def _verdicts(
    book: str, history: History, known: Sequence[Stream], found: list[_Found]
) -> Iterator[Verdict]:
    """One for each stream that recurs, and for each other one that the mart lists."""
    left = list(found)
    for stream in known:
        contact_id = history.id("Contact", stream.contact)
        mine = next((each for each in left if each.is_about(stream, contact_id)), None)
        if mine:
            left.remove(mine)
        yield Verdict(
            behaviour=_behaviour(stream.contact),
            book=book,
            expected=_CLASS_OF_KIND[stream.kind],
            found=mine.class_ if mine else UNLISTED,
            has_right_schedule=bool(mine and (mine.unit, mine.period) == stream.slot),
        )
    contacts = {
        history.id("Contact", document.contact): _behaviour(document.contact)
        for document in history.documents.values()
    }
    for each in left:
        yield Verdict(contacts[each.contact_id], book, ONE_OFF, each.class_, False)
    listed = {contacts[each.contact_id] for each in found}
    for behaviour in {*contacts.values()} & {_plain(each) for each in one_offs()} - listed:
        yield Verdict(behaviour, book, ONE_OFF, UNLISTED, False)


def _behaviour(contact: str) -> str:
    return contact.removesuffix("-twin").replace("-", " ")


def _plain(behaviour: str) -> str:
    return behaviour.replace(",", "").replace("-", " ")


def _share(outcomes: Iterable[bool]) -> float:
    """1 of none."""
    counted = Counter(outcomes)
    return counted[True] / counted.total() if counted else 1.0


def confusion(verdicts: Sequence[Verdict]) -> Table:
    """What each behaviour was taken for, how often."""
    table = Table(box=box.MARKDOWN)
    table.add_column("Billed")
    table.add_column("is")
    for heading in (*(each.replace("_", " ") for each in _CLASSES), "right schedule"):
        table.add_column(heading, justify="right")
    for behaviour in map(_plain, behaviours()):
        for expected in _CLASSES:
            of_it = [v for v in verdicts if (v.behaviour, v.expected) == (behaviour, expected)]
            if not of_it:
                continue
            found = Counter(each.found for each in of_it)
            right = sum(each.has_right_schedule for each in of_it)
            claimed = sum(each.is_claimed for each in of_it)
            table.add_row(
                behaviour,
                expected.replace("_", " "),
                *(f"{found[each]:,}" if found[each] else "" for each in _CLASSES),
                f"{right:,} of {claimed:,}" if claimed else "",
            )
    return table


def main(
    seeds: Annotated[int, typer.Option(min=1, help="Books 1 to so many")] = 50,
    show_misses: Annotated[bool, typer.Option(help="Name every stream taken for another")] = False,
) -> None:
    """Measure cadence detection against labelled books that have no template."""
    measured = measure(range(1, seeds + 1))
    console = Console(width=140)
    console.print(confusion(measured.verdicts))
    for words, share in (
        ("precision, streams", measured.precision),
        ("recall, streams", measured.recall),
        ("precision, customer-months", measured.month_precision),
        ("recall, customer-months", measured.month_recall),
        ("customer-months right to the cent", measured.months_to_the_cent),
        ("wrong MRR in all customer-months", measured.error),
    ):
        console.print(f"{words:36} {share:.4f}")
    console.print(
        f"{seeds} books as of {len(AGES)} days each, {len(measured.expected):,} customer-months"
    )
    if show_misses:
        for miss in measured.misses():
            console.print(miss)


if __name__ == "__main__":
    typer.run(main)
