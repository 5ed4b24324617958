"""Every row against Xero's OpenAPI file: names, types and words of enumerations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox import order_events as orders
from xero_pipeline.sandbox.books import Book
from xero_pipeline_tests.sandbox.books.harbour import (
    BANK,
    DEFERRED,
    DOLLARS,
    OPENED,
    RENT,
    SALES,
    SAVINGS,
    allocation,
    bank,
    bill,
    credit_note,
    day,
    dollars,
    invoice,
    line,
    new_book,
    noon,
    payment,
)

SPEC = Path(__file__).parents[4] / "shared" / "xero" / "openapi" / "xero_accounting.yaml"
SCHEMAS = {
    "Accounts": "Account",
    "BankTransactions": "BankTransaction",
    "BankTransfers": "BankTransfer",
    "BatchPayments": "BatchPayment",
    "BrandingThemes": "BrandingTheme",
    "Budgets": "Budget",
    "ContactGroups": "ContactGroup",
    "Contacts": "Contact",
    "CreditNotes": "CreditNote",
    "Currencies": "Currency",
    "Invoices": "Invoice",
    "Items": "Item",
    "Journals": "Journal",
    "LinkedTransactions": "LinkedTransaction",
    "ManualJournals": "ManualJournal",
    "Organisations": "Organisation",
    "Overpayments": "Overpayment",
    "Payments": "Payment",
    "Prepayments": "Prepayment",
    "PurchaseOrders": "PurchaseOrder",
    "Quotes": "Quote",
    "RepeatingInvoices": "RepeatingInvoice",
    "TaxRates": "TaxRate",
    "TrackingCategories": "TrackingCategory",
    "Users": "User",
}
ONLY_IN_EXAMPLES = (  # of the same file, or in recordings
    "ContactGroups.HasValidationErrors",
    "CreditNotes.ID",
    "Overpayments.ID",
    "Prepayments.ID",
    "Tracking.Options",
)
PYTHON_TYPES = {"string": str, "boolean": bool, "integer": int, "number": Decimal}

pytestmark = pytest.mark.skipif(not SPEC.exists(), reason="Xero's OpenAPI file is not here")


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    loaded = yaml.load(SPEC.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    found: dict[str, Any] = loaded["components"]["schemas"]
    return found


@pytest.fixture(scope="module")
def book() -> Book:
    """At least one row of each list, with everything on it that a row can have."""
    schedule = ev.Schedule("MONTHLY", 1, 20, "DAYSAFTERINVOICEDATE", day("01-01"), day("04-01"))
    rich = (
        line(
            "115.00",
            tax_type="OUTPUT2",
            item_code="SEO",
            discount_rate=Decimal(10),
            tracking=(("Team", "Media"),),
        ),
    )
    rent = (ev.JournalLine(RENT, Decimal(9)), ev.JournalLine(DEFERRED, Decimal(-9)))
    return new_book(
        ev.UserAdded(OPENED, "ada", "ada@harbour.example", "Ada", "Reed", "STANDARD"),
        ev.TrackingCategoryAdded(OPENED, "team", "Team", ("Design", "Media")),
        ev.ItemAdded(OPENED, "SEO", "SEO", "Monthly SEO", Decimal(500), SALES, "OUTPUT2"),
        ev.ContactGroupAdded(OPENED, "retainer", "Retainer clients"),
        ev.ContactAdded(OPENED, "gym", "Gym", groups=("retainer",), sales_terms_days=14),
        ev.RepeatingInvoiceSaved(
            OPENED, "R-1", "ACCREC", "gym", schedule, rich, "NZD", reference="SEO"
        ),
        invoice("INV-1", 0, lines=rich, contact="gym", repeating_invoice="R-1"),
        invoice("INV-2", 60, sent_to_contact=True, **dollars("0.6")),
        bill("BILL-1", 100),
        ev.InvoiceDatesChanged(noon("03-02"), "BILL-1", expected_payment_date=day("04-04")),
        credit_note("CN-1", 50),
        bank("OP-1", "RECEIVE-OVERPAYMENT", 30),
        bank("PP-1", "RECEIVE-PREPAYMENT", 40),
        bank("S-1", "SPEND", 5, contact=None),
        payment("P-1", "INV-2", 60, account_code=DOLLARS, currency_rate=Decimal("0.5")),
        payment("REFUND", "PP-1", 1, target_kind="Prepayment"),
        ev.BatchPaymentMade(
            noon("03-10"), "RUN", "PAYBATCH", BANK, day("03-10"), (payment("P-2", "BILL-1", 100),)
        ),
        allocation("A-1", "CN-1", "INV-1", 10),
        allocation("A-2", "OP-1", "INV-1", 10, credit_kind="Overpayment"),
        allocation("A-3", "PP-1", "INV-1", 10, credit_kind="Prepayment"),
        ev.BankTransferMade(noon("03-11"), "T-1", BANK, SAVINGS, day("03-11"), Decimal(300)),
        ev.ManualJournalPosted(noon("03-31"), "MJ-1", "Accrue rent", day("03-31"), rent),
        ev.ContactsMerged(noon("04-01"), loser="landlord", winner="gym"),
        *papers(),
    )


def papers() -> Iterator[ev.Event]:
    """What the ledger knows nothing of."""
    discounted = (line("115.00", discount_rate=Decimal(10)),)
    yield orders.BrandingThemeAdded(OPENED, "Standard", "Standard")
    yield orders.QuoteRaised(
        noon("03-02"), "QU-1", "QU-1", "cafe", day("03-02"), day("04-02"), discounted, "NZD",
        title="Site", summary="A new one", terms="Thirty days", branding_theme="Standard",
    )  # fmt: skip
    yield orders.PurchaseOrderRaised(
        noon("03-02"), "PO-1", "PO-1", "cafe", day("03-02"), day("04-02"), discounted, "USD",
        currency_rate=Decimal("0.6"), branding_theme="Standard", sent_to_contact=True,
    )  # fmt: skip
    months = (("2026-04", Decimal(100)), ("2026-05", Decimal(120)))
    yield orders.BudgetSaved(noon("03-02"), "B", "Next year", (orders.BudgetLine(RENT, months),))
    yield orders.ExpenseLinked(
        noon("03-02"), "L-1", "Invoice", "BILL-1", 1, "cafe", "INV-1", 1, "BILLED"
    )


@pytest.mark.parametrize("resource", SCHEMAS)
def test_rows_are_what_the_specification_says(
    book: Book, schemas: dict[str, Any], resource: str
) -> None:
    rows = book.rows(resource)
    assert rows
    problems = {
        problem
        for row in rows
        for problem in differences(schemas, {"$ref": f"/{SCHEMAS[resource]}"}, row, resource)
    }
    assert not problems


def differences(
    schemas: dict[str, Any],
    schema: Mapping[str, Any],
    value: Any,  # noqa: ANN401 - any value of a row
    path: str,
) -> Iterator[str]:
    """What a value has that its schema does not allow."""
    if path.endswith(ONLY_IN_EXAMPLES):
        return
    schema = resolved(schemas, schema)
    match value:
        case dict():
            properties = schema.get("properties", {})
            for name, part in value.items():
                if name in properties:
                    yield from differences(schemas, properties[name], part, f"{path}.{name}")
                elif not f"{path}.{name}".endswith(ONLY_IN_EXAMPLES):
                    yield f"{path}.{name} is unknown"
        case list():
            for part in value:
                yield from differences(schemas, schema["items"], part, path)
        case _:
            yield from wrong_value(schema, value, path)


def resolved(schemas: dict[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in schema:
        return schema
    return resolved(schemas, schemas[schema["$ref"].rpartition("/")[2]])


def wrong_value(schema: Mapping[str, Any], value: object, path: str) -> Iterator[str]:
    expected: type = PYTHON_TYPES[schema["type"]]
    if schema.get("x-is-msdate") and not path.endswith("BudgetBalances.Period"):
        expected = dt.date  # the example of a period is "2019-08"
    if schema.get("x-is-msdate-time"):
        expected = dt.datetime
    if type(value) is not expected:
        yield f"{path} is {type(value).__name__}, not {expected.__name__}"
    elif "enum" in schema and value not in schema["enum"]:
        yield f"{path} cannot be {value}"
