"""The bank side of the desk: spend and receive money, credits made by it, and transfers."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Literal, NamedTuple

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.life.amounts import ZERO, in_base, line_values
from xero_pipeline.sandbox.life.diary import Diary
from xero_pipeline.sandbox.life.papers import Document, PlanError, Settlement, credit_kind
from xero_pipeline.sandbox.life.rates import DayRates


class Account(NamedTuple):
    """An account of a chart that is no bank account; `system` is Xero's word for what it is for."""

    code: str
    name: str
    type: str
    tax_type: str = "NONE"
    system: str | None = None


class BankDesk:
    """Writes bank movements into the diary and keeps the balances, in each account's currency."""

    def __init__(self, diary: Diary, rates: DayRates, tax_rates: Mapping[str, Decimal]) -> None:
        self.diary = diary
        self.rates = rates
        self.tax_rates = tax_rates
        self.account_currency: dict[str, str] = {}
        self.balance: dict[str, Decimal] = defaultdict(lambda: ZERO)
        self.documents: dict[tuple[str, str], Document] = {}
        self.settlements: dict[str, Settlement] = {}
        self._live: list[Document] = []
        self.tax_owed = ZERO  # in base currency: on sales, less on purchases, less paid

    def open_bank_account(
        self,
        code: str,
        name: str,
        currency: str,
        number: str,
        kind: Literal["BANK", "CREDITCARD"] = "BANK",
    ) -> None:
        """An account at a bank, or a credit card, out of which documents may be paid."""
        self.account_currency[code] = currency
        self.diary.write(
            ev.AccountAdded(
                at=self.diary.stamp(),
                code=code,
                name=name,
                type="BANK",
                currency=currency,
                bank_account_type=kind,
                bank_account_number=number,
                enable_payments=True,
            )
        )

    def add_accounts(self, chart: Iterable[Account]) -> None:
        for code, name, account_type, tax_type, system in chart:
            at = self.diary.stamp()
            self.diary.write(ev.AccountAdded(at, code, name, account_type, tax_type, system))

    def post_bank(
        self,
        kind: ev.BankTransactionType,
        account_code: str,
        lines: tuple[ev.Line, ...],
        *,
        contact: str | None,
        date: dt.date | None = None,
        reference: str = "",
        mode: ev.LineAmountTypes = "Inclusive",
        reconciled: bool = True,
    ) -> ev.BankTransactionPosted:
        """Spend or receive money, in the account's currency, at today's rate."""
        currency = self.account_currency[account_code]
        posted = ev.BankTransactionPosted(
            at=self.diary.stamp(),
            key=f"BT-{self.diary.number('bank transaction'):05d}",
            type=kind,
            account_code=account_code,
            date=date or self.diary.today,
            lines=lines,
            currency=currency,
            contact=contact,
            currency_rate=self.rates.on(currency),
            reference=reference,
            line_amount_types=mode,
            is_reconciled=reconciled,
        )
        self.diary.write(posted)
        self._move(posted, 1)
        if kind not in ("SPEND", "RECEIVE"):
            self._file(self._credit_of(posted))
        return posted

    def delete_bank(self, posted: ev.BankTransactionPosted) -> None:
        self.diary.write(ev.BankTransactionDeleted(self.diary.stamp(), posted.key))
        self._move(posted, -1)

    def void_credit(self, posted: ev.BankTransactionPosted) -> None:
        """Voids a prepayment or overpayment, and with it the bank transaction that made it."""
        kind = credit_kind(posted)
        credit = self.documents[kind, posted.key]
        if not credit.is_untouched:
            raise PlanError(f"{credit.key} has been applied or refunded")
        self.diary.write(ev.CreditVoided(self.diary.stamp(), kind, posted.key))
        credit.status = "VOIDED"
        self._move(posted, -1)

    def transfer(
        self, source: str, target: str, amount: Decimal, reference: str = ""
    ) -> ev.BankTransferMade:
        """Between two accounts; `amount` is in the source's currency."""
        rate = self.rates.on(self.account_currency[source])
        same = self.account_currency[source] == self.account_currency[target]
        made = ev.BankTransferMade(
            at=self.diary.stamp(),
            key=f"TRF-{self.diary.number('transfer'):04d}",
            from_account=source,
            to_account=target,
            date=self.diary.today,
            amount=amount,
            to_amount=None if same else in_base(amount, rate),
            currency_rate=None if same else rate,
            reference=reference,
        )
        self.diary.write(made)
        self.balance[source] -= amount
        self.balance[target] += made.to_amount or amount
        return made

    def delete_transfer(self, made: ev.BankTransferMade) -> None:
        self.diary.write(ev.BankTransferDeleted(self.diary.stamp(), made.key))
        self.balance[made.from_account] += made.amount
        self.balance[made.to_account] -= made.to_amount or made.amount

    def _file(self, document: Document) -> Document:
        self.documents[document.kind, document.key] = document
        self._live.append(document)
        return document

    def _credit_of(self, posted: ev.BankTransactionPosted) -> Document:
        return Document(
            kind=credit_kind(posted),
            key=posted.key,
            type=posted.type,
            contact=posted.contact or "",
            date=posted.date,
            due_date=None,
            currency=posted.currency,
            rate=posted.currency_rate,
            values=line_values(posted.lines, posted.line_amount_types, self.tax_rates),
            status="AUTHORISED",
            lines=posted.lines,
            mode=posted.line_amount_types,
        )

    def _move(self, posted: ev.BankTransactionPosted, times: int) -> None:
        values = line_values(posted.lines, posted.line_amount_types, self.tax_rates)
        sign = times if posted.type.startswith("RECEIVE") else -times
        self.balance[posted.account_code] += sign * sum((v.gross for v in values), ZERO)
        tax = sum((v.tax for v in values), ZERO)
        self.tax_owed += sign * in_base(tax, posted.currency_rate)
