"""Rows of the ledger's journals."""

from __future__ import annotations

import datetime as dt

from xero_pipeline.sandbox.books.arithmetic import ZERO
from xero_pipeline.sandbox.books.ledger import Entry, Journal
from xero_pipeline.sandbox.books.records import Records
from xero_pipeline.sandbox.books.shapes.common import Fields


def journal(records: Records, journal: Journal) -> Fields:
    """Amounts in base currency, debit positive."""
    return {
        "JournalID": journal.id,
        "JournalDate": journal.date,
        "JournalNumber": journal.number,
        "CreatedDateUTC": journal.created_at + _lateness(journal.number),
        "Reference": journal.source.reference,
        "SourceID": journal.source.id,
        "SourceType": _source_type(journal.source.type),
        "JournalLines": [
            _line(records, entry, records.guid("JournalLine", f"{journal.number}/{line}"))
            for line, entry in enumerate(journal.entries, start=1)
        ],
    }


def _source_type(type_: str) -> str:
    """Xero's list has no word for a refund of a prepayment or overpayment."""
    is_refund_of_credit = type_.endswith(("PREPAYMENTPAYMENT", "OVERPAYMENTPAYMENT"))
    return type_.removesuffix("PAYMENT") if is_refund_of_credit else type_


def _lateness(number: int) -> dt.timedelta:
    """Recorded: some journals are numbered before others that were created some ms earlier."""
    return dt.timedelta(milliseconds=17 if number % 10 == 3 else 0)


def _line(records: Records, entry: Entry, id_: str) -> Fields:
    account = records.chart[entry.account]
    return {
        "JournalLineID": id_,
        "AccountID": account.id,
        "AccountCode": account.key,
        "AccountType": account.type,
        "AccountName": account.name,
        "Description": entry.description,
        "NetAmount": entry.amount,
        "GrossAmount": entry.amount,
        "TaxAmount": ZERO,
        "TrackingCategories": [],
    }
