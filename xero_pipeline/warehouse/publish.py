"""Give readers a snapshot: build.duckdb -> snapshots/<id>/warehouse.duckdb, behind `current`.

`current` is a symlink to a directory and is swapped in one step, so a reader sees one whole
snapshot: who has the old one open keeps it, who opens anew gets the new one, and the database is
called `warehouse` in both. Readers never touch the file that the pipeline writes.
"""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from xero_pipeline.warehouse.connection import DEFAULT_DEADLINE_SECONDS, open_warehouse
from xero_pipeline.warehouse.errors import PublishFailed

FILE_NAME = "warehouse.duckdb"
_READ_ONLY = 0o444


@dataclass(frozen=True)
class PublishedSnapshot:
    """What readers see from now on.

    Attributes:
        id: the snapshot's folder; sorts by time.
        path: the DuckDB file.
        bytes: its size.
        seconds: wall-clock time it took.
    """

    id: str
    path: Path
    bytes: int
    seconds: float


def publish(
    build_database: Path,
    home: Path,
    *,
    keep: int = 3,
    deadline_seconds: float = DEFAULT_DEADLINE_SECONDS,
) -> PublishedSnapshot:
    """Copy the warehouse as it is now and show the copy to readers.

    Args:
        build_database: the DuckDB file the pipeline writes; nobody else may have it open.
        home: gets `snapshots/` and `current`.
        keep: how many snapshots stay, the new one included.
        deadline_seconds: how long to wait for another process to let go of the build database.

    Raises:
        WarehouseBusy: another program has the build database open.
        PublishFailed: the copy could not be written; `current` is unchanged.
    """
    started = time.monotonic()
    snapshots = home / "snapshots"
    try:
        folder = _new_folder(snapshots)
        _copy(build_database, folder / FILE_NAME, deadline_seconds)
        _point_to(home / "current", folder)
        _remove_old(snapshots, (home / "current").resolve(), keep)
    except (OSError, subprocess.CalledProcessError) as error:
        raise PublishFailed(snapshots, _reason(error)) from error
    path = folder / FILE_NAME
    return PublishedSnapshot(folder.name, path, path.stat().st_size, time.monotonic() - started)


def remove_earlier_snapshots(home: Path) -> None:
    """Leave the snapshot that is shown, and no other."""
    _remove_old(home / "snapshots", (home / "current").resolve(), keep=0)


def unpublish(home: Path) -> None:
    """Show nothing, and keep no snapshot."""
    (home / "current").unlink(missing_ok=True)
    shutil.rmtree(home / "snapshots", ignore_errors=True)


def _new_folder(snapshots: Path) -> Path:
    folder = snapshots / f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S%fZ}"
    folder.mkdir(parents=True)
    return folder


def _copy(build_database: Path, target: Path, deadline_seconds: float) -> None:
    """Copy while this process holds the file and has nothing left to write to it.

    The copying itself is another process's work: when a process closes any descriptor of a file,
    POSIX drops all its locks on it, DuckDB's among them.
    """
    temporary = target.with_name(target.name + ".tmp")
    try:
        with open_warehouse(build_database, deadline_seconds=deadline_seconds) as connection:
            connection.execute("checkpoint")
            _copy_file(build_database, temporary)
        temporary.chmod(_READ_ONLY)
        temporary.replace(target)
    except BaseException:
        shutil.rmtree(target.parent, ignore_errors=True)
        raise


def _copy_file(source: Path, target: Path) -> None:
    """A copy that costs nothing where the file system can share blocks."""
    sharing = ["cp", "--reflink=auto", str(source), str(target)]
    if subprocess.run(sharing, capture_output=True, check=False).returncode == 0:  # noqa: S603
        return
    # Not GNU cp: macOS knows no such option.
    plain = ["cp", str(source), str(target)]
    subprocess.run(plain, capture_output=True, check=True, text=True)  # noqa: S603


def _point_to(current: Path, folder: Path) -> None:
    """Relative, so that the home can be moved; renamed into place, so that it never is missing."""
    temporary = current.with_name("current.tmp")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(folder.relative_to(current.parent), target_is_directory=True)
    temporary.replace(current)


def _remove_old(snapshots: Path, shown: Path, keep: int) -> None:
    """Readers of a removed snapshot keep its file until they close it."""
    newest_first = sorted((each for each in snapshots.iterdir() if each.is_dir()), reverse=True)
    for folder in newest_first[keep:]:
        if folder.resolve() != shown:
            shutil.rmtree(folder, ignore_errors=True)


def _reason(error: OSError | subprocess.CalledProcessError) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        return str(error.stderr).strip() or str(error)
    return str(error)
