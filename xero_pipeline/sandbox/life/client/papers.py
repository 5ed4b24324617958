"""The café's other papers on monitored accounts: bills, invoices, credits, journals, deposits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.life.amounts import ZERO, cents
from xero_pipeline.sandbox.life.calendar import last_working_day, working_day
from xero_pipeline.sandbox.life.client import settings
from xero_pipeline.sandbox.life.desk import Desk
from xero_pipeline.sandbox.life.papers import Document

_TOP_UP = Decimal("5000.00")
_MONTH_END = (
    ("Rent", Decimal("2400.00"), "469", "NONE"),
    ("Power", Decimal("386.40"), "445", "INPUT2"),
    ("Wages", Decimal("14200.00"), "477", "NONE"),
)


class Papers:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._diary = desk.diary

    def open_accounts(self) -> None:
        """The owner's capital."""
        line = _line("Capital", Decimal("12000.00"), "970")
        self._desk.post_bank("RECEIVE", settings.CURRENT, (line,), contact=None)

    def run(self) -> None:
        today = self._diary.today
        self._keep_funds()
        for day, write in (
            (5, self._bill),
            (4, self._expect_a_party),
            (14, self._supplier_credit),
            (18, self._deposit),
            (24, self._transfer),
            (27, self._pay_vat),
        ):
            if today == working_day(today.replace(day=day)):
                write()
        if today == last_working_day(today):
            self._pay_month_end()
            self._journal()

    def _bill(self) -> None:
        """A builder's bill nobody knows where to put; some are recoded, some voided, some wait."""
        chance = self._diary.chance("bill")
        amount = Decimal(chance.randint(9_000, 48_000)) / 100
        number = self._diary.number("bill")
        bill = self._desk.raise_invoice(
            "ACCPAY",
            "hardware",
            (_line("Shop front work", amount, settings.UNCATEGORISED_EXPENSE),),
            key=f"BILL-{number:04d}",
            number=f"TH{700 + number}",
            terms=30,
            status=chance.choice(("AUTHORISED", "AUTHORISED", "DRAFT")),
        )
        fate = chance.choice(("recoded", "voided", "paid", "waits"))
        right = (_line("Shop front work", amount, "473", "INPUT2"),)
        match fate:
            case "recoded":
                self._later(chance.randint(10, 40), lambda: self._recode(bill, right))
            case "voided":
                self._later(chance.randint(5, 30), lambda: self._cancel(bill))
            case "paid":
                self._later(28, lambda: self._pay(bill))

    def _expect_a_party(self) -> None:
        """Catering is asked for about once a month, on any day."""
        self._later(self._diary.chance("party").randint(1, 26), self._catering_invoice)

    def _catering_invoice(self) -> None:
        chance = self._diary.chance("catering")
        monitored = chance.random() < 0.5
        account = settings.UNCATEGORISED_INCOME if monitored else settings.CATERING
        amount = Decimal(chance.randint(12_000, 60_000)) / 100
        invoice = self._desk.raise_invoice(
            "ACCREC",
            "events",
            (_line("Catering", amount, account, "OUTPUT2"),),
            number=f"CK-{self._diary.number('invoice'):04d}",
            terms=14,
        )
        self._later(chance.randint(10, 45), lambda: self._pay(invoice))

    def _supplier_credit(self) -> None:
        """Every third month a credit for returned goods, coded to suspense."""
        open_bills = self._desk.open_invoices("ACCPAY")
        if self._diary.today.month % 3 or not open_bills:
            return
        amount = Decimal(self._diary.chance("credit").randint(1_000, 6_000)) / 100
        line = _line("Returned goods", amount, settings.SUSPENSE)
        number = f"CN-{self._diary.number('credit'):03d}"
        self._desk.raise_credit_note(open_bills[-1], (line,), number=number)

    def _deposit(self) -> None:
        """Every second month a deposit to a supplier, as a prepayment."""
        if self._diary.today.month % 2:
            return
        amount = Decimal(self._diary.chance("deposit").randint(5_000, 25_000)) / 100
        line = _line("Deposit", amount, settings.ASK_ACCOUNTANT)
        posted = self._desk.post_bank(
            "SPEND-PREPAYMENT", settings.CURRENT, (line,), contact="packaging"
        )
        if self._diary.chance("deposit").random() < 0.3:
            self._later(21, lambda: self._desk.void_credit(posted))

    def _transfer(self) -> None:
        surplus = self._desk.balance[settings.CURRENT] - 6000
        if surplus > 500:
            self._desk.transfer(settings.CURRENT, settings.DEPOSIT, cents(surplus / 2), "VAT pot")

    def _pay_vat(self) -> None:
        """Each quarter what is owed goes to the tax office, from the deposit account."""
        owed = self._desk.tax_owed
        if self._diary.today.month % 3 == 1 and owed > 0:
            line = _line("VAT return", owed, "820")
            saved = self._desk.balance[settings.DEPOSIT]
            account = settings.DEPOSIT if saved > owed else settings.CURRENT
            self._desk.post_bank("SPEND", account, (line,), contact="tax-office")
            self._desk.tax_owed = ZERO

    def _keep_funds(self, need: Decimal = Decimal(1000)) -> None:
        """Before the account is overdrawn: from the deposit account, else from the owner."""
        while self._desk.balance[settings.CURRENT] < need:
            if self._desk.balance[settings.DEPOSIT] >= _TOP_UP:
                self._desk.transfer(settings.DEPOSIT, settings.CURRENT, _TOP_UP, "Top up")
            else:
                line = _line("Capital", _TOP_UP, "970")
                self._desk.post_bank("RECEIVE", settings.CURRENT, (line,), contact=None)

    def _pay_month_end(self) -> None:
        self._keep_funds(sum((amount for _, amount, _, _ in _MONTH_END), Decimal(1000)))
        for text, amount, account, tax_type in _MONTH_END:
            line = _line(text, amount, account, tax_type)
            self._desk.post_bank("SPEND", settings.CURRENT, (line,), contact=None, reference=text)

    def _journal(self) -> None:
        """A cash difference parked on suspense; one in three is voided the week after."""
        chance = self._diary.chance("journal")
        amount = Decimal(chance.randint(300, 4_000)) / 100
        key = f"MJ-{self._diary.number('journal'):03d}"
        narration = f"Till difference {self._diary.today:%b %Y}"
        self._diary.write(
            ev.ManualJournalPosted(
                at=self._diary.stamp(),
                key=key,
                narration=narration,
                date=self._diary.today,
                lines=(
                    ev.JournalLine("429", amount, narration),
                    ev.JournalLine(settings.SUSPENSE, -amount, narration),
                ),
            )
        )
        if chance.random() < 0.33:
            self._later(
                7,
                lambda: self._diary.write(
                    ev.ManualJournalStatusChanged(self._diary.stamp(), key, "VOIDED")
                ),
            )

    # --- later ---

    def _later(self, days: int, action: Callable[[], None]) -> None:
        self._diary.plan(self._diary.today + dt.timedelta(days=days), action, hour=16)

    def _recode(self, bill: Document, lines: tuple[ev.Line, ...]) -> None:
        if bill.is_untouched and bill.status in ("DRAFT", "AUTHORISED"):
            self._desk.change_lines(bill, lines)

    def _cancel(self, bill: Document) -> None:
        if bill.is_untouched:
            self._desk.set_status(bill, "DELETED" if bill.status == "DRAFT" else "VOIDED")

    def _pay(self, document: Document) -> None:
        if document.is_open:
            self._desk.pay(document, settings.CURRENT)


def _line(text: str, amount: Decimal, account: str, tax_type: str = "NONE") -> ev.Line:
    return ev.Line(text, Decimal(1), amount, account, tax_type)
