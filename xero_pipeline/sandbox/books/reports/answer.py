"""One element of `Reports`: the report asked for, with the day it was made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from xero_pipeline.sandbox.books.errors import BadQuery
from xero_pipeline.sandbox.books.records import Records
from xero_pipeline.sandbox.books.reports.aged import aged_payables, aged_receivables
from xero_pipeline.sandbox.books.reports.balance_sheet import balance_sheet
from xero_pipeline.sandbox.books.reports.bank_summary import bank_summary
from xero_pipeline.sandbox.books.reports.layout import Layout, long_date
from xero_pipeline.sandbox.books.reports.profit_and_loss import profit_and_loss
from xero_pipeline.sandbox.books.reports.query import Query
from xero_pipeline.sandbox.books.reports.trial_balance import trial_balance
from xero_pipeline.sandbox.contract import Row

_REPORTS: Mapping[str, Callable[[Records, Query, dt.date], Layout]] = {
    "agedpayablesbycontact": aged_payables,
    "agedreceivablesbycontact": aged_receivables,
    "balancesheet": balance_sheet,
    "banksummary": bank_summary,
    "profitandloss": profit_and_loss,
    "trialbalance": trial_balance,
}


def answer(
    records: Records, name: str, query: Mapping[str, str], today: dt.date, now: dt.datetime
) -> Row:
    """Work out a report.

    Args:
        name: as in the path, in any case.
        query: the parameters, names in any case.
        today: the organisation's calendar day.
        now: the instant that UpdatedDateUTC shows.

    Raises:
        BadQuery: no such report, or parameters that Xero answers with 400.
    """
    report = _REPORTS.get(name.lower())
    if report is None:
        raise BadQuery(f"There is no report {name}.")
    layout = report(records, Query(query), today)
    return {
        "ReportID": layout.type,
        "ReportName": layout.name,
        "ReportType": layout.type,
        "ReportTitles": list(layout.titles),
        "ReportDate": long_date(today),
        "UpdatedDateUTC": now,
        "Fields": [],
        "Rows": list(layout.rows),
    }
