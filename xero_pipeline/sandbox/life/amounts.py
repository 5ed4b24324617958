"""Xero's arithmetic of lines: to the cent, half-up, tax rounded line by line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from xero_pipeline.sandbox.events import Line, LineAmountTypes

ZERO = Decimal("0.00")
_CENT = Decimal("0.01")
_HUNDRED = Decimal(100)


def cents(amount: Decimal) -> Decimal:
    """Rounded half-up to two decimals."""
    return amount.quantize(_CENT, ROUND_HALF_UP)


def in_base(amount: Decimal, rate: Decimal | None) -> Decimal:
    """A document amount in base currency; `rate` is foreign units per unit of base."""
    return amount if rate is None else cents(amount / rate)


def line_amount(line: Line) -> Decimal:
    """Xero's LineAmount: quantity x unit amount, less the line's discount."""
    discount = line.discount_rate or Decimal(0)
    return cents(line.quantity * line.unit_amount * (_HUNDRED - discount) / _HUNDRED)


@dataclass(frozen=True)
class LineValue:
    """What one line is worth, in the document's currency."""

    account_code: str
    net: Decimal
    tax: Decimal

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


def line_value(line: Line, mode: LineAmountTypes, tax_rates: Mapping[str, Decimal]) -> LineValue:
    """Splits a line into net and tax.

    Args:
        tax_rates: percent by tax type; "NONE" need not be in it.
    """
    amount = line_amount(line)
    rate = Decimal(0) if line.tax_type == "NONE" else tax_rates[line.tax_type]
    if mode == "NoTax":
        return LineValue(line.account_code, amount, ZERO)
    if mode == "Inclusive":
        tax = cents(amount * rate / (_HUNDRED + rate))
        return LineValue(line.account_code, amount - tax, tax)
    return LineValue(line.account_code, amount, cents(amount * rate / _HUNDRED))


def line_values(
    lines: Iterable[Line], mode: LineAmountTypes, tax_rates: Mapping[str, Decimal]
) -> tuple[LineValue, ...]:
    return tuple(line_value(line, mode, tax_rates) for line in lines)
