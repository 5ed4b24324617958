"""60 a minute, 5 at once, a number a day: counted before anything is sent."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest

from xero_pipeline.xero.errors import DailyLimitReached
from xero_pipeline.xero.limits import DayCountInMemory, OrganisationLimits, SlidingWindow
from xero_pipeline_tests.xero.double import START, TestClock


def limits_of(
    clock: TestClock, daily_limit: int = 1000, app: SlidingWindow | None = None, id: str = "org-1"
) -> OrganisationLimits:
    return OrganisationLimits(
        organisation_id=id,
        organisation_name="Harbour Digital",
        daily_limit=daily_limit,
        app=app or SlidingWindow(10_000, clock),
        day_count=DayCountInMemory(),
        clock=clock,
    )


def test_sixty_calls_go_at_once_and_the_next_waits_until_the_first_is_a_minute_old(
    clock: TestClock,
) -> None:
    limits = limits_of(clock)
    for _ in range(60):
        with limits.call():
            pass
    assert clock.now() == START
    with limits.call():
        assert clock.now() == START + timedelta(seconds=60)


def test_no_minute_at_xero_holds_more_than_sixty_whenever_calls_arrive(clock: TestClock) -> None:
    limits = limits_of(clock)
    arrivals: list[datetime] = []
    for number in range(300):
        with limits.call():
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
        with limits.call():
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
        with limits.call():
            pass
    with pytest.raises(DailyLimitReached) as refused, limits.call():
        pass
    assert refused.value.resume_at == datetime(2026, 3, 3, tzinfo=UTC)
    assert "Harbour Digital" in str(refused.value)
    assert "2026-03-03 00:00 UTC" in str(refused.value)


def test_the_next_day_has_calls_again(clock: TestClock) -> None:
    limits = limits_of(clock, daily_limit=1)
    with limits.call():
        pass
    with pytest.raises(DailyLimitReached), limits.call():
        pass
    clock.advance(hours=15)
    with limits.call():
        assert clock.now().date() == date(2026, 3, 3)


def test_what_xero_says_is_left_lowers_the_budget(clock: TestClock) -> None:
    limits = limits_of(clock, daily_limit=1000)
    with limits.call():
        limits.answered(left_today=1, wire_bytes=0, body_bytes=0)
    with limits.call():
        limits.answered(left_today=0, wire_bytes=0, body_bytes=0)
    with pytest.raises(DailyLimitReached), limits.call():
        pass


def test_calls_under_way_are_taken_off_what_xero_says_is_left(clock: TestClock) -> None:
    limits = limits_of(clock)
    with limits.call(), limits.call():
        limits.answered(left_today=1, wire_bytes=0, body_bytes=0)
        with pytest.raises(DailyLimitReached), limits.call():
            pass


def test_a_day_that_xero_ended_stays_ended_until_the_time_it_gave(clock: TestClock) -> None:
    limits = limits_of(clock)
    limits.stop(START + timedelta(hours=2))
    with pytest.raises(DailyLimitReached) as refused, limits.call():
        pass
    assert refused.value.resume_at == START + timedelta(hours=2)
    clock.advance(hours=2)
    with limits.call():
        pass


def test_a_pause_that_xero_asked_for_holds_every_call_back(clock: TestClock) -> None:
    limits = limits_of(clock)
    limits.pause(START + timedelta(seconds=17))
    with limits.call():
        assert clock.now() == START + timedelta(seconds=17)


def test_organisations_share_the_window_of_the_app(clock: TestClock) -> None:
    app = SlidingWindow(2, clock)
    for id in ("org-1", "org-2"):
        with limits_of(clock, app=app, id=id).call():
            pass
    with limits_of(clock, app=app, id="org-3").call():
        assert clock.now() == START + timedelta(seconds=60)
