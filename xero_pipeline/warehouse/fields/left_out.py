"""Fields of Xero's OpenAPI file that become no column, by reason.

Nothing is lost by it: pages are kept byte for byte, and a column added later is filled by a
rebuild.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class LeftOut:
    """Fields that are left out for one reason.

    Attributes:
        reason: a sentence.
        fields: ends of paths: `Warnings` is left out wherever it stands, `LineItems.Item` in the
            lines of every document, `contact_groups.Contacts` in that endpoint alone.
    """

    reason: str
    fields: frozenset[str]

    def covers(self, path: str) -> bool:
        """Whether this is about the field at `path`, which begins with the endpoint's name."""
        return any(f".{path}".endswith(f".{end}") for end in self.fields)


LEFT_OUT: tuple[LeftOut, ...] = (
    LeftOut(
        "What was wrong with something that was written to Xero; what is read is accepted.",
        frozenset(
            {
                "ValidationErrors",
                "HasValidationErrors",
                "HasErrors",
                "Warnings",
                "StatusAttributeString",
            }
        ),
    ),
    LeftOut(
        "The same moment as the field without String.",
        frozenset({"UpdatedDateUTCString", "DateString"}),
    ),
    LeftOut(
        "Listings have none: attachments take a call per document. HasAttachments says where.",
        frozenset({"Attachments"}),
    ),
    LeftOut(
        "Another field of the record says the same.",
        frozenset(
            {
                "organisation.OrganisationID",  # organisation_id
                "contacts.TrackingCategoryName",  # Sales- and PurchasesTrackingCategories
                "contacts.TrackingCategoryOption",
                "payments.InvoiceNumber",  # Invoice
                "payments.CreditNoteNumber",  # CreditNote
                "payments.HasAccount",  # Account
                "batch_payments.Amount",  # TotalAmount
                "repeating_invoices.ID",  # RepeatingInvoiceID
                "Options.TrackingCategoryID",  # the category around it
                "LineItems.Item",  # ItemCode
                "LineItems.RepeatingInvoiceID",  # the document's own
                "Allocations.Overpayment",  # the document around it
                "Allocations.Prepayment",
                "Allocations.CreditNote",
            }
        ),
    ),
    LeftOut(
        "Of lines only: a category in its own listing has Options instead.",
        frozenset({"tracking_categories.TrackingOptionID", "tracking_categories.Option"}),
    ),
    LeftOut(
        "Members stand in no listing; raw.contacts tells each contact's groups.",
        frozenset({"contact_groups.Contacts"}),
    ),
    LeftOut(
        "How Xero worked out sales tax in the United States; TaxType and TaxAmount say what came "
        "of it. Written on every line, it would slow down every load.",
        frozenset(
            {
                "LineItems.Taxability",
                "LineItems.SalesTaxCodeId",
                "LineItems.TaxBreakdown",
                "InvoiceAddresses",
            }
        ),
    ),
    LeftOut(
        "A password of retired desktop programs, not a fact about the books.",
        frozenset({"organisation.APIKey"}),
    ),
    LeftOut(
        "Described, but of other reports than those that are read, or empty in them.",
        frozenset({"ReportTitle", "Fields"}),
    ),
)

UNDOCUMENTED = LeftOut(
    "Seen in Xero's answers or examples and described nowhere: doubles of other fields, or how a "
    "record is drawn on the screen.",
    frozenset(
        {
            "CreatedDateUTCString",
            "DateUTCString",
            "DeliveryDateString",
            "DiscountEnteredAsPercent",
            "DueDateString",
            "ExpectedPaymentDateString",
            "ExpiryDateString",
            "ExternalLinkProviderName",
            "PlannedPaymentDateString",
            "bank_transactions.BatchPayment",
            "budgets.Status",
            "credit_notes.ID",
            "overpayments.ID",
            "prepayments.ID",
            "CreditNotes.ID",
            "Overpayments.ID",
            "Prepayments.ID",
            "purchase_orders.IsDiscounted",
            "purchase_orders.Type",
            "Tracking.Options",
            "Tracking.Status",
        }
    ),
)

REFERENCED: Mapping[str, str] = MappingProxyType(
    {
        "Account": "accounts",
        "BatchPayment": "batch_payments",
        "BrandingTheme": "branding_themes",
        "Contact": "contacts",
        "ContactGroup": "contact_groups",
        "CreditNote": "credit_notes",
        "Invoice": "invoices",
        "Overpayment": "overpayments",
        "Payment": "payments",
        "Prepayment": "prepayments",
        "TrackingCategory": "tracking_categories",
        "TrackingOption": "tracking_categories",
    }
)
"""Schemas of records that other records repeat, and the tables in which they stand whole. Where
they are repeated, only what identifies them and what differs from there becomes a column."""


def why_left_out(path: str, inside: str | None = None) -> str | None:
    """Why a field is no column; None: there is no reason.

    Args:
        path: of the field, from the endpoint's name on: `invoices.LineItems.Item`.
        inside: schema of the nested record that the field stands in.
    """
    for group in (*LEFT_OUT, UNDOCUMENTED):
        if group.covers(path):
            return group.reason
    whole = REFERENCED.get(inside or "")
    return f"A reference: the record stands whole in raw.{whole}." if whole else None
