"""How values are written on a page. Pure functions; the templates know them as filters."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

UNKNOWN = "\u2013"
_MINUS = "\u2212"
_UNITS = ("B", "kB", "MB", "GB", "TB")


def day(value: date | None) -> str:
    """22 Nov 2026"""
    return f"{value.day} {value:%b %Y}" if value else UNKNOWN


def instant(value: datetime | None) -> str:
    """22 Nov 2026, 14:05 UTC"""
    return f"{day(value)}, {value:%H:%M} UTC" if value else "never"


def ago(value: datetime | None, now: datetime) -> str:
    """12 minutes ago"""
    if value is None:
        return "never"
    passed = now - value
    if passed < timedelta(minutes=1):
        return "just now"
    if passed < timedelta(hours=1):
        return _counted(passed // timedelta(minutes=1), "minute")
    if passed < timedelta(days=1):
        return _counted(passed // timedelta(hours=1), "hour")
    return _counted(passed // timedelta(days=1), "day")


def money(value: Decimal | None, currency: str | None = None) -> str:
    """1,234.50 or 1,234.50 NZD, with a real minus sign; a dash for what is not known."""
    if value is None:
        return UNKNOWN
    amount = f"{value:,.2f}".replace("-", _MINUS)
    return f"{amount} {currency}" if currency else amount


def change(value: Decimal, currency: str | None = None) -> str:
    """+1,234.50 or \u22121,234.50; a dash for no change"""
    return f"{'+' if value > 0 else ''}{money(value, currency)}" if value else UNKNOWN


def number(value: Decimal, digits: int = 1) -> str:
    """12.5, with a real minus sign"""
    return f"{value:,.{digits}f}".replace("-", _MINUS)


def percent(value: Decimal | None) -> str:
    """A share: 12.5 %"""
    return UNKNOWN if value is None else f"{number(value * 100)} %"


def month(value: date) -> str:
    """Nov 2026"""
    return f"{value:%b %Y}"


def words(code: str) -> str:
    """usually_late: usually late"""
    return code.replace("_", " ")


def count(value: int | None) -> str:
    """1,234"""
    return UNKNOWN if value is None else f"{value:,}"


def size(value: int) -> str:
    """1.5 MB; thousands, as Xero bills them."""
    power = min(max(len(str(value)) - 1, 0) // 3, len(_UNITS) - 1)
    amount = value / 1000**power
    return f"{amount:.1f} {_UNITS[power]}" if power else f"{value} B"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'} ago"
