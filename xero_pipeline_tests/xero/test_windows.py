"""60 calls in any of Xero's minutes, wherever they begin: never more, and hardly ever fewer."""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from xero_pipeline.xero.windows import CallWindow, Sent
from xero_pipeline_tests.xero.double import START

LIMIT = 60
AT_ONCE = 5


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


@dataclass
class Xero:
    """Counts calls in minutes that begin `phase` seconds after START, and says what is left."""

    phase: float
    calls: Counter[int] = field(default_factory=Counter)

    def count(self, at: datetime) -> int:
        minute = int((at - START - seconds(self.phase)).total_seconds() // 60)
        self.calls[minute] += 1
        return LIMIT - self.calls[minute]


@dataclass(order=True)
class Event:
    """`of` is None when the window said that one more call may be sent now."""

    at: datetime
    number: int
    of: Sent | None = field(compare=False)
    is_answer: bool = field(default=False, compare=False)


def seconds_for(calls: int, xero: Xero, window: CallWindow, latencies: Random) -> float:
    """Make the calls, five at once, as soon as the window allows; how long it took.

    A call takes 0.1 to 1.5 s, and Xero counts it somewhere in between.
    """
    now, sent, under_way = START, 0, 0
    events: list[Event] = []
    left: dict[int, int] = {}
    while sent < calls or under_way:
        while sent < calls and under_way < AT_ONCE and window.free_at(now) == now:
            takes = latencies.uniform(0.1, 1.5)
            call = window.send(now)
            counted = now + seconds(takes * latencies.random())
            heapq.heappush(events, Event(counted, len(left), call))
            heapq.heappush(events, Event(now + seconds(takes), call.number, call, is_answer=True))
            sent, under_way = sent + 1, under_way + 1
        free_at = window.free_at(now)
        if sent < calls and under_way < AT_ONCE and free_at is not None:
            heapq.heappush(events, Event(free_at, 0, None))
        event = heapq.heappop(events)
        now = event.at
        if event.of is None:
            continue
        if event.is_answer:
            window.answered(event.of, now, left[event.of.number])
            under_way -= 1
        else:
            left[event.of.number] = xero.count(now)
    return (now - START).total_seconds()


def shortest(calls: int, latencies: Random) -> float:
    """What nobody can beat who does not know when Xero's minutes begin: sixty calls, a minute's
    wait since the first of them, and so on, and then the rest, five at once."""
    full_minutes, rest = divmod(calls - 1, LIMIT)
    free: list[float] = [0.0] * AT_ONCE
    for _ in range(rest + 1):
        heapq.heapreplace(free, free[0] + latencies.uniform(0.1, 1.5))
    return full_minutes * 60 + max(free)


def latencies_of(seed: int) -> Random:
    return Random(seed)  # noqa: S311


phases = st.floats(min_value=0, max_value=59.99)
seeds = st.integers(min_value=0, max_value=10_000)


@settings(max_examples=150, deadline=None)
@given(phase=phases, seed=seeds, calls=st.integers(min_value=61, max_value=300))
def test_no_minute_of_xeros_holds_more_than_sixty(phase: float, seed: int, calls: int) -> None:
    xero = Xero(phase)
    seconds_for(calls, xero, CallWindow(LIMIT), latencies_of(seed))
    assert max(xero.calls.values()) <= LIMIT
    assert sum(xero.calls.values()) == calls


@settings(max_examples=100, deadline=None)
@given(phase=phases, seed=seeds)
def test_150_calls_take_hardly_longer_than_the_limits_ask_for(phase: float, seed: int) -> None:
    took = seconds_for(150, Xero(phase), CallWindow(LIMIT), latencies_of(seed))
    assert took <= 1.05 * shortest(150, latencies_of(seed))


def test_a_minute_that_begins_while_calls_are_made_is_noticed_at_once() -> None:
    """In the ten seconds left of the old minute some fifty calls go: 110 need no wait."""
    assert seconds_for(110, Xero(phase=10), CallWindow(LIMIT), latencies_of(1)) < 30


def test_under_rapid_sync_where_all_calls_are_always_left_nothing_waits() -> None:
    window = CallWindow(LIMIT)
    for _ in range(500):
        assert window.free_at(START) == START
        window.answered(window.send(START), START, left=60)


def test_what_answers_say_is_not_relied_on_again_after_a_refusal() -> None:
    window = CallWindow(LIMIT)
    for _ in range(60):
        window.answered(window.send(START), START, left=60)
    assert window.free_at(START) == START
    window.disbelieve()
    window.answered(window.send(START), START, left=60)
    assert window.free_at(START) == START + seconds(60)


def test_calls_of_other_processes_count_as_our_own() -> None:
    window = CallWindow(LIMIT)
    window.set_elsewhere([START + seconds(5)] * 59)
    assert window.free_at(START + seconds(6)) == START + seconds(6)
    window.answered(window.send(START + seconds(6)), START + seconds(7), None)
    assert window.free_at(START + seconds(8)) == START + seconds(65)


def test_calls_of_other_programs_are_seen_from_what_is_left() -> None:
    """57 left after the first call here: two more were made elsewhere, nobody knows when."""
    window = CallWindow(LIMIT, notice_others=True)
    window.answered(window.send(START), START, left=57)
    assert window.used(START) == 3
    for _ in range(57):
        window.answered(window.send(START), START, left=None)
    assert window.free_at(START) == START + seconds(60)


def test_a_call_that_is_never_answered_keeps_its_place() -> None:
    window = CallWindow(1)
    window.send(START)
    assert window.free_at(START + seconds(3600)) is None
