"""Run the models: SELECT in, table out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from xero_pipeline.warehouse.errors import ModelFailed
from xero_pipeline.warehouse.models.parsing import Kind, Node


@dataclass(frozen=True)
class BuiltModel:
    """One table after its build.

    Attributes:
        relation: "schema.name".
        rows: rows in the table, of all organisations.
        seconds: wall-clock time of the build.
    """

    relation: str
    rows: int
    seconds: float


def build_everything(
    connection: duckdb.DuckDBPyConnection, nodes: Sequence[Node]
) -> list[BuiltModel]:
    """Replace whole tables, in the given order."""
    built = []
    for node in nodes:
        started = time.monotonic()
        try:
            _build(connection, node)
        except duckdb.Error as error:
            raise ModelFailed(node.relation, node.path, str(error)) from error
        if node.kind is not Kind.MACRO:
            seconds = time.monotonic() - started
            built.append(BuiltModel(node.relation, count_rows(connection, node.relation), seconds))
    return built


def count_rows(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    row = connection.execute(f"select count(*) from {relation}").fetchone()
    return int(row[0]) if row else 0


def _build(connection: duckdb.DuckDBPyConnection, node: Node) -> None:
    if node.kind is Kind.MACRO:
        connection.execute(node.sql)
    elif node.kind is Kind.SEED:
        connection.execute(
            f"create or replace table {node.relation} as "
            "from read_csv(?, header = true, all_varchar = true)",
            [str(node.path)],
        )
    else:
        connection.execute(f"create or replace table {node.relation} as {node.sql}")
