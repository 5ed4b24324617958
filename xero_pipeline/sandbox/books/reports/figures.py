"""What the financial statements are made of: accounts in groups, and earnings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from decimal import Decimal

from xero_pipeline.sandbox.books.arithmetic import total
from xero_pipeline.sandbox.books.documents import Account
from xero_pipeline.sandbox.books.records import Records
from xero_pipeline.sandbox.books.reports.periods import financial_year_start

NO_ACCOUNT = "00000000-0000-0000-0000-000000000000"
_EARNING_CLASSES = ("REVENUE", "EXPENSE")


def accounts_of(
    records: Records, types: Collection[str] = (), classes: Collection[str] = ()
) -> list[Account]:
    """Accounts of these types or classes, by name, archived ones too."""
    wanted = [
        account
        for account in records.chart
        if account.type in types or account.account_class in classes
    ]
    return sorted(wanted, key=lambda account: account.name)


def earnings(records: Records, first: dt.date | None, last: dt.date) -> Decimal:
    """Income less expenses from `first` (None: since ever) to `last`; a profit is positive."""
    return -total(
        [
            records.ledger.movement(account.key, first, last)
            for account in accounts_of(records, classes=_EARNING_CLASSES)
        ]
    )


def year_start(records: Records, day: dt.date) -> dt.date:
    opened = records.opened
    return financial_year_start(day, opened.financial_year_end_day, opened.financial_year_end_month)


def retained_earnings(records: Records, day: dt.date) -> Decimal:
    """Earnings of the financial years before that of `day`; a profit is positive."""
    return earnings(records, None, year_start(records, day) - dt.timedelta(days=1))
