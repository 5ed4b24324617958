"""The building blocks of a report: rows of cells that are all text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from xero_pipeline.sandbox.contract import Value

Cell: TypeAlias = dict[str, Value]
ReportRow: TypeAlias = dict[str, Value]


@dataclass(frozen=True)
class Layout:
    """A report without its date: what each report's module works out."""

    name: str
    type: str
    titles: Sequence[str]
    rows: Sequence[ReportRow]


def cell(value: str | Decimal, **attributes: str) -> Cell:
    """Amounts become text with two decimals; attributes are Xero's (Id, Value) pairs."""
    text = value if isinstance(value, str) else f"{value + 0:.2f}"  # + 0: never "-0.00"
    if not attributes:
        return {"Value": text}
    pairs = [{"Value": worth, "Id": name} for name, worth in attributes.items()]
    return {"Value": text, "Attributes": pairs}


def header(*titles: str) -> ReportRow:
    return {"RowType": "Header", "Cells": [cell(title) for title in titles]}


def section(title: str, rows: Sequence[ReportRow] = ()) -> ReportRow:
    """A title alone, or rows under a title, which may be empty."""
    return {"RowType": "Section", "Title": title, "Rows": list(rows)}


def row(cells: Iterable[Cell]) -> ReportRow:
    return {"RowType": "Row", "Cells": list(cells)}


def summary(label: str, amounts: Iterable[str | Decimal]) -> ReportRow:
    cells = [cell(label), *(cell(amount) for amount in amounts)]
    return {"RowType": "SummaryRow", "Cells": cells}


def long_date(day: dt.date) -> str:
    """3 April 2019."""
    return f"{day.day} {day:%B %Y}"


def column_date(day: dt.date) -> str:
    """30 Apr 2019."""
    return f"{day.day} {day:%b %Y}"


def us_date(day: dt.date) -> str:
    """4/30/2019, as the attributes of the balance sheet have it."""
    return f"{day.month}/{day.day}/{day.year}"


def iso_midnight(day: dt.date) -> str:
    return f"{day.isoformat()}T00:00:00"
