"""Calendar arithmetic of accounts: months, working days, and the instant behind a local time."""

from __future__ import annotations

import calendar
import datetime as dt
from zoneinfo import ZoneInfo


def add_months(day: dt.date, months: int, anchor: int | None = None) -> dt.date:
    """`day` moved by calendar months, clamped to the month's last day.

    Args:
        anchor: the day of month aimed at; default that of `day`. A plan on the 31st keeps 31 here,
            so that a February in between does not pull all later dates to the 28th.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(anchor or day.day, last))


def month_start(day: dt.date) -> dt.date:
    return day.replace(day=1)


def month_end(day: dt.date) -> dt.date:
    return add_months(day, 0, anchor=31)


def months_between(first: dt.date, last: dt.date) -> int:
    """How many month boundaries lie between two days."""
    return (last.year - first.year) * 12 + last.month - first.month


def months_through(first: dt.date, last: dt.date) -> list[dt.date]:
    """The first days of all months from that of `first` to that of `last`."""
    return [
        add_months(month_start(first), n) for n in range(max(0, months_between(first, last) + 1))
    ]


def is_working_day(day: dt.date) -> bool:
    return day.isoweekday() <= 5


def working_day(day: dt.date) -> dt.date:
    """`day`, or the Monday after it: banks move ordinary payments on working days only."""
    return day + dt.timedelta(days=max(0, 8 - day.isoweekday()) if day.isoweekday() > 5 else 0)


def last_working_day(day: dt.date) -> dt.date:
    """The last working day of the month of `day`."""
    last = month_end(day)
    return last - dt.timedelta(days=max(0, last.isoweekday() - 5))


def instant(day: dt.date, time: dt.time, zone: ZoneInfo) -> dt.datetime:
    """A local time of day as an instant in UTC."""
    return dt.datetime.combine(day, time, zone).astimezone(dt.UTC)
