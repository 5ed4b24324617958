"""Events that post nothing to the ledger: quotes, purchase orders, themes, budgets, links."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from xero_pipeline.sandbox.events import Event, Line, LineAmountTypes

QuoteStatus = Literal["DRAFT", "SENT", "ACCEPTED", "DECLINED", "INVOICED", "DELETED"]
PurchaseOrderStatus = Literal["DRAFT", "SUBMITTED", "AUTHORISED", "BILLED", "DELETED"]
LinkStatus = Literal["DRAFT", "APPROVED", "ONDRAFT", "BILLED", "VOIDED"]


@dataclass(frozen=True)
class BrandingThemeAdded(Event):
    key: str
    name: str


@dataclass(frozen=True)
class QuoteRaised(Event):
    key: str
    number: str
    contact: str
    date: dt.date
    expiry_date: dt.date | None
    lines: tuple[Line, ...]
    currency: str
    currency_rate: Decimal | None = None
    status: QuoteStatus = "DRAFT"
    title: str = ""
    summary: str = ""
    terms: str = ""
    reference: str = ""
    line_amount_types: LineAmountTypes = "Exclusive"
    branding_theme: str | None = None


@dataclass(frozen=True)
class QuoteStatusChanged(Event):
    key: str
    status: QuoteStatus


@dataclass(frozen=True)
class PurchaseOrderRaised(Event):
    key: str
    number: str
    contact: str
    date: dt.date
    delivery_date: dt.date | None
    lines: tuple[Line, ...]
    currency: str
    currency_rate: Decimal | None = None
    status: PurchaseOrderStatus = "DRAFT"
    reference: str = ""
    line_amount_types: LineAmountTypes = "Exclusive"
    branding_theme: str | None = None
    sent_to_contact: bool = False


@dataclass(frozen=True)
class PurchaseOrderStatusChanged(Event):
    key: str
    status: PurchaseOrderStatus


@dataclass(frozen=True)
class BudgetLine:
    """What an account is to take; `months` are ("YYYY-MM", amount in base currency)."""

    account_code: str
    months: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True)
class BudgetSaved(Event):
    """A budget made, or replaced when the key exists."""

    key: str
    description: str
    lines: tuple[BudgetLine, ...]
    type: Literal["OVERALL", "TRACKING"] = "OVERALL"


@dataclass(frozen=True)
class ExpenseLinked(Event):
    """A line of a bill or of money spent is to be charged to a customer: a LinkedTransaction.

    `target` is the sales invoice that charges it, once there is one. Saved again under the same key
    it is an edit. Lines count from 1.
    """

    key: str
    source_kind: Literal["Invoice", "BankTransaction"]
    source: str
    source_line: int
    contact: str
    target: str | None = None
    target_line: int | None = None
    status: LinkStatus = "APPROVED"


@dataclass(frozen=True)
class ExpenseUnlinked(Event):
    """Xero deletes the link without a trace."""

    key: str
