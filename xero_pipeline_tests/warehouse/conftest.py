"""A warehouse and a landing zone of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from xero_pipeline.warehouse import Landing, open_warehouse
from xero_pipeline_tests.empty_warehouse import put_empty_warehouse
from xero_pipeline_tests.warehouse.desk import Desk


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path / "landing")


@pytest.fixture
def desk(landing: Landing) -> Desk:
    return Desk(landing)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty build database of one's own."""
    with open_warehouse(put_empty_warehouse(tmp_path / "build.duckdb")) as connection:
        yield connection
