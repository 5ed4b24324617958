"""ProfitAndLoss: income, costs and what is left, for a range of days and earlier ones beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from xero_pipeline.sandbox.books.arithmetic import ZERO
from xero_pipeline.sandbox.books.documents import Account
from xero_pipeline.sandbox.books.records import Records
from xero_pipeline.sandbox.books.reports import figures
from xero_pipeline.sandbox.books.reports.layout import (
    Layout,
    ReportRow,
    cell,
    header,
    long_date,
    row,
    section,
    summary,
)
from xero_pipeline.sandbox.books.reports.periods import month_end, month_start, months_before
from xero_pipeline.sandbox.books.reports.query import Query

_CURRENCY_GAINS = ("REALISEDCURRENCYGAIN", "UNREALISEDCURRENCYGAIN", "BANKCURRENCYGAIN")
_Amounts = list[Decimal]


@dataclass(frozen=True)
class _Range:
    first: dt.date
    last: dt.date


@dataclass(frozen=True)
class _Part:
    """A section: its rows, and its total for each column."""

    rows: list[ReportRow]
    totals: _Amounts


def profit_and_loss(records: Records, query: Query, today: dt.date) -> Layout:
    """Without dates: this month. With `periods`, each earlier column copies the range of days."""
    first = query.date("fromDate", month_start(today))
    last = query.date("toDate", month_end(today))
    step = query.months_per_period()
    columns = [
        _Range(months_before(first, step * number), months_before(last, step * number))
        for number in range((query.periods() or 0) + 1)
    ]
    return Layout(
        "Profit and Loss",
        "ProfitAndLoss",
        [
            "Profit & Loss",
            records.opened.name,
            f"{long_date(first)} to {long_date(last)}",
        ],
        [header("", *(f"{each.last:%d %b %y}" for each in columns)), *_body(records, columns)],
    )


def _body(records: Records, columns: Sequence[_Range]) -> list[ReportRow]:
    income = _part(records, ("REVENUE", "SALES"), columns, -1)
    costs = _part(records, ("DIRECTCOSTS",), columns, 1)
    other = _part(records, ("OTHERINCOME",), columns, -1)
    expenses = _part(records, ("DEPRECIATN", "EXPENSE", "OVERHEADS"), columns, 1)
    gross = [a - b for a, b in zip(income.totals, costs.totals, strict=True)]
    net = [a + b - c for a, b, c in zip(gross, other.totals, expenses.totals, strict=True)]
    return [
        *_titled("Income", "Total Income", income),
        *_titled("Less Cost of Sales", "Total Cost of Sales", costs),
        _result("Gross Profit", gross),
        *_titled("Plus Other Income", "Total Other Income", other),
        *_titled("Less Operating Expenses", "Total Operating Expenses", expenses),
        _result("NET PROFIT", net),
    ]


def _part(records: Records, types: tuple[str, ...], columns: Sequence[_Range], sign: int) -> _Part:
    """Accounts with a movement, by name; all currency gains in one row, as Xero shows them."""
    part = _Part([], [ZERO] * len(columns))
    gains = [ZERO] * len(columns)
    for account in figures.accounts_of(records, types):
        amounts = _amounts(records, account, columns, sign)
        part.totals[:] = _added(part.totals, amounts)
        if account.system_account in _CURRENCY_GAINS:
            gains = _added(gains, amounts)
        elif any(amounts):
            part.rows.append(_row(account.name, account.id, amounts))
    if any(gains):
        part.rows.append(_row("Foreign Currency Gains and Losses", "FXGROUPID", gains))
    return part


def _amounts(records: Records, account: Account, columns: Sequence[_Range], sign: int) -> _Amounts:
    return [sign * records.ledger.movement(account.key, each.first, each.last) for each in columns]


def _added(left: _Amounts, right: _Amounts) -> _Amounts:
    return [a + b for a, b in zip(left, right, strict=True)]


def _titled(title: str, total_label: str, part: _Part) -> list[ReportRow]:
    if not part.rows:
        return []
    return [section(title, [*part.rows, summary(total_label, part.totals)])]


def _row(label: str, account_id: str, amounts: _Amounts) -> ReportRow:
    values: tuple[str | Decimal, ...] = (label, *amounts)
    return row(cell(value, account=account_id) for value in values)


def _result(label: str, amounts: _Amounts) -> ReportRow:
    """Gross and net profit are rows of untitled sections."""
    return section("", [row([cell(label), *(cell(amount) for amount in amounts)])])
