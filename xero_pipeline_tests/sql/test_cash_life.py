"""Cash over the sandbox's lives: every month of every bank account ties to Xero's Bank Summary.

They hold foreign accounts, over- and prepayments, refunds, batches, transfers, and payments
and bank transactions that were deleted again. `python -m xero_pipeline_tests.sql.test_cash_life
SEEDS` does the same for many seeds, from the first day on, for every single day.
"""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import duckdb
import pytest

from xero_pipeline.demo.proof import BOOKS
from xero_pipeline.warehouse import open_build_database
from xero_pipeline_tests.sql.landed_life import Plan, lived, sync
from xero_pipeline_tests.sql.warehouse import graph, needed_for

START = dt.date(2024, 5, 22)
A_YEAR_AGO = dt.date(2025, 11, 22)
NOW = dt.datetime(2026, 11, 21, 10, 0, tzinfo=dt.UTC)
WANTED = (
    "marts.cash_balances",
    "marts.cash_flow_monthly",
    "marts.cash_exclusions_applied",
    "marts.cash_conversion_balances",
)
TESTS = (
    "cash_balances_equal_bank_summary",
    "cash_movements_equal_bank_summary",
    "cash_flow_explains_closing",
    "cash_exclusions_explain_flow",
)
ENDPOINTS = (
    "organisation",
    "accounts",
    "contacts",
    "bank_transactions",
    "bank_transfers",
    "credit_notes",
    "invoices",
    "overpayments",
    "payments",
    "prepayments",
)
UNTIED = """
    select accounts.name, periods.* exclude (organisation_id, account_id)
    from intermediate.bank_report_periods as periods
    join staging.accounts as accounts using (organisation_id, account_id)
    where periods.movements_base <> periods.net_flow or periods.closing_beyond_movements <> 0
"""


def month_ends(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """The last day of each month, and the last of all."""
    for day in days(first, last):
        if day == last or (day + dt.timedelta(days=1)).day == 1:
            yield day


def days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    for number in range((last - first).days + 1):
        yield first + dt.timedelta(days=number)


def live(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    plan: Plan,
    seed: int,
    *,
    start: dt.date,
    on: Callable[[dt.date, dt.date], Iterable[dt.date]],
) -> None:
    """Sync a life, with a Bank Summary of each of these days."""
    book = lived(plan(seed, start, NOW))
    book.clock = lambda: NOW
    reported = on(start, book.today())
    sync(connection, folder, book, NOW, endpoints=ENDPOINTS, reports={"bank_summary": reported})


def build(connection: duckdb.DuckDBPyConnection) -> None:
    graph().build(connection, only=needed_for(WANTED) & set(graph().nodes))


@pytest.fixture(scope="module")
def cash(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The last year of all lives in one warehouse."""
    home = tmp_path_factory.mktemp("home")
    with open_build_database(home / "build.duckdb") as connection:
        for name, plan in BOOKS.items():
            live(connection, home / name, plan, 7, start=A_YEAR_AGO, on=month_ends)
        build(connection)
        yield connection


def test_every_month_of_every_account_ties_to_the_bank_summary(
    cash: duckdb.DuckDBPyConnection,
) -> None:
    assert cash.execute(UNTIED).fetchall() == []
    tied = "select count(*) from intermediate.bank_report_periods"
    accounts = "select 13 * count(*) from staging.accounts where is_bank_account"
    assert cash.execute(tied).fetchone() == cash.execute(accounts).fetchone()


def test_nothing_is_left_for_a_conversion_balance_to_explain(
    cash: duckdb.DuckDBPyConnection,
) -> None:
    rows = "select distinct source, conversion_base from marts.cash_conversion_balances"
    assert cash.execute(rows).fetchall() == [("first_bank_summary", 0)]


@pytest.mark.parametrize("test", TESTS)
def test_the_checks_pass(cash: duckdb.DuckDBPyConnection, test: str) -> None:
    assert cash.execute(graph().tests[test].sql).fetchall() == []


def main(seeds: int) -> None:
    """Every day of all lives, for seeds 1 to `seeds`."""
    for seed in range(1, seeds + 1):
        with (
            tempfile.TemporaryDirectory() as home,
            open_build_database(Path(home) / "build.duckdb") as connection,
        ):
            for name, plan in BOOKS.items():
                live(connection, Path(home) / name, plan, seed, start=START, on=days)
            build(connection)
            untied = connection.execute(UNTIED).fetchall()
            failed = [t for t in TESTS if connection.execute(graph().tests[t].sql).fetchall()]
            row = connection.execute(
                "select count(*) from intermediate.bank_report_periods"
            ).fetchone()
        print(
            f"seed {seed}: {row[0] if row else 0} balances of accounts and days, "
            f"{len(untied)} differ; checks that fail: {', '.join(failed) or 'none'}",
            flush=True,
        )


if __name__ == "__main__":
    main(int(sys.argv[1]))
