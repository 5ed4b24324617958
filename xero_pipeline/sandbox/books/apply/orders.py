"""Quotes, purchase orders, branding themes, budgets, links: the ledger does not move."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xero_pipeline.sandbox import order_events as orders
from xero_pipeline.sandbox.books.apply.contacts import active_contact
from xero_pipeline.sandbox.books.arithmetic import PricedLine
from xero_pipeline.sandbox.books.documents import orders as doc
from xero_pipeline.sandbox.books.errors import Refused
from xero_pipeline.sandbox.books.records import Records

_NEXT_OF_QUOTE: Mapping[str, frozenset[str]] = {
    "DRAFT": frozenset({"SENT", "DELETED"}),
    "SENT": frozenset({"ACCEPTED", "DECLINED", "DRAFT", "DELETED"}),
    "DECLINED": frozenset({"DRAFT", "SENT", "DELETED"}),
    "ACCEPTED": frozenset({"INVOICED", "SENT", "DRAFT", "DELETED"}),
    "INVOICED": frozenset({"DRAFT", "SENT", "DELETED"}),
}
_NEXT_OF_PURCHASE_ORDER: Mapping[str, frozenset[str]] = {
    "DRAFT": frozenset({"SUBMITTED", "AUTHORISED", "DELETED"}),
    "SUBMITTED": frozenset({"AUTHORISED", "DELETED"}),
    "AUTHORISED": frozenset({"BILLED", "DELETED"}),
    "BILLED": frozenset({"AUTHORISED"}),
}
"""Source: developer.xero.com, Quotes and Purchase Orders, status transitions."""


def add_theme(records: Records, event: orders.BrandingThemeAdded) -> None:
    records.themes.add(
        doc.BrandingTheme(
            key=event.key,
            id=records.guid("BrandingTheme", event.key),
            name=event.name,
            sort_order=len(list(records.themes)),
            created_at=event.at,
        )
    )


def raise_quote(records: Records, event: orders.QuoteRaised) -> None:
    records.quotes.require_free(event.key)
    quote = doc.Quote(
        id=records.guid("Quote", event.key),
        expiry_date=event.expiry_date,
        status=event.status,
        title=event.title,
        summary=event.summary,
        terms=event.terms,
        **_common(records, event),
    )
    records.quotes.add(quote, alias=event.number)


def change_quote(records: Records, event: orders.QuoteStatusChanged) -> None:
    quote = records.quotes[event.key]
    _require_next("quote", quote, event.status, _NEXT_OF_QUOTE)
    quote.status, quote.updated_at = event.status, event.at
    records.quotes.forget(event.key)


def raise_purchase_order(records: Records, event: orders.PurchaseOrderRaised) -> None:
    records.purchase_orders.require_free(event.key)
    order = doc.PurchaseOrder(
        id=records.guid("PurchaseOrder", event.key),
        delivery_date=event.delivery_date,
        status=event.status,
        sent_to_contact=event.sent_to_contact,
        **_common(records, event),
    )
    records.purchase_orders.add(order, alias=event.number)


def change_purchase_order(records: Records, event: orders.PurchaseOrderStatusChanged) -> None:
    order = records.purchase_orders[event.key]
    _require_next("purchase order", order, event.status, _NEXT_OF_PURCHASE_ORDER)
    order.status, order.updated_at = event.status, event.at
    records.purchase_orders.forget(event.key)


def save_budget(records: Records, event: orders.BudgetSaved) -> None:
    for line in event.lines:
        records.chart.active(line.account_code)
    records.budgets.put(
        doc.Budget(
            key=event.key,
            id=records.guid("Budget", event.key),
            type=event.type,
            description=event.description,
            lines=event.lines,
            updated_at=event.at,
        )
    )


def link(records: Records, event: orders.ExpenseLinked) -> None:
    """Raises Refused unless the source is a bill or money spent and the lines are there."""
    source = (
        records.invoices[event.source]
        if event.source_kind == "Invoice"
        else records.bank_transactions[event.source]
    )
    if source.type not in ("ACCPAY", "SPEND"):
        raise Refused(f"A {source.type} cannot be charged on to a customer.")
    target = records.invoices[event.target] if event.target else None
    records.links.put(
        doc.LinkedTransaction(
            key=event.key,
            id=records.guid("LinkedTransaction", event.key),
            type=source.type,
            source_id=source.id,
            source_line_id=_line_id(source.lines, event.source_line),
            contact_id=records.contacts[event.contact].id,
            target_id=target.id if target else None,
            target_line_id=_line_id(target.lines, event.target_line or 1) if target else None,
            status=event.status,
            updated_at=event.at,
        )
    )


def unlink(records: Records, event: orders.ExpenseUnlinked) -> None:
    _ = records.links[event.key]
    records.links.remove(event.key)


def _common(
    records: Records, event: orders.QuoteRaised | orders.PurchaseOrderRaised
) -> dict[str, Any]:
    kind = "Quote" if isinstance(event, orders.QuoteRaised) else "PurchaseOrder"
    theme = records.themes[event.branding_theme].id if event.branding_theme else None
    return {
        "key": event.key,
        "number": event.number,
        "contact": active_contact(records, event.contact).key,
        "date": event.date,
        "lines": records.priced(f"{kind}/{event.key}", event.lines, event.line_amount_types),
        "line_amount_types": event.line_amount_types,
        "currency": event.currency,
        "rate": records.rate_for(event.currency, event.currency_rate),
        "reference": event.reference,
        "branding_theme": theme,
        "updated_at": event.at,
    }


def _require_next(
    noun: str,
    document: doc.Quote | doc.PurchaseOrder,
    status: str,
    following: Mapping[str, frozenset[str]],
) -> None:
    if status not in following.get(document.status, frozenset()):
        raise Refused(
            f"The {noun} {document.number} is {document.status} and cannot become {status}."
        )


def _line_id(lines: tuple[PricedLine, ...], number: int) -> str:
    if not 1 <= number <= len(lines):
        raise Refused(f"There is no line {number}.")
    return lines[number - 1].id
