"""Random schedules: what happens when, at several companies, while they are being synced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from hypothesis import strategies as st

from xero_pipeline.sync import Depth
from xero_pipeline_tests.proof.happenings import CONCERNS, Concern

_LATEST_REQUEST = 7
_SECONDS = (0, 1, 5, 59, 61)  # around the overlap of increments


@dataclass(frozen=True)
class Interlude:
    """Something that happens before a request is answered.

    Attributes:
        request: of the sync, counted from 0; the first asks for the organisation itself.
        word, number: what, and to which (see `happenings`).
        seconds: that pass at Xero before it.
    """

    request: int
    word: str
    number: int
    seconds: int


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
        depths: of the syncs during which things happen.
        last: depth of the last sync, during which nothing does.
    """

    endpoints: tuple[str, ...]
    schedules: Mapping[int, Schedule]
    depths: tuple[Depth, ...]
    last: Depth

    def simpler(self) -> Iterator[Fleet]:
        """Fleets with one thing less happening to one of the companies."""
        for number, schedule in self.schedules.items():
            for other in _simpler(schedule):
                yield replace(self, schedules={**self.schedules, number: other})


def fleets(companies: int) -> st.SearchStrategy[Fleet]:
    """Fleets of so many companies, two endpoints each."""
    endpoints = st.lists(st.sampled_from(sorted(CONCERNS)), min_size=2, max_size=2, unique=True)
    return endpoints.flatmap(partial(_fleets_over, companies))


def _fleets_over(companies: int, endpoints: Sequence[str]) -> st.SearchStrategy[Fleet]:
    schedules = _schedules([CONCERNS[name] for name in endpoints])
    later = st.sampled_from((Depth.INCREMENT, Depth.NIGHTLY))
    return st.builds(
        Fleet,
        endpoints=st.just(tuple(endpoints)),
        schedules=st.fixed_dictionaries(dict.fromkeys(range(companies), schedules)),
        depths=st.tuples(st.just(Depth.NIGHTLY), later),
        last=st.sampled_from((Depth.NIGHTLY, Depth.NIGHTLY, Depth.NIGHTLY, Depth.FULL)),
    )


def _schedules(concerns: Sequence[Concern]) -> st.SearchStrategy[Schedule]:
    makes = [word for concern in concerns for word in concern.makes]
    changes = [word for concern in concerns for word in concern.changes]
    some = st.lists(_interludes([*makes, *changes]), max_size=3).map(tuple)
    more = st.lists(_interludes([*makes, *changes]), min_size=1, max_size=6).map(tuple)
    offline_after = st.none() | st.integers(1, _LATEST_REQUEST)
    part = st.builds(Part, before=some, during=more, offline_after=offline_after)
    beginning = st.lists(_interludes(makes), min_size=8, max_size=14).map(tuple)
    return st.builds(Schedule, beginning=beginning, parts=st.tuples(part, part))


def _interludes(words: Sequence[str]) -> st.SearchStrategy[Interlude]:
    return st.builds(
        Interlude,
        request=st.integers(1, _LATEST_REQUEST),
        word=st.sampled_from(words),
        number=st.integers(0, 99),
        seconds=st.sampled_from(_SECONDS),
    )


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
