"""The diary of a book: days in order, a clock that only moves forward, and things to do later.

Everything is keyed by (seed, subject, day) and nothing knows when the diary will be closed, so that
a diary kept for longer begins with exactly the pages of a shorter one.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from random import Random
from zoneinfo import ZoneInfo

from xero_pipeline.sandbox.events import Event
from xero_pipeline.sandbox.life.calendar import instant, months_between

_DAY_ENDS = dt.time(23, 59)


class Diary:
    """Events written down so far, and the agenda of days to come."""

    def __init__(self, seed: int, start: dt.date, zone: str) -> None:
        self.seed = seed
        self.start = start
        self.zone = ZoneInfo(zone)
        self.today = start
        self.events: list[Event] = []
        self._agenda: dict[dt.date, list[tuple[int, Callable[[], None]]]] = defaultdict(list)
        self._numbers: dict[str, int] = defaultdict(int)
        self._now = instant(start, dt.time(0, 5), self.zone)
        self._steps = Random()  # noqa: S311 a plan, not a secret
        self._page = 0

    # --- time ---

    def begin(self, day: dt.date) -> None:
        self.today = day
        self._now = instant(day, dt.time(0, 5), self.zone)
        self._steps = self.chance("clock")
        self._page = len(self.events)

    def clock_to(self, hour: int, minute: int = 0) -> None:
        """Moves on to a local time of today; a clock already past it stays."""
        self._now = max(self._now, instant(self.today, dt.time(hour, minute), self.zone))

    def stamp(self) -> dt.datetime:
        """The instant of the next event: some seconds after the one before, never tomorrow."""
        step = dt.timedelta(milliseconds=self._steps.randint(9_000, 55_000))
        self._now = min(self._now + step, instant(self.today, _DAY_ENDS, self.zone))
        return self._now

    @property
    def month(self) -> int:
        """Months since the month the book was opened in."""
        return months_between(self.start, self.today)

    # --- chance and names ---

    def chance(self, subject: str, day: dt.date | None = None) -> Random:
        """Random numbers for one subject on one day (default today)."""
        return Random(f"{self.seed}/{subject}/{day or self.today}")  # noqa: S311 a plan, not a secret

    def number(self, series: str) -> int:
        """The next number of a series, from 1."""
        self._numbers[series] += 1
        return self._numbers[series]

    # --- writing ---

    def write(self, event: Event) -> None:
        self.events.append(event)

    @property
    def written_today(self) -> list[Event]:
        return self.events[self._page :]

    def plan(self, day: dt.date, action: Callable[[], None], hour: int = 11) -> None:
        """Puts something on the agenda at a local hour; a day that has passed means tomorrow."""
        self._agenda[max(day, self.today + dt.timedelta(days=1))].append((hour, action))

    def do_planned(self, before_hour: int) -> None:
        """Does what stands on today's agenda before a local hour, in order."""
        agenda = self._agenda.pop(self.today, [])
        later = [entry for entry in agenda if entry[0] >= before_hour]
        if later:
            self._agenda[self.today] = later
        due = [entry for entry in agenda if entry[0] < before_hour]
        for hour, action in sorted(due, key=lambda entry: entry[0]):
            self.clock_to(hour)
            action()


def keep(diary: Diary, until: dt.datetime, live_a_day: Callable[[], None]) -> list[Event]:
    """Lives day after day until an instant in UTC and returns the events up to it."""
    last = until.astimezone(diary.zone).date()
    day = diary.start
    while day <= last:
        diary.begin(day)
        live_a_day()
        day += dt.timedelta(days=1)
    return [event for event in diary.events if event.at <= until]
