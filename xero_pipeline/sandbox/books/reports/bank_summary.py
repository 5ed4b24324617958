"""BankSummary: opening balance, received, spent and closing balance of every bank account."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from xero_pipeline.sandbox.books.arithmetic import total
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
from xero_pipeline.sandbox.books.reports.periods import month_end, month_start
from xero_pipeline.sandbox.books.reports.query import Query


@dataclass(frozen=True)
class _Line:
    account: Account
    opening: Decimal
    received: Decimal
    spent: Decimal

    @property
    def closing(self) -> Decimal:
        return self.opening + self.received - self.spent


def bank_summary(records: Records, query: Query, today: dt.date) -> Layout:
    """Base currency; without dates: this month. An archived account shows while it holds or moves
    money."""
    first = query.date("fromDate", month_start(today))
    last = query.date("toDate", month_end(today))
    flows = _flows(records, first, last)
    lines = [
        _Line(
            account,
            records.ledger.movement(account.key, None, first - dt.timedelta(days=1)),
            total([amount for amount in flows[account.key] if amount > 0]),
            -total([amount for amount in flows[account.key] if amount < 0]),
        )
        for account in figures.accounts_of(records, ["BANK"])
    ]
    shown = [
        line
        for line in lines
        if line.account.status == "ACTIVE" or line.opening or line.received or line.spent
    ]
    return Layout(
        "Bank Summary",
        "BankSummary",
        [
            "Bank Summary",
            records.opened.name,
            f"From {long_date(first)} to {long_date(last)}",
        ],
        [
            header(
                "Bank Accounts",
                "Opening Balance",
                "Cash Received",
                "Cash Spent",
                "Closing Balance",
            ),
            section("", [*(_row(line) for line in shown), _total(shown)]),
        ],
    )


def _flows(records: Records, first: dt.date, last: dt.date) -> dict[str, list[Decimal]]:
    """What each transaction moved, by account: what was reversed has not moved anything."""
    moved: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for journal, entry in records.ledger.entries(lambda code: records.chart[code].is_bank):
        if first <= journal.date <= last:
            moved[entry.account, journal.source.id] += entry.amount
    flows: dict[str, list[Decimal]] = defaultdict(list)
    for (account, _), amount in moved.items():
        flows[account].append(amount)
    return flows


def _row(line: _Line) -> ReportRow:
    account_id = line.account.id
    return row(
        [
            cell(line.account.name, accountID=account_id),
            cell(line.opening),
            cell(line.received, account=account_id),
            cell(line.spent, account=account_id),
            cell(line.closing),
        ]
    )


def _total(lines: list[_Line]) -> ReportRow:
    return summary(
        "Total",
        [
            total([line.opening for line in lines]),
            total([line.received for line in lines]),
            total([line.spent for line in lines]),
            total([line.closing for line in lines]),
        ],
    )
