"""What does not wait for each other is built at the same time; what does, in order."""

from __future__ import annotations

import threading
from pathlib import Path

import duckdb
import pytest

from xero_pipeline.warehouse.models.parsing import Kind, Node
from xero_pipeline.warehouse.models.side_by_side import build_side_by_side

LONG_ENOUGH = 20  # seconds until a test that waits for another thread gives up


def node(relation: str, *reads: str) -> Node:
    return Node(relation, Kind.MODEL, Path(f"{relation}.sql"), "", reads)


def test_a_node_is_built_after_what_it_reads(warehouse: duckdb.DuckDBPyConnection) -> None:
    nodes = [node("a.x", "raw.items"), node("a.y", "a.x"), node("a.z", "a.y", "a.x", "a.z")]
    begun: list[str] = []

    def build(_: duckdb.DuckDBPyConnection, each: Node) -> str:
        begun.append(each.relation)
        return each.name

    assert build_side_by_side(warehouse, nodes, build) == ["x", "y", "z"]
    assert begun == ["a.x", "a.y", "a.z"]


def test_two_that_do_not_wait_for_each_other_are_built_at_once(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    both = threading.Barrier(2)

    def build(_: duckdb.DuckDBPyConnection, each: Node) -> int:
        return both.wait(LONG_ENOUGH)

    assert sorted(build_side_by_side(warehouse, [node("a.x"), node("a.y")], build)) == [0, 1]


def test_nothing_is_begun_after_a_failure(warehouse: duckdb.DuckDBPyConnection) -> None:
    begun: list[str] = []

    def build(_: duckdb.DuckDBPyConnection, each: Node) -> None:
        begun.append(each.relation)
        raise ValueError(each.relation)

    with pytest.raises(ValueError, match=r"a\.x"):
        build_side_by_side(warehouse, [node("a.x"), node("a.y", "a.x")], build)

    assert begun == ["a.x"]


def test_every_build_finds_the_database_and_the_time_zone_of_the_caller(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    warehouse.execute("attach ':memory:' as other; use other; set TimeZone = 'Pacific/Auckland'")

    def build(own: duckdb.DuckDBPyConnection, _: Node) -> object:
        settings = "select current_database(), current_setting('TimeZone')"
        return own.execute(settings).fetchone()

    found = build_side_by_side(warehouse, [node("a.x"), node("a.y")], build)

    assert found == [("other", "Pacific/Auckland")] * 2
