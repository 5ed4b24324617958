"""Files that come with a form."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from starlette.datastructures import UploadFile

from xero_pipeline.tasks import AnswerRefused

_LONGEST_NAME = 255
"""Bytes, of a file on most disks."""


def received(uploads: Iterable[object], folder: Path) -> tuple[Path, ...]:
    """Write what was sent below a folder, under the names that the files had.

    Each lies in a folder of its own: two of one name are for the desk to refuse.

    Raises:
        AnswerRefused: a name that no disk takes.
    """
    files = [each for each in uploads if isinstance(each, UploadFile) and each.filename]
    return tuple(_written(each, folder / str(number)) for number, each in enumerate(files))


def _written(upload: UploadFile, folder: Path) -> Path:
    name = (upload.filename or "").replace("\\", "/").rpartition("/")[2]
    if name in ("", ".", "..") or "\0" in name or len(name.encode()) > _LONGEST_NAME:
        raise AnswerRefused("", [f"'{name[:40]}' is no good name for a file. Rename it."])
    folder.mkdir()
    path = folder / name
    with path.open("wb") as copy:
        shutil.copyfileobj(upload.file, copy)
    return path
