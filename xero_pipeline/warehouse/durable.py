"""Files that survive a killed process and a power failure, or were never there."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import filelock


def write_whole(path: Path, content: bytes) -> None:
    """The file appears with all its content or not at all, even if the power fails meanwhile."""
    temporary = path.with_name(path.name + ".tmp")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def write_at_once(path: Path, content: bytes) -> None:
    """The file appears with all its content as far as other processes see; `flush` it before
    anything durable tells of it."""
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_bytes(content)
    temporary.replace(path)


def flush(path: Path) -> None:
    """Make a file's content, or a folder's list of names, survive a power failure."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(path: Path) -> None:
    """Make a folder and those above it, where missing, so that they survive a power failure."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(exist_ok=True)
    flush(path.parent)


@dataclass
class HeldFolder:
    """A folder that this process writes to: while it is held, no other may take it over.

    The operating system lets go of it when the process dies, so that no lock is ever stale, and
    there is no lock file to clear away.
    """

    path: Path
    _descriptor: int

    @classmethod
    def hold(cls, path: Path) -> Self | None:
        """Hold an existing folder; None: somebody else holds it."""
        descriptor = os.open(path, os.O_RDONLY)
        if filelock.lock_descriptor(descriptor, blocking=False):
            return cls(path, descriptor)
        os.close(descriptor)
        return None

    def let_go(self) -> None:
        os.close(self._descriptor)
