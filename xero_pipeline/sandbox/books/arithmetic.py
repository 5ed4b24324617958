"""Xero's arithmetic: line amounts, tax and conversion to the base currency. Money in Decimal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import accumulate, pairwise

from xero_pipeline.sandbox.events import Line, LineAmountTypes

ZERO = Decimal("0.00")
_CENT = Decimal("0.01")


def cents(amount: Decimal) -> Decimal:
    """Rounded half-up to two decimals."""
    return amount.quantize(_CENT, ROUND_HALF_UP)


def total(amounts: Sequence[Decimal]) -> Decimal:
    return sum(amounts, ZERO)


def to_base(amount: Decimal, rate: Decimal | None) -> Decimal:
    """Convert with Xero's CurrencyRate, which is foreign units per one unit of base.

    Args:
        amount: in the document's currency.
        rate: None when the document is in the base currency.
    """
    return cents(amount if rate is None else amount / rate)


def parts_in_base(amounts: Sequence[Decimal], rate: Decimal | None) -> list[Decimal]:
    """Convert parts so that they add up to the conversion of their sum, to the cent."""
    running = [to_base(part, rate) for part in accumulate(amounts, initial=ZERO)]
    return [after - before for before, after in pairwise(running)]


def apportion(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Cut `amount` in proportion to `weights`; the parts add up to it, to the cent.

    The whole of the weights gives back the weights themselves.
    """
    whole = total(weights)
    running = [cents(amount * part / whole) for part in accumulate(weights, initial=ZERO)]
    return [after - before for before, after in pairwise(running)]


@dataclass(frozen=True)
class PricedLine:
    """A line with what Xero works out for it, in the document's currency.

    Attributes:
        line: as the event gave it.
        id: LineItemID.
        amount: LineAmount: with tax where the document is Inclusive.
        tax: TaxAmount.
        net: the amount without tax, which is what the line's account gets.
        discount: what DiscountRate took off.
    """

    line: Line
    id: str
    amount: Decimal
    tax: Decimal
    net: Decimal
    discount: Decimal


def price(line: Line, line_id: str, kind: LineAmountTypes, percent: Decimal) -> PricedLine:
    """Work out one line. Tax is rounded half-up per line to two decimals, then summed.

    Args:
        kind: whether unit amounts hold tax. NoTax documents have none, whatever the line's type.
        percent: the rate of the line's tax type.
    """
    before_discount = cents(line.quantity * line.unit_amount)
    kept = 100 - (line.discount_rate or ZERO)
    amount = cents(line.quantity * line.unit_amount * kept / 100)
    tax = _tax(amount, kind, percent)
    net = amount - tax if kind == "Inclusive" else amount
    return PricedLine(line, line_id, amount, tax, net, before_discount - amount)


def _tax(amount: Decimal, kind: LineAmountTypes, percent: Decimal) -> Decimal:
    match kind:
        case "NoTax":
            return ZERO
        case "Inclusive":
            return cents(amount * percent / (100 + percent))
        case "Exclusive":
            return cents(amount * percent / 100)
