"""Run the models: SELECT in, table out; for everybody, or for some organisations only.

A model is a function of one organisation's rows. So some organisations are rebuilt by running the
same SELECTs in an empty database of their own (the scope), where the tables that are read show only
their rows, and by putting the results in place of theirs in one transaction.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

import duckdb

from xero_pipeline.warehouse.connection import transaction
from xero_pipeline.warehouse.errors import ModelFailed
from xero_pipeline.warehouse.models.docs import Docs
from xero_pipeline.warehouse.models.parsing import INSTANTS, Kind, Node
from xero_pipeline.warehouse.models.side_by_side import build_side_by_side, shared_threads
from xero_pipeline.warehouse.models.snapshots import prepare_history, record_history
from xero_pipeline.warehouse.schema import SCHEMAS
from xero_pipeline.warehouse.wire_types import quoted

_SCOPE = "scope"
_ALL_ORGANISATIONS = f"select organisation_id from {INSTANTS}"


@dataclass(frozen=True)
class BuiltModel:
    """One table after its build.

    Attributes:
        relation: "schema.name".
        rows: rows in the table, of all organisations; None for a view, which holds none.
        seconds: wall-clock time of the build.
        is_as_it_was: nothing had changed for it, so that nothing was built.
    """

    relation: str
    rows: int | None
    seconds: float
    is_as_it_was: bool = False


def build_whole(
    connection: duckdb.DuckDBPyConnection, nodes: Sequence[Node], docs: Docs
) -> list[BuiltModel]:
    """Replace whole tables, each after what it reads.

    Returns:
        The tables, in the given order.

    Raises:
        ModelFailed: DuckDB refused a model; what it reads is built.
    """

    def build(own: duckdb.DuckDBPyConnection, node: Node) -> None:
        if node.kind is Kind.SNAPSHOT:
            config = docs.of(node.relation).config
            prepare_history(own, node.relation, config)
            own.execute(f"create or replace temp table selected as {node.sql}")
            record_history(own, node.relation, "selected", config, _ALL_ORGANISATIONS)
        else:
            _create(own, node, docs)

    with shared_threads(connection):
        seconds = build_side_by_side(connection, nodes, partial(_seconds, build))
    return _built(connection, nodes, seconds)


def build_organisations(
    connection: duckdb.DuckDBPyConnection,
    nodes: Sequence[Node],
    docs: Docs,
    organisations: Collection[str],
) -> list[BuiltModel]:
    """Replace the rows of some organisations in tables that exist.

    Returns:
        The tables, in the given order.

    Raises:
        ModelFailed: DuckDB refused a model; no table but a snapshot has changed.
    """
    ids = _ids(organisations)
    read = {reference for node in nodes for reference in node.references}
    needed = [node for node in nodes if not node.is_view or node.relation in read]
    with _scope(connection) as warehouse, shared_threads(connection):
        _show_rows_of(connection, warehouse, needed, ids)

        def build(own: duckdb.DuckDBPyConnection, node: Node) -> None:
            if node.kind is Kind.SNAPSHOT:
                _record_history_of(own, warehouse, node, docs, ids)
            elif node in needed:
                # Few rows, read more than once: also what is a view is written down here.
                _create(own, replace(node, is_view=False), docs)

        seconds = build_side_by_side(connection, nodes, partial(_seconds, build))
        models = [node for node in nodes if node.kind is Kind.MODEL and not node.is_view]
        with transaction(connection):
            for node in models:
                with _naming(node):
                    _put_in_place(connection, f"{warehouse}.{node.relation}", node.relation, ids)
    return _built(connection, nodes, seconds)


def _ids(organisations: Collection[str]) -> str:
    """What stands in `in (...)`: constants, which DuckDB plans in less time than a query."""
    return ", ".join(f"'{UUID(each)}'" for each in organisations)


def _seconds(
    build: Callable[[duckdb.DuckDBPyConnection, Node], None],
    connection: duckdb.DuckDBPyConnection,
    node: Node,
) -> float:
    """Build it; how long that took."""
    started = time.monotonic()
    with _naming(node):
        build(connection, node)
    return time.monotonic() - started


def _create(connection: duckdb.DuckDBPyConnection, node: Node, docs: Docs) -> None:
    """A seed, macro or model, in the database in use."""
    if node.kind is Kind.MACRO:
        connection.execute(node.sql)
    elif node.kind is Kind.SEED:
        _create_seed(connection, node, docs)
    else:
        _create_model(connection, node)


def _create_model(connection: duckdb.DuckDBPyConnection, node: Node) -> None:
    kind, other = ("view", "table") if node.is_view else ("table", "view")
    create = f"create or replace {kind} {node.relation} as {node.sql}"
    try:
        connection.execute(create)
    except duckdb.CatalogException as error:
        if "Existing object" not in str(error):
            raise
        # It was the other one until its .yml said so.
        connection.execute(f"drop {other} {node.relation}")
        connection.execute(create)


def _create_seed(connection: duckdb.DuckDBPyConnection, node: Node, docs: Docs) -> None:
    """Types are declared, never guessed: account code 090 is text, also in an empty file."""
    types = docs.of(node.relation).config.column_types
    read = "read_csv(?, header = true, all_varchar = true, delim = ',', quote = '\"')"
    casts = ", ".join(f"{quoted(name)}::{type_} as {quoted(name)}" for name, type_ in types.items())
    columns = f"* replace ({casts})" if casts else "*"
    connection.execute(
        f"create or replace table {node.relation} as select {columns} from {read}", [str(node.path)]
    )


@contextmanager
def _naming(node: Node) -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise ModelFailed(node.relation, node.path, str(error)) from error


def _built(
    connection: duckdb.DuckDBPyConnection, nodes: Sequence[Node], seconds: Sequence[float]
) -> list[BuiltModel]:
    """Macros are left out: they are no tables."""
    rows = rows_in(connection, nodes)
    return [
        BuiltModel(node.relation, rows.get(node.relation), took)
        for node, took in zip(nodes, seconds, strict=True)
        if node.kind is not Kind.MACRO
    ]


def rows_in(connection: duckdb.DuckDBPyConnection, nodes: Iterable[Node]) -> dict[str, int]:
    """relation -> rows, for those of the nodes that are tables.

    Views are left out: to count their rows is to work them out.
    """
    tables = [n.relation for n in nodes if n.kind is not Kind.MACRO and not n.is_view]
    counts = " union all ".join(f"select '{each}', count(*) from {each}" for each in tables)
    return dict(connection.execute(counts).fetchall()) if tables else {}


@contextmanager
def _scope(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """An empty database in use; gives the warehouse's name, by which it can still be reached."""
    row = connection.execute("select current_database()").fetchone()
    warehouse = quoted(str(row[0])) if row else ""
    connection.execute(f"attach ':memory:' as {_SCOPE}")
    connection.execute(f"use {_SCOPE}")
    try:
        for schema in SCHEMAS:
            connection.execute(f"create schema {schema}")
        yield warehouse
    finally:
        connection.execute(f"use {warehouse}")
        connection.execute(f"detach {_SCOPE}")


def _show_rows_of(
    connection: duckdb.DuckDBPyConnection, warehouse: str, nodes: Sequence[Node], ids: str
) -> None:
    """What the nodes read but do not build, with these organisations' rows only.

    A copy of what several read is filtered once, and planned as the table that it is; of what one
    reads, a view leaves out the columns that it does not need.
    """
    made_here = {node.relation for node in nodes}
    readers = Counter(reference for node in nodes for reference in node.references)
    for relation in sorted(set(readers) - made_here):
        # Seeds are lists for everybody.
        own_rows = "" if relation.startswith("seeds.") else f"where organisation_id in ({ids})"
        kind = "table" if readers[relation] > 1 else "view"
        connection.execute(f"create {kind} {relation} as from {warehouse}.{relation} {own_rows}")


def _record_history_of(
    connection: duckdb.DuckDBPyConnection, warehouse: str, node: Node, docs: Docs, ids: str
) -> None:
    """History lies in the warehouse; models in the scope see it through a view."""
    history = f"{warehouse}.{node.relation}"
    own_rows = f"from {history} where organisation_id in ({ids})"
    show = f"create or replace view {node.relation} as {own_rows}"
    config = docs.of(node.relation).config
    if config.column_types:
        prepare_history(connection, history, config)
        connection.execute(show)
    connection.execute(f"create or replace temp table selected as {node.sql}")
    record_history(connection, history, "selected", config, ids)
    connection.execute(show)


def _put_in_place(
    connection: duckdb.DuckDBPyConnection, target: str, rebuilt: str, ids: str
) -> None:
    connection.execute(f"delete from {target} where organisation_id in ({ids})")
    connection.execute(f"insert into {target} by name from {rebuilt}")
