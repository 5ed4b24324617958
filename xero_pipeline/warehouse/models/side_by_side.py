"""Build side by side what does not wait for each other.

DuckDB shares one query out to all cores, but plans it on one, and plans take as long as the work
where tables are small: two queries at a time keep two cores busy. Sharing a query out costs, too,
since every thread partitions its rows for the others: each query gets its part of the cores only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from graphlib import TopologicalSorter
from queue import SimpleQueue
from typing import TypeVar

import duckdb

from xero_pipeline.warehouse.models.parsing import Node
from xero_pipeline.warehouse.wire_types import quoted

# More at a time would have to share the memory, too.
_AT_A_TIME = 2

Built = TypeVar("Built")
Connections = SimpleQueue[duckdb.DuckDBPyConnection]


def build_side_by_side(
    connection: duckdb.DuckDBPyConnection,
    nodes: Sequence[Node],
    build: Callable[[duckdb.DuckDBPyConnection, Node], Built],
) -> list[Built]:
    """Build every node after those of them that it reads.

    Args:
        connection: to the database in use; every build gets one like it.
        nodes: macros included, each after what it reads.
        build: makes one node, in a thread of its own.

    Returns:
        What the builds gave, in the order of the nodes.

    Raises:
        Exception: the first that a build raised; no other is begun after it.
    """
    with _connections_like(connection) as connections:

        def build_one(node: Node) -> Built:
            own = connections.get()
            try:
                return build(own, node)
            finally:
                connections.put(own)

        built = dict(_in_order(nodes, build_one))
    return [built[node.relation] for node in nodes]


@contextmanager
def shared_threads(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """The threads divided among the queries that run at a time."""
    row = connection.execute("select current_setting('threads')").fetchone()
    threads = int(row[0]) if row else 1
    connection.execute(f"set threads = {max(threads // _AT_A_TIME, 1)}")
    try:
        yield
    finally:
        connection.execute(f"set threads = {threads}")


def _in_order(nodes: Sequence[Node], build: Callable[[Node], Built]) -> Iterator[tuple[str, Built]]:
    by_relation = {node.relation: node for node in nodes}
    waiting = TopologicalSorter(
        {
            # A snapshot reads its own history.
            node.relation: [r for r in node.references if r in by_relation and r != node.relation]
            for node in nodes
        }
    )
    waiting.prepare()
    running: dict[Future[Built], str] = {}
    with ThreadPoolExecutor(_AT_A_TIME) as threads:
        try:
            while waiting.is_active():
                for relation in waiting.get_ready():
                    running[threads.submit(build, by_relation[relation])] = relation
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    relation = running.pop(future)
                    yield relation, future.result()
                    waiting.done(relation)
        except BaseException:
            threads.shutdown(cancel_futures=True)
            raise


@contextmanager
def _connections_like(connection: duckdb.DuckDBPyConnection) -> Iterator[Connections]:
    """As many as are used at a time, with the same database in use and the same time zone."""
    row = connection.execute("select current_database(), current_setting('TimeZone')").fetchone()
    database, zone = row or ("", "")
    connections: Connections = SimpleQueue()
    with ExitStack() as stack:
        for _ in range(_AT_A_TIME):
            own = stack.enter_context(connection.cursor())
            own.execute(f"use {quoted(database)}")
            own.execute(f"set TimeZone = '{zone}'")
            connections.put(own)
        yield connections
