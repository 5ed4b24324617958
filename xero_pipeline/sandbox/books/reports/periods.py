"""Months and financial years."""

from __future__ import annotations

import calendar
import datetime as dt

MONTHS_IN = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}


def month_start(day: dt.date) -> dt.date:
    return day.replace(day=1)


def month_end(day: dt.date) -> dt.date:
    return day.replace(day=_days_in(day.year, day.month))


def months_before(day: dt.date, months: int) -> dt.date:
    """The same day of an earlier month, or that month's last day where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return dt.date(year, month + 1, min(day.day, _days_in(year, month + 1)))


def financial_year_start(day: dt.date, end_day: int, end_month: int) -> dt.date:
    """The first day of the financial year that `day` is in.

    Args:
        end_day, end_month: FinancialYearEndDay and ...Month of the organisation; 29 February is
            taken as the last day of February.
    """
    year = day.year
    end = dt.date(year, end_month, min(end_day, _days_in(year, end_month)))
    if day <= end:
        year -= 1
        end = dt.date(year, end_month, min(end_day, _days_in(year, end_month)))
    return end + dt.timedelta(days=1)


def _days_in(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]
