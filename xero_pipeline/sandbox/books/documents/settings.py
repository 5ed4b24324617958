"""Settings and contacts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from xero_pipeline.sandbox import events
from xero_pipeline.sandbox.books.documents.payables import Payable

CLASS_OF_ACCOUNT_TYPE = {
    "BANK": "ASSET",
    "CURRENT": "ASSET",
    "FIXED": "ASSET",
    "INVENTORY": "ASSET",
    "NONCURRENT": "ASSET",
    "PREPAYMENT": "ASSET",
    "CURRLIAB": "LIABILITY",
    "LIABILITY": "LIABILITY",
    "PAYG": "LIABILITY",
    "TERMLIAB": "LIABILITY",
    "EQUITY": "EQUITY",
    "DEPRECIATN": "EXPENSE",
    "DIRECTCOSTS": "EXPENSE",
    "EXPENSE": "EXPENSE",
    "OVERHEADS": "EXPENSE",
    "OTHERINCOME": "REVENUE",
    "REVENUE": "REVENUE",
    "SALES": "REVENUE",
}


@dataclass
class Account:
    """An account of the chart; `key` is its code. Bank accounts have a currency."""

    key: str
    id: str
    name: str
    type: str
    tax_type: str
    system_account: str | None
    currency: str | None
    bank_account_type: str | None
    bank_account_number: str | None
    enable_payments: bool
    updated_at: dt.datetime
    status: str = "ACTIVE"

    @property
    def account_class(self) -> str:
        return CLASS_OF_ACCOUNT_TYPE[self.type]

    @property
    def is_bank(self) -> bool:
        return self.type == "BANK"


@dataclass
class TaxRate:
    key: str  # its TaxType
    id: str
    name: str
    percent: Decimal


@dataclass
class Currency:
    key: str  # its Code
    id: str
    description: str


@dataclass
class User:
    key: str
    id: str
    event: events.UserAdded


@dataclass
class TrackingCategory:
    key: str
    id: str
    name: str
    options: dict[str, str]  # option name -> TrackingOptionID


@dataclass
class Item:
    key: str  # its Code
    id: str
    event: events.ItemAdded


@dataclass
class ContactGroup:
    key: str
    id: str
    name: str


@dataclass
class Contact:
    key: str
    id: str
    name: str
    email: str
    first_name: str
    last_name: str
    default_currency: str | None
    sales_terms_days: int | None
    groups: tuple[str, ...]
    updated_at: dt.datetime
    status: str = "ACTIVE"
    merged_to: str | None = None
    has_attachments: bool = False
    payables: list[Payable] = field(default_factory=list)
