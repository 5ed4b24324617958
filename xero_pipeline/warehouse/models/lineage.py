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

logger = logging.getLogger(__name__)
# It warns about every construct that it cannot follow; such columns are left out here.
logging.getLogger("sqlglot").setLevel(logging.ERROR)


@dataclass(frozen=True)
class Column:
    """A column of a table: DuckDB type and description from the .yml (may be empty)."""

    name: str
    type: str
    description: str


def column_schema(
    connection: duckdb.DuckDBPyConnection, graph: ModelGraph, relation: str
) -> list[Column]:
    """The columns of a built table, in order."""
    described = {column.name: column.description for column in graph.docs.of(relation).columns}
    rows = connection.execute(f"describe {relation}").fetchall()
    return [Column(name, type_, described.get(name, "")) for name, type_, *_ in rows]


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
