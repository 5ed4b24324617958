"""The book of one organisation: events in, rows and reports out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from xero_pipeline.sandbox import document_events, events, order_events
from xero_pipeline.sandbox.books import reports, writing
from xero_pipeline.sandbox.books.apply import (
    banking,
    contacts,
    files,
    invoicing,
    journals,
    orders,
    settings,
    settling,
)
from xero_pipeline.sandbox.books.documents import Attachment, HistoryRecord
from xero_pipeline.sandbox.books.errors import Refused
from xero_pipeline.sandbox.books.ledger import Journal
from xero_pipeline.sandbox.books.records import Records, Shelf
from xero_pipeline.sandbox.books.shapes import banking as bank_rows
from xero_pipeline.sandbox.books.shapes import common
from xero_pipeline.sandbox.books.shapes import contacts as contact_rows
from xero_pipeline.sandbox.books.shapes import credits as credit_rows
from xero_pipeline.sandbox.books.shapes import invoices as invoice_rows
from xero_pipeline.sandbox.books.shapes import journals as journal_rows
from xero_pipeline.sandbox.books.shapes import orders as order_rows
from xero_pipeline.sandbox.books.shapes import payments as payment_rows
from xero_pipeline.sandbox.books.shapes import settings as setting_rows
from xero_pipeline.sandbox.contract import SAME_IDS, Ids, Row, Write

_RECODERS: Mapping[events.DocumentKind, Callable[[Records, events.DocumentRecoded], None]] = {
    "Invoice": invoicing.recode,
    "CreditNote": invoicing.recode,
    "BankTransaction": banking.recode,
    "ManualJournal": journals.recode_manual,
}


def _recode(records: Records, event: events.DocumentRecoded) -> None:
    _RECODERS[event.kind](records, event)
    document_id = files.shelf_of(records, event.kind)[event.key].id
    files.write_history(records, event.kind, document_id, HistoryRecord("Edited", event.at))


_HANDLERS: Mapping[type[events.Event], Callable[[Records, Any], None]] = {
    events.UserAdded: settings.add_user,
    events.CurrencyAdded: settings.add_currency,
    events.TaxRateAdded: settings.add_tax_rate,
    events.AccountAdded: settings.add_account,
    events.AccountChanged: settings.change_account,
    events.TrackingCategoryAdded: settings.add_tracking_category,
    events.ItemAdded: settings.add_item,
    events.ItemDeleted: settings.delete_item,
    events.ContactAdded: contacts.add_contact,
    events.ContactChanged: contacts.change_contact,
    events.ContactsMerged: contacts.merge_contacts,
    events.ContactGroupAdded: contacts.add_group,
    events.RepeatingInvoiceSaved: invoicing.save_repeating,
    events.RepeatingInvoiceAdvanced: invoicing.advance_repeating,
    events.RepeatingInvoiceDeleted: invoicing.delete_repeating,
    events.InvoiceRaised: invoicing.raise_invoice,
    events.InvoiceStatusChanged: invoicing.change_invoice_status,
    events.InvoiceDatesChanged: invoicing.change_dates,
    events.InvoiceSent: invoicing.mark_sent,
    events.InvoiceContactChanged: invoicing.change_contact,
    events.CreditNoteRaised: invoicing.raise_credit_note,
    events.CreditNoteStatusChanged: invoicing.change_credit_note_status,
    events.DocumentRecoded: _recode,
    events.CreditAllocated: settling.allocate,
    events.AllocationDeleted: settling.delete_allocation,
    events.PaymentMade: settling.make_payment,
    events.PaymentDeleted: settling.delete_payment,
    events.BatchPaymentMade: settling.make_batch,
    events.BankTransactionPosted: banking.post_transaction,
    events.BankTransactionReconciled: banking.reconcile,
    events.BankTransactionDeleted: banking.delete_transaction,
    events.CreditVoided: banking.void_credit,
    events.BankTransferMade: banking.transfer,
    events.BankTransferDeleted: banking.delete_transfer,
    events.ManualJournalPosted: journals.post_manual,
    events.ManualJournalStatusChanged: journals.change_manual_status,
    document_events.FileAttached: files.attach,
    document_events.FileRemoved: files.remove,
    document_events.NoteAdded: files.add_note,
    document_events.BankTransactionContactChanged: banking.change_contact,
    document_events.BankTransactionUnreconciled: banking.unreconcile,
    document_events.PeriodLocked: settings.lock_period,
    order_events.BrandingThemeAdded: orders.add_theme,
    order_events.QuoteRaised: orders.raise_quote,
    order_events.QuoteStatusChanged: orders.change_quote,
    order_events.PurchaseOrderRaised: orders.raise_purchase_order,
    order_events.PurchaseOrderStatusChanged: orders.change_purchase_order,
    order_events.BudgetSaved: orders.save_budget,
    order_events.ExpenseLinked: orders.link,
    order_events.ExpenseUnlinked: orders.unlink,
}


@dataclass(frozen=True)
class _Resource:
    """One of Xero's lists: the documents on a shelf and how each becomes a row."""

    shelf: Shelf[Any]
    shape: Callable[[Any], Row]


def _resources(records: Records) -> Mapping[str, _Resource]:
    def resource(shelf: Shelf[Any], shape: Callable[[Records, Any], Row]) -> _Resource:
        return _Resource(shelf, partial(shape, records))

    return {
        "Accounts": resource(records.chart, setting_rows.account),
        "BankTransactions": resource(records.bank_transactions, bank_rows.bank_transaction),
        "BankTransfers": resource(records.transfers, bank_rows.bank_transfer),
        "BatchPayments": resource(records.batches, payment_rows.batch_payment),
        "ContactGroups": resource(records.groups, contact_rows.contact_group),
        "BrandingThemes": resource(records.themes, order_rows.branding_theme),
        "Budgets": resource(records.budgets, order_rows.budget),
        "Contacts": resource(records.contacts, contact_rows.contact),
        "CreditNotes": resource(records.credit_notes, credit_rows.credit_note),
        "Currencies": resource(records.currencies, setting_rows.currency),
        "Invoices": resource(records.invoices, invoice_rows.invoice),
        "Items": resource(records.items, setting_rows.item),
        "LinkedTransactions": resource(records.links, order_rows.linked_transaction),
        "ManualJournals": resource(records.manual_journals, bank_rows.manual_journal),
        "Overpayments": resource(records.overpayments, credit_rows.overpayment),
        "Payments": resource(records.payments, payment_rows.payment),
        "Prepayments": resource(records.prepayments, credit_rows.prepayment),
        "PurchaseOrders": resource(records.purchase_orders, order_rows.purchase_order),
        "Quotes": resource(records.quotes, order_rows.quote),
        "RepeatingInvoices": resource(records.repeating, invoice_rows.repeating_invoice),
        "TaxRates": resource(records.tax_rates, setting_rows.tax_rate),
        "TrackingCategories": resource(records.categories, setting_rows.tracking_category),
        "Users": resource(records.users, setting_rows.user),
    }


class Book:
    """One organisation's ledger and documents.

    Attributes:
        key, tenant_id, name, base_currency, timezone: of the organisation. The tenant id is the
            OrganisationID.
        version: grows by one with every applied event.
        ids, rows_of: its own rows under its own ids, see `contract.Book`.
        clock: what time it is, for everything that depends on today (overdue balances, the date a
            report was made). Until it is set, that is the instant of the last event.
    """

    def __init__(self, opened: events.OrganisationOpened) -> None:
        self._records = Records(opened)
        self._resources = _resources(self._records)
        self._organisation = setting_rows.organisation(self._records)
        self._journals: list[Row] = []
        self._last_event_at = opened.at
        self.key = opened.key
        self.tenant_id = self._records.id
        self.name = opened.name
        self.base_currency = opened.base_currency
        self.timezone: ZoneInfo = self._records.timezone
        self.version = 0
        self.ids: Ids = SAME_IDS
        self.rows_of = self.tenant_id
        self.clock: Callable[[], dt.datetime] = lambda: self._last_event_at

    def apply(self, event: events.Event) -> None:
        """Let an event happen.

        Raises:
            Refused: Xero would refuse it; the book is as it was.
        """
        handler = _HANDLERS.get(type(event))
        if handler is None:
            raise Refused(f"A book that is open does not take {type(event).__name__}.")
        handler(self._records, event)
        if isinstance(event, document_events.PeriodLocked):
            self._organisation = setting_rows.organisation(self._records)
        self._last_event_at = max(self._last_event_at, event.at)
        self.version += 1

    def rows(self, resource: str) -> Sequence[Row]:
        """Every row of a list, whatever its status, in the order the documents were made.

        Args:
            resource: Xero's list key, "Invoices".

        Raises:
            KeyError: the books keep no such list.
        """
        if resource == "Organisations":
            return [self._organisation]
        if resource == "Journals":
            return self._journal_rows()
        self._notice_the_day()
        wanted = self._resources[resource]
        return wanted.shelf.rows(wanted.shape)

    def row(self, resource: str, key: str) -> Row | None:
        """One row by its GUID, or by what Xero takes instead: an InvoiceNumber, CreditNoteNumber,
        account or item Code, TaxType or currency Code."""
        if resource == "Organisations":
            return self._organisation if key.lower() == self.tenant_id else None
        if resource == "Journals":
            known = (row for row in self._journal_rows() if _is_journal(row, key.lower()))
            return next(known, None)
        self._notice_the_day()
        wanted = self._resources[resource]
        document = wanted.shelf.find(key)
        return None if document is None else wanted.shelf.row(document, wanted.shape)

    def report(self, name: str, query: Mapping[str, str], today: dt.date) -> Row:
        """One element of `Reports`.

        Args:
            name: "BankSummary", "TrialBalance", "BalanceSheet", "ProfitAndLoss",
                "AgedReceivablesByContact" or "AgedPayablesByContact", in any case.
            query: the call's parameters, names in any case.
            today: the organisation's calendar day, for the defaults.

        Raises:
            BadQuery: no such report, or parameters that Xero answers with 400.
        """
        return reports.answer(self._records, name, query, today, self.clock())

    def journals(self) -> Sequence[Journal]:
        """The ledger, in order of JournalNumber."""
        return self._records.ledger.journals

    def account_balance(self, code: str) -> Decimal:
        """What a bank account holds, in the account's own currency."""
        return self._records.ledger.own_balance(code)

    def attachments(self, kind: str, document_id: str) -> Sequence[Attachment]:
        """The files on a document; `kind` as in FileAttached."""
        return self._records.attachments.get((kind, document_id), [])

    def history(self, kind: str, document_id: str) -> Sequence[Row]:
        """What Xero's history of a document says, newest first; `kind` as in FileAttached."""
        records = self._records.history.get((kind, document_id), [])
        return [common.history_record(record) for record in reversed(records)]

    def wanted_events(self, write: Write) -> Sequence[events.Event]:
        """See `contract.Book`."""
        return writing.wanted_events(self._records, write, self.clock())

    def today(self) -> dt.date:
        """The organisation's calendar day."""
        return self.clock().astimezone(self.timezone).date()

    def _journal_rows(self) -> Sequence[Row]:
        """In order of JournalNumber. Journals never change: only new ones are added."""
        new = self._records.ledger.journals[len(self._journals) :]
        if new:
            rows = (journal_rows.journal(self._records, journal) for journal in new)
            self._journals = [*self._journals, *rows]
        return self._journals

    def _notice_the_day(self) -> None:
        """Overdue balances change at midnight without any event."""
        today = self.today()
        if today != self._records.balances_day:
            self._records.balances_day = today
            self._records.contacts.forget_all()


def _is_journal(row: Row, key: str) -> bool:
    return key in (row["JournalID"], str(row["JournalNumber"]))
