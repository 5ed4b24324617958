"""Columns: what they are, and which columns they come from."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import duckdb
import sqlglot
from sqlglot.errors import SqlglotError
from sqlglot.lineage import Node as LineageNode
from sqlglot.lineage import lineage

from xero_pipeline.warehouse.models.graph import ModelGraph
from xero_pipeline.warehouse.models.units import unit_of

_ANY_TABLE = "staging.organisations"

logger = logging.getLogger(__name__)
# It warns about every construct that it cannot follow; such columns are left out here.
logging.getLogger("sqlglot").setLevel(logging.ERROR)


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        type: in DuckDB's words.
        description: definition, currency and meaning of NULL from the .yml; may be empty.
        unit: see `units`; empty for what has none, None where it cannot be told.
        tests: kinds of the data tests that hold it.
    """

    name: str
    type: str
    description: str
    unit: str | None = None
    tests: tuple[str, ...] = ()

    @property
    def is_nullable(self) -> bool:
        return "not_null" not in self.tests


def column_schema(
    connection: duckdb.DuckDBPyConnection, graph: ModelGraph, relation: str
) -> list[Column]:
    """The columns of a built table, or of a table function, in order."""
    rows = connection.execute(f"describe from {_source_of(graph, relation)}").fetchall()
    docs = {column.name: column for column in graph.docs.of(relation).columns}
    described = {name: docs[name].description if name in docs else "" for name, *_ in rows}
    return [
        Column(
            name,
            type_,
            described[name],
            unit_of(name, type_, described),
            tuple(test.kind for test in docs[name].data_tests) if name in docs else (),
        )
        for name, type_, *_ in rows
    ]


def _source_of(graph: ModelGraph, relation: str) -> str:
    """What to select from: a function is called with arguments that do for its columns."""
    function = graph.docs.functions.get(relation)
    if function is None:
        return relation
    given = [f"'{_ANY_TABLE}'" if each.type == "table" else "null" for each in function.arguments]
    return f"{relation}({', '.join(given)})"


def column_lineage(
    connection: duckdb.DuckDBPyConnection, graph: ModelGraph, relation: str
) -> dict[str, list[tuple[str, str]]]:
    """Each column's sources as (relation, column).

    Columns made of constants, and columns that sqlglot cannot trace, are left out.

    Args:
        connection: the warehouse; what the model reads is built already.
    """
    sql = graph.nodes[relation].sql
    known = _known_columns(connection, graph.dependencies(relation))
    try:
        traced = _trace(sql, known)
    except _UNTRACEABLE as error:
        logger.debug("no column lineage for %s: %s", relation, error)
        return {}
    lineages = {column: _sources(root) for column, root in traced.items()}
    return {column: sources for column, sources in lineages.items() if sources}


_KnownColumns = dict[str, dict[str, dict[str, str]]]
_UNTRACEABLE = (SqlglotError, ValueError, KeyError, AttributeError, RecursionError)


def _known_columns(
    connection: duckdb.DuckDBPyConnection, relations: Sequence[str]
) -> _KnownColumns:
    """schema -> table -> column -> type, as sqlglot wants it; it needs the names alone."""
    known: _KnownColumns = {}
    for relation in relations:
        schema, _, table = relation.partition(".")
        columns = connection.execute(f"describe {relation}").fetchall()
        known.setdefault(schema, {})[table] = {name: "unknown" for name, *_ in columns}
    return known


def _trace(sql: str, known: _KnownColumns) -> dict[str, LineageNode]:
    """All columns in one go; one by one when a column among them cannot be traced."""
    # Trimming copies the whole query for every column: ten times the work for the same sources.
    settings = {"dialect": "duckdb", "trim_selects": False}
    try:
        return lineage(None, sql, known, **settings)
    except _UNTRACEABLE:
        traced = {}
        for column in _output_columns(sql):
            with suppress(*_UNTRACEABLE):
                traced[column] = lineage(column, sql, known, **settings)
        return traced


def _output_columns(sql: str) -> list[str]:
    parsed = sqlglot.parse_one(sql, dialect="duckdb")
    return [name for name in getattr(parsed, "named_selects", ()) if name != "*"]


def _sources(root: LineageNode) -> list[tuple[str, str]]:
    return sorted({source for node in root.walk() if (source := _source(node)) is not None})


def _source(node: LineageNode) -> tuple[str, str] | None:
    """The table column that a leaf stands for."""
    table = node.source
    if not isinstance(table, sqlglot.exp.Table) or not table.db:
        return None
    return f"{table.db}.{table.name}", node.name.rpartition(".")[2]
