"""Invoices and credits, and what settles them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from xero_pipeline.sandbox import events
from xero_pipeline.sandbox.books.arithmetic import ZERO, PricedLine, total

SavedStatus = Literal["DRAFT", "SUBMITTED", "AUTHORISED", "VOIDED", "DELETED"]
Control = Literal["DEBTORS", "CREDITORS"]

_NATURE: dict[str, tuple[Control, int]] = {
    "ACCREC": ("DEBTORS", 1),
    "ACCPAY": ("CREDITORS", -1),
    "ACCRECCREDIT": ("DEBTORS", -1),
    "ACCPAYCREDIT": ("CREDITORS", 1),
    "RECEIVE-OVERPAYMENT": ("DEBTORS", -1),
    "SPEND-OVERPAYMENT": ("CREDITORS", 1),
    "RECEIVE-PREPAYMENT": ("DEBTORS", -1),
    "SPEND-PREPAYMENT": ("CREDITORS", 1),
}

SOURCE_TYPES = {
    "RECEIVE-OVERPAYMENT": "AROVERPAYMENT",
    "SPEND-OVERPAYMENT": "APOVERPAYMENT",
    "RECEIVE-PREPAYMENT": "ARPREPAYMENT",
    "SPEND-PREPAYMENT": "APPREPAYMENT",
    "RECEIVE": "CASHREC",
    "SPEND": "CASHPAID",
}
"""Xero's SourceType of a journal where it differs from the type of the document."""

_PAYMENT_TYPES = {
    "ACCREC": "ACCRECPAYMENT",
    "ACCPAY": "ACCPAYPAYMENT",
    "ACCRECCREDIT": "ARCREDITPAYMENT",
    "ACCPAYCREDIT": "APCREDITPAYMENT",
    "RECEIVE-PREPAYMENT": "ARPREPAYMENTPAYMENT",
    "SPEND-PREPAYMENT": "APPREPAYMENTPAYMENT",
    "RECEIVE-OVERPAYMENT": "AROVERPAYMENTPAYMENT",
    "SPEND-OVERPAYMENT": "APOVERPAYMENTPAYMENT",
}


@dataclass(eq=False)
class Payable:
    """What can be settled: an invoice, a bill, a credit note, a prepayment or an overpayment.

    Attributes:
        number: InvoiceNumber or CreditNoteNumber; "" where there is none.
        rate: foreign units per unit of base; None in the base currency.
        saved_as: the status that somebody chose; PAID is never chosen (see `status`).
        settlements: live payments and allocations, in the order they were applied.
        revision: how often the lines were replaced.
    """

    key: str
    id: str
    kind: events.PayableKind
    type: str
    number: str
    reference: str
    contact: str
    date: dt.date
    lines: tuple[PricedLine, ...]
    line_amount_types: events.LineAmountTypes
    currency: str
    rate: Decimal | None
    saved_as: SavedStatus
    updated_at: dt.datetime
    settlements: list[Settlement] = field(default_factory=list)
    revision: int = 0
    has_attachments: bool = False
    due_date: dt.date | None = None
    expected_payment_date: dt.date | None = None
    repeating_invoice: str | None = None
    sent_to_contact: bool = False

    @property
    def control(self) -> Control:
        """The control account on whose side this document stands."""
        return _NATURE[self.type][0]

    @property
    def sign(self) -> int:
        """1 when the open document is a debit (we are owed), -1 when it is a credit."""
        return _NATURE[self.type][1]

    @property
    def source_type(self) -> str:
        return SOURCE_TYPES.get(self.type, self.type)

    @property
    def is_in_control_account(self) -> bool:
        """Prepayments wait in the accounts of their own lines, everything else in control."""
        return self.kind != "Prepayment"

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

    @property
    def payments(self) -> list[Payment]:
        return [each for each in self.settlements if isinstance(each, Payment)]

    @property
    def allocations(self) -> list[Allocation]:
        return [each for each in self.settlements if isinstance(each, Allocation)]

    @property
    def is_gone(self) -> bool:
        return self.saved_as in ("VOIDED", "DELETED")

    @property
    def remaining(self) -> Decimal:
        """AmountDue of an invoice, RemainingCredit of a credit; 0 once voided or deleted."""
        if self.is_gone:
            return ZERO
        return self.total - total([each.amount for each in self.settlements])

    @property
    def status(self) -> str:
        """Xero's Status: an authorised document with nothing left is PAID."""
        if self.saved_as == "AUTHORISED" and self.remaining == 0:
            return "PAID"
        return self.saved_as

    @property
    def fully_paid_on(self) -> dt.date | None:
        """The latest date among payments and applied credits; None unless PAID."""
        if self.status != "PAID":
            return None
        return max((self._day_of(each) for each in self.settlements), default=self.date)

    def _day_of(self, settlement: Settlement) -> dt.date:
        """On an invoice Xero counts a credit by its own date, not by that of its allocation."""
        if self.kind == "Invoice" and isinstance(settlement, Allocation):
            return settlement.credit.date
        return settlement.date


@dataclass(eq=False)
class BatchPayment:
    key: str
    id: str
    type: Literal["PAYBATCH", "RECBATCH"]
    account: str
    date: dt.date
    reference: str
    updated_at: dt.datetime
    payments: list[Payment] = field(default_factory=list)

    @property
    def live(self) -> list[Payment]:
        return [payment for payment in self.payments if payment.status == "AUTHORISED"]

    @property
    def status(self) -> str:
        return "AUTHORISED" if self.live else "DELETED"


@dataclass(eq=False)
class Payment:
    """Money against an invoice, or a refund of a credit.

    Attributes:
        amount: in the target's currency.
        bank_amount: in the account's currency.
        base_amount: what the account gets in the ledger, in base currency.
        rate: of the payment's day; None in the base currency.
    """

    key: str
    id: str
    target: Payable
    account: str
    date: dt.date
    amount: Decimal
    bank_amount: Decimal
    base_amount: Decimal
    rate: Decimal | None
    reference: str
    is_reconciled: bool
    updated_at: dt.datetime
    status: Literal["AUTHORISED", "DELETED"] = "AUTHORISED"
    batch: BatchPayment | None = None

    @property
    def type(self) -> str:
        """Xero's PaymentType, which is also the SourceType of its journal."""
        return _PAYMENT_TYPES[self.target.type]


@dataclass(eq=False)
class Allocation:
    """A credit applied to an invoice; `amount` in the currency that both share."""

    key: str
    id: str
    credit: Payable
    invoice: Payable
    amount: Decimal

    @property
    def date(self) -> dt.date:
        """The later of the two documents' dates."""
        return max(self.credit.date, self.invoice.date)


Settlement = Payment | Allocation


@dataclass(eq=False)
class RepeatingInvoice:
    key: str
    id: str
    type: events.InvoiceType
    contact: str
    schedule: events.Schedule
    lines: tuple[PricedLine, ...]
    line_amount_types: events.LineAmountTypes
    currency: str
    reference: str
    status: Literal["DRAFT", "AUTHORISED", "DELETED"]
    revision: int = 0

    @property
    def sub_total(self) -> Decimal:
        return total([line.net for line in self.lines])

    @property
    def total_tax(self) -> Decimal:
        return total([line.tax for line in self.lines])
