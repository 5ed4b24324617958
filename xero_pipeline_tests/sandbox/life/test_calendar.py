from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from xero_pipeline.sandbox.life.calendar import add_months, instant, last_working_day, working_day


@pytest.mark.parametrize(
    ("start", "months", "anchor", "expected"),
    [
        ("2024-01-31", 1, None, "2024-02-29"),
        ("2024-02-29", 1, None, "2024-03-29"),
        ("2024-02-29", 1, 31, "2024-03-31"),
        ("2024-11-15", 3, None, "2025-02-15"),
        ("2024-01-15", -1, None, "2023-12-15"),
    ],
)
def test_months_are_added_within_the_month(
    start: str, months: int, anchor: int | None, expected: str
) -> None:
    assert str(add_months(dt.date.fromisoformat(start), months, anchor)) == expected


def test_a_weekend_moves_to_monday_or_back_to_friday() -> None:
    saturday, sunday = dt.date(2024, 3, 30), dt.date(2024, 3, 31)
    assert str(working_day(saturday)) == str(working_day(sunday)) == "2024-04-01"
    assert str(last_working_day(saturday)) == "2024-03-29"


def test_a_local_time_is_an_instant_whatever_the_season() -> None:
    zone = ZoneInfo("Pacific/Auckland")
    noon = dt.time(12)
    assert instant(dt.date(2024, 1, 5), noon, zone).isoformat() == "2024-01-04T23:00:00+00:00"
    assert instant(dt.date(2024, 7, 5), noon, zone).isoformat() == "2024-07-05T00:00:00+00:00"
