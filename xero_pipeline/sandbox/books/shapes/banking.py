"""Rows of bank transactions, transfers and manual journals."""

from __future__ import annotations

from xero_pipeline.sandbox.books import documents as doc
from xero_pipeline.sandbox.books.records import Records
from xero_pipeline.sandbox.books.shapes import common
from xero_pipeline.sandbox.books.shapes.common import Fields, present


def bank_transaction(records: Records, transaction: doc.BankTransaction) -> Fields:
    credit, contact = transaction.credit, transaction.contact
    return present(
        BankTransactionID=transaction.id,
        BankAccount=common.account_stub(records, transaction.account),
        Type=transaction.type,
        Reference=transaction.reference,
        IsReconciled=transaction.is_reconciled,
        CurrencyRate=common.rate(transaction.rate),
        PrepaymentID=credit.id if credit and credit.kind == "Prepayment" else None,
        OverpaymentID=credit.id if credit and credit.kind == "Overpayment" else None,
        HasAttachments=transaction.has_attachments,
        Contact=common.contact_stub(records, contact) if contact else None,
        Date=transaction.date,
        Status=transaction.status,
        LineAmountTypes=transaction.line_amount_types,
        LineItems=common.line_items(records, transaction.lines),
        SubTotal=transaction.sub_total,
        TotalTax=transaction.total_tax,
        Total=transaction.sub_total + transaction.total_tax,
        UpdatedDateUTC=transaction.updated_at,
        CurrencyCode=transaction.currency,
    )


def bank_transfer(records: Records, transfer: doc.BankTransfer) -> Fields:
    """There is no UpdatedDateUTC: a deletion shows in Status alone."""
    return {
        "BankTransferID": transfer.id,
        "CreatedDateUTC": transfer.created_at,
        "Date": transfer.date,
        "Status": transfer.status,
        "FromBankAccount": common.account_stub(records, transfer.from_account),
        "ToBankAccount": common.account_stub(records, transfer.to_account),
        "Amount": transfer.amount,
        "FromBankTransactionID": transfer.spend.id,
        "ToBankTransactionID": transfer.receive.id,
        "FromIsReconciled": transfer.spend.is_reconciled,
        "ToIsReconciled": transfer.receive.is_reconciled,
        "Reference": transfer.reference,
        "CurrencyRate": common.rate(transfer.rate),
        "HasAttachments": False,
        "FromTracking": [],
        "ToTracking": [],
    }


def manual_journal(records: Records, journal: doc.ManualJournal) -> Fields:
    return {
        "Date": journal.date,
        "Status": journal.status,
        "LineAmountTypes": journal.line_amount_types,
        "UpdatedDateUTC": journal.updated_at,
        "ManualJournalID": journal.id,
        "Narration": journal.narration,
        "JournalLines": [_journal_line(records, line) for line in journal.lines],
        "ShowOnCashBasisReports": True,
        "HasAttachments": journal.has_attachments,
    }


def _journal_line(records: Records, line: doc.ManualLine) -> Fields:
    return {
        "Description": line.description,
        "TaxType": line.tax_type,
        "TaxAmount": line.tax,
        "LineAmount": line.amount,
        "AccountCode": line.account,
        "Tracking": common.tracking(records, line.tracking),
        "AccountID": records.chart[line.account].id,
        "IsBlank": False,
    }
