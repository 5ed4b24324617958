"""Every mart and table function as a reader needs to know it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from xero_pipeline.warehouse.models.data_tests import TestCase, cases_of
from xero_pipeline.warehouse.models.docs import ArgumentDoc
from xero_pipeline.warehouse.models.graph import ModelGraph
from xero_pipeline.warehouse.models.lineage import Column, column_lineage, column_schema
from xero_pipeline.warehouse.models.parsing import Kind, Node
from xero_pipeline.warehouse.schema import create_tables

SCHEMA = "marts"
_OWN_SCHEMAS = ("raw", "ops")


@dataclass(frozen=True)
class Figure:
    """A table or table function of marts.

    Attributes:
        description: begins with its grain.
        key: the columns that identify a row; empty for functions.
        arguments: of a function; None for a table.
        columns: in order.
        comes_from: column -> the columns it is made of, as (relation, column); columns made of
            constants, and columns that cannot be traced, are not in it.
        tests: the asset checks that hold it.
        reads: the relations that its SQL names.
        sources: all raw and ops tables behind it.
    """

    node: Node
    description: str
    key: tuple[str, ...]
    arguments: tuple[ArgumentDoc, ...] | None
    columns: tuple[Column, ...]
    comes_from: Mapping[str, list[tuple[str, str]]]
    tests: tuple[TestCase, ...]
    reads: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def relation(self) -> str:
        return self.node.relation

    @property
    def grain(self) -> str:
        """The first sentence of the description."""
        return self.description.partition(". ")[0].rstrip(".") + "."


def figures_of(graph: ModelGraph) -> list[Figure]:
    """All figures, by name. Types and lineage are found by building the graph over nothing."""
    with duckdb.connect() as connection:
        create_tables(connection)
        graph.build(connection)
        return [
            _figure(graph, connection, node)
            for relation, node in sorted(graph.nodes.items())
            if node.schema == SCHEMA
            and (node.kind is Kind.MODEL or relation in graph.docs.functions)
        ]


def _figure(graph: ModelGraph, connection: duckdb.DuckDBPyConnection, node: Node) -> Figure:
    doc = graph.docs.of(node.relation)
    function = graph.docs.functions.get(node.relation)
    behind = _behind(graph, node.relation)
    sources = tuple(sorted(each for each in behind if each.partition(".")[0] in _OWN_SCHEMAS))
    return Figure(
        node=node,
        description=doc.description,
        key=next(
            (
                tuple(test.arguments["combination_of_columns"])
                for test in doc.data_tests
                if test.kind == "unique_combination_of_columns"
            ),
            (),
        ),
        arguments=function.arguments if function else None,
        columns=tuple(column_schema(connection, graph, node.relation)),
        comes_from={} if function else column_lineage(connection, graph, node.relation),
        tests=tuple(cases_of(graph, {node.relation})),
        reads=graph.dependencies(node.relation),
        sources=sources,
    )


def _behind(graph: ModelGraph, relation: str) -> set[str]:
    """Every table that a relation reads, directly or not; macros are seen through."""
    found: set[str] = set()
    waiting = list(graph.dependencies(relation))
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting += graph.dependencies(each) if each in graph.nodes else ()
    return found
