"""Random schedules: what happens when, at several companies, while they are being synced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from xero_pipeline.sync import Depth
from xero_pipeline_tests.proof.happenings import CONCERNS

PAIRS = (
    ("invoices", "payments"),
    ("manual_journals", "items"),
    ("contacts", "contact_groups"),
    ("bank_transactions", "bank_transfers"),
    ("credit_notes", "accounts"),
    ("prepayments", "repeating_invoices"),
    ("overpayments", "batch_payments"),
)
"""Endpoints that are read together: one fleet in turn after the other."""

_LATEST_REQUEST = 7
_SECONDS = (0, 1, 5, 59, 61)  # around the overlap of increments
_CHOICES = _THINGS = 60
_INTERLUDES = _LATEST_REQUEST * len(_SECONDS) * _CHOICES * _THINGS


@dataclass(frozen=True)
class Interlude:
    """Something that happens before a request is answered.

    Attributes:
        request: of the sync, counted from 0; the first asks for the organisation itself.
        choice: of what happens, among the words that concern the endpoints (see `happenings`).
        number: to which of the things there are.
        seconds: that pass at Xero before it.
    """

    request: int
    choice: int
    number: int
    seconds: int

    @classmethod
    def numbered(cls, number: int) -> Interlude:
        """One of the `_INTERLUDES` there are: hypothesis draws only so many numbers at a time."""
        rest, choice = divmod(number, _CHOICES)
        rest, which = divmod(rest, _THINGS)
        seconds, request = divmod(rest, _LATEST_REQUEST)
        return cls(request + 1, choice, which, _SECONDS[seconds])

    def word(self, words: Sequence[str]) -> str:
        return words[self.choice % len(words)]


@dataclass(frozen=True)
class Part:
    """One company's part in one sync.

    Attributes:
        before: what happens just before it; the request is of no meaning.
        during: what happens between its requests.
        offline_after: the request from which on Xero says that the organisation is offline.
    """

    before: tuple[Interlude, ...] = ()
    during: tuple[Interlude, ...] = ()
    offline_after: int | None = None


@dataclass(frozen=True)
class Schedule:
    """One company's: how its books begin, and its part in each sync but the last."""

    beginning: tuple[Interlude, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Fleet:
    """Companies that are synced together: loading many at once costs hardly more than one.

    Attributes:
        endpoints: those that are asked for.
        schedules: by the company's number.
        depths: of the syncs during which things happen; the first lists all whatever its depth.
        last: depth of the last sync, during which nothing does.
    """

    endpoints: tuple[str, ...]
    schedules: Mapping[int, Schedule]
    depths: tuple[Depth, ...]
    last: Depth

    @property
    def makes(self) -> list[str]:
        """The words of a beginning."""
        return [word for name in self.endpoints for word in CONCERNS[name].makes]

    @property
    def words(self) -> list[str]:
        """The words of everything after that."""
        return [*(word for name in self.endpoints for word in CONCERNS[name].changes), *self.makes]

    @property
    def is_plain(self) -> bool:
        """The same thing happens everywhere: what hypothesis draws first."""
        return len(set(self.schedules.values())) == 1

    def simpler(self) -> Iterator[Fleet]:
        """Fleets with one thing less happening to one of the companies."""
        for number, schedule in self.schedules.items():
            for other in _simpler(schedule):
                yield replace(self, schedules={**self.schedules, number: other})

    def story(self, number: int) -> Iterator[str]:
        """What happens to a company, a line for each thing."""
        schedule = self.schedules[number]
        yield from _told("at first", schedule.beginning, self.makes)
        for sync, (depth, part) in enumerate(zip(self.depths, schedule.parts, strict=True), 1):
            yield from _told(f"before sync {sync}", part.before, self.words)
            yield f"sync {sync}: {depth.value}"
            for each in sorted(part.during, key=lambda each: each.request):
                yield from _told(f"before its request {each.request}", [each], self.words)
            if part.offline_after is not None:
                yield f"offline from its request {part.offline_after} on"
        yield f"last sync: {self.last.value}"


def fleets(companies: int) -> st.SearchStrategy[Fleet]:
    """Fleets of so many companies, over the first pair of endpoints."""
    later = st.sampled_from((Depth.INCREMENT, Depth.NIGHTLY))
    return st.builds(
        Fleet,
        endpoints=st.just(PAIRS[0]),
        schedules=st.fixed_dictionaries(dict.fromkeys(range(companies), _schedules())),
        depths=st.tuples(st.just(Depth.NIGHTLY), later),
        last=st.sampled_from((Depth.NIGHTLY, Depth.NIGHTLY, Depth.NIGHTLY, Depth.FULL)),
    )


def _schedules() -> st.SearchStrategy[Schedule]:
    interludes = st.integers(0, _INTERLUDES - 1).map(Interlude.numbered)
    part = st.builds(
        Part,
        before=st.lists(interludes, max_size=3).map(tuple),
        during=st.lists(interludes, min_size=1, max_size=6).map(tuple),
        offline_after=st.none() | st.integers(1, _LATEST_REQUEST),
    )
    beginning = st.lists(interludes, min_size=8, max_size=14).map(tuple)
    return st.builds(Schedule, beginning=beginning, parts=st.tuples(part, part))


def _told(when: str, interludes: Sequence[Interlude], words: Sequence[str]) -> Iterator[str]:
    for each in interludes:
        yield f"{when}: {each.word(words)} (number {each.number}, {each.seconds} s later)"


def _simpler(schedule: Schedule) -> Iterator[Schedule]:
    for beginning in _without_one(schedule.beginning):
        yield replace(schedule, beginning=beginning)
    for number, part in enumerate(schedule.parts):
        for other in _simpler_part(part):
            parts = (*schedule.parts[:number], other, *schedule.parts[number + 1 :])
            yield replace(schedule, parts=parts)


def _simpler_part(part: Part) -> Iterator[Part]:
    for before in _without_one(part.before):
        yield replace(part, before=before)
    for during in _without_one(part.during):
        yield replace(part, during=during)
    if part.offline_after is not None:
        yield replace(part, offline_after=None)


def _without_one(interludes: tuple[Interlude, ...]) -> Iterator[tuple[Interlude, ...]]:
    for number in range(len(interludes)):
        yield interludes[:number] + interludes[number + 1 :]
