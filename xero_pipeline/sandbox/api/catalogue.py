"""The collections of the Accounting API: how each is keyed, paged, filtered and trimmed.

Source: Xero's OpenAPI file (accounting 16.1) and developer.xero.com/documentation/api/accounting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Literal

from xero_pipeline.sandbox.identity import scopes
from xero_pipeline.sandbox.identity.apps import Tier


class Shape(Enum):
    """How much of a record an answer shows."""

    FULL = "one record asked for by its id"
    PAGE = "a page of a listing"
    SUMMARY = "a listing without paging"
    SUMMARY_ONLY = "a listing with summaryOnly=true"


class Paging(Enum):
    """How a listing comes in parts."""

    NONE = "whole, always"
    ON_DEMAND = "whole and in short; in pages and in full when `page` is given"
    ALWAYS = "in pages, the first unless another one is asked for"
    FIXED = "a hundred at a time by `page`, and nothing says how many pages there are"
    BY_OFFSET = "what is numbered above `offset`, a hundred at the most"


@dataclass(frozen=True)
class Trim:
    """What a shape leaves out: keys that are absent, and lists that are there but empty.

    A dotted name is a key of a nested object.
    """

    dropped: frozenset[str] = frozenset()
    emptied: frozenset[str] = frozenset()

    @cached_property
    def nested(self) -> frozenset[str]:
        """The objects that are trimmed inside."""
        return frozenset(name.rpartition(".")[0] for name in self.dropped if "." in name)


@dataclass(frozen=True)
class DayRange:
    """One end of a range of days, both ends included."""

    field: str
    end: Literal["first", "last"]


@dataclass(frozen=True)
class Resource:
    """One collection.

    Attributes:
        path: below `/api.xro/2.0/`, in Xero's spelling (Xero itself takes any case).
        list_key: the key of the answer that holds the records.
        id_field: the record's key.
        scopes: any one of these is enough.
        paging: see there.
        modified_field: what If-Modified-Since is held against; None where Xero ignores it.
        stable_order: sorted by UpdatedDateUTC, then id, unless asked otherwise.
        filters: query parameters (lower case) that name wanted values, and the field they filter.
        trims: what each shape leaves out.
        hidden: the status a plain listing hides, and the parameter that shows it.
        cheap_fields: fields Xero has indexed for `where` and `order`. Where there are any, large
            collections may be read by these alone.
        searched: fields that `searchTerm` looks into; empty where Xero does not know it.
        attachable: the kind of document that files hang on; None where there are none.
        ranges: query parameters (lower case) that name a first or a last day, and what of.
        unit_places: decimals of unit prices, unless `unitdp` asks for more.
        tier: of Xero's price list, without which it is refused like a missing scope.
    """

    path: str
    list_key: str
    id_field: str
    scopes: frozenset[str]
    paging: Paging = Paging.NONE
    modified_field: str | None = None
    stable_order: bool = False
    filters: Mapping[str, str] = field(default_factory=dict)
    trims: Mapping[Shape, Trim] = field(default_factory=dict)
    hidden: tuple[str, str, str] | None = None
    cheap_fields: frozenset[str] = frozenset()
    searched: tuple[str, ...] = ()
    attachable: str | None = None
    ranges: Mapping[str, DayRange] = field(default_factory=dict)
    unit_places: int = 2
    tier: Tier | None = None

    @property
    def shape_of_listing(self) -> Shape:
        """How much a listing shows when it is asked for everything there is."""
        return Shape.SUMMARY if self.paging is Paging.NONE else Shape.PAGE


_UPDATED = "UpdatedDateUTC"
_WITHOUT_LINES = {Shape.SUMMARY: Trim(emptied=frozenset({"LineItems"}))}
_CONTACT_DETAIL = frozenset({
    "MergedToContactID", "PaymentTerms", "Balances", "BatchPayments", "Website", "BrandingTheme",
    "Discount", "XeroNetworkKey", "SalesDefaultLineAmountType", "PurchasesDefaultLineAmountType",
    "SalesDefaultAccountCode", "PurchasesDefaultAccountCode", "SalesTrackingCategories",
    "PurchasesTrackingCategories", "TrackingCategoryName", "TrackingCategoryOption",
})  # fmt: skip
_CONTACT_SUMMARY_ONLY = frozenset({
    "Addresses", "Balances", "ContactGroups", "ContactPersons", "IsCustomer", "IsSupplier",
    "SalesDefaultAccountCode", "PurchasesDefaultAccountCode", "SalesTrackingCategories",
    "PurchasesTrackingCategories", "TrackingCategoryName", "TrackingCategoryOption",
})  # fmt: skip
_INVOICE_SUMMARY_ONLY = frozenset({"Payments", "HasAttachments", "LineItems", "CISDeduction"})
_DOCUMENT_FIELDS = {_UPDATED, "Date", "Status", "Type", "Reference", "Contact.ContactID"}


def _days(parameter: str, field: str) -> dict[str, DayRange]:
    return {
        f"{parameter}from": DayRange(field, "first"),
        f"{parameter}to": DayRange(field, "last"),
    }


_DATES = _days("date", "Date")

RESOURCES: tuple[Resource, ...] = (
    Resource("Organisation", "Organisations", "OrganisationID", scopes.SETTINGS),
    Resource(
        "Accounts", "Accounts", "AccountID", scopes.SETTINGS, modified_field=_UPDATED
    ),
    Resource(
        "Contacts", "Contacts", "ContactID", scopes.CONTACTS,
        paging=Paging.ON_DEMAND, modified_field=_UPDATED, stable_order=True,
        filters={"ids": "ContactID"}, hidden=("ContactStatus", "ARCHIVED", "includeArchived"),
        trims={
            Shape.SUMMARY: Trim(_CONTACT_DETAIL, frozenset({"ContactPersons", "ContactGroups"})),
            Shape.SUMMARY_ONLY: Trim(_CONTACT_SUMMARY_ONLY),
        },
        cheap_fields=frozenset({_UPDATED, "ContactID", "Name", "EmailAddress", "AccountNumber"}),
        searched=(
            "Name", "FirstName", "LastName", "ContactNumber", "CompanyNumber", "EmailAddress",
        ),
        attachable="Contact",
    ),
    Resource(
        "ContactGroups", "ContactGroups", "ContactGroupID", scopes.CONTACTS,
        trims={Shape.SUMMARY: Trim(frozenset({"Contacts"}))},
    ),
    Resource(
        "Invoices", "Invoices", "InvoiceID", scopes.INVOICES,
        paging=Paging.ON_DEMAND, modified_field=_UPDATED, stable_order=True,
        filters={
            "ids": "InvoiceID", "invoicenumbers": "InvoiceNumber",
            "contactids": "Contact.ContactID", "statuses": "Status",
        },
        trims={**_WITHOUT_LINES, Shape.SUMMARY_ONLY: Trim(_INVOICE_SUMMARY_ONLY)},
        cheap_fields=frozenset(_DOCUMENT_FIELDS | {
            "InvoiceID", "InvoiceNumber", "DueDate", "AmountDue", "AmountPaid",
            "Contact.Name", "Contact.ContactNumber",
        }),
        searched=("InvoiceNumber", "Reference", "Contact.Name"),
        attachable="Invoice",
    ),
    Resource(
        "CreditNotes", "CreditNotes", "CreditNoteID", scopes.INVOICES,
        paging=Paging.ON_DEMAND, modified_field=_UPDATED, stable_order=True, trims=_WITHOUT_LINES,
        cheap_fields=frozenset(_DOCUMENT_FIELDS | {
            "CreditNoteID", "Contact.Name", "Contact.ContactNumber",
        }),
        attachable="CreditNote",
    ),
    Resource(
        "Payments", "Payments", "PaymentID", scopes.PAYMENTS,
        paging=Paging.ON_DEMAND, modified_field=_UPDATED, stable_order=True,
        cheap_fields=frozenset({
            _UPDATED, "Date", "PaymentID", "PaymentType", "Status", "Reference",
            "Invoice.InvoiceID",
        }),
    ),
    Resource(
        "BatchPayments", "BatchPayments", "BatchPaymentID", scopes.PAYMENTS,
        modified_field=_UPDATED, stable_order=True,
    ),
    Resource(
        "Prepayments", "Prepayments", "PrepaymentID", scopes.PAYMENTS,
        paging=Paging.ON_DEMAND, modified_field=_UPDATED, stable_order=True,
        filters={"invoicenumbers": "InvoiceNumber"}, trims=_WITHOUT_LINES,
    ),
    Resource(
        "Overpayments", "Overpayments", "OverpaymentID", scopes.PAYMENTS,
        paging=Paging.ON_DEMAND, modified_field=_UPDATED, stable_order=True,
        filters={"references": "Reference"}, trims=_WITHOUT_LINES,
    ),
    Resource(
        "BankTransactions", "BankTransactions", "BankTransactionID", scopes.BANK_TRANSACTIONS,
        paging=Paging.ON_DEMAND, modified_field=_UPDATED, stable_order=True,
        filters={"references": "Reference"}, trims=_WITHOUT_LINES,
        cheap_fields=frozenset(_DOCUMENT_FIELDS | {"BankTransactionID"} - {"Reference"}),
        attachable="BankTransaction",
    ),
    Resource(
        "BankTransfers", "BankTransfers", "BankTransferID", scopes.BANK_TRANSACTIONS,
        modified_field="CreatedDateUTC", hidden=("Status", "DELETED", "includeDeleted"),
        trims={Shape.SUMMARY: Trim(frozenset({
            "CurrencyRate", "FromBankAccount.Code", "ToBankAccount.Code",
        }))},
    ),
    Resource(
        "ManualJournals", "ManualJournals", "ManualJournalID", scopes.MANUAL_JOURNALS,
        paging=Paging.ON_DEMAND, modified_field=_UPDATED, stable_order=True,
        trims={Shape.SUMMARY: Trim(emptied=frozenset({"JournalLines"}))},
        cheap_fields=frozenset({_UPDATED, "Date", "ManualJournalID", "Narration"}),
        attachable="ManualJournal",
    ),
    Resource(
        "RepeatingInvoices", "RepeatingInvoices", "RepeatingInvoiceID", scopes.INVOICES
    ),
    Resource(
        "Items", "Items", "ItemID", scopes.ITEMS, modified_field=_UPDATED
    ),
    Resource(
        "TrackingCategories", "TrackingCategories", "TrackingCategoryID", scopes.SETTINGS,
        hidden=("Status", "ARCHIVED", "includeArchived"),
    ),
    Resource("TaxRates", "TaxRates", "TaxType", scopes.SETTINGS),
    Resource("Currencies", "Currencies", "Code", scopes.SETTINGS),
    Resource("Users", "Users", "UserID", scopes.SETTINGS, modified_field=_UPDATED),
    Resource("BrandingThemes", "BrandingThemes", "BrandingThemeID", scopes.SETTINGS),
    Resource(
        "Quotes", "Quotes", "QuoteID", scopes.INVOICES,
        paging=Paging.FIXED, modified_field=_UPDATED, stable_order=True,
        filters={"status": "Status", "contactid": "Contact.ContactID"},
        ranges={**_DATES, **_days("expirydate", "ExpiryDate")}, unit_places=4,
    ),
    Resource(
        "PurchaseOrders", "PurchaseOrders", "PurchaseOrderID", scopes.INVOICES,
        paging=Paging.ALWAYS, modified_field=_UPDATED, stable_order=True,
        filters={"status": "Status"}, ranges=_DATES, unit_places=4,
    ),
    Resource(
        "Budgets", "Budgets", "BudgetID", scopes.BUDGETS, filters={"ids": "BudgetID"},
        trims={Shape.SUMMARY: Trim(emptied=frozenset({"BudgetLines"}))},
    ),
    Resource(
        "LinkedTransactions", "LinkedTransactions", "LinkedTransactionID", scopes.INVOICES,
        paging=Paging.FIXED,
        filters={
            name.lower(): name
            for name in (
                "LinkedTransactionID", "SourceTransactionID", "ContactID", "Status",
                "TargetTransactionID",
            )
        },
    ),
    Resource(
        "Journals", "Journals", "JournalID", scopes.JOURNALS,
        paging=Paging.BY_OFFSET, modified_field="CreatedDateUTC",
        trims={Shape.FULL: Trim(frozenset({"SourceID", "SourceType"}))}, tier="advanced",
    ),
)  # fmt: skip

BY_PATH: Mapping[str, Resource] = {resource.path.lower(): resource for resource in RESOURCES}
