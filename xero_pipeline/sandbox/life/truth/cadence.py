"""Customers billed by hand at a steady cadence: what a cadence detector should find.

The plan labels such invoices in their keys, which the API never shows:
"by-hand/MONTHLY-1/coastal-yoga/2026-03-06".
"""

from __future__ import annotations

import datetime as dt

_PREFIX = "by-hand"


def by_hand_key(unit: str, period: int, client: str, date: dt.date) -> str:
    """The key that labels an invoice as one of a hand-billed cadence."""
    return f"{_PREFIX}/{unit}-{period}/{client}/{date}"
