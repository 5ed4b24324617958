"""The published figures, read only: one snapshot stays open until another one is published."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from xero_pipeline.tasks.book import TaskBook
from xero_pipeline.warehouse import NothingPublished, WarehouseError, open_warehouse

logger = logging.getLogger(__name__)

Row = TypeVar("Row")
Value = str | int | bool | Decimal | date | datetime | None

_LOOK_EVERY_SECONDS = 0.5


@dataclass
class _Snapshot:
    """One that is open, and how many read it. Closing it would end their cursors, too."""

    path: Path
    connection: duckdb.DuckDBPyConnection
    opened: ExitStack
    readers: int = 0


class Figures:
    """What was published last. Threads may share one.

    Opening a database takes longer than a page may: it is opened once for each snapshot, before
    somebody asks where `kept_ready` is running, and pages read the earlier snapshot meanwhile. Each
    reader gets a cursor of its own, which goes on reading its snapshot while a new one comes.

    Args:
        published: `current/warehouse.duckdb` in the pipeline's home; a link to a snapshot.
    """

    def __init__(self, published: Path) -> None:
        self._published = published
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._newest: _Snapshot | None = None

    @property
    def is_published(self) -> bool:
        return self._published.exists()

    @property
    def is_ready(self) -> bool:
        """Whether what was published last is open."""
        return self._newest is not None and self._newest.path == self._published.resolve()

    @contextmanager
    def kept_ready(self, look_every_seconds: float = _LOOK_EVERY_SECONDS) -> Iterator[None]:
        """Open what is published now, and whatever will be, until the block is left."""
        self._look()
        is_over = threading.Event()

        def watch() -> None:
            while not is_over.wait(look_every_seconds):
                self._look()

        watcher = threading.Thread(target=watch, name="published figures", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            is_over.set()
            watcher.join()

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """One snapshot, for all queries of a page.

        Raises:
            NothingPublished: there is none yet.
        """
        with self._cursor() as cursor:
            yield Reader(cursor)

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        snapshot = self._taken()
        try:
            with snapshot.connection.cursor() as cursor:
                cursor.execute("set TimeZone = 'UTC'")
                yield cursor
        finally:
            self._given_back(snapshot)

    @contextmanager
    def book(self) -> Iterator[TaskBook]:
        """The tasks of one snapshot.

        Raises:
            NothingPublished: there is none yet.
        """
        with self._cursor() as cursor:
            yield TaskBook(cursor)

    def close(self) -> None:
        """Nobody may be reading any more."""
        with self._lock:
            if self._newest is not None:
                self._newest.opened.close()
            self._newest = None

    def _look(self) -> None:
        """What cannot be opened is for the next page to say."""
        try:
            if self.is_published and not self.is_ready:
                self._open()
        except WarehouseError:
            logger.warning("%s cannot be opened", self._published, exc_info=True)

    def _taken(self) -> _Snapshot:
        if not self.is_published:
            raise NothingPublished(self._published)
        if self._newest is None or not (self.is_ready or self._opening.locked()):
            self._open()
        with self._lock:
            if self._newest is None:  # closed meanwhile
                raise NothingPublished(self._published)
            self._newest.readers += 1
            return self._newest

    def _given_back(self, snapshot: _Snapshot) -> None:
        """The last reader of an earlier snapshot closes it."""
        with self._lock:
            snapshot.readers -= 1
            if snapshot is not self._newest and snapshot.readers == 0:
                snapshot.opened.close()

    def _open(self) -> None:
        """What was published last, unless another thread has opened it by now."""
        with self._opening:
            if self.is_ready:
                return
            path, opened = self._published.resolve(), ExitStack()
            connection = opened.enter_context(
                open_warehouse(path, read_only=True, deadline_seconds=5)
            )
            # The first value that is bound makes DuckDB import pandas, if it is there.
            connection.execute("select ?", [True])
            with self._lock:
                earlier, self._newest = self._newest, _Snapshot(path, connection, opened)
                if earlier is not None and earlier.readers == 0:
                    earlier.opened.close()


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
