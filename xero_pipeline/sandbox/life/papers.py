"""What lies on the desk: documents with what is left of them, and settlements to be undone."""

from __future__ import annotations

import datetime as dt
from dataclasses import InitVar, dataclass, field
from decimal import Decimal
from typing import Literal

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.life.amounts import ZERO, LineValue


class PlanError(Exception):
    """The plan asks for something that Xero would refuse."""


@dataclass
class Document:
    """An invoice, bill or credit on the desk. Amounts are in its own currency."""

    kind: ev.PayableKind
    key: str
    type: str
    contact: str
    date: dt.date
    due_date: dt.date | None
    currency: str
    rate: Decimal | None
    status: str
    lines: tuple[ev.Line, ...]
    mode: ev.LineAmountTypes
    values: InitVar[tuple[LineValue, ...]]
    total: Decimal = field(init=False)
    tax: Decimal = field(init=False)
    left: Decimal = field(init=False)  # amount due, or remaining credit

    def __post_init__(self, values: tuple[LineValue, ...]) -> None:
        self.revalue(self.lines, values)

    def revalue(self, lines: tuple[ev.Line, ...], values: tuple[LineValue, ...]) -> None:
        """New lines, nothing paid yet."""
        self.lines = lines
        self.tax = sum((v.tax for v in values), ZERO)
        self.total = self.left = sum((v.gross for v in values), ZERO)

    @property
    def is_open(self) -> bool:
        return self.status == "AUTHORISED" and self.left > 0

    @property
    def is_live(self) -> bool:
        """Neither cancelled nor settled in full."""
        return self.status not in ("VOIDED", "DELETED") and self.left > 0

    @property
    def is_untouched(self) -> bool:
        return self.left == self.total


@dataclass
class Settlement:
    """A payment or allocation, kept so that it can be undone."""

    document: Document
    amount: Decimal
    credit: Document | None = None
    account_code: str | None = None
    bank_movement: Decimal = ZERO


def credit_kind(posted: ev.BankTransactionPosted) -> Literal["Prepayment", "Overpayment"]:
    """Which document a bank transaction of a prepayment or overpayment type makes."""
    return "Prepayment" if posted.type.endswith("PREPAYMENT") else "Overpayment"
