"""Edits of documents: which Xero takes, and the words in which it refuses the others.

Sources: developer.xero.com (Invoices: what of a paid one may change; BankTransactions; Manual
Journals); Xero's answers as other clients report them, for the wording. Where no report of the
wording was found, it says so below.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from xero_pipeline.sandbox.books import documents as doc
from xero_pipeline.sandbox.books.arithmetic import ZERO
from xero_pipeline.sandbox.books.errors import Invalid
from xero_pipeline.sandbox.books.records import Records
from xero_pipeline.sandbox.books.writing.bodies import (
    CodedBody,
    ContactBody,
    DocumentBody,
    JournalBody,
)
from xero_pipeline.sandbox.books.writing.lines import (
    WrittenLines,
    coded_account,
    tax_type_of,
    tracking_of,
    written_lines,
)
from xero_pipeline.sandbox.books.writing.unchanged import require_unchanged
from xero_pipeline.sandbox.contract import LinesWrite
from xero_pipeline.sandbox.document_events import BankTransactionContactChanged
from xero_pipeline.sandbox.events import (
    DocumentKind,
    DocumentRecoded,
    Event,
    InvoiceContactChanged,
    Line,
    LineAmountTypes,
)

_SETTLED = "This document cannot be edited as it has a payment or credit note allocated to it."
_WITHOUT_LINE_ID = "To update fields on a paid invoice line item, you must supply a LineItemID"
_RECONCILED = (
    "This Bank Transaction cannot be edited as it has been reconciled with a Bank Statement."
)


def edit_bank_transaction(records: Records, write: LinesWrite, at: dt.datetime) -> list[Event]:
    """Money spent or received that is not reconciled. Type, BankAccount and LineItems are required.

    The wording for deleted ones, over- and prepayments and transfers is the sandbox's own.
    """
    body = DocumentBody.model_validate(write.body)
    transaction = records.bank_transactions.find(write.document_id)
    if transaction is None:
        raise Invalid(f"There is no bank transaction {write.document_id}")
    if body.type is None or body.bank_account is None or body.lines is None:
        raise Invalid("Type, BankAccount and LineItems must be supplied")
    if transaction.is_reconciled:
        raise Invalid(_RECONCILED)
    if transaction.status == "DELETED" or transaction.type not in ("SPEND", "RECEIVE"):
        what = "deleted" if transaction.status == "DELETED" else transaction.type
        raise Invalid(f"This Bank Transaction cannot be edited as it is {what}.")
    _require_unlocked(records, transaction.date)
    account = records.chart[transaction.account]
    if account.key != body.bank_account.code and account.id != body.bank_account.account_id:
        raise Invalid("The sandbox moves no bank transaction to another bank account")
    require_unchanged(transaction, body, records.base_currency)
    kind = _line_amount_types(transaction.line_amount_types, body.line_amount_types, "Inclusive")
    lines = written_lines(records, transaction.lines, kind, body.lines, write.unit_places)
    events: list[Event] = [_recoded("BankTransaction", transaction.key, lines, at)]
    contact = _other_contact(records, transaction.contact, body.contact)
    if contact:
        events.append(BankTransactionContactChanged(at, transaction.key, contact))
    return events


def edit_invoice(records: Records, write: LinesWrite, at: dt.datetime) -> list[Event]:
    """An invoice or bill. Of a paid line only description, account and tracking may change."""
    invoice, body = _payable(records, write)
    if body.lines is None:
        lines = None
    else:
        kind = _line_amount_types(invoice.line_amount_types, body.line_amount_types, "Exclusive")
        lines = written_lines(records, invoice.lines, kind, body.lines, write.unit_places)
        if invoice.settlements:
            _require_same_money(invoice, lines)
    contact = _other_contact(records, invoice.contact, body.contact)
    if contact and invoice.settlements:
        raise Invalid(_SETTLED)
    return [
        *([_recoded("Invoice", invoice.key, lines, at)] if lines else ()),
        *([InvoiceContactChanged(at, invoice.key, contact)] if contact else ()),
    ]


def edit_credit_note(records: Records, write: LinesWrite, at: dt.datetime) -> list[Event]:
    """A credit note of which nothing is allocated or refunded. Its contact cannot be changed."""
    credit_note, body = _payable(records, write)
    if credit_note.settlements:
        raise Invalid(_SETTLED)
    if _other_contact(records, credit_note.contact, body.contact):
        raise Invalid("The sandbox changes no contact of a credit note")
    kind = _line_amount_types(credit_note.line_amount_types, body.line_amount_types, "Exclusive")
    lines = written_lines(records, credit_note.lines, kind, body.lines or (), write.unit_places)
    return [_recoded("CreditNote", credit_note.key, lines, at)]


def edit_manual_journal(records: Records, write: LinesWrite, at: dt.datetime) -> list[Event]:
    """A journal's lines have no ids: all of them are replaced. Narration is required.

    The wording of these refusals is the sandbox's own.
    """
    body = JournalBody.model_validate(write.body)
    journal = records.manual_journals.find(write.document_id)
    if journal is None:
        raise Invalid(f"There is no manual journal {write.document_id}")
    if journal.status in ("VOIDED", "DELETED"):
        raise Invalid(f"This Manual Journal cannot be edited as it is {journal.status}.")
    if body.narration is None or not body.lines:
        raise Invalid("Narration and JournalLines must be supplied")
    if body.narration != journal.narration or body.status not in (None, journal.status):
        raise Invalid("The sandbox changes lines of manual journals alone")
    _require_unlocked(records, journal.date)
    _line_amount_types(journal.line_amount_types, body.line_amount_types, "NoTax")
    lines = tuple(_journal_line(records, line) for line in body.lines)
    return [DocumentRecoded(at, "ManualJournal", journal.key, lines)]


EDITORS: Mapping[str, Callable[[Records, LinesWrite, dt.datetime], Sequence[Event]]] = {
    "BankTransaction": edit_bank_transaction,
    "Invoice": edit_invoice,
    "CreditNote": edit_credit_note,
    "ManualJournal": edit_manual_journal,
}


def _payable(records: Records, write: LinesWrite) -> tuple[doc.Payable, DocumentBody]:
    """The invoice or credit note of a request, once Xero would let it be edited at all."""
    body = DocumentBody.model_validate(write.body)
    payable = records.payables(write.kind).find(write.document_id)
    if payable is None:
        raise Invalid(f"There is no document {write.document_id}")
    if payable.is_gone:
        noun = "Invoice" if payable.kind == "Invoice" else "Credit Note"
        raise Invalid(f"{noun} not of valid status for modification")
    _require_unlocked(records, payable.date)
    require_unchanged(payable, body, records.base_currency)
    return payable, body


def _recoded(
    kind: DocumentKind, key: str, written: WrittenLines, at: dt.datetime
) -> DocumentRecoded:
    return DocumentRecoded(at, kind, key, written.lines, written.was)


def _require_unlocked(records: Records, date: dt.date) -> None:
    locks = (
        ("end of year lock date", records.year_lock),
        ("period lock date", records.period_lock),
    )
    for name, lock in locks:
        if lock is not None and date <= lock:
            raise Invalid(
                f"The document date cannot be before the {name}, currently set at {lock:%d-%b-%Y}"
            )


def _line_amount_types(
    own: LineAmountTypes, wanted: str | None, default: LineAmountTypes
) -> LineAmountTypes:
    if (wanted or default) != own:
        raise Invalid(
            f"The sandbox changes no LineAmountTypes: the document's are {own}, the request says "
            f"{wanted or f'nothing, which means {default}'}"
        )
    return own


def _require_same_money(invoice: doc.Payable, written: WrittenLines) -> None:
    if None in written.was:
        raise Invalid(_WITHOUT_LINE_ID)
    before = [invoice.lines[number - 1].line for number in written.was if number is not None]
    if len(before) != len(invoice.lines) or any(
        _money(old) != _money(new) for old, new in zip(before, written.lines, strict=True)
    ):
        raise Invalid(_SETTLED)


def _money(line: Line) -> tuple[object, ...]:
    discount = line.discount_rate or ZERO
    return line.quantity, line.unit_amount, line.tax_type, discount, line.item_code


def _other_contact(records: Records, own: str | None, wanted: ContactBody | None) -> str | None:
    """The key of the contact to change to; None when there is nothing to change.

    Raises:
        Invalid: there is no such contact (Xero makes one of an unknown name), or it is archived.
    """
    if wanted is None or (wanted.contact_id is None and wanted.name is None):
        return None
    for contact in records.contacts:
        if wanted.contact_id == contact.id or (
            wanted.contact_id is None and wanted.name == contact.name
        ):
            if contact.key == own:
                return None
            if contact.status != "ACTIVE":
                raise Invalid("The contact is archived and cannot be used.")
            return contact.key
    raise Invalid(f"There is no contact {wanted.contact_id or wanted.name}")


def _journal_line(records: Records, body: CodedBody) -> Line:
    account = coded_account(records, body)
    if body.line_amount is None:
        raise Invalid("LineAmount must be supplied")
    return Line(
        body.description or "",
        quantity=ZERO + 1,
        unit_amount=body.line_amount,
        account_code=account.key,
        tax_type=tax_type_of(records, body, account),
        tracking=tracking_of(records, body),
    )
