"""Read one file of dbt_like_sql/: what it defines, and which relations it reads.

Dependencies are not declared: DuckDB's own parser names every table and function of a SELECT
(`json_serialize_sql`), so they cannot disagree with the SQL.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import duckdb

from xero_pipeline.warehouse.errors import ModelsInvalid


class Kind(Enum):
    """What a file under dbt_like_sql/ becomes."""

    SEED = "seed"
    MODEL = "model"
    SNAPSHOT = "snapshot"
    MACRO = "macro"
    TEST = "test"


@dataclass(frozen=True)
class Node:
    """One file.

    Attributes:
        relation: the table or macro it defines, "schema.name".
        kind: how it is built.
        path: the file.
        sql: the SELECT; for a macro the whole statement; empty for a seed.
        references: the relations and macros it names, qualified and sorted.
        is_view: of a model: it is read through and holds no rows of its own.
    """

    relation: str
    kind: Kind
    path: Path
    sql: str
    references: tuple[str, ...]
    is_view: bool = False

    @property
    def schema(self) -> str:
        return self.relation.partition(".")[0]

    @property
    def name(self) -> str:
        return self.relation.partition(".")[2]


INSTANTS = "staging.organisations"
"""Where snapshots find the instant of an organisation's last sync (`synced_at`)."""

_MACRO_HEAD = re.compile(r"create\s+(?:or\s+replace\s+)?macro\s+(\w+)\.(\w+)\s*\(", re.IGNORECASE)
_MACRO_BODY = re.compile(r"\s*as\s+(table\s+)?", re.IGNORECASE)


def read_select(path: Path, schema: str, kind: Kind, parser: duckdb.DuckDBPyConnection) -> Node:
    """A model, snapshot or test: exactly one SELECT.

    Raises:
        ModelsInvalid: the file is something else, or names a table without its schema.
    """
    sql = _statement(path)
    references = _references(sql, path, parser)
    if kind is Kind.SNAPSHOT:
        # A version is dated by the organisation's last sync. What it recorded itself so far is no
        # other table to wait for.
        references = tuple(sorted({*references, INSTANTS} - {f"{schema}.{path.stem}"}))
    return Node(f"{schema}.{path.stem}", kind, path, sql, references)


def read_macro(path: Path, parser: duckdb.DuckDBPyConnection) -> Node:
    """A macro: `create or replace macro schema.name(arguments) as [table] ...`.

    Raises:
        ModelsInvalid: the file is something else, or defines another name than its own.
    """
    sql = _statement(path)
    head = _MACRO_HEAD.search(sql)
    if head is None or head[2] != path.stem:
        raise ModelsInvalid(
            path, f"must be one `create or replace macro <schema>.{path.stem}(...) as ...`"
        )
    after_arguments = sql[_closing_parenthesis(sql, head.end(), path) + 1 :]
    body = _MACRO_BODY.match(after_arguments)
    if body is None:
        raise ModelsInvalid(path, "`as` is missing after the macro's arguments")
    expression = after_arguments[body.end() :]
    select = expression if body[1] else f"select ({expression}\n)"
    references = _references(select, path, parser)
    return Node(f"{head[1]}.{head[2]}", Kind.MACRO, path, sql, references)


def read_seed(path: Path) -> Node:
    """A CSV file: `seeds.<file name>`."""
    return Node(f"seeds.{path.stem}", Kind.SEED, path, "", ())


def _statement(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip().rstrip(";").rstrip()


def _closing_parenthesis(sql: str, start: int, path: Path) -> int:
    depth = 1
    for position in range(start, len(sql)):
        depth += {"(": 1, ")": -1}.get(sql[position], 0)
        if depth == 0:
            return position
    raise ModelsInvalid(path, "the macro's arguments are not closed with `)`")


def _references(sql: str, path: Path, parser: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    tree = _syntax_tree(sql, path, parser)
    common_table_expressions = {
        entry["key"].lower()
        for node in _nodes(tree)
        for entry in node.get("cte_map", {}).get("map", ())
    }
    found = set()
    for node in _nodes(tree):
        if node.get("type") == "BASE_TABLE":
            schema, name = node["schema_name"].lower(), node["table_name"].lower()
            if schema:
                found.add(f"{schema}.{name}")
            elif name not in common_table_expressions:
                raise ModelsInvalid(path, f"names the table {name!r} without its schema")
        elif node.get("class") == "FUNCTION" and node.get("schema"):
            found.add(f"{node['schema']}.{node['function_name']}".lower())
    return tuple(sorted(found - _builtin_functions(found)))


def _builtin_functions(found: set[str]) -> set[str]:
    """Operators and functions that DuckDB qualifies with its own schemas."""
    return {name for name in found if name.partition(".")[0] in {"main", "pg_catalog"}}


def _syntax_tree(sql: str, path: Path, parser: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    # The first value that is bound makes DuckDB import pandas, if it is there.
    literal = sql.replace("'", "''")
    row = parser.execute(f"select json_serialize_sql('{literal}')").fetchone()
    tree: dict[str, Any] = json.loads(row[0]) if row else {}
    if tree.get("error"):
        raise ModelsInvalid(path, f"is not one SELECT: {tree.get('error_message')}")
    if len(tree["statements"]) != 1:
        raise ModelsInvalid(path, "holds more than one statement")
    return tree


def _nodes(tree: object) -> Iterator[dict[str, Any]]:
    """Every object of DuckDB's syntax tree, in no particular order."""
    waiting = [tree]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            yield each
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
