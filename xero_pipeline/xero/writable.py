"""What answers of clients can be written to: the kinds of documents, and where they are at Xero."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Writable:
    """A kind of document.

    Attributes:
        path: also the key of the list in Xero's JSON.
        id_field: Xero's name of the id.
        lines_field: Xero's name of the lines.
        scope: the granular scope that changing one needs.
        kept: the fields that go with the lines when they change, as read. Some are required by
            Xero; without the others it would fall back on today, on the day's rate, or on
            another reading of what tax is in the lines. Totals are never sent: Xero calculates
            them. Source: developer.xero.com/documentation/api/accounting, the pages of each.
        reference_field: what people wrote on the document to know it by.
        number_field: Xero's name of its number; None: such documents have none.
        has_contact: whether it is with somebody.
    """

    path: str
    id_field: str
    lines_field: str
    scope: str
    kept: tuple[str, ...]
    reference_field: str = "Reference"
    number_field: str | None = None
    has_contact: bool = True


_BANK_TRANSACTION = Writable(
    "BankTransactions",
    "BankTransactionID",
    "LineItems",
    "accounting.banktransactions",
    ("Type", "Contact", "BankAccount", "Date", "CurrencyCode", "CurrencyRate", "LineAmountTypes"),
)
_INVOICE = Writable(
    "Invoices",
    "InvoiceID",
    "LineItems",
    "accounting.invoices",
    ("Type", "Contact", "LineAmountTypes"),
    number_field="InvoiceNumber",
)
_CREDIT_NOTE = Writable(
    "CreditNotes",
    "CreditNoteID",
    "LineItems",
    "accounting.invoices",
    ("Type", "Contact", "LineAmountTypes"),
    number_field="CreditNoteNumber",
)
_MANUAL_JOURNAL = Writable(
    "ManualJournals",
    "ManualJournalID",
    "JournalLines",
    "accounting.manualjournals",
    ("Narration", "Date", "LineAmountTypes"),
    reference_field="Narration",
    has_contact=False,
)

WRITABLE = {
    "bank_transaction": _BANK_TRANSACTION,
    "bill": _INVOICE,
    "invoice": _INVOICE,
    "credit_note": _CREDIT_NOTE,
    "manual_journal": _MANUAL_JOURNAL,
}
"""Type of a task's document -> its kind."""
