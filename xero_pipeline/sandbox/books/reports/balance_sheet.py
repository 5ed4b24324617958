"""BalanceSheet: assets, liabilities and equity at the ends of months."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal

from xero_pipeline.sandbox.books.arithmetic import ZERO, total
from xero_pipeline.sandbox.books.documents import Account
from xero_pipeline.sandbox.books.records import Records
from xero_pipeline.sandbox.books.reports import figures
from xero_pipeline.sandbox.books.reports.layout import (
    Layout,
    ReportRow,
    cell,
    column_date,
    header,
    long_date,
    row,
    section,
    summary,
    us_date,
)
from xero_pipeline.sandbox.books.reports.periods import month_end, months_before
from xero_pipeline.sandbox.books.reports.query import Query

_ASSETS = (
    ("Bank", ("BANK",)),
    ("Current Assets", ("CURRENT", "INVENTORY", "PREPAYMENT")),
    ("Fixed Assets", ("FIXED",)),
    ("Non-current Assets", ("NONCURRENT",)),
)
_LIABILITIES = (
    ("Current Liabilities", ("CURRLIAB", "LIABILITY", "PAYG")),
    ("Non-current Liabilities", ("TERMLIAB",)),
)

_Amounts = Sequence[Decimal]


def balance_sheet(records: Records, query: Query, today: dt.date) -> Layout:
    """One column per date, the newest first; dates snap to the end of their month.

    Without `periods` the same month of the year before stands beside the date asked for.
    """
    end = month_end(query.date("date", today))
    columns = _columns(query, end)
    assets, total_assets = _sections(records, _ASSETS, columns, 1)
    liabilities, total_liabilities = _sections(records, _LIABILITIES, columns, -1)
    net = [ours - owed for ours, owed in zip(total_assets, total_liabilities, strict=True)]
    return Layout(
        "Balance Sheet",
        "BalanceSheet",
        ["Balance Sheet", records.opened.name, f"As at {long_date(end)}"],
        [
            header("", *(column_date(day) for day in columns)),
            section("Assets"),
            *assets,
            section("", [summary("Total Assets", total_assets)]),
            section("Liabilities"),
            *liabilities,
            section("", [summary("Total Liabilities", total_liabilities)]),
            section("", [row([cell("Net Assets"), *(cell(amount) for amount in net)])]),
            _equity(records, columns),
        ],
    )


def _columns(query: Query, end: dt.date) -> list[dt.date]:
    periods = query.periods()
    months = [0, 12] if periods is None else _steps(periods, query.months_per_period())
    return [month_end(months_before(end, each)) for each in months]


def _steps(periods: int, months: int) -> list[int]:
    return [number * months for number in range(periods + 1)]


def _sections(
    records: Records,
    parts: Sequence[tuple[str, tuple[str, ...]]],
    columns: Sequence[dt.date],
    sign: int,
) -> tuple[list[ReportRow], _Amounts]:
    """The sections of one side that hold anything, and the side's total for each column."""
    sections = []
    totals = [ZERO for _ in columns]
    for title, types in parts:
        rows, sums = _account_rows(records, figures.accounts_of(records, types), columns, sign)
        if rows:
            sections.append(section(title, [*rows, summary(f"Total {title}", sums)]))
        totals = [so_far + more for so_far, more in zip(totals, sums, strict=True)]
    return sections, totals


def _account_rows(
    records: Records, accounts: Sequence[Account], columns: Sequence[dt.date], sign: int
) -> tuple[list[ReportRow], _Amounts]:
    rows, all_amounts = [], []
    for account in accounts:
        amounts = [sign * records.ledger.movement(account.key, None, day) for day in columns]
        if any(amounts):
            values: tuple[str | Decimal, ...] = (account.name, *amounts)
            rows.append(row(cell(value, account=account.id) for value in values))
            all_amounts.append(amounts)
    return rows, [total(column) for column in zip(*all_amounts, strict=True)] or [ZERO] * len(
        columns
    )


def _equity(records: Records, columns: Sequence[dt.date]) -> ReportRow:
    """Equity accounts by name, with the earnings of this year and of all years before."""
    own = [
        account
        for account in figures.accounts_of(records, ["EQUITY"])
        if account.system_account != "RETAINEDEARNINGS"
    ]
    account_rows, own_totals = _account_rows(records, own, columns, -1)
    current = [figures.earnings(records, figures.year_start(records, day), day) for day in columns]
    retained = [_retained(records, day) for day in columns]
    rows = sorted(
        [
            *account_rows,
            _earnings_row(
                "Current Year Earnings",
                figures.NO_ACCOUNT,
                columns,
                current,
                lambda day: us_date(figures.year_start(records, day)),
            ),
            _earnings_row(*_retained_account(records), columns, retained, lambda _: ""),
        ],
        key=_label,
    )
    totals = [sum(column, ZERO) for column in zip(own_totals, current, retained, strict=True)]
    return section("Equity", [*rows, summary("Total Equity", totals)])


def _retained(records: Records, day: dt.date) -> Decimal:
    account = records.chart.find_system("RETAINEDEARNINGS")
    journalled = records.ledger.movement(account.key, None, day) if account else ZERO
    return figures.retained_earnings(records, day) - journalled


def _retained_account(records: Records) -> tuple[str, str]:
    account = records.chart.find_system("RETAINEDEARNINGS")
    return (account.name, account.id) if account else ("Retained Earnings", figures.NO_ACCOUNT)


def _earnings_row(
    label: str,
    account_id: str,
    columns: Sequence[dt.date],
    amounts: _Amounts,
    first_day: Callable[[dt.date], str],
) -> ReportRow:
    cells = [
        cell(amount, account=account_id, fromDate=first_day(day), toDate=us_date(day))
        for day, amount in zip(columns, amounts, strict=True)
    ]
    return row([cell(label, account=account_id), *cells])


def _label(line: ReportRow) -> str:
    cells = line["Cells"]
    return str(cells[0]["Value"]) if isinstance(cells, list) else ""
