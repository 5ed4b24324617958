"""Rows of invoices, bills and repeating invoices."""

from __future__ import annotations

import uuid
from decimal import Decimal

from xero_pipeline.sandbox import events
from xero_pipeline.sandbox.books import documents as doc
from xero_pipeline.sandbox.books.arithmetic import total
from xero_pipeline.sandbox.books.records import Records
from xero_pipeline.sandbox.books.shapes import common
from xero_pipeline.sandbox.books.shapes.common import Fields, present


def invoice(records: Records, invoice: doc.Payable) -> Fields:
    expected = invoice.expected_payment_date
    is_sale = invoice.type == "ACCREC"
    return present(
        Type=invoice.type,
        InvoiceID=invoice.id,
        InvoiceNumber=invoice.number,
        Reference=invoice.reference,
        Payments=[common.payment_stub(payment) for payment in invoice.payments],
        CreditNotes=_credits(invoice, "CreditNote"),
        Prepayments=_credits(invoice, "Prepayment"),
        Overpayments=_credits(invoice, "Overpayment"),
        AmountDue=invoice.remaining,
        AmountPaid=total([payment.amount for payment in invoice.payments]),
        AmountCredited=total([allocation.amount for allocation in invoice.allocations]),
        SentToContact=invoice.sent_to_contact or None,
        CurrencyRate=_currency_rate(invoice),
        HasErrors=False,
        IsDiscounted=invoice.discount > 0,
        HasAttachments=invoice.has_attachments,
        TotalDiscount=invoice.discount if invoice.discount > 0 else None,
        RepeatingInvoiceID=invoice.repeating_invoice,
        Contact=common.contact_stub(records, invoice.contact),
        Date=invoice.date,
        DueDate=invoice.due_date,
        ExpectedPaymentDate=expected if is_sale else None,
        PlannedPaymentDate=None if is_sale else expected,
        Status=invoice.status,
        LineAmountTypes=invoice.line_amount_types,
        LineItems=common.line_items(records, invoice.lines),
        SubTotal=invoice.sub_total,
        TotalTax=invoice.total_tax,
        Total=invoice.total,
        UpdatedDateUTC=invoice.updated_at,
        CurrencyCode=invoice.currency,
        FullyPaidOnDate=invoice.fully_paid_on,
    )


def repeating_invoice(records: Records, template: doc.RepeatingInvoice) -> Fields:
    return {
        "Schedule": _schedule(template.schedule),
        "RepeatingInvoiceID": template.id,
        "Type": template.type,
        "Reference": template.reference,
        "HasAttachments": False,
        "ApprovedForSending": False,
        "SendCopy": False,
        "MarkAsSent": False,
        "IncludePDF": False,
        "ID": template.id,
        "Contact": common.contact_stub(records, template.contact),
        "Status": template.status,
        "LineAmountTypes": template.line_amount_types,
        "LineItems": common.line_items(records, template.lines),
        "SubTotal": template.sub_total,
        "TotalTax": template.total_tax,
        "Total": template.sub_total + template.total_tax,
        "CurrencyCode": template.currency,
    }


def _credits(invoice: doc.Payable, kind: events.CreditKind) -> list[Fields]:
    return [
        _applied(allocation) for allocation in invoice.allocations if allocation.credit.kind == kind
    ]


def _applied(allocation: doc.Allocation) -> Fields:
    """A credit as the invoice shows it: with the credit's own date and no AllocationID."""
    credit = allocation.credit
    is_note = credit.kind == "CreditNote"
    return present(
        **{f"{credit.kind}ID": credit.id},
        CreditNoteNumber=credit.number if is_note else None,
        ID=credit.id if is_note else None,
        HasErrors=False if is_note else None,
        AppliedAmount=allocation.amount,
        Date=credit.date,
        LineItems=[],
        Total=credit.total,
    )


def _currency_rate(invoice: doc.Payable) -> Decimal | None:
    """Recorded: a fifth of the approved documents in base currency come without a rate of 1."""
    in_base = invoice.rate is None
    if in_base and invoice.saved_as == "AUTHORISED" and uuid.UUID(invoice.id).int % 5 == 0:
        return None
    return common.rate(invoice.rate)


def _schedule(schedule: events.Schedule) -> Fields:
    return present(
        Period=schedule.period,
        Unit=schedule.unit,
        DueDate=schedule.due_date,
        DueDateType=schedule.due_date_type,
        StartDate=schedule.start_date,
        NextScheduledDate=schedule.next_scheduled_date,
        EndDate=schedule.end_date,
    )
