"""Lists that can be asked for by name: the documents behind figures, and tables as CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from xero_pipeline.console.queries import cash, clients, receivables, revenue, signals
from xero_pipeline.console.queries.documents import Document
from xero_pipeline.console.reading import Reader, Value

_PARAMETER = re.compile(r"\$(\w+)")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Question(BaseModel):
    """What a list is asked for; what is None is not asked for.

    Attributes:
        organisation: its key.
        as_of: a day in the past; None: the day of the last sync.
        bucket, month_bucket: of the days overdue.
        month: first day of the month whose recurring revenue is meant.
        movement: kind of change of recurring revenue in that month.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    organisation: str = ""
    as_of: date | None = None
    month: date | None = None
    bucket: str | None = None
    month_bucket: str | None = None
    contact: UUID | None = None
    only_overdue: bool = False
    signal: str | None = None
    movement: str | None = None
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True)
class Listing:
    """A SELECT with its kind of row.

    Attributes:
        sql_as_of: the one for a day in the past; empty: it is only known for today.
    """

    row: type[Any]
    sql: str
    sql_as_of: str = ""


DOCUMENTS: Mapping[str, Listing] = {
    "receivables": Listing(Document, receivables.DOCUMENTS, receivables.DOCUMENTS_AS_OF),
    "recurring": Listing(Document, revenue.PLANS, revenue.PLANS),
    "agency": Listing(Document, signals.AGENCY_DRIVERS),
    "client": Listing(Document, signals.CLIENT_DRIVERS),
    "expected": Listing(Document, cash.EXPECTED),
    "bills": Listing(Document, receivables.BILLS),
}

TABLES: Mapping[str, Listing] = {
    **DOCUMENTS,
    "signals": Listing(signals.Signal, signals.AGENCY),
    "client_signals": Listing(signals.Signal, signals.CLIENT),
    "aging": Listing(receivables.Aged, receivables.AGING, receivables.AGING_AS_OF),
    "mrr_months": Listing(revenue.MrrMonth, revenue.MONTHS, revenue.MONTHS),
    "mrr_customers": Listing(revenue.MrrCustomer, revenue.CUSTOMERS, revenue.CUSTOMERS),
    "runway": Listing(cash.Runway, cash.RUNWAY),
    "scenarios": Listing(cash.Scenario, cash.SCENARIOS),
    "forecast": Listing(cash.ForecastWeek, cash.FORECAST),
    "accounts": Listing(cash.CashAccount, cash.ACCOUNTS),
    "risks": Listing(clients.Risk, clients.RISKS),
}


def rows_of(
    reader: Reader, listing: Listing, question: Question, organisation_id: str, **more: Value
) -> list[Any]:
    """The rows of a listing for one organisation.

    Args:
        more: what the question does not hold: `day` (the day shown), `short_code`.
    """
    sql = listing.sql_as_of if question.as_of and listing.sql_as_of else listing.sql
    contact = str(question.contact) if question.contact else None
    known: dict[str, Value] = {
        **question.model_dump(exclude={"contact", "organisation"}),
        "contact": contact,
        "organisation": organisation_id,
        "is_today": question.as_of is None,
        **more,
    }
    return reader.rows(listing.row, sql, **{name: known[name] for name in _PARAMETER.findall(sql)})


def as_csv(row: type[Any], rows: Sequence[Any]) -> str:
    """Rows as CSV: names of the columns first, days as 2026-11-22, decimal points.

    What begins like a formula, a client's name perhaps, gets an apostrophe before it: spreadsheets
    would work it out.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(each.name for each in fields(row))
    writer.writerows(map(_cell, asdict(each).values()) for each in rows)
    return text.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, list):
        value = "; ".join(map(str, value))
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
