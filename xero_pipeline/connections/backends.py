"""Where state lies: SQLite on this machine, or a Postgres that several machines share.

All that differs between the two stands here and in `locks`. Both keep to the same rules: one
writer at a time, who sees everything that earlier ones wrote, and readers who see one consistent
state meanwhile. So nobody else has to think about what happens between reading and writing.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa
import tenacity
from pydantic import SecretStr
from sqlalchemy.dialects import postgresql, sqlite

from xero_pipeline.connections.errors import HomeUnusable, StateUnusable
from xero_pipeline.connections.home import ensure_folder, ensure_private_file
from xero_pipeline.connections.locks import AdvisoryLocks, FileLocks, Locks, advisory_key
from xero_pipeline.settings import Settings

_SECONDS_FOR_OTHERS = 30
_ONE_WRITER = advisory_key("one-writer")


class Backend(Protocol):
    """One kind of database."""

    @property
    def locks(self) -> Locks:
        """Locks that exclude everybody who shares this state."""

    def engine(self) -> sa.Engine:
        """Raises HomeUnusable."""

    def begin(self, connection: sa.Connection, *, writes: bool, durable: bool) -> None:
        """Begin a transaction that reads, or the one that writes."""

    def version(self, connection: sa.Connection) -> int:
        """Of the tables; 0 for a database without any."""

    def set_version(self, connection: sa.Connection, version: int) -> None: ...

    def unusable(self, reason: str) -> HomeUnusable:
        """What to say when the database refuses."""


def backend_of(settings: Settings) -> Backend:
    """Raises StateUnusable: XERO_PIPELINE_STATE_URL cannot be understood."""
    if settings.state_url is None:
        return SqliteBackend(settings.home / "state.db", settings.home / "locks")
    url = _parsed(settings.state_url)
    if url.get_backend_name() == "sqlite" and url.database:
        return SqliteBackend(Path(url.database), settings.home / "locks")
    if url.get_backend_name() in ("postgresql", "postgres"):
        return PostgresBackend(url.set(drivername="postgresql+psycopg"))
    raise StateUnusable("XERO_PIPELINE_STATE_URL", "neither postgresql:// nor sqlite:///file")


def insert(connection: sa.Connection, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT; both databases take the same words."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


class SqliteBackend:
    """A file for its owner only, with a write-ahead log and foreign keys.

    Args:
        path: made when missing.
        locks: folder of the lock files.
    """

    def __init__(self, path: Path, locks: Path) -> None:
        self._path = path
        self._locks = locks

    @property
    def locks(self) -> Locks:
        return FileLocks(self._locks)

    def engine(self) -> sa.Engine:
        ensure_folder(self._path.parent)
        ensure_private_file(self._path)
        engine = sa.create_engine(
            f"sqlite:///{self._path}", connect_args={"timeout": _SECONDS_FOR_OTHERS}
        )

        @sa.event.listens_for(engine, "connect")
        def _prepare(connection: Any, record: object) -> None:  # noqa: ANN401
            # The driver would begin transactions by itself, and too late to lock what was read.
            connection.isolation_level = None
            _use_write_ahead_log(connection)
            connection.execute("PRAGMA foreign_keys=ON")

        return engine

    def begin(self, connection: sa.Connection, *, writes: bool, durable: bool) -> None:
        connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    def version(self, connection: sa.Connection) -> int:
        return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())

    def set_version(self, connection: sa.Connection, version: int) -> None:
        connection.exec_driver_sql(f"PRAGMA user_version = {version}")

    def unusable(self, reason: str) -> HomeUnusable:
        return HomeUnusable(self._path, reason)


@tenacity.retry(
    retry=tenacity.retry_if_exception_message(message="database is locked"),
    wait=tenacity.wait_random(0.01, 0.1),
    stop=tenacity.stop_after_delay(_SECONDS_FOR_OTHERS),
    reraise=True,
)
def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """SQLite waits for whoever writes, but not for whoever makes the same switch in a new file."""
    connection.execute("PRAGMA journal_mode=WAL")


class PostgresBackend:
    """The schema of a Postgres that the URL leads to.

    Args:
        url: with the driver psycopg.
    """

    def __init__(self, url: sa.URL) -> None:
        self._url = url
        # Parameters may hold secrets, too.
        self._where = str(url.set(drivername="postgresql", query={}))

    @property
    def locks(self) -> Locks:
        return AdvisoryLocks(self._url, self._where)

    def engine(self) -> sa.Engine:
        try:
            return sa.create_engine(
                self._url,
                pool_pre_ping=True,
                hide_parameters=True,
                connect_args={"connect_timeout": 10},
            )
        except ModuleNotFoundError:
            raise self.unusable(
                'install its driver: pip install "xero-pipeline[postgres]"'
            ) from None

    def begin(self, connection: sa.Connection, *, writes: bool, durable: bool) -> None:
        if not writes:
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            return
        # Row locks would not do: most rules read what is not there yet before they write it.
        commit = {"synchronous_commit": "on" if durable else "off", "key": _ONE_WRITER}
        connection.execute(_BEGIN_WRITING, commit)

    def version(self, connection: sa.Connection) -> int:
        _schema_version.create(connection, checkfirst=True)
        return int(connection.scalar(sa.select(_schema_version.c.version)) or 0)

    def set_version(self, connection: sa.Connection, version: int) -> None:
        connection.execute(sa.delete(_schema_version))
        connection.execute(sa.insert(_schema_version).values(version=version))

    def unusable(self, reason: str) -> HomeUnusable:
        return StateUnusable(self._where, reason)


_BEGIN_WRITING = sa.text(
    "SELECT set_config('lock_timeout', '30s', true),"
    " set_config('synchronous_commit', :synchronous_commit, true),"
    " pg_advisory_xact_lock(:key)"
)
_schema_version = sa.Table(
    "schema_version", sa.MetaData(), sa.Column("version", sa.Integer, primary_key=True)
)


def _parsed(url: SecretStr) -> sa.URL:
    try:
        return sa.make_url(url.get_secret_value())
    except (sa.exc.ArgumentError, ValueError):
        # The error would show a part of the URL, which may be the password.
        raise StateUnusable(
            "XERO_PIPELINE_STATE_URL",
            "it is no URL; special characters of a password are written as %40 and the like",
        ) from None
