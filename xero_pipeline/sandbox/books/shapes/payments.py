"""Rows of payments and batches."""

from __future__ import annotations

from decimal import Decimal

from xero_pipeline.sandbox.books import documents as doc
from xero_pipeline.sandbox.books.arithmetic import total
from xero_pipeline.sandbox.books.records import Records
from xero_pipeline.sandbox.books.shapes import common
from xero_pipeline.sandbox.books.shapes.common import Fields, present


def payment(records: Records, payment: doc.Payment) -> Fields:
    account = records.chart[payment.account]
    return present(
        PaymentID=payment.id,
        BatchPaymentID=payment.batch.id if payment.batch else None,
        BatchPayment=_batch_stub(records, payment.batch) if payment.batch else None,
        Date=payment.date,
        BankAmount=payment.bank_amount,
        Amount=payment.amount,
        Reference=payment.reference,
        CurrencyRate=common.rate(payment.rate),
        PaymentType=payment.type,
        Status=payment.status,
        UpdatedDateUTC=payment.updated_at,
        HasAccount=True,
        IsReconciled=payment.is_reconciled,
        Account={"AccountID": account.id, "Code": account.key},
        **_target(records, payment.target),
        HasValidationErrors=False,
    )


def batch_payment(records: Records, batch: doc.BatchPayment) -> Fields:
    account = records.chart[batch.account]
    return {
        "Account": present(AccountID=account.id, CurrencyCode=account.currency),
        "Reference": batch.reference,
        "BatchPaymentID": batch.id,
        "Date": batch.date,
        "Payments": [_member(payment) for payment in batch.payments],
        "Type": batch.type,
        "Status": batch.status,
        "TotalAmount": _total(batch),
        "UpdatedDateUTC": batch.updated_at,
        "IsReconciled": _is_reconciled(batch),
    }


def _target(records: Records, target: doc.Payable) -> Fields:
    """Xero nests the credit note of a refund under `Invoice` as well, with its type and its id."""
    if target.kind in ("Prepayment", "Overpayment"):
        stub = present(
            **{f"{target.kind}ID": target.id},
            Type=target.type,
            Contact=common.contact_stub(records, target.contact),
            CurrencyCode=target.currency,
        )
        return {target.kind: stub}
    return {
        "Invoice": common.invoice_stub(
            Type=target.type,
            InvoiceID=target.id,
            InvoiceNumber=target.number,
            Contact=common.contact_stub(records, target.contact),
            CurrencyCode=target.currency,
        )
    }


def _batch_stub(records: Records, batch: doc.BatchPayment) -> Fields:
    return {
        "Account": {"AccountID": records.chart[batch.account].id},
        "BatchPaymentID": batch.id,
        "Date": batch.date,
        "Type": batch.type,
        "Status": batch.status,
        "TotalAmount": _total(batch),
        "UpdatedDateUTC": batch.updated_at,
        "IsReconciled": _is_reconciled(batch),
    }


def _member(payment: doc.Payment) -> Fields:
    return {
        "Invoice": common.invoice_stub(
            InvoiceID=payment.target.id, CurrencyCode=payment.target.currency
        ),
        "PaymentID": payment.id,
        "Amount": payment.amount,
        "BankAmount": payment.bank_amount,
        "Reference": payment.reference,
    }


def _total(batch: doc.BatchPayment) -> Decimal:
    return total([payment.bank_amount for payment in batch.live])


def _is_reconciled(batch: doc.BatchPayment) -> bool:
    return all(payment.is_reconciled for payment in batch.payments)
