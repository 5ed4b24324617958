"""Locks by name, over threads, processes and, with the state in Postgres, machines.

Whoever dies holding one frees it: the operating system does so for files, the server for the
session of a process that is gone.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import sqlalchemy as sa
from filelock import FileLock, Timeout

from xero_pipeline.connections.errors import StateUnusable
from xero_pipeline.connections.home import ensure_folder, using

_LOCK_NOT_AVAILABLE = "55P03"


class Held:
    """A lock that was taken; any thread may release it. A context manager."""

    def __init__(self, release: Callable[[], None]) -> None:
        self._release = release

    def release(self) -> None:
        self._release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


class Locks(Protocol):
    """Where locks are taken."""

    def take(self, name: str, seconds: float | None = None) -> Held | None:
        """Wait for a lock.

        Args:
            name: of letters, digits and hyphens; the same everywhere.
            seconds: how long to wait; 0 only tries; None waits until it is free.

        Returns:
            None when somebody else had it all that time.

        Raises:
            HomeUnusable
        """


class FileLocks:
    """For one machine: a file for each name.

    Args:
        folder: made when missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self, name: str, seconds: float | None = None) -> Held | None:
        path = ensure_folder(self._folder) / f"{name}.lock"
        lock = FileLock(path, thread_local=False)
        with using(path):
            try:
                lock.acquire(timeout=-1 if seconds is None else seconds)
            except Timeout:
                return None
        return Held(lock.release)


class AdvisoryLocks:
    """For all machines that share a Postgres: a session of its own for each lock that is held.

    A lock ends with its session, also when the server is restarted under a process that still
    works: who relies on one must survive that a second begins in such a case.

    Args:
        url: of the database.
        where: the same for messages, without a password.
    """

    def __init__(self, url: sa.URL, where: str) -> None:
        self._engine = sa.create_engine(
            url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True
        )
        self._where = where

    def take(self, name: str, seconds: float | None = None) -> Held | None:
        key = {"key": advisory_key(name)}
        try:
            session = self._engine.connect()
        except sa.exc.DatabaseError as error:
            raise StateUnusable(self._where, str(error.orig)) from None
        try:
            is_taken = _lock(session, key, seconds)
        except sa.exc.DatabaseError as error:
            session.close()
            raise StateUnusable(self._where, str(error.orig)) from None
        if not is_taken:
            session.close()
            return None

        def release() -> None:
            # A session that was lost has lost its lock with it.
            with contextlib.suppress(sa.exc.DatabaseError), session:
                session.execute(_UNLOCK, key)

        return Held(release)


# A machine that lost its power says nothing: the server asks, and frees its locks after 90 seconds.
_PREPARE = sa.text(
    "SELECT set_config('tcp_keepalives_idle', '60', false),"
    " set_config('tcp_keepalives_interval', '10', false),"
    " set_config('tcp_keepalives_count', '3', false),"
    " set_config('lock_timeout', :lock_timeout, false)"
)
_TRY = sa.text("SELECT pg_try_advisory_lock(:key)")
_LOCK = sa.text("SELECT pg_advisory_lock(:key)")
_UNLOCK = sa.text("SELECT pg_advisory_unlock(:key)")


def _lock(session: sa.Connection, key: dict[str, int], seconds: float | None) -> bool:
    milliseconds = 0 if seconds is None else round(seconds * 1000)  # 0: without end
    session.execute(_PREPARE, {"lock_timeout": str(milliseconds)})
    if seconds == 0:
        return bool(session.scalar(_TRY, key))
    try:
        session.execute(_LOCK, key)
    except sa.exc.DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
            return False
        raise
    return True


def advisory_key(name: str) -> int:
    """Postgres knows locks by a signed number of 64 bits."""
    digest = hashlib.sha256(f"xero_pipeline/{name}".encode()).digest()
    return int.from_bytes(digest[:8], signed=True)
