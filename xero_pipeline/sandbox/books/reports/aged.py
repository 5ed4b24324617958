"""AgedReceivablesByContact and AgedPayablesByContact: what one contact owes, or is owed.

The figures are in base currency at each document's own rate, so that a contact's closing balance is
its share of the control account. Unused credit notes and overpayments stand as negative rows;
prepayments, which are not in that account, are left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from xero_pipeline.sandbox.books.arithmetic import total
from xero_pipeline.sandbox.books.clearing import clearings, outstanding_in_base
from xero_pipeline.sandbox.books.documents import Contact, Control, Payable, Payment
from xero_pipeline.sandbox.books.errors import BadQuery
from xero_pipeline.sandbox.books.records import Records
from xero_pipeline.sandbox.books.reports.layout import (
    Layout,
    ReportRow,
    cell,
    header,
    iso_midnight,
    long_date,
    row,
    section,
    summary,
)
from xero_pipeline.sandbox.books.reports.periods import month_end
from xero_pipeline.sandbox.books.reports.query import Query


@dataclass(frozen=True)
class _Line:
    """A document at a day, in base currency; credits negative."""

    document: Payable
    paid: Decimal
    credited: Decimal
    due: Decimal

    @property
    def total(self) -> Decimal:
        return self.due + self.paid + self.credited


def aged_receivables(records: Records, query: Query, today: dt.date) -> Layout:
    return _aged(records, query, today, "DEBTORS")


def aged_payables(records: Records, query: Query, today: dt.date) -> Layout:
    return _aged(records, query, today, "CREDITORS")


def _aged(records: Records, query: Query, today: dt.date, control: Control) -> Layout:
    """Documents dated from `fromDate` to `toDate` that are open at `date`, which is also the last
    day of the payments counted (default: the end of this month)."""
    contact = _contact(records, query)
    at = query.date("date", month_end(today))
    first, last = query.optional_date("fromDate"), query.date("toDate", at)
    lines = [
        _line(document, at)
        for document in sorted(contact.payables, key=lambda each: each.date)
        if document.control == control and document.is_in_control_account
    ]
    lines = [line for line in lines if line.due and line.document.date <= last]
    before = [line for line in lines if first and line.document.date < first]
    within = [line for line in lines if not first or line.document.date >= first]
    is_sale = control == "DEBTORS"
    name = "Aged Receivables By Contact" if is_sale else "Aged Payables By Contact"
    number = "Number" if is_sale else "Reference"
    return Layout(
        name,
        name.replace(" ", ""),
        [
            "Invoices",
            contact.name,
            f"From {long_date(first)} to {long_date(last)}" if first else f"To {long_date(last)}",
            f"Showing payments to {long_date(at)}",
        ],
        [
            header("Date", number, "Due Date", "", "Total", "Paid", "Credited", "Due"),
            *_opening(first, before),
            section("", [*(_row(line, at) for line in within), _sum("Total", within)]),
            section("", [_sum("Closing Balance", [*before, *within])]),
        ],
    )


def _contact(records: Records, query: Query) -> Contact:
    guid = query.text("contactId")
    if not guid:
        raise BadQuery("The parameter contactId is required.")
    contact = records.contacts.find(guid)
    if contact is None:
        raise BadQuery(f"There is no contact {guid}.")
    return contact


def _line(document: Payable, at: dt.date) -> _Line:
    sign = 1 if document.kind == "Invoice" else -1
    taken = [(each, base) for each, base in clearings(document) if each.date <= at]
    paid = total([base for each, base in taken if isinstance(each, Payment)])
    credited = total([base for each, base in taken if not isinstance(each, Payment)])
    due = outstanding_in_base(document, at)
    return _Line(document, sign * paid, sign * credited, sign * due)


def _opening(first: dt.date | None, before: Sequence[_Line]) -> list[ReportRow]:
    if first is None:
        return []
    due = total([line.due for line in before])
    values = (iso_midnight(first), "Opening Balance", "", "", "", "", "", due)
    return [section("", [row(cell(value) for value in values)])]


def _row(line: _Line, at: dt.date) -> ReportRow:
    document = line.document
    values = (
        iso_midnight(document.date),
        document.number or document.reference,
        iso_midnight(document.due_date) if document.due_date else "",
        _days_overdue(document, at),
        line.total,
        line.paid,
        line.credited,
        line.due,
    )
    return row(cell(value, invoiceID=document.id) for value in values)


def _days_overdue(document: Payable, at: dt.date) -> str:
    days = (at - document.due_date).days if document.due_date else 0
    return f"{days} days overdue" if days > 0 else ""


def _sum(label: str, lines: Sequence[_Line]) -> ReportRow:
    return summary(
        label,
        [
            *("", "", ""),
            total([line.total for line in lines]),
            total([line.paid for line in lines]),
            total([line.credited for line in lines]),
            total([line.due for line in lines]),
        ],
    )
