"""Open the warehouse: wait for DuckDB's lock with jitter, always close.

DuckDB lets one process write, or many read. Whoever comes second gets an error at once, so opening
is tried again every 50 to 250 ms (jitter keeps waiting writers from moving in step) until a
deadline. Nothing here runs at import.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random

from xero_pipeline.warehouse.errors import NothingPublished, WarehouseBusy, WarehouseUnreadable

Config = Mapping[str, str | int | bool]

DEFAULT_DEADLINE_SECONDS = 300.0
DEFAULT_MEMORY = "4GB"
# Loading needs no order among rows; a sync's many endpoints share one checkpoint at the end.
DEFAULT_CONFIG: Config = {
    "memory_limit": DEFAULT_MEMORY,
    "preserve_insertion_order": False,
    "checkpoint_threshold": "256MB",
}
# Files of DuckDB 2 are unreadable for 1.5, which is what database viewers still bundle.
_STORAGE_VERSION = "v1.5.0"


@contextmanager
def open_warehouse(
    path: Path,
    *,
    deadline_seconds: float = DEFAULT_DEADLINE_SECONDS,
    read_only: bool = False,
    config: Config = DEFAULT_CONFIG,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse at `path`, created if need be, closed on leaving whatever happens.

    Args:
        path: the DuckDB file.
        deadline_seconds: how long to wait for another process to let go of the file.
        read_only: shares the file with other readers, still not with a writer.
        config: DuckDB settings. All connections of one process to one file must agree on them.

    Raises:
        WarehouseBusy: the file was still in use at the deadline; names the program and its PID.
        WarehouseUnreadable: the folder cannot be written to, or the file is no DuckDB database.
    """
    if not read_only:
        _make_folder(path)
    connection = _connect(path, deadline_seconds, read_only, config)
    try:
        # Instants are UTC throughout; a local session zone would shift casts of timestamptz.
        connection.execute("set TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()


@contextmanager
def read_published(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published snapshot, read only.

    Args:
        path: `current/warehouse.duckdb` in the pipeline's home.

    Raises:
        NothingPublished: there is no snapshot yet.
    """
    if not path.exists():
        raise NothingPublished(path)
    with open_warehouse(path, read_only=True, deadline_seconds=5) as connection:
        yield connection


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Everything inside is committed together, or nothing is."""
    connection.begin()
    try:
        yield
        connection.commit()
    except BaseException:
        with suppress(duckdb.Error):  # a failed commit has ended the transaction already
            connection.rollback()
        raise


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WarehouseUnreadable(path, str(error)) from error


def _connect(
    path: Path, deadline_seconds: float, read_only: bool, config: Config
) -> duckdb.DuckDBPyConnection:
    started = time.monotonic()
    attempts = Retrying(
        retry=retry_if_exception(_is_lock_conflict),
        wait=wait_random(0.05, 0.25),
        stop=stop_after_delay(deadline_seconds),
        reraise=True,
    )
    try:
        return attempts(
            duckdb.connect, str(path), read_only=read_only, config=_with_storage_version(config)
        )
    except duckdb.Error as error:
        if _is_lock_conflict(error):
            raise WarehouseBusy(path, _holder(error), time.monotonic() - started) from error
        raise WarehouseUnreadable(path, _first_line(error)) from error


def _with_storage_version(config: Config) -> dict[str, str | int | bool]:
    if int(duckdb.__version__.split(".")[0]) < 2:
        return dict(config)
    return {"storage_compatibility_version": _STORAGE_VERSION, **config}


def _is_lock_conflict(error: BaseException) -> bool:
    """A lock held by another process, or by this one in another mode (reading or writing)."""
    return isinstance(error, duckdb.Error) and (
        "Could not set lock on file" in str(error) or "different configuration" in str(error)
    )


def _holder(error: duckdb.Error) -> str:
    """The program and PID in DuckDB's message: `held in /usr/bin/python3 (PID 42)`."""
    named = re.search(r"held in (.+?) \(PID (\d+)\)", str(error))
    if named:
        return f"{named[1]} (PID {named[2]})"
    return "this process, in another mode" if "configuration" in str(error) else "another program"


def _first_line(error: duckdb.Error) -> str:
    return str(error).splitlines()[0]
