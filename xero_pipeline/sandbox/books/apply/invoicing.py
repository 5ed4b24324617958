"""Invoices, bills, credit notes and the templates that make invoices."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from xero_pipeline.sandbox import events
from xero_pipeline.sandbox.books import documents as doc
from xero_pipeline.sandbox.books import postings
from xero_pipeline.sandbox.books.apply.contacts import active_contact
from xero_pipeline.sandbox.books.arithmetic import PricedLine, total
from xero_pipeline.sandbox.books.errors import Refused
from xero_pipeline.sandbox.books.ledger import Source
from xero_pipeline.sandbox.books.records import Records

_NEXT_STATUSES: dict[doc.SavedStatus, set[doc.SavedStatus]] = {
    "DRAFT": {"DRAFT", "SUBMITTED", "AUTHORISED", "DELETED"},
    "SUBMITTED": {"DRAFT", "SUBMITTED", "AUTHORISED", "DELETED"},
    "AUTHORISED": {"AUTHORISED", "VOIDED"},
    "VOIDED": set(),
    "DELETED": set(),
}


def raise_invoice(records: Records, event: events.InvoiceRaised) -> None:
    """Raises Refused for an ACCREC number that a live invoice has; bills may share numbers."""
    records.invoices.require_free(event.key)
    _require_free_number(records, event)
    template = event.repeating_invoice and records.repeating[event.repeating_invoice].id
    invoice = doc.Payable(
        key=event.key,
        id=records.guid("Invoice", event.key),
        kind="Invoice",
        type=event.type,
        number=event.number,
        reference=event.reference,
        contact=active_contact(records, event.contact).key,
        date=event.date,
        lines=_priced(records, event.key, event.lines, event.line_amount_types),
        line_amount_types=event.line_amount_types,
        currency=event.currency,
        rate=records.rate_for(event.currency, event.currency_rate),
        saved_as=event.status,
        updated_at=event.at,
        due_date=event.due_date,
        repeating_invoice=template or None,
        sent_to_contact=event.sent_to_contact,
    )
    _save(records, invoice, event.at)


def raise_credit_note(records: Records, event: events.CreditNoteRaised) -> None:
    records.credit_notes.require_free(event.key)
    credit_note = doc.Payable(
        key=event.key,
        id=records.guid("CreditNote", event.key),
        kind="CreditNote",
        type=event.type,
        number=event.number,
        reference=event.reference,
        contact=active_contact(records, event.contact).key,
        date=event.date,
        lines=_priced(records, event.key, event.lines, event.line_amount_types),
        line_amount_types=event.line_amount_types,
        currency=event.currency,
        rate=records.rate_for(event.currency, event.currency_rate),
        saved_as=event.status,
        updated_at=event.at,
    )
    _save(records, credit_note, event.at)


def change_invoice_status(records: Records, event: events.InvoiceStatusChanged) -> None:
    _change_status(records, records.invoices[event.key], event.status, event.at)


def change_credit_note_status(records: Records, event: events.CreditNoteStatusChanged) -> None:
    _change_status(records, records.credit_notes[event.key], event.status, event.at)


def change_dates(records: Records, event: events.InvoiceDatesChanged) -> None:
    """On a part-paid invoice Xero changes these without moving UpdatedDateUTC."""
    invoice = records.invoices[event.key]
    _require_not_gone(invoice)
    invoice.due_date = event.due_date or invoice.due_date
    invoice.expected_payment_date = event.expected_payment_date or invoice.expected_payment_date
    records.touch(invoice, None if invoice.settlements else event.at)


def mark_sent(records: Records, event: events.InvoiceSent) -> None:
    """Raises Refused for drafts: Xero sends approved invoices only."""
    invoice = records.invoices[event.key]
    if invoice.saved_as != "AUTHORISED":
        raise Refused(f"{_name(invoice)} is {invoice.status} and cannot be sent.")
    invoice.sent_to_contact = event.sent
    records.touch(invoice, None if invoice.settlements else event.at)


def change_contact(records: Records, event: events.InvoiceContactChanged) -> None:
    invoice = records.invoices[event.key]
    _require_not_gone(invoice)
    contact = active_contact(records, event.contact)
    records.contacts[invoice.contact].payables.remove(invoice)
    contact.payables.append(invoice)
    invoice.contact = contact.key
    invoice.updated_at = event.at
    records.forget_rows()


def recode(records: Records, event: events.DocumentRecoded) -> None:
    """Replace the lines of an invoice or credit note.

    Raises:
        Refused: it is voided or deleted; or something was settled and the total would change.
    """
    document = records.payables(event.kind)[event.key]
    _require_not_gone(document)
    revision = document.revision + 1
    lines = records.replacing(
        document.lines, _line_key(event.key, revision), event, document.line_amount_types
    )
    require_codable(records, event.lines)
    if document.settlements and total([each.net + each.tax for each in lines]) != document.total:
        raise Refused(f"{_name(document)} has payments or credits: its total cannot change.")
    document.lines = lines
    document.revision = revision
    post(records, document, event.at)
    records.touch(document, event.at)


def save_repeating(records: Records, event: events.RepeatingInvoiceSaved) -> None:
    """A new template, or an edit: the edited version starts with the next invoice to be made."""
    existing = records.repeating.get(event.key)
    if existing and existing.status == "DELETED":
        raise Refused(f"The repeating invoice {event.key} was deleted.")
    revision = existing.revision + 1 if existing else 0
    template = doc.RepeatingInvoice(
        key=event.key,
        id=records.guid("RepeatingInvoice", event.key),
        type=event.type,
        contact=active_contact(records, event.contact).key,
        schedule=_new_version(event.schedule) if existing else event.schedule,
        lines=_priced(
            records, _line_key(event.key, revision), event.lines, event.line_amount_types
        ),
        line_amount_types=event.line_amount_types,
        currency=event.currency,
        reference=event.reference,
        status=event.status,
        revision=revision,
    )
    records.repeating.put(template)


def advance_repeating(records: Records, event: events.RepeatingInvoiceAdvanced) -> None:
    template = records.repeating[event.key]
    template.schedule = replace(template.schedule, next_scheduled_date=event.next_scheduled_date)
    records.repeating.forget(event.key)


def delete_repeating(records: Records, event: events.RepeatingInvoiceDeleted) -> None:
    records.repeating[event.key].status = "DELETED"
    records.repeating.forget(event.key)


def post(records: Records, document: doc.Payable, at: dt.datetime) -> None:
    """Make the ledger say what an invoice or credit note says."""
    source = Source(document.id, document.source_type, document.reference)
    if document.saved_as == "AUTHORISED":
        entries = postings.of_document(document, records.chart)
        records.ledger.restate(source, document.date, entries, at)
    else:
        records.ledger.withdraw(document.id, at)


def require_codable(records: Records, lines: tuple[events.Line, ...]) -> None:
    """Bank and control accounts move by documents alone.

    Raises:
        Refused: a line is coded to one of them.
    """
    for line in lines:
        account = records.chart[line.account_code]
        if account.is_bank or account.system_account in ("DEBTORS", "CREDITORS"):
            raise Refused(f"The account {line.account_code} ({account.name}) cannot be coded to.")


def _save(records: Records, document: doc.Payable, at: dt.datetime) -> None:
    records.chart.system(document.control)
    if document.total < 0:
        raise Refused(f"{_name(document)}: the total cannot be negative.")
    alias = "" if document.type == "ACCPAY" else document.number
    records.payables(document.kind).add(document, alias=alias)
    records.contacts[document.contact].payables.append(document)
    post(records, document, at)
    records.touch(document, at)


def _change_status(
    records: Records, document: doc.Payable, status: doc.SavedStatus, at: dt.datetime
) -> None:
    if status not in _NEXT_STATUSES[document.saved_as]:
        raise Refused(f"{_name(document)} is {document.status} and cannot become {status}.")
    if status == "VOIDED" and document.settlements:
        raise Refused(f"{_name(document)} has payments or credits and cannot be voided.")
    document.saved_as = status
    post(records, document, at)
    records.touch(document, at)


def _priced(
    records: Records,
    line_key: str,
    lines: tuple[events.Line, ...],
    kind: events.LineAmountTypes,
) -> tuple[PricedLine, ...]:
    priced = records.priced(line_key, lines, kind)
    require_codable(records, lines)
    return priced


def _line_key(key: str, revision: int) -> str:
    """Line ids are new after every edit."""
    return f"{key}/edit-{revision}" if revision else key


def _new_version(schedule: events.Schedule) -> events.Schedule:
    return replace(schedule, start_date=schedule.next_scheduled_date or schedule.start_date)


def _require_free_number(records: Records, event: events.InvoiceRaised) -> None:
    if event.type != "ACCREC" or not event.number:
        return
    taken = records.invoices.find(event.number)
    if taken and not taken.is_gone:
        raise Refused(f"Invoice # {event.number} must be unique.")


def _require_not_gone(document: doc.Payable) -> None:
    if document.is_gone:
        raise Refused(f"{_name(document)} is {document.status}.")


def _name(document: doc.Payable) -> str:
    return f"{document.kind} {document.number or document.key}"
