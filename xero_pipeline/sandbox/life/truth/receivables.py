"""Open documents of customers and suppliers as of any day, and their age.

A document's outstanding amount is its total less the settlements dated on or before that day:
payments by their date, never before the document's own; allocations by the later date of the two
documents. Deleted payments and allocations never were. Credits count negative. What is voided,
deleted or not yet approved in the end does not count on any day.

In base currency a document stands at its own rate: round(total / rate) less each settlement's
round(amount / rate); the settlement that brings it to zero clears whatever cents remain.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from xero_pipeline.sandbox.life.amounts import ZERO, in_base
from xero_pipeline.sandbox.life.truth.history import Document, History

Side = Literal["receivable", "payable"]
DocumentType = Literal["invoice", "credit_note", "overpayment", "prepayment"]
BUCKETS = ("current", "1-30", "31-60", "61-90", "90+")

_SIDES: dict[str, Side] = {
    "ACCREC": "receivable",
    "ACCRECCREDIT": "receivable",
    "RECEIVE-OVERPAYMENT": "receivable",
    "RECEIVE-PREPAYMENT": "receivable",
    "ACCPAY": "payable",
    "ACCPAYCREDIT": "payable",
    "SPEND-OVERPAYMENT": "payable",
    "SPEND-PREPAYMENT": "payable",
}
_TYPES: dict[str, DocumentType] = {
    "Invoice": "invoice",
    "CreditNote": "credit_note",
    "Overpayment": "overpayment",
    "Prepayment": "prepayment",
}


@dataclass(frozen=True)
class AgedDocument:
    """One open document. `amount_due` is in its currency, `amount_due_base` in base currency."""

    document_id: str
    document_type: DocumentType
    document_number: str
    contact_id: str
    document_date: dt.date
    due_date: dt.date | None
    days_overdue: int
    bucket: str
    currency_code: str
    amount_due: Decimal
    amount_due_base: Decimal


@dataclass(frozen=True)
class BucketTotal:
    """All documents of one age, prepayments among them."""

    bucket: str
    documents: int
    amount_due_base: Decimal


def bucket_of(days_overdue: int) -> str:
    """ "current" up to the due date, then by thirty days."""
    if days_overdue <= 0:
        return "current"
    return BUCKETS[min((days_overdue + 29) // 30, 4)]


def aged_documents(history: History, side: Side, as_of: dt.date) -> tuple[AgedDocument, ...]:
    """Documents of one side with something outstanding at the end of a day, by date and id."""
    rows = [
        row
        for document in history.documents.values()
        if _SIDES[document.type] == side and document.is_approved and document.date <= as_of
        if (row := _age(history, document, as_of)) is not None
    ]
    return tuple(sorted(rows, key=lambda row: (row.document_date, row.document_id)))


def bucket_totals(documents: Sequence[AgedDocument]) -> tuple[BucketTotal, ...]:
    """All five buckets, also empty ones."""
    return tuple(
        BucketTotal(
            bucket,
            sum(1 for d in documents if d.bucket == bucket),
            sum((d.amount_due_base for d in documents if d.bucket == bucket), ZERO),
        )
        for bucket in BUCKETS
    )


def _age(history: History, document: Document, as_of: dt.date) -> AgedDocument | None:
    settled = [s.amount for s in document.settlements.values() if s.date <= as_of]
    total = history.total(document)
    outstanding = total - sum(settled, ZERO)
    if outstanding == 0:
        return None
    outstanding_base = in_base(total, document.rate) - sum(
        (in_base(amount, document.rate) for amount in settled), ZERO
    )
    sign = 1 if document.kind == "Invoice" else -1
    days = (as_of - (document.due_date or document.date)).days
    return AgedDocument(
        document_id=history.id(document.kind, document.key),
        document_type=_TYPES[document.kind],
        document_number=document.number,
        contact_id=history.id("Contact", document.contact),
        document_date=document.date,
        due_date=document.due_date,
        days_overdue=days,
        bucket=bucket_of(days),
        currency_code=document.currency,
        amount_due=sign * outstanding,
        amount_due_base=sign * outstanding_base,
    )
