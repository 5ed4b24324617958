"""The state database: opened, locked and read in one way by all who use it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from xero_pipeline.connections.backends import Backend, backend_of
from xero_pipeline.connections.locks import Locks
from xero_pipeline.connections.migrations import MadeByNewerVersion, migrate
from xero_pipeline.settings import Settings


class Database:
    """Short transactions on the state. Threads may share it; every process opens its own."""

    def __init__(self, backend: Backend, *, durable: bool = False) -> None:
        self._backend = backend
        self._durable = durable
        with self._plainly():
            self._engine = backend.engine()

    @classmethod
    def open(cls, settings: Settings, *, durable: bool = False) -> Database:
        """With its tables, made when missing; in SQLite, in a file for its owner only.

        Args:
            durable: a commit waits for the disk, so that it survives a power failure, too; without
                it survives whatever happens to this process.

        Raises:
            HomeUnusable
        """
        backend = backend_of(settings)
        database = cls(backend, durable=durable)
        try:
            with database.writing() as connection:
                migrate(connection, backend)
        except MadeByNewerVersion as newer:
            database.close()
            raise backend.unusable(str(newer)) from None
        return database

    @property
    def locks(self) -> Locks:
        """Locks that exclude everybody who shares this state."""
        return self._backend.locks

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One consistent state, whoever writes meanwhile. Raises HomeUnusable."""
        with self._plainly(), self._engine.connect() as connection, connection.begin():
            self._backend.begin(connection, writes=False, durable=False)
            yield connection

    @contextmanager
    def writing(self, *, durable: bool = False) -> Iterator[sa.Connection]:
        """All or nothing, one writer at a time.

        Args:
            durable: the commit waits for the disk; so does every one of a database opened so.

        Raises:
            HomeUnusable
        """
        with self._plainly(), self._engine.connect() as connection, connection.begin():
            self._backend.begin(connection, writes=True, durable=durable or self._durable)
            yield connection

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        """A full disk, a damaged file, a server that is away: said in a plain sentence."""
        try:
            yield
        except sa.exc.DatabaseError as error:
            raise self._backend.unusable(str(error.orig)) from None
