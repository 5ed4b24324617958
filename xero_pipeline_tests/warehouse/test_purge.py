"""Forgetting an organisation: nothing of it stays, and nothing of another goes."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from xero_pipeline.warehouse import (
    Landing,
    load,
    open_build_database,
    open_warehouse,
    publish,
    purge_organisation,
    read_published,
    remove_earlier_snapshots,
    unpublish,
)
from xero_pipeline_tests.warehouse.desk import HARBOUR, KOWHAI, Desk, invoice

BOTH = {str(HARBOUR), str(KOWHAI)}


@pytest.fixture
def build(tmp_path: Path, desk: Desk) -> Path:
    """Two organisations, an invoice each; Harbour's later page is not loaded yet."""
    path = tmp_path / "build.duckdb"
    batches = [desk.land("invoices", [invoice(1)], organisation=each) for each in (HARBOUR, KOWHAI)]
    with open_build_database(path) as connection:
        load(connection, batches)
        connection.execute("create table marts.totals as select organisation_id from ops.syncs")
        connection.execute("create table marts.days as select date '2026-03-01' as day")
    desk.land("invoices", [invoice(2)], organisation=HARBOUR, minute=5)
    return path


def organisations(connection: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    rows = connection.execute(f"select distinct organisation_id::varchar from {table}").fetchall()
    return {row[0] for row in rows}


def test_every_table_forgets_it_and_keeps_the_others(build: Path, landing: Landing) -> None:
    with open_warehouse(build) as connection:
        assert organisations(connection, "marts.totals") == BOTH
    purged = purge_organisation(str(HARBOUR), landing, build)
    with open_warehouse(build) as connection:
        for table in ("raw.invoices", "ops.syncs", "marts.totals"):
            assert organisations(connection, table) == {str(KOWHAI)}
        assert connection.execute("select count(*) from marts.days").fetchone() == (1,)
    assert purged.rows >= 3
    assert purged.organisations_left == 1


def test_its_pages_are_gone_loaded_or_not(build: Path, landing: Landing) -> None:
    purged = purge_organisation(str(HARBOUR), landing, build)
    assert purged.files == 4  # a page and a manifest, twice
    assert [path for path in landing.root.rglob("*") if str(HARBOUR) in str(path)] == []
    assert {str(batch.manifest.organisation_id) for batch in landing.all()} == {str(KOWHAI)}


def test_purging_again_finds_nothing(build: Path, landing: Landing) -> None:
    purge_organisation(str(HARBOUR), landing, build)
    again = purge_organisation(str(HARBOUR), landing, build)
    assert (again.files, again.rows, again.organisations_left) == (0, 0, 1)


def test_no_snapshot_that_is_kept_holds_it(build: Path, landing: Landing, tmp_path: Path) -> None:
    publish(build, tmp_path)
    purge_organisation(str(HARBOUR), landing, build)
    publish(build, tmp_path)
    remove_earlier_snapshots(tmp_path)
    (only,) = (tmp_path / "snapshots").iterdir()
    with read_published(only / "warehouse.duckdb") as reader:
        assert organisations(reader, "raw.invoices") == {str(KOWHAI)}


def test_with_the_last_one_nothing_is_published_any_more(build: Path, tmp_path: Path) -> None:
    publish(build, tmp_path)
    unpublish(tmp_path)
    assert not (tmp_path / "current").exists()
    assert not (tmp_path / "snapshots").exists()
