"""The catalogue: what is read from Xero, one entry per endpoint.

Everything that differs between endpoints stands here and nowhere else: path, key, paging, whether
If-Modified-Since is understood, a safe order to walk in, the scope, and how a deletion shows.
Sources: Xero's OpenAPI file (accounting 16.1) and developer.xero.com/documentation/api/accounting.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum


class Deletion(Enum):
    """How a record that is gone at Xero shows in a listing."""

    TOMBSTONE = "stays listed, with a status of DELETED, VOIDED or ARCHIVED"
    VANISHES = "is simply no longer listed: found by comparing a complete listing"


@dataclass(frozen=True)
class Follows:
    """What has to speak before an endpoint is asked during the day.

    Attributes:
        endpoints: while all of these are silent, the endpoint would be, too.
        reason: why, and where that is written.
    """

    endpoints: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Endpoint:
    """One collection of the Accounting API.

    Attributes:
        name: the asset's and raw table's name.
        path: below `/api.xro/2.0/`.
        list_key: the plural key of the response that holds the records.
        id_field: the key of a record; the only one that is never re-used.
        scopes: any one of these is enough to read it; the granular one first.
        paged: takes `page` and `pageSize`. Unpaged endpoints answer with everything at once.
        modified_since: honours the If-Modified-Since header. Others are listed whole each time.
        order: an `order` that no edit can disturb; None where Xero's default must be used.
        params: sent with every request.
        deletion: how a deletion shows.
        all_day: says by itself what changed, so that every sync asks it. The others are asked at
            night.
        follows: asked during the day, too, once one of these has brought something.
        page_size: records a page where Xero has fixed it and takes no `pageSize`.
        offset_field: a number that grows with every record, where pages are asked for by `offset`
            (all records with a greater number) instead of `page`.
        condition: what Xero wants for it besides the scope, as the end of "it also needs ...".
        by_document: Xero lists it for one document a call, below that document's own path.
    """

    name: str
    path: str
    list_key: str
    id_field: str
    scopes: tuple[str, ...]
    paged: bool = False
    modified_since: bool = False
    order: str | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    deletion: Deletion = Deletion.TOMBSTONE
    all_day: bool = False
    follows: Follows | None = None
    page_size: int | None = None
    offset_field: str | None = None
    condition: str = ""
    by_document: bool = False


_SETTINGS = ("accounting.settings.read", "accounting.settings")
_CONTACTS = ("accounting.contacts.read", "accounting.contacts")


def _transactions(granular: str) -> tuple[str, ...]:
    """Granular scope, its writing form, and the two broad ones that old apps hold until 2027."""
    return (
        f"accounting.{granular}.read",
        f"accounting.{granular}",
        "accounting.transactions.read",
        "accounting.transactions",
    )


_INVOICES = _transactions("invoices")
_PAYMENTS = _transactions("payments")
_BANK = _transactions("banktransactions")

_MONEY_MOVED = Follows(
    ("bank_transactions", "invoices", "payments"),
    "it is made by a bank transaction, used up by an allocation to an invoice and given back by a "
    "payment (BankTransactions, Overpayments, Prepayments)",
)

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "organisation", "Organisation", "Organisations", "OrganisationID", _SETTINGS, all_day=True
    ),
    Endpoint(
        # Hard deletes leave no trace: what changed all day, the whole list at night.
        "accounts", "Accounts", "Accounts", "AccountID", _SETTINGS,
        modified_since=True, deletion=Deletion.VANISHES, all_day=True,
    ),
    Endpoint(
        "contacts", "Contacts", "Contacts", "ContactID", _CONTACTS,
        paged=True, modified_since=True, order="ContactID", params={"includeArchived": "true"},
        all_day=True,
    ),
    Endpoint(
        "contact_groups", "ContactGroups", "ContactGroups", "ContactGroupID", _CONTACTS,
        deletion=Deletion.VANISHES,
    ),
    Endpoint(
        "invoices", "Invoices", "Invoices", "InvoiceID", _INVOICES,
        paged=True, modified_since=True, order="InvoiceID", params={"unitdp": "4"},
        all_day=True,
    ),
    Endpoint(
        "credit_notes", "CreditNotes", "CreditNotes", "CreditNoteID", _INVOICES,
        paged=True, modified_since=True, order="CreditNoteID", params={"unitdp": "4"},
        all_day=True,
    ),
    Endpoint(
        "payments", "Payments", "Payments", "PaymentID", _PAYMENTS,
        paged=True, modified_since=True, order="PaymentID", all_day=True,
    ),
    Endpoint(
        "batch_payments", "BatchPayments", "BatchPayments", "BatchPaymentID", _PAYMENTS,
        modified_since=True,
        follows=Follows(
            ("payments",), "a batch is made of payments, and each of them changes with it "
            "(BatchPayments)",
        ),
    ),
    Endpoint(
        "prepayments", "Prepayments", "Prepayments", "PrepaymentID", _PAYMENTS,
        paged=True, modified_since=True, order="PrepaymentID", params={"unitdp": "4"},
        follows=_MONEY_MOVED,
    ),
    Endpoint(
        "overpayments", "Overpayments", "Overpayments", "OverpaymentID", _PAYMENTS,
        paged=True, modified_since=True, order="OverpaymentID", params={"unitdp": "4"},
        follows=_MONEY_MOVED,
    ),
    Endpoint(
        "bank_transactions", "BankTransactions", "BankTransactions", "BankTransactionID", _BANK,
        paged=True, modified_since=True, order="BankTransactionID", params={"unitdp": "4"},
        all_day=True,
    ),
    Endpoint(
        # The filter follows CreatedDateUTC and would never show a later deletion: listed whole.
        "bank_transfers", "BankTransfers", "BankTransfers", "BankTransferID", _BANK,
        params={"includeDeleted": "true"},
        follows=Follows(
            ("bank_transactions",), "both sides of a transfer are bank transactions, which change "
            "with it (BankTransfers)",
        ),
    ),
    Endpoint(
        # No `order` here: with it Xero has ignored paging and returned everything.
        "manual_journals", "ManualJournals", "ManualJournals", "ManualJournalID",
        _transactions("manualjournals"), paged=True, modified_since=True,
        all_day=True,
    ),
    Endpoint(
        "repeating_invoices", "RepeatingInvoices", "RepeatingInvoices", "RepeatingInvoiceID",
        _INVOICES, deletion=Deletion.VANISHES,
        follows=Follows(
            ("invoices",), "a new template shows by its first invoice; an edited one waits for the "
            "night (RepeatingInvoices)",
        ),
    ),
    Endpoint(
        "items", "Items", "Items", "ItemID",
        (*_SETTINGS, "accounting.invoices.read", "accounting.invoices"),
        modified_since=True, params={"unitdp": "4"}, deletion=Deletion.VANISHES, all_day=True,
    ),
    Endpoint(
        "tracking_categories", "TrackingCategories", "TrackingCategories", "TrackingCategoryID",
        _SETTINGS, params={"includeArchived": "true"}, deletion=Deletion.VANISHES,
    ),
    Endpoint(
        "tax_rates", "TaxRates", "TaxRates", "TaxType", _SETTINGS, deletion=Deletion.VANISHES
    ),
    Endpoint(
        "currencies", "Currencies", "Currencies", "Code", _SETTINGS, deletion=Deletion.VANISHES
    ),
    Endpoint("users", "Users", "Users", "UserID", _SETTINGS, deletion=Deletion.VANISHES),
)  # fmt: skip

EXTRA_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "quotes", "Quotes", "Quotes", "QuoteID", _INVOICES,
        paged=True, page_size=100, modified_since=True, order="QuoteID",
    ),
    Endpoint(
        "purchase_orders", "PurchaseOrders", "PurchaseOrders", "PurchaseOrderID", _INVOICES,
        paged=True, modified_since=True, order="PurchaseOrderID",
    ),
    Endpoint(
        "budgets", "Budgets", "Budgets", "BudgetID", ("accounting.budgets.read",),
        deletion=Deletion.VANISHES,
    ),
    Endpoint(
        "branding_themes", "BrandingThemes", "BrandingThemes", "BrandingThemeID", _SETTINGS,
        deletion=Deletion.VANISHES,
    ),
    Endpoint(
        "linked_transactions", "LinkedTransactions", "LinkedTransactions", "LinkedTransactionID",
        _INVOICES, paged=True, page_size=100, deletion=Deletion.VANISHES,
    ),
    Endpoint(
        # Journals are never edited nor deleted: a change posts a reversal and a new journal. The
        # filter may lose some (they are not numbered in the order of their times), so the number
        # is the cursor.
        "journals", "Journals", "Journals", "JournalID", ("accounting.journals.read",),
        offset_field="JournalNumber",
        condition="Xero's Advanced tier and its approval of the app's use case",
    ),
)  # fmt: skip
"""Read where the setting XERO_EXTRA_ENDPOINTS names their paths; nothing derived needs them."""


ATTACHMENTS = Endpoint(
    # Listings of documents say only whether there are any.
    "attachments", "Attachments", "Attachments", "AttachmentID",
    ("accounting.attachments.read", "accounting.attachments"),
    by_document=True,
)  # fmt: skip
"""The files of the documents that open client tasks are about; nobody else's are asked for."""


def switched_on(extra: Collection[str], *, attachments: bool = True) -> tuple[Endpoint, ...]:
    """The endpoints that are read.

    Args:
        extra: paths of the extra ones among them; see `Settings.extra_endpoints`.
        attachments: whether files of client tasks are listed; see `Settings.attachments`.
    """
    chosen = tuple(endpoint for endpoint in EXTRA_ENDPOINTS if endpoint.path in extra)
    return (*ENDPOINTS, *chosen, *((ATTACHMENTS,) if attachments else ()))


_LEDGER = Follows(
    ("accounts", "bank_transactions", "credit_notes", "invoices", "manual_journals", "payments"),
    "whatever posts to the ledger is one of these or changes one of these (Journals: SourceType); "
    "accounts give the lines their names",
)


@dataclass(frozen=True)
class Report:
    """One financial report, computed by Xero from its own ledger: our figures are held against it.

    Attributes:
        name: the asset's and raw table's name.
        path: below `/api.xro/2.0/`.
        scopes: any one of these is enough.
        params: query parameters for an as-of date (the organisation's local day).
        follows: a report changes when something posts to the ledger, and with the day.
        by_contact: Xero answers for one contact a call; a few are asked for every night.
    """

    name: str
    path: str
    scopes: tuple[str, ...]
    params: Callable[[date], dict[str, str]]
    follows: Follows = _LEDGER
    by_contact: bool = False


def _report_scopes(granular: str) -> tuple[str, ...]:
    return (f"accounting.reports.{granular}.read", "accounting.reports.read")


REPORTS: tuple[Report, ...] = (
    Report(
        "bank_summary",
        "Reports/BankSummary",
        _report_scopes("banksummary"),
        lambda day: {"fromDate": day.replace(day=1).isoformat(), "toDate": day.isoformat()},
    ),
    Report(
        "trial_balance",
        "Reports/TrialBalance",
        _report_scopes("trialbalance"),
        lambda day: {"date": day.isoformat()},
    ),
    Report(
        "balance_sheet",
        "Reports/BalanceSheet",
        _report_scopes("balancesheet"),
        lambda day: {"date": day.isoformat(), "standardLayout": "true"},
    ),
    Report(
        "profit_and_loss",
        "Reports/ProfitAndLoss",
        _report_scopes("profitandloss"),
        lambda day: {
            "fromDate": day.replace(day=1).isoformat(),
            "toDate": day.isoformat(),
            "standardLayout": "true",
        },
    ),
)

CONTACT_REPORTS: tuple[Report, ...] = (
    Report(
        "aged_receivables_by_contact",
        "Reports/AgedReceivablesByContact",
        _report_scopes("aged"),
        lambda day: {"date": day.isoformat(), "toDate": day.isoformat()},
        by_contact=True,
    ),
    Report(
        "aged_payables_by_contact",
        "Reports/AgedPayablesByContact",
        _report_scopes("aged"),
        lambda day: {"date": day.isoformat(), "toDate": day.isoformat()},
        by_contact=True,
    ),
)
"""What each contact owes and is owed. Xero has no such report over all contacts, so that it is read
for some of them in turn; see `Settings.aged_contacts`."""
