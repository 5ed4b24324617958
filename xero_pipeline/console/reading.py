"""The published figures, read only: one snapshot stays open until another one is published."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from xero_pipeline.warehouse import NothingPublished, open_warehouse

Row = TypeVar("Row")
Value = str | int | bool | Decimal | date | datetime | None


class Figures:
    """What was published last. Threads may share one.

    Opening a database takes longer than a page may: it is opened once for each snapshot, and each
    reader gets a cursor of its own, which goes on reading its snapshot while a new one comes.

    Args:
        published: `current/warehouse.duckdb` in the pipeline's home; a link to a snapshot.
    """

    def __init__(self, published: Path) -> None:
        self._published = published
        self._lock = threading.Lock()
        self._opened = ExitStack()
        self._snapshot: Path | None = None
        self._connection: duckdb.DuckDBPyConnection | None = None

    @property
    def is_published(self) -> bool:
        return self._published.exists()

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """One snapshot, for all queries of a page.

        Raises:
            NothingPublished: there is none yet.
        """
        with self._cursor() as cursor:
            yield Reader(cursor)

    def close(self) -> None:
        with self._lock:
            self._opened.close()
            self._snapshot = self._connection = None

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        with self._lock:
            if not self._published.exists():
                raise NothingPublished(self._published)
            newest = self._published.resolve()
            if self._connection is None or newest != self._snapshot:
                self._connection = self._reopened(newest)
                self._snapshot = newest
            cursor = self._connection.cursor()
        cursor.execute("set TimeZone = 'UTC'")
        return cursor

    def _reopened(self, snapshot: Path) -> duckdb.DuckDBPyConnection:
        """Cursors of the one before keep it open until they are done."""
        opened = ExitStack()
        connection = opened.enter_context(
            open_warehouse(snapshot, read_only=True, deadline_seconds=5)
        )
        self._opened.close()
        self._opened = opened
        return connection


class Reader:
    """Queries of one snapshot."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor

    def rows(self, of: type[Row], sql: str, **values: Value) -> list[Row]:
        """The rows of a query, each as a dataclass with its columns as fields, by name.

        Args:
            sql: a SELECT; values are bound: `where organisation_id = $organisation`.
        """
        self._cursor.execute(sql, _bound(values))
        names = [column[0] for column in self._cursor.description or ()]
        return [of(**dict(zip(names, row, strict=True))) for row in self._cursor.fetchall()]


def _bound(values: Mapping[str, Value]) -> dict[str, Any] | None:
    return dict(values) or None
