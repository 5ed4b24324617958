"""state.db: opened, locked and read in one way by all who use it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from xero_pipeline.connections.errors import HomeUnusable
from xero_pipeline.connections.home import ensure_folder, ensure_private_file
from xero_pipeline.connections.migrations import MadeByNewerVersion, migrate
from xero_pipeline.settings import Settings


class Database:
    """Short transactions on state.db. Threads may share it; every process opens its own."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, settings: Settings, *, durable: bool = False) -> Database:
        """With its tables, made when missing, in a file for its owner only.

        Args:
            durable: a commit waits for the disk, so that it survives a power failure, too; without
                it survives whatever happens to this process.

        Raises:
            HomeUnusable
        """
        ensure_private_file(ensure_folder(settings.home) / "state.db")
        database = cls(_sqlite(settings.state_url, "FULL" if durable else "NORMAL"))
        try:
            with database.writing() as connection:
                migrate(connection)
        except MadeByNewerVersion as newer:
            database.close()
            raise HomeUnusable(settings.home / "state.db", str(newer)) from None
        return database

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One consistent state, whoever writes meanwhile. Raises HomeUnusable."""
        with self._plainly(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """All or nothing, one writer at a time. Raises HomeUnusable."""
        with (
            self._plainly(),
            self._engine.connect().execution_options(writes=True) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        """A full disk, a read-only or damaged file: said in a plain sentence."""
        try:
            yield
        except sa.exc.DatabaseError as error:
            path = Path(self._engine.url.database or "")
            raise HomeUnusable(path, str(error.orig)) from None


def _sqlite(url: str, synchronous: str) -> sa.Engine:
    """Write-ahead log, foreign keys on; a transaction with the option `writes` locks at once."""
    engine = sa.create_engine(url, connect_args={"timeout": 30})

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: Any, record: object) -> None:  # noqa: ANN401
        # The driver would begin transactions by itself, and too late to lock what was read.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", f"synchronous={synchronous}", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
