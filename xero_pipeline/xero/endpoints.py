"""The catalogue: what is read from Xero, one entry per endpoint.

Everything that differs between endpoints stands here and nowhere else: path, key, paging, whether
If-Modified-Since is understood, a safe order to walk in, the scope, and how a deletion shows.
Sources: Xero's OpenAPI file (accounting 16.1) and developer.xero.com/documentation/api/accounting.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum


class Deletion(Enum):
    """How a record that is gone at Xero shows in a listing."""

    TOMBSTONE = "stays listed, with a status of DELETED, VOIDED or ARCHIVED"
    VANISHES = "is simply no longer listed: found by comparing a complete listing"


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

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("organisation", "Organisation", "Organisations", "OrganisationID", _SETTINGS),
    Endpoint(
        "accounts", "Accounts", "Accounts", "AccountID", _SETTINGS, deletion=Deletion.VANISHES
    ),  # hard deletes leave no trace and the list is short: listed whole
    Endpoint(
        "contacts", "Contacts", "Contacts", "ContactID", _CONTACTS,
        paged=True, modified_since=True, order="ContactID", params={"includeArchived": "true"},
    ),
    Endpoint(
        "contact_groups", "ContactGroups", "ContactGroups", "ContactGroupID", _CONTACTS,
        deletion=Deletion.VANISHES,
    ),
    Endpoint(
        "invoices", "Invoices", "Invoices", "InvoiceID", _INVOICES,
        paged=True, modified_since=True, order="InvoiceID", params={"unitdp": "4"},
    ),
    Endpoint(
        "credit_notes", "CreditNotes", "CreditNotes", "CreditNoteID", _INVOICES,
        paged=True, modified_since=True, order="CreditNoteID", params={"unitdp": "4"},
    ),
    Endpoint(
        "payments", "Payments", "Payments", "PaymentID", _PAYMENTS,
        paged=True, modified_since=True, order="PaymentID",
    ),
    Endpoint(
        "batch_payments", "BatchPayments", "BatchPayments", "BatchPaymentID", _PAYMENTS,
        modified_since=True,
    ),
    Endpoint(
        "prepayments", "Prepayments", "Prepayments", "PrepaymentID", _PAYMENTS,
        paged=True, modified_since=True, params={"unitdp": "4"},
    ),
    Endpoint(
        "overpayments", "Overpayments", "Overpayments", "OverpaymentID", _PAYMENTS,
        paged=True, modified_since=True, params={"unitdp": "4"},
    ),
    Endpoint(
        "bank_transactions", "BankTransactions", "BankTransactions", "BankTransactionID", _BANK,
        paged=True, modified_since=True, order="BankTransactionID", params={"unitdp": "4"},
    ),
    Endpoint(
        # The filter follows CreatedDateUTC and would never show a later deletion: listed whole.
        "bank_transfers", "BankTransfers", "BankTransfers", "BankTransferID", _BANK,
        params={"includeDeleted": "true"},
    ),
    Endpoint(
        # No `order` here: with it Xero has ignored paging and returned everything.
        "manual_journals", "ManualJournals", "ManualJournals", "ManualJournalID",
        _transactions("manualjournals"), paged=True, modified_since=True,
    ),
    Endpoint(
        "repeating_invoices", "RepeatingInvoices", "RepeatingInvoices", "RepeatingInvoiceID",
        _INVOICES, deletion=Deletion.VANISHES,
    ),
    Endpoint(
        "items", "Items", "Items", "ItemID",
        (*_SETTINGS, "accounting.invoices.read", "accounting.invoices"),
        params={"unitdp": "4"}, deletion=Deletion.VANISHES,
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


@dataclass(frozen=True)
class Report:
    """One financial report, computed by Xero from its own ledger: our figures are held against it.

    Attributes:
        name: the asset's and raw table's name.
        path: below `/api.xro/2.0/`.
        scopes: any one of these is enough.
        params: query parameters for an as-of date (the organisation's local day).
    """

    name: str
    path: str
    scopes: tuple[str, ...]
    params: Callable[[date], dict[str, str]]


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
