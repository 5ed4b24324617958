"""The documents behind figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True)
class Document:
    """A document behind a figure.

    Attributes:
        detail: what it says about the figure.
        amount: in currency_code; None where only base currency counts.
        deep_link: its page in Xero; None when it has none.
    """

    document_date: date | None
    document_type: str
    document_number: str | None
    contact_id: UUID | None
    contact_name: str | None
    due_date: date | None
    detail: str | None
    currency_code: str | None
    amount: Decimal | None
    amount_base: Decimal | None
    deep_link: str | None
