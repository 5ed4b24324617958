"""Manual journals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from xero_pipeline.sandbox import events
from xero_pipeline.sandbox.books import documents as doc
from xero_pipeline.sandbox.books import postings
from xero_pipeline.sandbox.books.arithmetic import ZERO, cents, total
from xero_pipeline.sandbox.books.errors import Refused
from xero_pipeline.sandbox.books.ledger import Source
from xero_pipeline.sandbox.books.records import Records

_NEXT_STATUSES = {"DRAFT": {"POSTED", "DELETED"}, "POSTED": {"VOIDED"}}


def post_manual(records: Records, event: events.ManualJournalPosted) -> None:
    records.manual_journals.require_free(event.key)
    lines, kind = _manual_lines(records, event.key, event.lines)
    journal = records.manual_journals.add(
        doc.ManualJournal(
            key=event.key,
            id=records.guid("ManualJournal", event.key),
            narration=event.narration,
            date=event.date,
            lines=lines,
            line_amount_types=kind,
            status=event.status,
            updated_at=event.at,
        )
    )
    _post(records, journal, event.at)


def change_manual_status(records: Records, event: events.ManualJournalStatusChanged) -> None:
    """A draft can be posted or deleted, a posted journal voided."""
    journal = records.manual_journals[event.key]
    if event.status not in _NEXT_STATUSES.get(journal.status, set()):
        raise Refused(
            f"The journal {event.key} is {journal.status} and cannot become {event.status}."
        )
    journal.status = event.status
    _post(records, journal, event.at)


def recode_manual(records: Records, event: events.DocumentRecoded) -> None:
    """Replace the lines: quantity x unit amount of each is its amount, debit positive."""
    journal = records.manual_journals[event.key]
    if journal.status in ("VOIDED", "DELETED"):
        raise Refused(f"The journal {event.key} is {journal.status}.")
    replacing = [
        events.JournalLine(
            line.account_code,
            cents(line.quantity * line.unit_amount),
            line.description,
            line.tax_type,
            line.tracking,
        )
        for line in event.lines
    ]
    journal.lines, journal.line_amount_types = _manual_lines(records, event.key, replacing)
    _post(records, journal, event.at)


def _manual_lines(
    records: Records, key: str, lines: Iterable[events.JournalLine]
) -> tuple[tuple[doc.ManualLine, ...], events.LineAmountTypes]:
    """The lines with their tax.

    Lines that balance only together with the tax of their tax types are Exclusive: their tax is
    posted to the tax account. Lines that balance by themselves are NoTax.

    Raises:
        Refused: neither balances, or a line is coded to a bank or control account.
    """
    taxed = tuple(_manual_line(records, line) for line in lines)
    without_tax = total([line.amount for line in taxed])
    tax = total([line.tax for line in taxed])
    if tax and without_tax + tax == 0:
        records.chart.system("GST")
        return taxed, "Exclusive"
    if not taxed or without_tax != 0:
        raise Refused(f"The journal {key} does not balance: its lines add up to {without_tax}.")
    return tuple(replace(line, tax=ZERO) for line in taxed), "NoTax"


def _manual_line(records: Records, line: events.JournalLine) -> doc.ManualLine:
    account = records.chart.active(line.account_code)
    if account.is_bank or account.system_account in ("DEBTORS", "CREDITORS"):
        raise Refused(f"The account {account.key} ({account.name}) cannot be journalled to.")
    records.require_tracking(line.tracking)
    amount: Decimal = cents(line.amount)
    tax = cents(amount * records.tax_percent(line.tax_type) / 100)
    return doc.ManualLine(account.key, amount, tax, line.tax_type, line.description, line.tracking)


def _post(records: Records, journal: doc.ManualJournal, at: dt.datetime) -> None:
    if journal.status == "POSTED":
        entries = postings.of_manual_journal(journal, records.chart)
        records.ledger.restate(Source(journal.id, "MANJOURNAL"), journal.date, entries, at)
    else:
        records.ledger.withdraw(journal.id, at)
    journal.updated_at = at
    records.manual_journals.forget(journal.key)
