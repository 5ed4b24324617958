"""Nights and weeks come by the organisation's own clock, on the days too when it is put forward or
back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from xero_pipeline.automation.due import Candidate
from xero_pipeline.automation.nights import NIGHT, WEEK, LocalHour, whose_hour_has_come

AUCKLAND, LONDON, NEW_YORK, KOLKATA = (
    "NEWZEALANDSTANDARDTIME",
    "GMTSTANDARDTIME",
    "EASTERNSTANDARDTIME",
    "INDIASTANDARDTIME",
)
HALF_HOUR = timedelta(minutes=30)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "now", "came_at"),
    [
        ("Pacific/Auckland", "2026-06-10 23:00", "2026-06-10 14:30"),  # UTC+12
        ("Europe/London", "2026-06-10 23:00", "2026-06-10 01:30"),  # UTC+1
        ("America/New_York", "2026-06-10 23:00", "2026-06-10 06:30"),  # UTC-4
        ("Asia/Kolkata", "2026-06-10 23:00", "2026-06-10 21:00"),  # UTC+5:30
        ("UTC", "2026-06-10 02:29", "2026-06-09 02:30"),
        ("UTC", "2026-06-10 02:30", "2026-06-10 02:30"),
    ],
)
def test_the_night_comes_at_half_past_two_on_the_local_clock(
    zone: str, now: str, came_at: str
) -> None:
    assert NIGHT.latest(ZoneInfo(zone), utc(now)) == utc(came_at)


@pytest.mark.parametrize(
    ("zone", "change", "came_at"),
    [
        # Forward: New York has no 02:30; two and a half hours after midnight it is 03:30.
        ("America/New_York", "2026-03-08", "2026-03-08 07:30"),
        ("America/New_York", "2026-11-01", "2026-11-01 07:30"),  # back at 02:00, to UTC-5
        # Back: Auckland has 02:30 twice; the first one counts, of UTC+13.
        ("Pacific/Auckland", "2026-04-05", "2026-04-04 13:30"),
        ("Pacific/Auckland", "2026-09-27", "2026-09-26 14:30"),  # forward at 02:00: no 02:30
        ("Europe/London", "2026-03-29", "2026-03-29 01:30"),  # forward at 01:00, to UTC+1
        ("Europe/London", "2026-10-25", "2026-10-25 02:30"),  # back at 02:00, to UTC
    ],
)
def test_a_night_of_change_has_its_night_too(zone: str, change: str, came_at: str) -> None:
    evening = datetime.fromisoformat(f"{change} 20:00").replace(tzinfo=ZoneInfo(zone))
    assert NIGHT.latest(ZoneInfo(zone), evening.astimezone(UTC)) == utc(came_at)


def candidate(timezone: str, connected_at: str = "2026-01-01 00:00") -> Candidate:
    return Candidate(
        organisation=timezone,
        organisation_id=f"id of {timezone}",
        timezone=timezone,
        connected_at=utc(connected_at),
        is_healthy=True,
        last_sync_at=None,
        resume_at=None,
        calls_left=100,
    )


def asked_in(hour: LocalHour, timezone: str, first: str, days: int) -> list[datetime]:
    """When half-hourly ticks ask for an organisation that was asked for just before the first."""
    now, end = utc(first), utc(first) + timedelta(days=days)
    last, asked = {timezone: now}, []
    while now < end:
        now += HALF_HOUR
        if whose_hour_has_come(hour, [candidate(timezone)], last, now):
            last[timezone] = now
            asked.append(now)
    return asked


@pytest.mark.parametrize("timezone", [AUCKLAND, LONDON, NEW_YORK, KOLKATA, "A zone that is new"])
@pytest.mark.parametrize("first", ["2026-03-01 12:00", "2026-09-15 12:00"])
def test_over_a_change_of_clocks_each_local_day_is_asked_for_once(
    timezone: str, first: str
) -> None:
    asked = asked_in(NIGHT, timezone, first, days=60)
    assert len(asked) == 60
    assert {timedelta(hours=h) for h in (23, 24, 25)} >= {
        later - earlier for earlier, later in pairwise(asked)
    }


def test_the_week_comes_on_sunday_at_four() -> None:
    assert asked_in(WEEK, LONDON, "2026-03-20 12:00", days=14) == [
        utc("2026-03-22 04:00"),
        utc("2026-03-29 03:00"),  # summer time began at one
    ]


def test_an_unknown_zone_is_taken_for_utc() -> None:
    assert asked_in(NIGHT, "A zone that is new", "2026-06-01 00:00", days=1) == [
        utc("2026-06-01 02:30")
    ]


def test_a_night_that_was_missed_is_made_up_for() -> None:
    """The machine was off until the afternoon."""
    asked = {LONDON: utc("2026-06-09 01:30")}
    afternoon = utc("2026-06-10 15:00")
    assert whose_hour_has_come(NIGHT, [candidate(LONDON)], asked, afternoon) == [LONDON]


def test_nights_before_it_was_connected_are_not() -> None:
    newcomer = candidate(LONDON, connected_at="2026-06-10 09:00")
    assert whose_hour_has_come(NIGHT, [newcomer], {}, utc("2026-06-10 15:00")) == []
    assert whose_hour_has_come(NIGHT, [newcomer], {}, utc("2026-06-11 01:30")) == [LONDON]
