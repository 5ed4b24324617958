"""An in-memory warehouse for tests of the models: raw rows in, built models out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from xero_pipeline.warehouse.models.graph import ModelGraph
from xero_pipeline.warehouse.models.parsing import Kind
from xero_pipeline.warehouse.raw_tables import RAW_TABLES
from xero_pipeline.warehouse.schema import create_tables, raw_columns
from xero_pipeline.warehouse.wire_types import ListOf, Record, WireType


@cache
def graph() -> ModelGraph:
    """The models of dbt_like_sql/, read once."""
    return ModelGraph.discover()


def model_files() -> Mapping[str, Path]:
    """The file of every model, macro and seed by its relation ("marts.ar_aging_documents")."""
    return {relation: node.path for relation, node in graph().nodes.items()}


@cache
def seeds() -> frozenset[str]:
    """Built once per warehouse, so that a test may put its own rows into them."""
    return frozenset(name for name, node in graph().nodes.items() if node.kind is Kind.SEED)


def needed_for(wanted: Iterable[str]) -> set[str]:
    """The wanted relations and everything that they read, directly or not."""
    nodes = graph().nodes
    needed: set[str] = set()
    waiting = list(wanted)
    while waiting:
        relation = waiting.pop()
        if relation in nodes and relation not in needed:
            needed.add(relation)
            waiting += nodes[relation].references
    return needed


class Warehouse:
    """Empty raw and ops tables and the seeds in memory; any organisation's rows can be put in.

    Args:
        connection: to a warehouse that exists; None makes a new one.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection | None = None) -> None:
        self.connection = connection or _empty()
        self._built: set[str] = set(seeds())

    def clear(self) -> None:
        """Takes every row out, history too: cheaper than a new warehouse for the next test."""
        tables = self.connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() "
            "where schema_name in ('raw', 'ops', 'snapshots') and estimated_size > 0"
        ).fetchall()
        for (table,) in tables:
            self.connection.execute(f"truncate {table}")

    def insert(self, table: str, rows: Iterable[Mapping[str, object]]) -> None:
        """Rows of a raw table; columns left out are NULL, columns it does not have an error."""
        batch = list(rows)
        known = _json_structure_of_row(table)
        for row in batch:
            if unknown := row.keys() - known.keys():
                raise KeyError(f"raw.{table} has no column {', '.join(sorted(unknown))}")
        self.connection.execute(
            f"insert into raw.{table} by name "
            "select unnest(r) from (select unnest(json_transform(?, ?)) as r)",
            [json.dumps(batch, default=str), json.dumps([known])],
        )

    def build(self, *relations: str) -> None:
        """Builds the models and what they read, seeds aside; without names, all of them."""
        wanted = needed_for(relations) if relations else set(graph().nodes)
        graph().build(self.connection, only=wanted - seeds())
        self._built |= wanted

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
        """The rows that a singular test of dbt_like_sql/tests complains about.

        What the test reads is built where it is not yet.
        """
        node = graph().tests[test]
        if missing := needed_for(node.references) - self._built:
            graph().build(self.connection, only=missing)
            self._built |= missing
        return self.rows(node.sql)


def _empty() -> duckdb.DuckDBPyConnection:
    # Small tables: a second thread costs more than it brings.
    connection = duckdb.connect(config={"threads": 1})
    connection.execute(f"attach '{_template().name}/empty.duckdb' as empty (read_only)")
    connection.execute("copy from database empty to memory; detach empty")
    return connection


@cache
def _template() -> TemporaryDirectory[str]:
    """A folder with a warehouse that only needs copying: making the tables takes three times as
    long. It is removed when Python ends."""
    folder = TemporaryDirectory()
    with duckdb.connect(f"{folder.name}/empty.duckdb") as connection:
        create_tables(connection)
        graph().build(connection, only=seeds())
    return folder


@cache
def _json_structure_of_row(table: str) -> Mapping[str, object]:
    nested = {f.column: _json_structure(f.type) for f in RAW_TABLES[table].fields}
    return {name: nested.get(name, type_) for name, type_ in raw_columns(table).items()}


def _json_structure(type_: WireType) -> object:
    """A wire type in the notation of DuckDB's json_transform, with the raw table's names."""
    if isinstance(type_, Record):
        return {f.column: _json_structure(f.type) for f in type_.fields}
    if isinstance(type_, ListOf):
        return [_json_structure(type_.element)]
    return type_.column
