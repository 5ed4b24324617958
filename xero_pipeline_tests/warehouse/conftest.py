"""A warehouse and a landing zone of one's own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from xero_pipeline.warehouse import Landing, create_tables, open_warehouse
from xero_pipeline_tests.warehouse.desk import Desk


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path / "landing")


@pytest.fixture
def desk(landing: Landing) -> Desk:
    return Desk(landing)


@pytest.fixture(scope="session")
def empty_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build database with its tables, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "build.duckdb"
    with open_warehouse(path) as connection:
        create_tables(connection)
    return path


@pytest.fixture
def warehouse(tmp_path: Path, empty_warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty build database of one's own."""
    path = tmp_path / "build.duckdb"
    shutil.copyfile(empty_warehouse, path)
    with open_warehouse(path) as connection:
        yield connection
