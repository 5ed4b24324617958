"""Rows of credit notes, prepayments and overpayments."""

from __future__ import annotations

from xero_pipeline.sandbox.books import documents as doc
from xero_pipeline.sandbox.books.records import Records
from xero_pipeline.sandbox.books.shapes import common
from xero_pipeline.sandbox.books.shapes.common import Fields, present


def credit_note(records: Records, credit: doc.Payable) -> Fields:
    return present(
        CreditNoteID=credit.id,
        CreditNoteNumber=credit.number,
        Payments=[common.payment_stub(payment) for payment in credit.payments],
        ID=credit.id,
        CurrencyRate=common.rate(credit.rate),
        Type=credit.type,
        Reference=credit.reference,
        RemainingCredit=credit.remaining,
        Allocations=[_allocation(allocation) for allocation in credit.allocations],
        **_document(records, credit),
    )


def prepayment(records: Records, credit: doc.Payable) -> Fields:
    return present(PrepaymentID=credit.id, **_from_the_bank(records, credit))


def overpayment(records: Records, credit: doc.Payable) -> Fields:
    return present(OverpaymentID=credit.id, **_from_the_bank(records, credit))


def _from_the_bank(records: Records, credit: doc.Payable) -> Fields:
    return {
        "ID": credit.id,
        "Type": credit.type,
        "Reference": credit.reference,
        "CurrencyRate": common.rate(credit.rate),
        "RemainingCredit": credit.remaining,
        "Allocations": [_allocation(allocation) for allocation in credit.allocations],
        "Payments": [common.payment_stub(payment) for payment in credit.payments],
        **_document(records, credit),
    }


def _document(records: Records, credit: doc.Payable) -> Fields:
    """What all three have in common."""
    return {
        "HasAttachments": credit.has_attachments,
        "Contact": common.contact_stub(records, credit.contact),
        "Date": credit.date,
        "Status": credit.status,
        "LineAmountTypes": credit.line_amount_types,
        "LineItems": common.line_items(records, credit.lines),
        "SubTotal": credit.sub_total,
        "TotalTax": credit.total_tax,
        "Total": credit.total,
        "UpdatedDateUTC": credit.updated_at,
        "CurrencyCode": credit.currency,
        "FullyPaidOnDate": credit.fully_paid_on,
    }


def _allocation(allocation: doc.Allocation) -> Fields:
    invoice = allocation.invoice
    return {
        "AllocationID": allocation.id,
        "Amount": allocation.amount,
        "Date": allocation.date,
        "Invoice": common.invoice_stub(InvoiceID=invoice.id, InvoiceNumber=invoice.number),
        "IsDeleted": False,
    }
