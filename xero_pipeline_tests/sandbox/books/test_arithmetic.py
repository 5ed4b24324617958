"""Lines, tax and conversion, with figures from Xero's recordings where there are any."""

from __future__ import annotations

from decimal import Decimal

import pytest

from xero_pipeline.sandbox.books.arithmetic import apportion, parts_in_base, price, to_base
from xero_pipeline.sandbox.events import Line, LineAmountTypes

GST = Decimal(15)


def priced(
    kind: LineAmountTypes, unit: str, quantity: str = "1", discount: str | None = None
) -> tuple[str, str, str]:
    rate = None if discount is None else Decimal(discount)
    line = Line("x", Decimal(quantity), Decimal(unit), "200", "OUTPUT2", discount_rate=rate)
    worked_out = price(line, "id", kind, GST)
    return str(worked_out.amount), str(worked_out.tax), str(worked_out.net)


def test_exclusive_tax_comes_on_top() -> None:
    assert priced("Exclusive", "40.00") == ("40.00", "6.00", "40.00")


def test_inclusive_tax_is_inside_the_line_amount() -> None:
    assert priced("Inclusive", "89.00") == ("89.00", "11.61", "77.39")


def test_a_document_without_tax_has_none_whatever_the_line_says() -> None:
    assert priced("NoTax", "89.00") == ("89.00", "0.00", "89.00")


def test_a_discount_is_taken_off_before_tax() -> None:
    assert priced("Exclusive", "50", quantity="3", discount="10") == ("135.00", "20.25", "135.00")


@pytest.mark.parametrize(
    ("unit", "tax"), [("0.10", "0.02"), ("0.30", "0.05"), ("33.30", "5.00"), ("-0.10", "-0.02")]
)
def test_tax_is_rounded_half_up_for_each_line(unit: str, tax: str) -> None:
    assert priced("Exclusive", unit)[1] == tax


def test_the_rate_is_foreign_units_for_one_unit_of_base() -> None:
    assert to_base(Decimal(6231), Decimal("0.784917")) == Decimal("7938.42")
    assert to_base(Decimal(6231), None) == Decimal(6231)


def test_parts_convert_to_the_conversion_of_their_sum() -> None:
    thirds = [Decimal("10.00")] * 3
    assert parts_in_base(thirds, Decimal(3)) == [
        Decimal("3.33"),
        Decimal("3.34"),
        Decimal("3.33"),
    ]
    assert to_base(Decimal(30), Decimal(3)) == Decimal("10.00")


def test_an_amount_is_shared_out_to_the_cent() -> None:
    weights = [Decimal("100.00"), Decimal("15.00")]
    assert apportion(Decimal("10.00"), weights) == [Decimal("8.70"), Decimal("1.30")]
    assert apportion(Decimal("115.00"), weights) == weights
