"""A warehouse with its tables and no row, copied: making the tables takes half a second."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from xero_pipeline.warehouse import create_tables, open_warehouse

_NAME = "build.duckdb"


def put_empty_warehouse(path: Path) -> Path:
    """Put one there, unless there is a warehouse already. Returns the path."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(Path(_template().name) / _NAME, path)
    return path


@cache
def _template() -> TemporaryDirectory[str]:
    """Its folder, until this process ends."""
    folder = TemporaryDirectory()
    with open_warehouse(Path(folder.name) / _NAME) as connection:
        create_tables(connection)
    return folder
