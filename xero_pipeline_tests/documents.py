"""The SQL in the documents, run as a reader would run it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

from xero_pipeline.warehouse.figures import Query, read_queries

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


@dataclass(frozen=True)
class Answer:
    """What a query gave; no columns for one that only sets something."""

    query: Query
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def answers(connection: duckdb.DuckDBPyConnection, document: Path) -> Iterator[Answer]:
    """Every block of a document in turn, on one connection."""
    for query in read_queries(document):
        relation = connection.sql(query.sql)
        if relation is None:
            yield Answer(query, (), [])
        else:
            yield Answer(query, tuple(relation.columns), relation.fetchall())


def shell_queries(document: Path) -> list[str]:
    """The SQL of every `xero-pipeline query "..."` in a document."""
    return re.findall(r'^xero-pipeline query (?:--json )?"(.+)"$', document.read_text(), re.M)


def unexplained(connection: duckdb.DuckDBPyConnection, home: Path) -> list[str]:
    """Sections of why.md whose parts do not add up to their figure: its first query's last column.

    Args:
        home: of the pipeline, whose landed pages are read.
    """
    found = []
    sections = groupby(answers_of_why(connection, home), key=lambda answer: answer.query.title)
    for title, (figure, *parts) in ((title, list(each)) for title, each in sections):
        name, value = figure.columns[-1], figure.rows[0][-1]
        sums = [
            sum(row[part.columns.index(name)] for row in part.rows) if part.rows else None
            for part in parts
        ]
        if value is None or not parts or any(each != value for each in sums):
            found.append(f"{title}: {name} is {value}, its parts give {sums}")
    return found


def answers_of_why(connection: duckdb.DuckDBPyConnection, home: Path) -> Iterator[Answer]:
    """Those of why.md after the first, which says what is looked at; the home is this one."""
    told = answers(connection, DOCS / "why.md")
    next(told)
    connection.execute(f"set variable home = '{home}'")
    return told
