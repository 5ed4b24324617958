"""`xero-pipeline usage`: what reading from Xero costs, as counted up to this moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import simplejson
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from xero_pipeline.connections import Connections
from xero_pipeline.settings import Settings
from xero_pipeline.warehouse import ModelGraph, create_tables, replace_ops_table
from xero_pipeline.xero import Asker


@dataclass(frozen=True)
class MonthCost:
    """A month of the app: a row of `marts.api_cost_monthly()`, where the columns are explained."""

    month: date
    as_of_date: date
    tier: str
    calls: int
    wire_bytes: int
    billed_bytes: int
    included_bytes: int | None
    share_used: Decimal | None
    forecast_bytes: int
    forecast_share: Decimal | None
    cost_aud: Decimal | None
    forecast_cost_aud: Decimal | None
    connections: int
    connections_allowed: int | None


@dataclass(frozen=True)
class OrganisationCost:
    """An organisation in a month: a row of `marts.api_cost_by_organisation()`."""

    month: date
    organisation_id: str
    organisation_name: str | None
    calls: int
    busiest_day_calls: int
    wire_bytes: int
    billed_bytes: int
    share_of_bytes: Decimal | None
    cost_aud: Decimal | None
    forecast_cost_aud: Decimal | None


@dataclass(frozen=True)
class CallsToday:
    """What is left of an organisation's day (UTC): for people, and for schedules."""

    organisation_name: str
    left: int
    left_for_schedules: int


@dataclass(frozen=True)
class ApiCost:
    """All that is known: months from the oldest on, and today."""

    months: list[MonthCost]
    organisations: list[OrganisationCost]
    today: list[CallsToday]


def read_api_cost(settings: Settings) -> ApiCost:
    """Work the costs out by the published models' own SQL, from the calls counted so far.

    Raises:
        HomeUnusable: state.db cannot be read.
    """
    graph = ModelGraph.discover().with_user_seeds(settings.user_seeds)
    with Connections.open(settings) as connections, duckdb.connect() as memory:
        create_tables(memory)
        replace_ops_table(memory, "api_usage", connections.usage())
        replace_ops_table(memory, "connections", connections.connections())
        graph.build(memory, only=["seeds.xero_tiers"])
        return ApiCost(
            months=[MonthCost(*row) for row in _rows(memory, "api_cost_monthly", MonthCost)],
            organisations=[
                OrganisationCost(*row)
                for row in _rows(memory, "api_cost_by_organisation", OrganisationCost)
            ],
            today=[
                CallsToday(
                    each.organisation_name,
                    connections.calls_left(each.organisation_id),
                    connections.calls_left(each.organisation_id, Asker.SCHEDULE),
                )
                for each in connections.connections()
            ],
        )


def as_json(cost: ApiCost) -> str:
    """For programs. Money keeps its digits; days are strings."""
    return simplejson.dumps(asdict(cost), use_decimal=True, default=str, indent=2)


def print_api_cost(cost: ApiCost, out: Console) -> None:
    """The months, the organisations of the newest one, and what is left of today."""
    if not cost.months:
        out.print("No call to Xero has been counted yet.")
        return
    out.print(_months(cost), markup=False)
    out.print(_organisations(cost), markup=False)


def _rows(
    connection: duckdb.DuckDBPyConnection, function: str, shape: type[MonthCost | OrganisationCost]
) -> list[tuple[Any, ...]]:
    columns = ", ".join(
        "organisation_id::varchar" if each.name == "organisation_id" else each.name
        for each in fields(shape)
    )
    return connection.execute(f"select {columns} from marts.{function}()").fetchall()


def _months(cost: ApiCost) -> Table:
    tier = cost.months[-1].tier
    title = f"Xero's tier {tier}, months in UTC"
    table = _table(
        title, "Month", "Calls", "Billed MiB", "of tier", "Month's end MiB", "of tier", "AUD"
    )
    for each in cost.months:
        table.add_row(
            f"{each.month:%b %y}",
            f"{each.calls:,}",
            _mib(each.billed_bytes),
            _percent(each.share_used),
            _mib(each.forecast_bytes),
            _percent(each.forecast_share),
            _aud(each.forecast_cost_aud),
        )
    return table


def _organisations(cost: ApiCost) -> Table:
    newest = cost.months[-1].month
    left: Mapping[str, CallsToday] = {each.organisation_name: each for each in cost.today}
    title = f"Organisations in {newest:%b %y}"
    table = _table(
        title, "Organisation", "Calls", "Busiest day", "Billed MiB", "Share", "Left today",
        "for schedules",
    )  # fmt: skip
    for each in cost.organisations:
        if each.month == newest:
            today = left.get(each.organisation_name or "")
            table.add_row(
                escape(each.organisation_name or each.organisation_id),
                f"{each.calls:,}",
                f"{each.busiest_day_calls:,}",
                _mib(each.billed_bytes),
                _percent(each.share_of_bytes),
                f"{today.left:,}" if today else "",
                f"{today.left_for_schedules:,}" if today else "",
            )
    return table


def _table(title: str, first: str, *others: str) -> Table:
    table = Table(title=title, box=SIMPLE_HEAD)
    table.add_column(first, no_wrap=True)
    for heading in others:
        table.add_column(heading, justify="right")
    return table


def _mib(number: int) -> str:
    return f"{Decimal(number) / 1024**2:,.1f}"


def _percent(share: Decimal | None) -> str:
    return "" if share is None else f"{100 * share:.1f} %"


def _aud(amount: Decimal | None) -> str:
    return "by agreement" if amount is None else f"{amount:,.2f}"
