"""Quotes, purchase orders, themes, budgets and links are listed as Xero lists them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import pytest

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox import order_events as orders
from xero_pipeline.sandbox.books import Refused
from xero_pipeline.sandbox.serve import SandboxSettings, start
from xero_pipeline.sandbox.world import Organisation
from xero_pipeline_tests.sandbox.books.harbour import (
    RENT,
    apply,
    bill,
    day,
    invoice,
    line,
    new_book,
    noon,
)
from xero_pipeline_tests.sandbox.conftest import NOW
from xero_pipeline_tests.sandbox.xero_client import XeroClient

OWNER = ev.UserAdded(noon("01-02"), "olga", "olga@example.com", "Olga", "Lowe", "STANDARD")


def quote(number: int, **changes: Any) -> orders.QuoteRaised:  # noqa: ANN401
    """QU-<number> of the first minutes of 2 March."""
    fields: dict[str, Any] = {
        "at": noon("03-02") + dt.timedelta(minutes=number),
        "key": f"QU-{number}",
        "number": f"QU-{number}",
        "contact": "cafe",
        "date": day("03-02"),
        "expiry_date": day("04-02"),
        "lines": (line("12.3456"),),
        "currency": "NZD",
        **changes,
    }
    return orders.QuoteRaised(**fields)


def purchase_order(key: str, **changes: Any) -> orders.PurchaseOrderRaised:  # noqa: ANN401
    fields: dict[str, Any] = {
        "at": noon("03-03"),
        "key": key,
        "number": key,
        "contact": "landlord",
        "date": day("03-03"),
        "delivery_date": day("03-30"),
        "lines": (line(80, RENT),),
        "currency": "NZD",
        **changes,
    }
    return orders.PurchaseOrderRaised(**fields)


def cast(seed: int, first_day: dt.date) -> Sequence[Organisation]:
    budget = (orders.BudgetLine(RENT, (("2026-04", Decimal(100)),)),)
    book = new_book(
        OWNER,
        invoice("INV-1", 50),
        bill("BILL-1", 40),
        *(quote(number) for number in range(1, 103)),
        purchase_order("PO-1"),
        purchase_order("PO-2", date=day("03-20"), status="AUTHORISED"),
        orders.BrandingThemeAdded(noon("03-04"), "standard", "Standard"),
        orders.BudgetSaved(noon("03-04"), "B", "Next year", budget),
        orders.ExpenseLinked(noon("03-05"), "L-1", "Invoice", "BILL-1", 1, "cafe", "INV-1", 1),
    )
    return [Organisation(book, lambda until: [])]


@pytest.fixture(scope="module")
def xero() -> Iterator[XeroClient]:
    settings = SandboxSettings(until=NOW, auto_consent=("harbour",), limits=False)
    with start(settings, cast) as running:
        yield XeroClient.connected(running)


def test_quotes_come_a_hundred_at_a_time_and_say_nothing_of_pages(xero: XeroClient) -> None:
    pages = [xero.get(f"Quotes?page={page}&pageSize=1000").json() for page in (1, 2, 3)]

    assert [len(page["Quotes"]) for page in pages] == [100, 2, 0]
    assert "pagination" not in pages[0]


def test_a_quote_has_dates_without_offset_and_words_in_capitals(xero: XeroClient) -> None:
    (first,) = xero.get("Quotes?DateFrom=2026-03-01&page=1").json()["Quotes"][:1]

    assert first["DateString"] == "2026-03-02T00:00:00"
    assert first["Date"] == "/Date(1772409600000)/"
    assert first["LineAmountTypes"] == "EXCLUSIVE"
    assert b'"UnitAmount": 12.3456' in xero.get("Quotes").content


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", ["PO-1", "PO-2"]),
        ("?status=AUTHORISED", ["PO-2"]),
        ("?dateFrom=2026-03-10", ["PO-2"]),
        ("?dateTo=2026-03-10", ["PO-1"]),
        ("?pageSize=1&page=2", ["PO-2"]),
    ],
)
def test_purchase_orders_are_always_paged(
    xero: XeroClient, query: str, numbers: Sequence[str]
) -> None:
    answer = xero.get(f"PurchaseOrders{query}").json()

    assert [order["PurchaseOrderNumber"] for order in answer["PurchaseOrders"]] == numbers
    assert answer["pagination"]["page"] >= 1
    assert all(order["LineItems"] for order in answer["PurchaseOrders"])


def test_a_budget_shows_its_lines_only_when_asked_for_alone(xero: XeroClient) -> None:
    (listed,) = xero.get("Budgets").json()["Budgets"]
    (alone,) = xero.get(f"Budgets/{listed['BudgetID']}").json()["Budgets"]

    assert listed["BudgetLines"] == []
    assert alone["BudgetLines"][0]["BudgetBalances"] == [{"Period": "2026-04", "Amount": 100.0}]


def test_a_linked_transaction_names_both_documents_and_their_lines(xero: XeroClient) -> None:
    (linked,) = xero.get("LinkedTransactions").json()["LinkedTransactions"]
    (charged,) = xero.get("Invoices/INV-1").json()["Invoices"]

    assert linked["TargetTransactionID"] == charged["InvoiceID"]
    assert linked["TargetLineItemID"] == charged["LineItems"][0]["LineItemID"]
    assert (linked["Status"], linked["SourceTransactionTypeCode"]) == ("APPROVED", "ACCPAY")
    others = xero.get(f"LinkedTransactions?SourceTransactionID={charged['InvoiceID']}").json()
    assert others["LinkedTransactions"] == []


def test_themes_are_listed_in_order(xero: XeroClient) -> None:
    (theme,) = xero.get("BrandingThemes").json()["BrandingThemes"]

    assert (theme["Name"], theme["SortOrder"]) == ("Standard", 0)


def test_a_status_follows_another_as_xero_allows() -> None:
    book = new_book(quote(1), purchase_order("PO-1"))
    apply(book, orders.QuoteStatusChanged(NOW, "QU-1", "SENT"))

    with pytest.raises(Refused, match="QU-1 is SENT and cannot become INVOICED"):
        book.apply(orders.QuoteStatusChanged(NOW, "QU-1", "INVOICED"))
    with pytest.raises(Refused, match="PO-1 is DRAFT and cannot become BILLED"):
        book.apply(orders.PurchaseOrderStatusChanged(NOW, "PO-1", "BILLED"))
    assert book.rows("Quotes")[0]["UpdatedDateUTC"] == NOW


def test_a_link_vanishes_without_a_trace() -> None:
    book = new_book(
        bill("BILL-1", 40), orders.ExpenseLinked(NOW, "L-1", "Invoice", "BILL-1", 1, "cafe")
    )

    apply(book, orders.ExpenseUnlinked(NOW, "L-1"))

    assert book.rows("LinkedTransactions") == []


def test_the_ledger_knows_nothing_of_them() -> None:
    assert new_book(quote(1), purchase_order("PO-1")).journals() == []
