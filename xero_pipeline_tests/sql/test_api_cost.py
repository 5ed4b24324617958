"""What reading from Xero costs: checked by hand with GiB and AUD."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from xero_pipeline.settings import Tier
from xero_pipeline.warehouse import create_tables, replace_ops_table
from xero_pipeline_tests.sql.warehouse import graph

HARBOUR = "11111111-1111-4111-8111-111111111111"
GARAGE = "22222222-2222-4222-8222-222222222222"
GIB = 1024**3


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        create_tables(connection)
        graph().build(connection, only=["seeds.xero_tiers", "marts.api_cost_by_organisation"])
        yield connection


def used(
    day: int, gib: float, organisation: str = HARBOUR, endpoint: str = "invoices", calls: int = 10
) -> dict[str, Any]:
    return {
        "organisation_id": organisation,
        "endpoint": endpoint,
        "day": date(2026, 4, day),
        "tier": "core",
        "calls": calls,
        "wire_bytes": 1,
        "body_bytes": int(gib * GIB),
    }


def costs(
    warehouse: duckdb.DuckDBPyConnection, usage: list[dict[str, Any]], columns: str
) -> list[tuple[Any, ...]]:
    replace_ops_table(warehouse, "api_usage", usage)
    return warehouse.execute(f"select {columns} from marts.api_cost_monthly()").fetchall()


def test_bytes_beyond_the_tiers_allowance_cost_by_the_gib(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """Core includes 10 GiB; 2.5 more at 2.40 are 6.00."""
    (month,) = costs(
        warehouse,
        [used(1, 8), used(30, 4.5)],
        "month, as_of_date, calls, share_used, cost_aud, forecast_cost_aud",
    )
    assert month == (
        date(2026, 4, 1),
        date(2026, 4, 30),
        20,
        Decimal("1.2500"),
        Decimal("6.00"),
        Decimal("6.00"),
    )


def test_the_rest_of_the_month_is_forecast_at_the_rate_so_far(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """3 GiB on the 11th to the 15th, so 0.6 a day; 15 more days make 9, 12 altogether."""
    (month,) = costs(
        warehouse,
        [used(11, 1), used(15, 2)],
        "billed_bytes, forecast_bytes, forecast_share, cost_aud, forecast_cost_aud",
    )
    assert month == (3 * GIB, 12 * GIB, Decimal("1.2000"), Decimal("0.00"), Decimal("4.80"))


def test_the_organisation_itself_is_free(warehouse: duckdb.DuckDBPyConnection) -> None:
    (month,) = costs(
        warehouse,
        [used(1, 1), used(1, 7, endpoint="organisation", calls=5)],
        "calls, billed_bytes",
    )
    assert month == (15, GIB)


def test_starters_bytes_are_free_and_enterprise_is_by_agreement(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    columns = "included_bytes, share_used, cost_aud, connections_allowed"
    starter = costs(warehouse, [used(1, 99) | {"tier": "starter"}], columns)
    enterprise = costs(warehouse, [used(1, 99) | {"tier": "enterprise"}], columns)
    assert starter == [(None, None, Decimal("0.00"), 5)]
    assert enterprise == [(None, None, None, None)]


def test_every_organisation_bears_its_share(warehouse: duckdb.DuckDBPyConnection) -> None:
    """12.5 GiB in a whole month cost 6.00; three fifths of them are Harbour's."""
    replace_ops_table(
        warehouse,
        "api_usage",
        [used(1, 5), used(30, 2.5, calls=4), used(30, 5, organisation=GARAGE)],
    )
    replace_ops_table(
        warehouse, "connections", [{"organisation_id": HARBOUR, "organisation_name": "Harbour"}]
    )
    found = warehouse.execute(
        "select organisation_name, calls, busiest_day_calls, share_of_bytes, cost_aud "
        "from marts.api_cost_by_organisation()"
    ).fetchall()
    assert found == [
        ("Harbour", 14, 10, Decimal("0.600000"), Decimal("3.60")),
        (None, 10, 10, Decimal("0.400000"), Decimal("2.40")),
    ]


def test_months_are_apart(warehouse: duckdb.DuckDBPyConnection) -> None:
    march = used(1, 1) | {"day": date(2026, 3, 31)}
    months = costs(warehouse, [march, used(2, 2)], "month, billed_bytes, forecast_bytes")
    assert months == [
        (date(2026, 3, 1), GIB, GIB),
        (date(2026, 4, 1), 2 * GIB, 58 * GIB),
    ]


def test_settings_and_seed_agree_on_the_calls_of_a_day(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    listed = dict(warehouse.execute("select tier, daily_calls from seeds.xero_tiers").fetchall())
    assert listed == {tier.value: tier.daily_calls for tier in Tier}
