"""60 a minute, 5 at once, a number a day: counted before anything is sent."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta

import pytest

from xero_pipeline.xero.errors import DailyLimitReached, NotEnoughCalls
from xero_pipeline.xero.limits import (
    Asker,
    CallsLeft,
    DayBudget,
    DayCountInMemory,
    HeldCall,
    OrganisationLimits,
    SlidingWindow,
)
from xero_pipeline_tests.xero.double import START, TestClock


def limits_of(
    clock: TestClock,
    daily_limit: int = 1000,
    kept_for_people: int = 0,
    app: SlidingWindow | None = None,
    id: str = "org-1",
) -> OrganisationLimits:
    return OrganisationLimits(
        organisation_id=id,
        organisation_name="Harbour Digital",
        budget=DayBudget(daily_limit, kept_for_people),
        app=app or SlidingWindow(10_000, clock),
        day_count=DayCountInMemory(),
        clock=clock,
    )


def call(
    limits: OrganisationLimits, asker: Asker = Asker.PERSON
) -> AbstractContextManager[HeldCall]:
    return limits.call("invoices", asker)


def test_sixty_calls_go_at_once_and_the_next_waits_until_the_first_is_a_minute_old(
    clock: TestClock,
) -> None:
    limits = limits_of(clock)
    for _ in range(60):
        with call(limits):
            pass
    assert clock.now() == START
    with call(limits):
        assert clock.now() == START + timedelta(seconds=60)


def test_no_minute_at_xero_holds_more_than_sixty_whenever_calls_arrive(clock: TestClock) -> None:
    limits = limits_of(clock)
    arrivals: list[datetime] = []
    for number in range(300):
        with call(limits):
            clock.advance(milliseconds=number * 37 % 1500)  # on the way there
            arrivals.append(clock.now())
            clock.advance(milliseconds=number * 53 % 200)  # on the way back
    for first, sixty_later in zip(arrivals, arrivals[60:], strict=False):
        assert sixty_later - first >= timedelta(seconds=60)


def test_five_calls_run_at_once_and_never_six(clock: TestClock) -> None:
    limits = limits_of(clock)
    five_together = threading.Barrier(5, timeout=10)
    lock = threading.Lock()
    running = 0
    most = 0

    def work() -> None:
        nonlocal running, most
        with call(limits):
            with lock:
                running += 1
                most = max(most, running)
            five_together.wait()
            with lock:
                running -= 1

    with ThreadPoolExecutor(20) as pool:
        for task in [pool.submit(work) for _ in range(20)]:
            task.result()
    assert most == 5


def test_the_call_after_the_last_of_the_day_is_refused_until_midnight(clock: TestClock) -> None:
    limits = limits_of(clock, daily_limit=2)
    for _ in range(2):
        with call(limits):
            pass
    with pytest.raises(DailyLimitReached) as refused, call(limits):
        pass
    assert refused.value.resume_at == datetime(2026, 3, 3, tzinfo=UTC)
    assert "Harbour Digital" in str(refused.value)
    assert "2026-03-03 00:00 UTC" in str(refused.value)


def test_the_next_day_has_calls_again(clock: TestClock) -> None:
    limits = limits_of(clock, daily_limit=1)
    with call(limits):
        pass
    with pytest.raises(DailyLimitReached), call(limits):
        pass
    clock.advance(hours=15)
    with call(limits):
        assert clock.now().date() == date(2026, 3, 3)


def test_what_xero_says_is_left_lowers_the_budget(clock: TestClock) -> None:
    limits = limits_of(clock, daily_limit=1000)
    with call(limits) as first:
        limits.counted(first, CallsLeft(day=1))
    with call(limits) as second:
        limits.counted(second, CallsLeft(day=0))
    with pytest.raises(DailyLimitReached), call(limits):
        pass


def test_calls_under_way_are_taken_off_what_xero_says_is_left(clock: TestClock) -> None:
    limits = limits_of(clock)
    with call(limits) as first, call(limits):
        limits.counted(first, CallsLeft(day=1))
        with pytest.raises(DailyLimitReached), call(limits):
            pass


def test_an_answer_that_was_long_under_way_does_not_raise_what_is_left(clock: TestClock) -> None:
    limits = limits_of(clock)
    with call(limits) as slow:
        with call(limits) as quick:
            limits.counted(quick, CallsLeft(day=0))
        limits.counted(slow, CallsLeft(day=900))
    with pytest.raises(DailyLimitReached), call(limits):
        pass


def test_a_schedule_does_not_take_the_calls_kept_for_people(clock: TestClock) -> None:
    limits = limits_of(clock, daily_limit=3, kept_for_people=1)
    for _ in range(2):
        with call(limits, Asker.SCHEDULE):
            pass
    with pytest.raises(DailyLimitReached), call(limits, Asker.SCHEDULE):
        pass
    with call(limits, Asker.PERSON):
        pass
    with pytest.raises(DailyLimitReached), call(limits, Asker.PERSON):
        pass


def test_work_that_cannot_be_finished_today_is_not_begun(clock: TestClock) -> None:
    limits = limits_of(clock, daily_limit=10, kept_for_people=4)
    with call(limits):
        pass
    assert limits.calls_left(Asker.SCHEDULE) == 5
    assert limits.calls_left(Asker.PERSON) == 9
    limits.require(5, Asker.SCHEDULE)
    with pytest.raises(NotEnoughCalls) as refused:
        limits.require(6, Asker.SCHEDULE)
    assert refused.value.resume_at == datetime(2026, 3, 3, tzinfo=UTC)
    assert str(refused.value).startswith(
        "A sync of the organisation 'Harbour Digital' needs about 6 calls, and 5 are left today "
        "(4 more are kept for people and alerts): it was not begun. "
        "It goes on at 2026-03-03 00:00 UTC."
    )


def test_a_day_that_xero_ended_stays_ended_until_the_time_it_gave(clock: TestClock) -> None:
    limits = limits_of(clock)
    limits.stop(START + timedelta(hours=2))
    with pytest.raises(DailyLimitReached) as refused, call(limits):
        pass
    assert refused.value.resume_at == START + timedelta(hours=2)
    clock.advance(hours=2)
    with call(limits):
        pass


def test_a_pause_that_xero_asked_for_holds_every_call_back(clock: TestClock) -> None:
    limits = limits_of(clock)
    limits.pause(START + timedelta(seconds=17), whole_app=False)
    with call(limits):
        assert clock.now() == START + timedelta(seconds=17)


def test_a_pause_of_the_app_holds_every_organisation_back(clock: TestClock) -> None:
    app = SlidingWindow(10_000, clock)
    limits_of(clock, app=app).pause(START + timedelta(seconds=17), whole_app=True)
    with call(limits_of(clock, app=app, id="org-2")):
        assert clock.now() == START + timedelta(seconds=17)


def test_organisations_share_the_window_of_the_app(clock: TestClock) -> None:
    app = SlidingWindow(2, clock)
    for id in ("org-1", "org-2"):
        with call(limits_of(clock, app=app, id=id)):
            pass
    with call(limits_of(clock, app=app, id="org-3")):
        assert clock.now() == START + timedelta(seconds=60)


def test_a_minute_is_counted_from_the_headers_and_not_from_the_end_of_a_long_body(
    clock: TestClock,
) -> None:
    limits = limits_of(clock)
    with call(limits) as long_body:
        limits.counted(long_body, CallsLeft())
        clock.advance(seconds=20)
    for _ in range(59):
        with call(limits):
            pass
    with call(limits):
        assert clock.now() == START + timedelta(seconds=60)
