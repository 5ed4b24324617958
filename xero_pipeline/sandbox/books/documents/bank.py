"""The bank, manual journals, files."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from xero_pipeline.sandbox import events
from xero_pipeline.sandbox.books.arithmetic import ZERO, PricedLine, total
from xero_pipeline.sandbox.books.documents.payables import Payable

BankRowType = events.BankTransactionType | Literal["SPEND-TRANSFER", "RECEIVE-TRANSFER"]


@dataclass(eq=False)
class BankTransaction:
    """Spend or receive money. `amount` is the total of a row without lines: a transfer's side."""

    key: str
    id: str
    type: BankRowType
    account: str
    contact: str | None
    date: dt.date
    lines: tuple[PricedLine, ...]
    line_amount_types: events.LineAmountTypes
    currency: str
    rate: Decimal | None
    reference: str
    is_reconciled: bool
    updated_at: dt.datetime
    amount: Decimal = ZERO
    status: Literal["AUTHORISED", "DELETED"] = "AUTHORISED"
    credit: Payable | None = None
    revision: int = 0
    has_attachments: bool = False

    @property
    def sub_total(self) -> Decimal:
        return total([line.net for line in self.lines]) + self.amount

    @property
    def total_tax(self) -> Decimal:
        return total([line.tax for line in self.lines])

    @property
    def sign(self) -> int:
        """1 when money comes into the account, -1 when it goes out."""
        return 1 if self.type.startswith("RECEIVE") else -1


@dataclass(eq=False)
class BankTransfer:
    """Between two accounts; `base_amount` is what moves in the ledger, in base currency."""

    key: str
    id: str
    from_account: str
    to_account: str
    date: dt.date
    amount: Decimal
    to_amount: Decimal
    base_amount: Decimal
    rate: Decimal | None
    reference: str
    created_at: dt.datetime
    spend: BankTransaction
    receive: BankTransaction
    status: Literal["AUTHORISED", "DELETED"] = "AUTHORISED"


@dataclass(frozen=True)
class ManualLine:
    """Debit positive, in base currency; `tax` goes to the tax account on top of `amount`."""

    account: str
    amount: Decimal
    tax: Decimal
    tax_type: str
    description: str
    tracking: tuple[tuple[str, str], ...]


@dataclass(eq=False)
class ManualJournal:
    key: str
    id: str
    narration: str
    date: dt.date
    lines: tuple[ManualLine, ...]
    line_amount_types: events.LineAmountTypes
    status: Literal["DRAFT", "POSTED", "VOIDED", "DELETED"]
    updated_at: dt.datetime
    has_attachments: bool = False


@dataclass(frozen=True)
class Attachment:
    attachment_id: str
    file_name: str
    mime_type: str
    content: bytes


@dataclass(frozen=True)
class HistoryRecord:
    """What Xero's history of a document says of one thing that happened to it.

    Attributes:
        changes: Xero's word for what was done: "Edited", "Attached a file", "Note".
        user: who did it; "System Generated" for all that came through the API.
    """

    changes: str
    at: dt.datetime
    details: str = ""
    user: str = "System Generated"
