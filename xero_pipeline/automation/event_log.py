"""Dagster's SQLite event log with its database connections kept open.

Dagster's own class opens an engine and a connection for every event, forgets the compiled
statements with it, and looks up which tables and columns there are. A refresh writes some 700
events: keeping what was opened and seen halves its time. What is stored, and where, is exactly the
same, so either class can open the other's files.
"""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from dagster._core.storage.event_log.sqlite import SqliteEventLogStorage
from dagster._serdes import ConfigurableClassData

_BUSY_SECONDS = 120
# The index and the runs in progress; older runs' files are closed.
_KEPT_ENGINES = 8


class PooledSqliteEventLogStorage(SqliteEventLogStorage):
    """Configured in `dagster.yaml`; takes what Dagster's class takes.

    Relies on `_connect` being the one place where Dagster's class opens a database, which the pin
    of Dagster's version and a test hold.
    """

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, sa.Engine] = OrderedDict()
        self._present: set[str] = set()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(
        cls,
        inst_data: ConfigurableClassData | None,
        config_value: Any,  # noqa: ANN401
    ) -> PooledSqliteEventLogStorage:
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[sa.Connection]:
        with self._db_lock, self._engine(shard).begin() as connection:
            yield connection

    def has_table(self, table_name: str) -> bool:
        """Asked for every event; a table that is there stays."""
        if table_name not in self._present and super().has_table(table_name):
            self._present.add(table_name)
        return table_name in self._present

    def _has_asset_key_col_on_connection(self, conn: sa.Connection, column_name: str) -> bool:
        column = f"asset_keys.{column_name}"
        if column not in self._present and super()._has_asset_key_col_on_connection(
            conn, column_name
        ):
            self._present.add(column)
        return column in self._present

    def wipe(self) -> None:
        # Files are deleted: an engine kept would go on writing into a deleted one.
        self._close_engines()
        super().wipe()

    def dispose(self) -> None:
        self._close_engines()
        super().dispose()

    def _engine(self, shard: str) -> sa.Engine:
        if shard not in self._engines:
            self._engines[shard] = _open_engine(self.conn_string_for_shard(shard))
            if len(self._engines) > _KEPT_ENGINES:
                self._engines.popitem(last=False)[1].dispose()
        engine = self._engines[shard]
        self._engines.move_to_end(shard)
        if shard not in self._initialized_dbs:
            self._initdb(engine)
            self._initialized_dbs.add(shard)
        return engine

    def _close_engines(self) -> None:
        with self._db_lock:
            while self._engines:
                self._engines.popitem()[1].dispose()


def _open_engine(url: str) -> sa.Engine:
    engine = sa.create_engine(url, connect_args={"timeout": _BUSY_SECONDS})

    @sa.event.listens_for(engine, "connect")
    def without_waiting_for_the_disk(connection: sqlite3.Connection, _: object) -> None:
        # With a write-ahead log a power failure may cost the last events, never the file.
        connection.execute("pragma synchronous = normal")

    return engine
