"""An in-memory warehouse for tests of the models: raw rows in, built models out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

from xero_pipeline.warehouse.raw_tables import RAW_TABLES
from xero_pipeline.warehouse.wire_types import ListOf, Record, WireType

MODELS = Path(__file__).parents[2] / "dbt_like_sql"
LAYERS = ("staging", "intermediate", "snapshots", "marts")
SCHEMAS = ("raw", "seeds", "ops", *LAYERS)
_REFERENCE = re.compile(rf"\b(?:{'|'.join(LAYERS)})\.\w+")
_EVERY_ROW: dict[str, object] = {
    "organisation_id": "UUID",
    "_first_seen_at": "TIMESTAMP",
    "_synced_at": "TIMESTAMP",
    "_removed_at": "TIMESTAMP",
}
REPORTS = ("bank_summary", "trial_balance", "balance_sheet", "profit_and_loss")
_OPS = """
    create table ops.monitored_accounts (
        organisation_id uuid, account_id uuid, account_code varchar, look_back_days integer,
        document_types varchar[], selected_at timestamp
    );
    create table ops.syncs (
        organisation_id uuid, endpoint varchar, started_at timestamp, loaded_at timestamp
    )
"""


def json_structure(type_: WireType) -> object:
    """A wire type in the notation of DuckDB's json_transform, with the raw table's names."""
    if isinstance(type_, Record):
        return {f.column: json_structure(f.type) for f in type_.fields}
    if isinstance(type_, ListOf):
        return [json_structure(type_.element)]
    return type_.column


def raw_structure(table: str) -> dict[str, object]:
    """The columns of one raw table, those of every table and of reports included."""
    columns = {f.column: json_structure(f.type) for f in RAW_TABLES[table].fields}
    as_of: dict[str, object] = {"as_of_date": "DATE"} if table in REPORTS else {}
    return columns | as_of | _EVERY_ROW


@cache
def model_files() -> Mapping[str, Path]:
    """Every model and macro by its relation name ("marts.ar_aging_documents")."""
    models = {f"{p.parent.name}.{p.stem}": p for s in LAYERS for p in MODELS.glob(f"{s}/*.sql")}
    return models | {macro_name(p): p for p in sorted(MODELS.glob("macros/*.sql"))}


def macro_name(path: Path) -> str:
    found = re.search(r"create or replace macro\s+(\w+\.\w+)", path.read_text())
    if found is None:
        raise ValueError(f"{path} does not create a macro")
    return found.group(1)


@cache
def build_order() -> tuple[str, ...]:
    """Relations so that each follows those it reads."""
    files = model_files()
    reads = {
        name: {r for r in _REFERENCE.findall(_without_comments(path)) if r in files and r != name}
        for name, path in files.items()
    }
    return tuple(TopologicalSorter(reads).static_order())


def needed_for(wanted: Iterable[str]) -> set[str]:
    """The wanted relations and everything that they read, directly or not."""
    files = model_files()
    needed: set[str] = set()
    waiting = list(wanted)
    while waiting:
        name = waiting.pop()
        if name in files and name not in needed:
            needed.add(name)
            waiting += _REFERENCE.findall(_without_comments(files[name]))
    return needed


def _without_comments(path: Path) -> str:
    return re.sub(r"--.*", "", path.read_text())


class Warehouse:
    """Empty raw, ops and seeds tables in memory; any organisation's rows can be put in."""

    def __init__(self) -> None:
        # Small tables: a second thread costs more than it brings.
        self.connection = duckdb.connect(config={"threads": 1})
        for schema in SCHEMAS:
            self.connection.execute(f"create schema {schema}")
        for table in RAW_TABLES:
            self.connection.execute(
                f"create table raw.{table} as "
                "select unnest(r) from (select unnest(json_transform('[]', ?)) as r)",
                [json.dumps([raw_structure(table)])],
            )
        self.connection.execute(_OPS)
        for seed in MODELS.glob("seeds/*.csv"):
            self.connection.execute(
                f"create table seeds.{seed.stem} as "
                f"from read_csv('{seed}', header = true, all_varchar = true)"
            )

    def insert(self, table: str, rows: Iterable[Mapping[str, object]]) -> None:
        """Rows of a raw table; columns left out are NULL, columns it does not have an error."""
        batch = list(rows)
        known = raw_structure(table)
        for row in batch:
            if unknown := row.keys() - known.keys():
                raise KeyError(f"raw.{table} has no column {', '.join(sorted(unknown))}")
        self.connection.execute(
            f"insert into raw.{table} by name "
            "select unnest(r) from (select unnest(json_transform(?, ?)) as r)",
            [json.dumps(batch, default=str), json.dumps([known])],
        )

    def build(self, *models: str) -> None:
        """Builds the models and what they read; without names, all of them."""
        wanted = needed_for(models) if models else set(model_files())
        for name in build_order():
            if name in wanted:
                self._create(name, model_files()[name])

    def _create(self, name: str, path: Path) -> None:
        sql = path.read_text().rstrip().rstrip(";")
        if path.parent.name == "macros":
            self.connection.execute(sql)
        elif path.parent.name == "snapshots":
            self.connection.execute(
                f"create or replace table {name} as "
                "select s.*, o.synced_at as valid_from, null::timestamp as valid_to "
                f"from ({sql}\n) as s join staging.organisations as o using (organisation_id)"
            )
        else:
            self.connection.execute(f"create or replace table {name} as {sql}")

    def rows(self, sql: str, *arguments: object) -> list[dict[str, Any]]:
        """The rows of a query as dictionaries."""
        cursor = self.connection.execute(sql, list(arguments))
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def value(self, sql: str, *arguments: object) -> object:
        """The one value of a query with one row and one column."""
        ((value,),) = self.connection.execute(sql, list(arguments)).fetchall()
        return value

    def failures(self, test: str) -> list[dict[str, Any]]:
        """The rows that a singular test of dbt_like_sql/tests complains about."""
        return self.rows((MODELS / "tests" / f"{test}.sql").read_text())


def money(value: object) -> Decimal:
    """A readable amount ("1,150.00") as Decimal with two places."""
    return Decimal(str(value).replace(",", "")).quantize(Decimal("0.01"))
