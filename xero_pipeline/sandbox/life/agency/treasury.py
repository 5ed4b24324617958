"""Money beyond trade: wages, tax, the loan, the owner, and moving cash between accounts."""

from __future__ import annotations

from decimal import Decimal

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.life.agency import settings
from xero_pipeline.sandbox.life.amounts import ZERO, cents
from xero_pipeline.sandbox.life.calendar import last_working_day, working_day
from xero_pipeline.sandbox.life.desk import Desk

_OPENING_FUNDS = Decimal("220000.00")
_GROSS_WAGES = ((0, 52000), (6, 64000), (12, 78000), (17, 92000), (21, 104000))  # from month
_PAYE_SHARE = Decimal("0.26")
_LOAN = Decimal("60000.00")
_LOAN_MONTH, _LOAN_MONTHS, _LOAN_RATE = 4, 20, Decimal("0.0079")


class Treasury:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._diary = desk.diary
        self._paye = ZERO
        self._loan = ZERO

    def make_contacts(self) -> None:
        for key, name in (
            ("inland-revenue", "Inland Revenue"),
            ("staff", "Harbour & Pine staff"),
            ("kea-bank", "Kea Bank"),
            ("owner", "Tamsin Reeve"),
        ):
            self._diary.write(ev.ContactAdded(self._diary.stamp(), key, name))

    def open_accounts(self) -> None:
        """The owner's capital on the first day, part of it set aside."""
        self._bank("RECEIVE", settings.MAIN, "owner", _OPENING_FUNDS, settings.FUNDS_INTRODUCED)
        self._desk.transfer(settings.MAIN, settings.SAVINGS, Decimal("60000.00"), "Reserve")
        self._desk.transfer(settings.MAIN, settings.WAGES, Decimal("50000.00"), "Wages float")

    def run(self) -> None:
        """What falls due today."""
        today = self._diary.today
        self._keep_funds()
        if today == working_day(today.replace(day=20)):
            self._pay_paye()
        if today == last_working_day(today):
            self._pay_wages()
            self._post_month_end()
        if today == working_day(today.replace(day=12)):
            self._pay_card()
        if today == working_day(today.replace(day=28)) and today.month % 2 == 1:
            self._pay_gst()
        if today == working_day(today.replace(day=15)):
            self._run_loan()
            if today.month in (1, 5, 8):
                self._pay_income_tax()
            if today.month % 3 == 0:
                self._draw()

    # --- wages and tax ---

    def _gross(self) -> Decimal:
        return Decimal([g for month, g in _GROSS_WAGES if month <= self._diary.month][-1])

    def _pay_wages(self) -> None:
        gross = self._gross() + Decimal(self._diary.chance("overtime").randint(0, 150_000)) / 100
        paye = cents(gross * _PAYE_SHARE)
        self._paye += paye
        self._bank("SPEND", settings.WAGES, "staff", gross - paye, settings.WAGES_PAYABLE)
        self._journal(
            f"Wages {self._diary.today:%B %Y}",
            (
                ("477", gross),
                (settings.PAYE, -paye),
                (settings.WAGES_PAYABLE, paye - gross),
            ),
        )

    def _pay_paye(self) -> None:
        if self._paye:
            self._bank("SPEND", settings.WAGES, "inland-revenue", self._paye, settings.PAYE)
            self._paye = ZERO

    def _pay_gst(self) -> None:
        """Two-monthly return: what is owed is paid, what is owed to us comes back."""
        owed = self._desk.tax_owed
        if owed:
            kind: ev.BankTransactionType = "SPEND" if owed > 0 else "RECEIVE"
            self._bank(kind, settings.WAGES, "inland-revenue", abs(owed), settings.GST)
            self._desk.tax_owed = ZERO

    def _pay_income_tax(self) -> None:
        amount = Decimal(self._diary.chance("income tax").randint(3000, 5200))
        self._bank("SPEND", settings.WAGES, "inland-revenue", amount, settings.INCOME_TAX)

    # --- loan and owner ---

    def _run_loan(self) -> None:
        if self._diary.month == _LOAN_MONTH:
            self._bank("RECEIVE", settings.MAIN, "kea-bank", _LOAN, settings.LOAN)
            self._loan = _LOAN
        elif self._loan:
            principal = min(self._loan, cents(_LOAN / _LOAN_MONTHS))
            interest = cents(self._loan * _LOAN_RATE)
            self._loan -= principal
            self._desk.post_bank(
                "SPEND",
                settings.MAIN,
                (
                    _line("Loan repayment", principal, settings.LOAN),
                    _line("Loan interest", interest, "437"),
                ),
                contact="kea-bank",
            )

    def _draw(self) -> None:
        self._bank("SPEND", settings.MAIN, "owner", Decimal("6000.00"), settings.DRAWINGS)

    # --- between accounts ---

    def _keep_funds(self) -> None:
        """Before bills are paid: each account gets what it will need, from where there is more."""
        if self._diary.today.isoweekday() > 5:
            return
        desk = self._desk
        if desk.balance[settings.US_DOLLARS] > 24_000:
            desk.transfer(settings.US_DOLLARS, settings.MAIN, Decimal("15000.00"), "Convert")
        need = self._need_of_wages_account()
        if desk.balance[settings.WAGES] < need:
            amount = need - desk.balance[settings.WAGES] + 5000
            desk.transfer(settings.MAIN, settings.WAGES, cents(amount), "Wages and tax")
        main = desk.balance[settings.MAIN]
        if main < 15_000:
            self._raise_funds()
        elif main > 120_000:
            desk.transfer(settings.MAIN, settings.SAVINGS, Decimal("40000.00"), "Reserve")

    def _need_of_wages_account(self) -> Decimal:
        """Wages, the tax on them and the next GST payment, in the week they go out."""
        if self._diary.today.day < 18:
            return Decimal(6000)
        return self._gross() + 2000 + self._paye + max(ZERO, self._desk.tax_owed)

    def _raise_funds(self) -> None:
        """From savings while there are any, then from the owner."""
        desk = self._desk
        short = 40_000 - desk.balance[settings.MAIN]
        saved = min(cents(short), desk.balance[settings.SAVINGS])
        if saved > 1000:
            desk.transfer(settings.SAVINGS, settings.MAIN, saved, "Top up")
        if short - saved > 25_000:
            funds = Decimal("60000.00")
            self._bank("RECEIVE", settings.MAIN, "owner", funds, settings.FUNDS_INTRODUCED)

    def _pay_card(self) -> None:
        owed = -self._desk.balance[settings.CARD]
        if owed > 0:
            self._desk.transfer(settings.MAIN, settings.CARD, owed, "Visa statement")

    # --- month end ---

    def _post_month_end(self) -> None:
        amount = Decimal("415.00")
        self._journal(
            f"Depreciation {self._diary.today:%B %Y}", (("416", amount), ("711", -amount))
        )
        fee = Decimal(self._diary.chance("fee").randint(1200, 3900)) / 100
        self._bank("SPEND", settings.MAIN, "kea-bank", fee, "404")
        saved = self._desk.balance[settings.SAVINGS]
        if saved > 0:
            interest = cents(saved * Decimal("0.0031"))
            self._bank("RECEIVE", settings.SAVINGS, "kea-bank", interest, "270")

    def _journal(self, narration: str, lines: tuple[tuple[str, Decimal], ...]) -> None:
        self._diary.write(
            ev.ManualJournalPosted(
                at=self._diary.stamp(),
                key=f"MJ-{self._diary.number('journal'):04d}",
                narration=narration,
                date=self._diary.today,
                lines=tuple(ev.JournalLine(code, amount, narration) for code, amount in lines),
            )
        )

    def _bank(
        self,
        kind: ev.BankTransactionType,
        account: str,
        contact: str,
        amount: Decimal,
        coded_to: str,
    ) -> None:
        text = f"{kind.title()} {self._diary.today:%d %b}"
        self._desk.post_bank(kind, account, (_line(text, amount, coded_to),), contact=contact)


def _line(text: str, amount: Decimal, account: str) -> ev.Line:
    return ev.Line(text, Decimal(1), amount, account)
