"""Quotes, purchase orders, branding themes, budgets, links of expenses to invoices."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from xero_pipeline.sandbox import events
from xero_pipeline.sandbox.books.arithmetic import PricedLine, total
from xero_pipeline.sandbox.order_events import (
    BudgetLine,
    LinkStatus,
    PurchaseOrderStatus,
    QuoteStatus,
)


@dataclass(eq=False)
class _Order:
    """What quotes and purchase orders have in common; `rate` as on invoices."""

    key: str
    id: str
    number: str
    contact: str
    date: dt.date
    lines: tuple[PricedLine, ...]
    line_amount_types: events.LineAmountTypes
    currency: str
    rate: Decimal | None
    reference: str
    branding_theme: str | None
    updated_at: dt.datetime

    @property
    def sub_total(self) -> Decimal:
        return total([line.net for line in self.lines])

    @property
    def total_tax(self) -> Decimal:
        return total([line.tax for line in self.lines])

    @property
    def total(self) -> Decimal:
        return self.sub_total + self.total_tax

    @property
    def discount(self) -> Decimal:
        return total([line.discount for line in self.lines])


@dataclass(eq=False)
class Quote(_Order):
    expiry_date: dt.date | None
    status: QuoteStatus
    title: str
    summary: str
    terms: str


@dataclass(eq=False)
class PurchaseOrder(_Order):
    delivery_date: dt.date | None
    status: PurchaseOrderStatus
    sent_to_contact: bool
    has_attachments: bool = False


@dataclass
class BrandingTheme:
    key: str
    id: str
    name: str
    sort_order: int
    created_at: dt.datetime


@dataclass
class Budget:
    key: str
    id: str
    type: str
    description: str
    lines: tuple[BudgetLine, ...]
    updated_at: dt.datetime


@dataclass
class LinkedTransaction:
    """`type` is that of the source; the ids are those of documents and their lines."""

    key: str
    id: str
    type: str
    source_id: str
    source_line_id: str
    contact_id: str
    target_id: str | None
    target_line_id: str | None
    status: LinkStatus
    updated_at: dt.datetime
