"""Records as Xero's own documentation shows them, in raw tables."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import duckdb
import pytest

from xero_pipeline.warehouse import load
from xero_pipeline.warehouse.reading import raw_table
from xero_pipeline.xero.endpoints import ENDPOINTS, EXTRA_ENDPOINTS, REPORTS
from xero_pipeline_tests.warehouse.desk import Desk, guid, rows
from xero_pipeline_tests.warehouse.openapi import SPECIFICATION, Specification

DAILY = {report.name for report in REPORTS}
DAY = "/Date(1772323200000+0000)/"  # 1 March 2026


def test_a_quote(warehouse: duckdb.DuckDBPyConnection, desk: Desk) -> None:
    """Its dates come without an offset, its LineAmountTypes in capitals."""
    quote = {
        "QuoteID": guid(1),
        "QuoteNumber": "QU-0007",
        "Date": "/Date(1772323200000)/",
        "ExpiryDate": "/Date(1774915200000)/",
        "Status": "SENT",
        "LineAmountTypes": "EXCLUSIVE",
        "Total": 115.00,
        "LineItems": [{"Description": "Audit", "UnitAmount": 33.3333, "Quantity": 3.0}],
    }
    load(warehouse, [desk.land("quotes", [quote])])

    read = """
        select quote_number, date, expiry_date, status, total, line_items[1].unit_amount
        from raw.quotes
    """
    day, expiry = dt.date(2026, 3, 1), dt.date(2026, 3, 31)
    assert rows(warehouse, read) == [
        ("QU-0007", day, expiry, "SENT", Decimal("115.00"), Decimal("33.3333"))
    ]


def test_a_journal(warehouse: duckdb.DuckDBPyConnection, desk: Desk) -> None:
    journal = {
        "JournalID": guid(1),
        "JournalNumber": 7,
        "JournalDate": DAY,
        "SourceType": "ACCREC",
        "JournalLines": [
            {"AccountCode": "610", "NetAmount": 115.00, "GrossAmount": 115.00, "TaxAmount": 0.00},
            {"AccountCode": "200", "NetAmount": -100.00, "GrossAmount": -115.00, "TaxAmount": -15},
            {"AccountCode": "820", "NetAmount": -15.00, "GrossAmount": -15.00, "TaxAmount": 0.00},
        ],
    }
    load(warehouse, [desk.land("journals", [journal])])

    read = """
        select journal_number, journal_date, list_sum([l.net_amount for l in journal_lines])
        from raw.journals
    """
    assert rows(warehouse, read) == [(7, dt.date(2026, 3, 1), Decimal("0.00"))]


def test_a_budget_with_lines(warehouse: duckdb.DuckDBPyConnection, desk: Desk) -> None:
    """Amounts are texts in Xero's example, and a period is a month."""
    balances = [{"Period": "2026-03", "Amount": "8000.50", "Notes": "Fair"}]
    budget = {
        "BudgetID": guid(1),
        "Type": "OVERALL",
        "BudgetLines": [{"AccountCode": "400", "BudgetBalances": balances}],
    }
    load(warehouse, [desk.land("budgets", [budget])])

    read = "select unnest(budget_lines[1].budget_balances, recursive := true) from raw.budgets"
    assert rows(warehouse, read) == [(dt.date(2026, 3, 1), Decimal("8000.50"), None, "Fair")]


def test_a_branding_theme_and_a_linked_transaction_and_an_order(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    theme = {"BrandingThemeID": guid(1), "Name": "Standard", "SortOrder": 0}
    link = {"LinkedTransactionID": guid(2), "Type": "BILLABLEEXPENSE", "Status": "ONDRAFT"}
    order = {"PurchaseOrderID": guid(3), "DeliveryDate": DAY, "AttentionTo": "Ada"}
    load(
        warehouse,
        [
            desk.land("branding_themes", [theme]),
            desk.land("linked_transactions", [link]),
            desk.land("purchase_orders", [order]),
        ],
    )

    assert rows(warehouse, "select name, sort_order from raw.branding_themes") == [("Standard", 0)]
    assert rows(warehouse, "select status from raw.linked_transactions") == [("ONDRAFT",)]
    read = "select delivery_date, attention_to from raw.purchase_orders"
    assert rows(warehouse, read) == [(dt.date(2026, 3, 1), "Ada")]


@pytest.mark.skipif(
    not SPECIFICATION.exists(), reason="Xero's OpenAPI file is not beside this repository"
)
def test_every_example_of_the_openapi_file_loads_and_no_field_in_it_is_unknown(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk
) -> None:
    """There is none of a profit and loss, which is built like the other reports."""
    specification = Specification(SPECIFICATION)
    paths = {each.name: each.path for each in (*ENDPOINTS, *EXTRA_ENDPOINTS)}
    paths |= {report.name: report.path for report in REPORTS if report.name != "profit_and_loss"}
    examples = {name: specification.example(path) for name, path in paths.items()}
    records = {name: example[raw_table(name).list_key] for name, example in examples.items()}
    batches = [
        desk.land(name, listed, as_of_date=dt.date(2026, 3, 1) if name in DAILY else None)
        for name, listed in records.items()
    ]

    loaded = load(warehouse, batches)

    received = {each.batch.manifest.endpoint: each.rows_received for each in loaded}
    assert received == {name: len(listed) for name, listed in records.items()}
    misspelt_there = ("contacts", "TaxNumbeType")
    assert rows(warehouse, "select endpoint, path from ops.unknown_fields") == [misspelt_there]
