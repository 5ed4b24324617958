"""TrialBalance: each account's month and year to date, as of a day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from xero_pipeline.sandbox.books.arithmetic import ZERO, total
from xero_pipeline.sandbox.books.documents import Account
from xero_pipeline.sandbox.books.records import Records
from xero_pipeline.sandbox.books.reports import figures
from xero_pipeline.sandbox.books.reports.layout import (
    Cell,
    Layout,
    ReportRow,
    cell,
    header,
    long_date,
    row,
    section,
    summary,
)
from xero_pipeline.sandbox.books.reports.periods import month_start
from xero_pipeline.sandbox.books.reports.query import Query

_SECTIONS = (
    ("Revenue", "REVENUE"),
    ("Expenses", "EXPENSE"),
    ("Assets", "ASSET"),
    ("Liabilities", "LIABILITY"),
    ("Equity", "EQUITY"),
)


@dataclass(frozen=True)
class _Line:
    """An account with its two figures, debit positive."""

    label: str
    account_id: str
    is_debit_account: bool
    month: Decimal
    year: Decimal


def trial_balance(records: Records, query: Query, today: dt.date) -> Layout:
    """The month's figure is its movement up to the day. The year's is the movement since the
    financial year began for revenue and expenses, the balance for everything else; the earnings of
    earlier years have moved to retained earnings."""
    day = query.date("date", today)
    lines = {title: _lines(records, class_, day) for title, class_ in _SECTIONS}
    every = [line for part in lines.values() for line in part]
    return Layout(
        "Trial Balance",
        "TrialBalance",
        ["Trial Balance", records.opened.name, f"As at {long_date(day)}"],
        [
            header("Account", "Debit", "Credit", "YTD Debit", "YTD Credit"),
            *(section(title, [_row(each) for each in part]) for title, part in lines.items()),
            section("", [_total(every)]),
        ],
    )


def _lines(records: Records, class_: str, day: dt.date) -> list[_Line]:
    lines = [
        _line(records, account, day) for account in figures.accounts_of(records, classes=[class_])
    ]
    if class_ == "EQUITY" and not records.chart.find_system("RETAINEDEARNINGS"):
        retained = -figures.retained_earnings(records, day)
        lines.append(_Line("Retained Earnings", figures.NO_ACCOUNT, False, ZERO, retained))
    return [line for line in lines if line.month or line.year]


def _line(records: Records, account: Account, day: dt.date) -> _Line:
    class_ = account.account_class
    since = figures.year_start(records, day) if class_ in ("REVENUE", "EXPENSE") else None
    year = records.ledger.movement(account.key, since, day)
    if account.system_account == "RETAINEDEARNINGS":
        year -= figures.retained_earnings(records, day)
    return _Line(
        label=f"{account.name} ({account.key})",
        account_id=account.id,
        is_debit_account=class_ in ("EXPENSE", "ASSET"),
        month=records.ledger.movement(account.key, month_start(day), day),
        year=year,
    )


def _row(line: _Line) -> ReportRow:
    def pair(amount: Decimal) -> list[Cell]:
        """Debit and credit; the side without the figure is empty text."""
        is_debit = amount > 0 or (amount == 0 and line.is_debit_account)
        texts = (amount, "") if is_debit else ("", -amount)
        return [cell(text, account=line.account_id) for text in texts]

    label = cell(line.label, account=line.account_id)
    return row([label, *pair(line.month), *pair(line.year)])


def _total(lines: list[_Line]) -> ReportRow:
    months, years = [line.month for line in lines], [line.year for line in lines]
    return summary(
        "Total", [side for each in (months, years) for side in (_debits(each), _credits(each))]
    )


def _debits(amounts: list[Decimal]) -> Decimal:
    return total([amount for amount in amounts if amount > 0])


def _credits(amounts: list[Decimal]) -> Decimal:
    return -total([amount for amount in amounts if amount < 0])
