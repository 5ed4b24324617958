"""Money is rounded half-up to the cent, exactly as Decimal does it."""

from __future__ import annotations

import random
from decimal import ROUND_HALF_UP, Decimal, localcontext

import pytest

from xero_pipeline_tests.sql.warehouse import Warehouse, model_files

MACROS = ("divide_half_up", "to_base", "recurring_monthly_base", "recurring_ratio")


@pytest.fixture(scope="module")
def warehouse() -> Warehouse:
    warehouse = Warehouse()
    for name in MACROS:
        warehouse.connection.execute(model_files()[f"intermediate.{name}"].read_text())
    return warehouse


def rounded(value: Decimal, to: str = "0.01") -> Decimal:
    return value.quantize(Decimal(to), ROUND_HALF_UP)


def evaluate(
    warehouse: Warehouse, expression: str, pairs: list[tuple[Decimal, Decimal]]
) -> list[Decimal]:
    """The expression over columns a DECIMAL(18,2) and b DECIMAL(20,10), in the pairs' order."""
    rows = warehouse.connection.execute(
        f"select {expression} from (select unnest(?::decimal(18, 2)[]) as a, "
        "unnest(?::decimal(20, 10)[]) as b)",
        [[str(a) for a, _ in pairs], [str(b) for _, b in pairs]],
    ).fetchall()
    return [value for (value,) in rows]


def pairs_with_many_halves() -> list[tuple[Decimal, Decimal]]:
    chance = random.Random(20)  # noqa: S311 - numbers to try, no secrets
    rates = ["0.5", "0.8", "1.6", "2", "4", "8", "16", "0.64", "200"]
    amounts = [Decimal(chance.randint(-(10**9), 10**9)) / 100 for _ in range(4000)]
    return [
        (amount, Decimal(chance.choice(rates)))
        if number % 2
        else (amount, Decimal(chance.randint(10**7, 10**12)) / 10**10)
        for number, amount in enumerate(amounts)
    ]


def test_amounts_in_base_currency(warehouse: Warehouse) -> None:
    pairs = pairs_with_many_halves()
    assert evaluate(warehouse, "intermediate.to_base(a, b)", pairs) == [
        rounded(amount / rate) for amount, rate in pairs
    ]


def test_monthly_equivalents(warehouse: Warehouse) -> None:
    pairs = pairs_with_many_halves()
    expression = "intermediate.recurring_monthly_base(a, 'WEEKLY', 2, b)"
    with localcontext(prec=50):
        expected = [rounded(price * 52 / (24 * rate)) for price, rate in pairs]
    assert evaluate(warehouse, expression, pairs) == expected


def test_ratios(warehouse: Warehouse) -> None:
    pairs = [(Decimal(a), Decimal(b)) for a, b in ((1, 3), (2, 3), (-1, 8), (1, 32), (0, 5))]
    assert evaluate(warehouse, "intermediate.recurring_ratio(a, b)", pairs) == [
        rounded(a / b, "0.0001") for a, b in pairs
    ]


def test_a_zero_denominator_and_an_unknown_rate_give_null(warehouse: Warehouse) -> None:
    row = warehouse.rows(
        "select intermediate.to_base(1, 0) as zero, intermediate.to_base(1, null) as unknown, "
        "intermediate.recurring_ratio(1, 0) as ratio"
    )
    assert row == [{"zero": None, "unknown": None, "ratio": None}]


def test_large_amounts_do_not_overflow(warehouse: Warehouse) -> None:
    pair = (Decimal("1234567890123.45"), Decimal("0.0320000000"))
    (value,) = evaluate(warehouse, "intermediate.to_base(a, b)", [pair])
    assert value == Decimal("38580246566357.81")
