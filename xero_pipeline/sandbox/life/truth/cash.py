"""Cash: what moved on the bank accounts, what is on them, and how long it lasts.

Movements are spend and receive money (over- and prepayments among them), payments and transfers,
each on its own date; deleted ones never were. A batch only groups payments. A movement on an
account in foreign currency is worth amount / currency_rate, rounded half-up to the cent; a balance
in base currency is the running sum of that, without revaluation.

Flows leave out both sides of transfers. Lines coded to accounts of type EQUITY or TERMLIAB are
financing; the rest is operating. Of the operating flow, lines coded to the system account GST or to
an account whose name contains "income tax" or "corporation tax" are tax as well. Payments of
invoices and refunds of credits are operating. A movement is "in" or "out" by its own sign, with all
its lines. Credit cards are accounts like others here: their charges are outflow on the day, paying
the card is a transfer.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.life.amounts import ZERO, cents, in_base, line_values
from xero_pipeline.sandbox.life.calendar import (
    add_months,
    month_end,
    month_start,
    months_through,
)
from xero_pipeline.sandbox.life.truth.history import BankRow, History

_FINANCING_TYPES = frozenset({"EQUITY", "TERMLIAB"})
_TAX_NAMES = ("income tax", "corporation tax")
_MONEY_IN = frozenset({"ACCREC", "ACCPAYCREDIT", "SPEND-OVERPAYMENT", "SPEND-PREPAYMENT"})


@dataclass(frozen=True)
class Movement:
    """Money into (positive) or out of one bank account."""

    date: dt.date
    account_code: str
    amount: Decimal  # in the account's currency
    base: Decimal
    is_transfer: bool = False
    financing: Decimal = ZERO  # the part of `base` that is financing
    tax: Decimal = ZERO  # the part of `base` that is tax
    left_out: tuple[LeftOut, ...] = ()  # what of `base` burn leaves out, by account


@dataclass(frozen=True)
class LeftOut:
    """The part of a movement that is left out of burn; of tax: of burn without tax."""

    category: str
    account_code: str
    base: Decimal


@dataclass(frozen=True)
class Exclusion:
    """What is left out of burn in a month, by category and account; `out_base` is positive.

    The account of a transfer is the bank account that it moved.
    """

    month: dt.date
    category: str
    account_code: str
    in_base: Decimal
    out_base: Decimal
    documents: int


@dataclass(frozen=True)
class CashBalance:
    """One bank account at the end of a day."""

    as_of_date: dt.date
    account_id: str
    account_code: str
    is_credit_card: bool
    currency_code: str
    balance: Decimal
    balance_base: Decimal


@dataclass(frozen=True)
class CashFlow:
    """One month in base currency, all amounts positive. Tax is part of operating."""

    month: dt.date
    operating_in: Decimal
    operating_out: Decimal
    financing_in: Decimal
    financing_out: Decimal
    tax_in: Decimal
    tax_out: Decimal

    @property
    def net_burn(self) -> Decimal:
        return self.operating_out - self.operating_in


@dataclass(frozen=True)
class Runway:
    """How long the cash lasts at the average net burn of the last complete months.

    `cash_base` leaves out credit cards, whose balance is `card_debt_base` (negative when owed).
    The state is "runway"; "cash_generative" when nothing is burnt, without `runway_months`; or
    "insufficient_history", without `net_burn_base` either, when the book is too young.
    """

    as_of_date: dt.date
    basis_months: int
    cash_base: Decimal
    card_debt_base: Decimal
    net_burn_base: Decimal | None
    runway_months: Decimal | None
    state: str


def movements(history: History) -> list[Movement]:
    """Every movement on every bank account, in order of date."""
    found = [*_of_bank_rows(history), *_of_payments(history), *_of_transfers(history)]
    return sorted(found, key=lambda movement: movement.date)


def balances(
    history: History, moved: Sequence[Movement], as_of: dt.date
) -> tuple[CashBalance, ...]:
    """Every bank account at the end of one day, by account code."""
    return tuple(
        CashBalance(
            as_of_date=as_of,
            account_id=history.id("Account", account.code),
            account_code=account.code,
            is_credit_card=account.bank_account_type == "CREDITCARD",
            currency_code=account.currency or history.opened.base_currency,
            balance=sum((m.amount for m in moved if _on(m, account, as_of)), ZERO),
            balance_base=sum((m.base for m in moved if _on(m, account, as_of)), ZERO),
        )
        for account in sorted(history.bank_accounts(), key=lambda account: account.code)
    )


def balance_history(
    history: History, moved: Sequence[Movement], as_of: dt.date
) -> tuple[CashBalance, ...]:
    """Balances at every month end before the month of `as_of`, and at `as_of`."""
    if not moved:
        return balances(history, moved, as_of)
    ends = [month_end(m) for m in months_through(moved[0].date, add_months(as_of, -1))]
    return tuple(row for day in (*ends, as_of) for row in balances(history, moved, day))


def monthly_flows(moved: Sequence[Movement], as_of: dt.date) -> tuple[CashFlow, ...]:
    """All months from the first movement's to that of `as_of`, the last up to `as_of` only."""
    if not moved:
        return ()
    return tuple(
        _flow(month, [m for m in moved if month_start(m.date) == month and m.date <= as_of])
        for month in months_through(moved[0].date, as_of)
    )


def exclusions(moved: Sequence[Movement], as_of: dt.date) -> tuple[Exclusion, ...]:
    """Up to `as_of`, by month, category and account code."""
    found: dict[tuple[dt.date, str, str], list[tuple[Movement, LeftOut]]] = defaultdict(list)
    for movement in moved:
        for part in movement.left_out if movement.date <= as_of else ():
            key = (month_start(movement.date), part.category, part.account_code)
            found[key].append((movement, part))
    return tuple(
        Exclusion(
            *key,
            in_base=sum((part.base for movement, part in parts if movement.base > 0), ZERO),
            out_base=-sum((part.base for movement, part in parts if movement.base < 0), ZERO),
            documents=len(parts),
        )
        for key, parts in sorted(found.items())
    )


def runways(
    at: Sequence[CashBalance], flows: Sequence[CashFlow], as_of: dt.date
) -> tuple[Runway, ...]:
    """On the last 3, 6 and 12 complete months.

    The month of `as_of` is not over, and the one in which the book begins is a part of a month.
    """
    cash = sum((row.balance_base for row in at if not row.is_credit_card), ZERO)
    debt = sum((row.balance_base for row in at if row.is_credit_card), ZERO)
    complete = [flow for flow in flows[1:] if flow.month < month_start(as_of)]
    return tuple(
        Runway(as_of, months, cash, debt, *_runway(cash, complete, months)) for months in (3, 6, 12)
    )


def _runway(
    cash: Decimal, complete: Sequence[CashFlow], months: int
) -> tuple[Decimal | None, Decimal | None, str]:
    """Net burn, months left and state."""
    if len(complete) < months:
        return None, None, "insufficient_history"
    burn = cents(sum((flow.net_burn for flow in complete[-months:]), ZERO) / months)
    if burn <= 0:
        return burn, None, "cash_generative"
    return burn, max(ZERO, cents(cash / burn)), "runway"


def _on(movement: Movement, account: ev.AccountAdded, as_of: dt.date) -> bool:
    return movement.account_code == account.code and movement.date <= as_of


def _of_bank_rows(history: History) -> Iterator[Movement]:
    financing, tax = financing_accounts(history), tax_accounts(history)
    for row in history.bank.values():
        if not row.is_deleted:
            yield _of_bank_row(history, row, financing, tax)


def _of_bank_row(
    history: History, row: BankRow, financing: frozenset[str], tax: frozenset[str]
) -> Movement:
    posted = row.posted
    values = line_values(row.lines, posted.line_amount_types, history.tax_rates)
    sign = 1 if posted.type.startswith("RECEIVE") else -1

    def base_of(codes: frozenset[str]) -> Decimal:
        amount = sum((v.gross for v in values if v.account_code in codes), ZERO)
        return sign * in_base(amount, posted.currency_rate)

    total = sum((v.gross for v in values), ZERO)
    codes = sorted({v.account_code for v in values} & (financing | tax))
    return Movement(
        date=posted.date,
        account_code=posted.account_code,
        amount=sign * total,
        base=sign * in_base(total, posted.currency_rate),
        financing=base_of(financing),
        tax=base_of(tax),
        left_out=tuple(
            LeftOut("tax" if code in tax else "financing", code, base_of(frozenset({code})))
            for code in codes
        ),
    )


def _of_payments(history: History) -> Iterator[Movement]:
    for payment in history.payments.values():
        target = history.documents[payment.target_kind, payment.target]
        account = history.accounts[payment.account_code]
        sign = 1 if target.type in _MONEY_IN else -1
        amount = payment.amount if payment.bank_amount is None else payment.bank_amount
        in_base_currency = account.currency == history.opened.base_currency
        base = amount if in_base_currency else in_base(payment.amount, payment.currency_rate)
        yield Movement(payment.date, account.code, sign * amount, sign * base)


def _of_transfers(history: History) -> Iterator[Movement]:
    home = history.opened.base_currency
    for made in history.transfers.values():
        for code, sign, amount in (
            (made.from_account, -1, made.amount),
            (made.to_account, 1, made.to_amount or made.amount),
        ):
            rate = None if history.accounts[code].currency == home else made.currency_rate
            base = in_base(amount, rate)
            yield Movement(
                made.date,
                code,
                sign * amount,
                sign * base,
                is_transfer=True,
                left_out=(LeftOut("transfer", code, sign * base),),
            )


def financing_accounts(history: History) -> frozenset[str]:
    return frozenset(a.code for a in history.accounts.values() if a.type in _FINANCING_TYPES)


def tax_accounts(history: History) -> frozenset[str]:
    return frozenset(
        account.code
        for account in history.accounts.values()
        if account.system_account == "GST"
        or any(name in account.name.lower() for name in _TAX_NAMES)
    )


def _flow(month: dt.date, moved: Sequence[Movement]) -> CashFlow:
    own = [m for m in moved if not m.is_transfer]
    into = [m for m in own if m.base > 0]
    out = [m for m in own if m.base < 0]
    return CashFlow(
        month=month,
        operating_in=sum((m.base - m.financing for m in into), ZERO),
        operating_out=-sum((m.base - m.financing for m in out), ZERO),
        financing_in=sum((m.financing for m in into), ZERO),
        financing_out=-sum((m.financing for m in out), ZERO),
        tax_in=sum((m.tax for m in into), ZERO),
        tax_out=-sum((m.tax for m in out), ZERO),
    )
