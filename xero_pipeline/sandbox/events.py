"""What can happen in a book: the one language that the sandbox's parts share.

`life/` plans these events (and writes the ground truth from its own list of them), `books/` applies
them to a double-entry ledger and to Xero-shaped documents, and the control endpoint posts them into
a running sandbox. An event says what happened and when; it never says what Xero answers afterwards.

Keys: documents are named by a readable `key`, unique per kind in one book ("INV-0042",
"retainer/harbour-cafe"). `xero_id` turns (book, kind, key) into the GUID that Xero would have
given, so that whoever holds an event knows the ids in the API without asking the ledger.

`at` is the instant in UTC at which Xero learns of the event (it becomes UpdatedDateUTC); `date` is
the organisation-local calendar day that the accountant wrote on the document.

Money is Decimal in the document's currency. `currency_rate` is foreign units per one unit of the
base currency, Xero's CurrencyRate; None means the document is in the base currency.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

_MEMBER = ":"
_NAMESPACE = uuid.UUID("6c1c1f0c-6d2b-5a52-9a0e-0a6f2b1f7a11")


def xero_id(book: str, kind: str, key: str) -> str:
    """The GUID of a thing in a book.

    The books of a series (see `member_key`) give the same thing the same id but for its beginning,
    which is the book's number.

    Args:
        book: the book's key ("agency", "client").
        kind: Xero's singular name: "Organisation", "Account", "Contact", "ContactGroup", "Invoice",
            "LineItem", "CreditNote", "Payment", "BatchPayment", "Prepayment", "Overpayment",
            "BankTransaction", "BankTransfer", "ManualJournal", "RepeatingInvoice", "Item",
            "TrackingCategory", "TrackingOption", "User", "Allocation", "Attachment", "Journal",
            "Quote", "PurchaseOrder", "BrandingTheme", "Budget", "LinkedTransaction".
        key: the event's key (for accounts the account code; for lines "<document key>/<number>").
    """
    series, is_member, _ = book.partition(_MEMBER)
    if not is_member:
        return str(uuid.uuid5(_NAMESPACE, f"{book}/{kind}/{key}"))
    guid = uuid.uuid5(_NAMESPACE, f"{series}/{kind}/{key.removeprefix(book)}")
    return f"{id_beginning(book)}{str(guid)[8:]}"


def member_key(series: str, number: int) -> str:
    """The key of a book that is one of many alike."""
    return f"{series}{_MEMBER}{number}"


def id_beginning(book: str) -> str:
    """The first eight digits of every id in a book of a series."""
    return f"{int(book.partition(_MEMBER)[2]):08x}"


InvoiceType = Literal["ACCREC", "ACCPAY"]
CreditNoteType = Literal["ACCRECCREDIT", "ACCPAYCREDIT"]
LineAmountTypes = Literal["Exclusive", "Inclusive", "NoTax"]
BankTransactionType = Literal[
    "SPEND",
    "RECEIVE",
    "SPEND-OVERPAYMENT",
    "RECEIVE-OVERPAYMENT",
    "SPEND-PREPAYMENT",
    "RECEIVE-PREPAYMENT",
]
CreditKind = Literal["CreditNote", "Prepayment", "Overpayment"]
PayableKind = Literal["Invoice", "CreditNote", "Prepayment", "Overpayment"]
DocumentKind = Literal["Invoice", "CreditNote", "BankTransaction", "ManualJournal"]


@dataclass(frozen=True)
class Event:
    """Something that happened at an instant."""

    at: dt.datetime


# --- the organisation and its settings -----------------------------------------------------------


@dataclass(frozen=True)
class OrganisationOpened(Event):
    """First event of every book. `key` is the book's key; its xero_id is the tenant id, too."""

    key: str
    name: str
    legal_name: str
    country_code: str
    base_currency: str
    timezone: str  # Xero's word, e.g. "NEWZEALANDSTANDARDTIME"
    iana_timezone: str  # the same zone for the sandbox's own arithmetic
    short_code: str  # e.g. "!hT7q2"
    organisation_class: str  # e.g. "PREMIUM"
    financial_year_end_day: int
    financial_year_end_month: int
    is_demo_company: bool = False


@dataclass(frozen=True)
class UserAdded(Event):
    key: str
    email: str
    first_name: str
    last_name: str
    role: str  # Xero's OrganisationRole: "STANDARD", "FINANCIALADVISER", ...
    is_subscriber: bool = False


@dataclass(frozen=True)
class CurrencyAdded(Event):
    code: str
    description: str


@dataclass(frozen=True)
class TaxRateAdded(Event):
    tax_type: str  # "OUTPUT2", "INPUT2", "NONE", ...
    name: str
    rate: Decimal  # percent


@dataclass(frozen=True)
class AccountAdded(Event):
    """An account of the chart. Bank accounts (and credit cards) have type BANK and a currency."""

    code: str
    name: str
    type: str  # Xero's AccountType: BANK, CURRENT, CURRLIAB, EQUITY, REVENUE, OVERHEADS, ...
    tax_type: str = "NONE"
    system_account: str | None = None  # DEBTORS, CREDITORS, GST, REALISEDCURRENCYGAIN, ...
    currency: str | None = None
    bank_account_type: Literal["BANK", "CREDITCARD"] | None = None
    bank_account_number: str | None = None
    enable_payments: bool = False


@dataclass(frozen=True)
class AccountChanged(Event):
    """Renamed, archived or (never used) deleted without a trace."""

    code: str
    name: str | None = None
    status: Literal["ACTIVE", "ARCHIVED", "DELETED"] | None = None


@dataclass(frozen=True)
class TrackingCategoryAdded(Event):
    key: str
    name: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class ItemAdded(Event):
    key: str  # also its Code
    name: str
    description: str
    unit_price: Decimal
    account_code: str
    tax_type: str


@dataclass(frozen=True)
class ItemDeleted(Event):
    """Xero deletes items without a trace."""

    key: str


# --- contacts ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ContactAdded(Event):
    key: str
    name: str
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    default_currency: str | None = None
    sales_terms_days: int | None = None  # DAYSAFTERBILLDATE
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class ContactChanged(Event):
    key: str
    name: str | None = None
    email: str | None = None
    status: Literal["ACTIVE", "ARCHIVED", "GDPRREQUEST"] | None = None


@dataclass(frozen=True)
class ContactsMerged(Event):
    """In Xero's UI: the loser is archived and points at the winner; its documents keep its id."""

    loser: str
    winner: str


@dataclass(frozen=True)
class ContactGroupAdded(Event):
    key: str
    name: str


# --- documents with lines ------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One line. `line_amount` = quantity x unit_amount x (100 - discount_rate)/100, to the cent."""

    description: str
    quantity: Decimal
    unit_amount: Decimal
    account_code: str
    tax_type: str = "NONE"
    item_code: str | None = None
    discount_rate: Decimal | None = None  # percent
    tracking: tuple[tuple[str, str], ...] = ()  # (category name, option name)


@dataclass(frozen=True)
class Schedule:
    """RepeatingInvoice schedule."""

    unit: Literal["WEEKLY", "MONTHLY"]
    period: int
    due_date: int
    due_date_type: str  # "DAYSAFTERINVOICEDATE", "OFFOLLOWINGMONTH", ...
    start_date: dt.date
    next_scheduled_date: dt.date | None
    end_date: dt.date | None = None


@dataclass(frozen=True)
class RepeatingInvoiceSaved(Event):
    """A template made, or edited when the key exists (Xero then rewrites its StartDate)."""

    key: str
    type: InvoiceType
    contact: str
    schedule: Schedule
    lines: tuple[Line, ...]
    currency: str
    reference: str = ""
    line_amount_types: LineAmountTypes = "Exclusive"
    status: Literal["DRAFT", "AUTHORISED"] = "AUTHORISED"


@dataclass(frozen=True)
class RepeatingInvoiceAdvanced(Event):
    """The template made an invoice: only its next date moves."""

    key: str
    next_scheduled_date: dt.date | None


@dataclass(frozen=True)
class RepeatingInvoiceDeleted(Event):
    key: str


@dataclass(frozen=True)
class InvoiceRaised(Event):
    """A sales invoice or a bill, saved in `status`."""

    key: str
    type: InvoiceType
    number: str  # may be "" on bills
    contact: str
    date: dt.date
    due_date: dt.date | None
    lines: tuple[Line, ...]
    currency: str
    currency_rate: Decimal | None = None
    status: Literal["DRAFT", "SUBMITTED", "AUTHORISED"] = "AUTHORISED"
    reference: str = ""
    line_amount_types: LineAmountTypes = "Exclusive"
    repeating_invoice: str | None = None  # key of the template that made it
    sent_to_contact: bool = False


@dataclass(frozen=True)
class InvoiceStatusChanged(Event):
    """SUBMITTED, AUTHORISED, VOIDED (authorised ones without payments), DELETED (drafts)."""

    key: str
    status: Literal["DRAFT", "SUBMITTED", "AUTHORISED", "VOIDED", "DELETED"]


@dataclass(frozen=True)
class InvoiceDatesChanged(Event):
    """Due or expected payment date. On part-paid invoices UpdatedDateUTC stays as it was."""

    key: str
    due_date: dt.date | None = None
    expected_payment_date: dt.date | None = None  # PlannedPaymentDate on bills


@dataclass(frozen=True)
class InvoiceSent(Event):
    """Marked as sent, or no longer so. On part-paid invoices UpdatedDateUTC stays as it was."""

    key: str
    sent: bool = True


@dataclass(frozen=True)
class InvoiceContactChanged(Event):
    key: str
    contact: str


@dataclass(frozen=True)
class CreditNoteRaised(Event):
    key: str
    type: CreditNoteType
    number: str
    contact: str
    date: dt.date
    lines: tuple[Line, ...]
    currency: str
    currency_rate: Decimal | None = None
    status: Literal["DRAFT", "AUTHORISED"] = "AUTHORISED"
    reference: str = ""
    line_amount_types: LineAmountTypes = "Exclusive"


@dataclass(frozen=True)
class CreditNoteStatusChanged(Event):
    key: str
    status: Literal["AUTHORISED", "VOIDED", "DELETED"]


@dataclass(frozen=True)
class DocumentRecoded(Event):
    """Lines replaced (recoded, re-priced, re-worded).

    `was` names for each line the number, from 1, of the line that it was before and whose id it
    keeps. None, and all lines where it is left out, get new ids: the way they churn at Xero.
    """

    kind: DocumentKind
    key: str
    lines: tuple[Line, ...]
    was: tuple[int | None, ...] = ()


# --- settling ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CreditAllocated(Event):
    """A credit applied to an invoice. Xero dates it the later of the two documents' dates."""

    key: str
    credit_kind: CreditKind
    credit: str
    invoice: str
    amount: Decimal  # in the documents' currency


@dataclass(frozen=True)
class AllocationDeleted(Event):
    key: str


@dataclass(frozen=True)
class PaymentMade(Event):
    """Money against an invoice, or a refund of a credit.

    `amount` is in the document's currency, `bank_amount` in the bank account's (None: equal),
    `currency_rate` that of the payment's day (None: base currency document).
    """

    key: str
    target_kind: PayableKind
    target: str
    account_code: str
    date: dt.date
    amount: Decimal
    bank_amount: Decimal | None = None
    currency_rate: Decimal | None = None
    reference: str = ""
    is_reconciled: bool = True


@dataclass(frozen=True)
class PaymentDeleted(Event):
    key: str


@dataclass(frozen=True)
class BatchPaymentMade(Event):
    """Several payments of one account on one day, grouped. Each of `payments` shares its `at`."""

    key: str
    type: Literal["PAYBATCH", "RECBATCH"]
    account_code: str
    date: dt.date
    payments: tuple[PaymentMade, ...]
    reference: str = ""


# --- the bank ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BankTransactionPosted(Event):
    """Spend or receive money. The prepayment and overpayment types also make that document, whose
    key is this event's key; an overpayment has one line, coded to the receivables or payables
    control account."""

    key: str
    type: BankTransactionType
    account_code: str
    date: dt.date
    lines: tuple[Line, ...]
    currency: str
    contact: str | None = None
    currency_rate: Decimal | None = None
    reference: str = ""
    line_amount_types: LineAmountTypes = "Inclusive"
    is_reconciled: bool = False


@dataclass(frozen=True)
class BankTransactionReconciled(Event):
    key: str


@dataclass(frozen=True)
class BankTransactionDeleted(Event):
    """SPEND and RECEIVE only; the row stays listed with status DELETED."""

    key: str


@dataclass(frozen=True)
class CreditVoided(Event):
    """A prepayment or overpayment voided in Xero's UI; its bank transaction goes with it."""

    kind: Literal["Prepayment", "Overpayment"]
    key: str


@dataclass(frozen=True)
class BankTransferMade(Event):
    """Between two accounts; also shows as a SPEND-TRANSFER and a RECEIVE-TRANSFER row, whose
    BankTransaction keys are "<key>/from" and "<key>/to"."""

    key: str
    from_account: str
    to_account: str
    date: dt.date
    amount: Decimal  # in the currency of from_account
    to_amount: Decimal | None = None  # in the currency of to_account, when that differs
    currency_rate: Decimal | None = None
    reference: str = ""


@dataclass(frozen=True)
class BankTransferDeleted(Event):
    key: str


# --- manual journals ------------------------------------------------------------------------------


@dataclass(frozen=True)
class JournalLine:
    """Debit positive, credit negative, in the base currency."""

    account_code: str
    amount: Decimal
    description: str = ""
    tax_type: str = "NONE"
    tracking: tuple[tuple[str, str], ...] = ()  # (category name, option name)


@dataclass(frozen=True)
class ManualJournalPosted(Event):
    key: str
    narration: str
    date: dt.date
    lines: tuple[JournalLine, ...]
    status: Literal["DRAFT", "POSTED"] = "POSTED"


@dataclass(frozen=True)
class ManualJournalStatusChanged(Event):
    key: str
    status: Literal["POSTED", "VOIDED", "DELETED"]


def happening_at(event: Event, at: dt.datetime) -> Event:
    """The same event at another instant, with the payments of a batch."""
    if isinstance(event, BatchPaymentMade):
        event = replace(event, payments=tuple(replace(each, at=at) for each in event.payments))
    return replace(event, at=at)
