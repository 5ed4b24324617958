"""The folder that holds all state, and files in it that only their owner may read."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from xero_pipeline.connections.errors import HomeUnusable

OWNER_ONLY = 0o600


@contextlib.contextmanager
def using(path: Path) -> Iterator[None]:
    """Turn the operating system's refusals below `path` into a plain sentence.

    Raises:
        HomeUnusable
    """
    try:
        yield
    except OSError as error:
        refused = Path(error.filename) if isinstance(error.filename, str) else path
        raise HomeUnusable(refused, error.strerror or str(error)) from error


def ensure_folder(path: Path) -> Path:
    """Raises HomeUnusable."""
    with using(path):
        path.mkdir(parents=True, exist_ok=True)
    return path


def ensure_private_file(path: Path) -> None:
    """An empty file with mode 0600 unless there is one. Raises HomeUnusable.

    One that is there is not opened: closing it would drop all locks that this process holds on it,
    and SQLite's are among them (sqlite.org/howtocorrupt.html, 2.2).
    """
    with using(path), contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, OWNER_ONLY))


def create_private_file(path: Path, content: bytes) -> bool:
    """Write a new file with mode 0600, whole or not at all.

    Returns:
        False when there is one already: somebody else was first, and theirs stays.

    Raises:
        HomeUnusable
    """
    with using(path), _draft_of(path, content) as draft:
        try:
            os.link(draft, path)
        except FileExistsError:
            return False
    return True


def replace_private_file(path: Path, content: bytes) -> None:
    """Put other content into a file with mode 0600: whole or not at all, and for good.

    Raises:
        HomeUnusable
    """
    with using(path), _draft_of(path, content) as draft:
        draft.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextlib.contextmanager
def _draft_of(path: Path, content: bytes) -> Iterator[Path]:
    """The content on the disk under another name, which goes afterwards."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    create = os.O_CREAT | os.O_EXCL | os.O_WRONLY
    try:
        with os.fdopen(os.open(draft, create, OWNER_ONLY), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield draft
    finally:
        draft.unlink(missing_ok=True)
