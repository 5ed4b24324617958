"""What became of every document, by reading a book's events from first to last.

Plain bookkeeping of words and dates, independent of the ledger in `books/`: documents with their
last status, contact, lines and due date, and what was settled on which day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.life.amounts import ZERO, LineValue, cents, line_values


@dataclass(frozen=True)
class Settlement:
    """A payment or allocation that stands. `date` is never before the document's."""

    date: dt.date
    amount: Decimal


@dataclass
class Document:
    """An invoice, bill, credit note, prepayment or overpayment."""

    kind: ev.PayableKind
    key: str
    type: str
    number: str
    contact: str
    date: dt.date
    due_date: dt.date | None
    currency: str
    rate: Decimal | None
    mode: ev.LineAmountTypes
    lines: tuple[ev.Line, ...]
    status: str
    template: str | None = None
    settlements: dict[str, Settlement] = field(default_factory=dict)

    @property
    def is_approved(self) -> bool:
        return self.status == "AUTHORISED"

    @property
    def is_cancelled(self) -> bool:
        return self.status in ("VOIDED", "DELETED")


@dataclass
class BankRow:
    """Spend or receive money of any type but transfers."""

    posted: ev.BankTransactionPosted
    lines: tuple[ev.Line, ...]
    is_deleted: bool = False


@dataclass
class Journal:
    posted: ev.ManualJournalPosted
    status: str


@dataclass
class Template:
    """A repeating invoice as it stands after the last event."""

    saved: ev.RepeatingInvoiceSaved
    is_deleted: bool = False


class History:
    """A book after all its events."""

    def __init__(self, events: Iterable[ev.Event]) -> None:
        self.organisation: ev.OrganisationOpened | None = None
        self.tax_rates: dict[str, Decimal] = {}
        self.accounts: dict[str, ev.AccountAdded] = {}
        self.merged: dict[str, str] = {}
        self.documents: dict[tuple[str, str], Document] = {}
        self.payments: dict[str, ev.PaymentMade] = {}
        self.allocations: dict[str, ev.CreditAllocated] = {}
        self.bank: dict[str, BankRow] = {}
        self.transfers: dict[str, ev.BankTransferMade] = {}
        self.journals: dict[str, Journal] = {}
        self.templates: dict[str, Template] = {}
        for event in events:
            self._read(event)

    @property
    def opened(self) -> ev.OrganisationOpened:
        """The first event.

        Raises:
            ValueError: the events do not begin with the opening of an organisation.
        """
        if self.organisation is None:
            raise ValueError("The events must begin with OrganisationOpened")
        return self.organisation

    def id(self, kind: str, key: str) -> str:
        return ev.xero_id(self.opened.key, kind, key)

    def values(self, document: Document) -> tuple[LineValue, ...]:
        """Net and tax of a document's lines, in its currency."""
        return line_values(document.lines, document.mode, self.tax_rates)

    def total(self, document: Document) -> Decimal:
        return sum((value.gross for value in self.values(document)), ZERO)

    def survivor(self, contact: str) -> str:
        """The contact that a merged one lives on in, or itself."""
        while contact in self.merged:
            contact = self.merged[contact]
        return contact

    def bank_accounts(self) -> Sequence[ev.AccountAdded]:
        return [account for account in self.accounts.values() if account.type == "BANK"]

    # --- reading ---

    def _read(self, event: ev.Event) -> None:
        for read in (self._read_settings, self._read_documents, self._read_settling):
            if read(event):
                return
        self._read_bank_and_journals(event)

    def _read_settings(self, event: ev.Event) -> bool:
        match event:
            case ev.OrganisationOpened():
                self.organisation = event
            case ev.TaxRateAdded():
                self.tax_rates[event.tax_type] = event.rate
            case ev.AccountAdded():
                self.accounts[event.code] = event
            case ev.ContactsMerged():
                self.merged[event.loser] = event.winner
            case ev.RepeatingInvoiceSaved():
                self.templates[event.key] = Template(event)
            case ev.RepeatingInvoiceDeleted():
                self.templates[event.key].is_deleted = True
            case _:
                return False
        return True

    def _read_documents(self, event: ev.Event) -> bool:
        match event:
            case ev.InvoiceRaised():
                self._add_invoice(event)
            case ev.CreditNoteRaised():
                self._add_credit_note(event)
            case ev.InvoiceStatusChanged():
                self.documents["Invoice", event.key].status = event.status
            case ev.CreditNoteStatusChanged():
                self.documents["CreditNote", event.key].status = event.status
            case ev.CreditVoided():
                self.documents[event.kind, event.key].status = "VOIDED"
                self.bank[event.key].is_deleted = True
            case ev.InvoiceDatesChanged():
                invoice = self.documents["Invoice", event.key]
                invoice.due_date = event.due_date or invoice.due_date
            case ev.InvoiceContactChanged():
                self.documents["Invoice", event.key].contact = event.contact
            case ev.DocumentRecoded(kind="BankTransaction"):
                self.bank[event.key].lines = event.lines
            case ev.DocumentRecoded(kind="ManualJournal"):
                self._recode_journal(event)
            case ev.DocumentRecoded():
                self.documents[event.kind, event.key].lines = event.lines
            case _:
                return False
        return True

    def _read_settling(self, event: ev.Event) -> bool:
        match event:
            case ev.PaymentMade():
                self._add_payment(event)
            case ev.BatchPaymentMade():
                for payment in event.payments:
                    self._add_payment(payment)
            case ev.PaymentDeleted():
                payment = self.payments.pop(event.key)
                del self.documents[payment.target_kind, payment.target].settlements[event.key]
            case ev.CreditAllocated():
                self.allocations[event.key] = event
                pair = self._allocated(event)
                date = max(document.date for document in pair)
                for document in pair:
                    document.settlements[event.key] = Settlement(date, event.amount)
            case ev.AllocationDeleted():
                for document in self._allocated(self.allocations.pop(event.key)):
                    del document.settlements[event.key]
            case _:
                return False
        return True

    def _read_bank_and_journals(self, event: ev.Event) -> None:
        match event:
            case ev.BankTransactionPosted():
                self.bank[event.key] = BankRow(event, event.lines)
                if event.type not in ("SPEND", "RECEIVE"):
                    self._add_bank_credit(event)
            case ev.BankTransactionDeleted():
                self.bank[event.key].is_deleted = True
            case ev.BankTransferMade():
                self.transfers[event.key] = event
            case ev.BankTransferDeleted():
                del self.transfers[event.key]
            case ev.ManualJournalPosted():
                self.journals[event.key] = Journal(event, event.status)
            case ev.ManualJournalStatusChanged():
                self.journals[event.key].status = event.status

    def _add_invoice(self, event: ev.InvoiceRaised) -> None:
        self.documents["Invoice", event.key] = Document(
            kind="Invoice",
            key=event.key,
            type=event.type,
            number=event.number,
            contact=event.contact,
            date=event.date,
            due_date=event.due_date,
            currency=event.currency,
            rate=event.currency_rate,
            mode=event.line_amount_types,
            lines=event.lines,
            status=event.status,
            template=event.repeating_invoice,
        )

    def _add_credit_note(self, event: ev.CreditNoteRaised) -> None:
        self.documents["CreditNote", event.key] = Document(
            kind="CreditNote",
            key=event.key,
            type=event.type,
            number=event.number,
            contact=event.contact,
            date=event.date,
            due_date=None,
            currency=event.currency,
            rate=event.currency_rate,
            mode=event.line_amount_types,
            lines=event.lines,
            status=event.status,
        )

    def _add_bank_credit(self, event: ev.BankTransactionPosted) -> None:
        kind: ev.PayableKind = "Prepayment" if event.type.endswith("PREPAYMENT") else "Overpayment"
        self.documents[kind, event.key] = Document(
            kind=kind,
            key=event.key,
            type=event.type,
            number="",
            contact=event.contact or "",
            date=event.date,
            due_date=None,
            currency=event.currency,
            rate=event.currency_rate,
            mode=event.line_amount_types,
            lines=event.lines,
            status="AUTHORISED",
        )

    def _recode_journal(self, event: ev.DocumentRecoded) -> None:
        journal = self.journals[event.key]
        lines = tuple(
            ev.JournalLine(
                line.account_code,
                cents(line.quantity * line.unit_amount),
                line.description,
                line.tax_type,
            )
            for line in event.lines
        )
        journal.posted = replace(journal.posted, lines=lines)

    def _add_payment(self, payment: ev.PaymentMade) -> None:
        self.payments[payment.key] = payment
        target = self.documents[payment.target_kind, payment.target]
        date = max(payment.date, target.date)
        target.settlements[payment.key] = Settlement(date, payment.amount)

    def _allocated(self, event: ev.CreditAllocated) -> tuple[Document, Document]:
        return (
            self.documents[event.credit_kind, event.credit],
            self.documents["Invoice", event.invoice],
        )
