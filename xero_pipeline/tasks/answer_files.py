"""Files that come with answers: looked at, copied below the home, for their owner only."""

from __future__ import annotations

import hashlib
import mimetypes
import secrets
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from xero_pipeline.connections.home import OWNER_ONLY, create_private_file, ensure_folder
from xero_pipeline.tasks.model import AnswerFile
from xero_pipeline.tasks.rules import OfferedFile

_FOLDER = "answers"
_UNKNOWN_TYPE = "application/octet-stream"
_OWNER_ONLY_FOLDER = 0o700


class AnswerFiles:
    """The folder `answers` in the home.

    Args:
        home: of the pipeline.
    """

    def __init__(self, home: Path) -> None:
        self._home = home

    def keep(self, paths: Sequence[Path]) -> tuple[AnswerFile, ...]:
        """Copies of these files, each with the SHA-256 of what was copied.

        Raises:
            HomeUnusable
        """
        if not paths:
            return ()
        ensure_folder(self._home / _FOLDER).chmod(_OWNER_ONLY_FOLDER)
        folder = PurePosixPath(_FOLDER, secrets.token_hex(16))
        ensure_folder(self._home / folder).chmod(_OWNER_ONLY_FOLDER)
        return tuple(self._copy(path, folder) for path in paths)

    def forget(self, files: Iterable[AnswerFile]) -> None:
        """Remove copies that belong to no answer."""
        for folder in {(self._home / file.stored_as).parent for file in files}:
            shutil.rmtree(folder, ignore_errors=True)

    def received(self, stored_as: str) -> Path:
        """Where another program says that it put a file. Outside of the folder there is none."""
        folder = (self._home / _FOLDER).resolve()
        path = (self._home / stored_as).resolve()
        return path if path.is_relative_to(folder) else folder / "outside"

    def adopt(self, path: Path, name: str, media_type: str, file_id: int) -> AnswerFile:
        """A received file as it lies there, from now on for its owner only."""
        path.chmod(OWNER_ONLY)
        stored_as = PurePosixPath(path.relative_to(self._home.resolve()))
        return _described(path.read_bytes(), name, media_type, stored_as, file_id)

    def _copy(self, path: Path, folder: PurePosixPath) -> AnswerFile:
        content = path.read_bytes()
        create_private_file(self._home / folder / path.name, content)
        return _described(content, path.name, media_type_of(path.name), folder / path.name)


def offered(path: Path, name: str | None = None) -> OfferedFile:
    """What is to be known of a file before it is taken.

    Args:
        name: what it is to be called; None: as it is.
    """
    try:
        size = path.stat().st_size if path.is_file() else None
    except OSError:
        size = None
    return OfferedFile(name or path.name, size)


def media_type_of(name: str) -> str:
    """By the end of the name."""
    return mimetypes.guess_type(name)[0] or _UNKNOWN_TYPE


def _described(
    content: bytes, name: str, media_type: str, stored_as: PurePosixPath, file_id: int = 0
) -> AnswerFile:
    sha256 = hashlib.sha256(content).hexdigest()
    return AnswerFile(name, media_type, len(content), sha256, str(stored_as), file_id)
