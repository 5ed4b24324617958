"""Steps rebuild the organisations that need it, and what was left undone."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import duckdb
import pytest

from xero_pipeline.warehouse import STEPS, ModelGraph, build_step, load, replace_ops_table
from xero_pipeline_tests.warehouse.desk import HARBOUR, KOWHAI, Desk, at, guid, naive, rows
from xero_pipeline_tests.warehouse.project import CONTACTS, ORGANISATIONS, sync, write_project

STAGING, INTERMEDIATE, MARTS = STEPS
RIMU = UUID("33333333-3333-4333-8333-333333333333")
TOTARA = UUID("44444444-4444-4444-8444-444444444444")
A_DAY = 24 * 60


@pytest.fixture
def graph(tmp_path: Path) -> ModelGraph:
    return write_project(
        tmp_path / "models",
        staging__organisations=ORGANISATIONS,
        staging__contacts=CONTACTS + " where _removed_at is null",
        intermediate__contacts="select *, length(name) as length from staging.contacts",
        marts__contacts="""
            select contacts.*, as_of_date, account_code
            from intermediate.contacts
            join staging.organisations using (organisation_id)
            left join ops.monitored_accounts using (organisation_id)
        """,
    )


@pytest.fixture
def synced(warehouse: duckdb.DuckDBPyConnection, desk: Desk) -> duckdb.DuckDBPyConnection:
    """Three organisations with a contact each."""
    for organisation in (HARBOUR, KOWHAI, RIMU):
        sync(warehouse, desk, {1: "Ada"}, minute=0, organisation=organisation)
    return warehouse


def build(warehouse: duckdb.DuckDBPyConnection, graph: ModelGraph) -> None:
    for step in STEPS:
        build_step(warehouse, graph, step)


def look_in(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk, organisation: UUID, *, minute: int
) -> None:
    """A sync that finds nothing new: the organisation itself answers, unchanged."""
    itself = [{"OrganisationID": str(organisation), "Name": "as of minute 0"}]
    load(warehouse, [desk.land("organisation", itself, minute=minute, organisation=organisation)])


def mark(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Make rows that are not rebuilt recognisable."""
    for schema in ("staging", "intermediate", "marts"):
        warehouse.execute(f"update {schema}.contacts set tax_number = 'left alone'")


def rebuilt(warehouse: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    """The organisations whose rows in this table were written since they were marked."""
    found = warehouse.execute(
        f"select organisation_id::varchar from {table} where tax_number is null"
    ).fetchall()
    return {organisation for (organisation,) in found}


def test_what_a_sync_has_touched_is_rebuilt_in_every_step(
    synced: duckdb.DuckDBPyConnection, desk: Desk, graph: ModelGraph
) -> None:
    build(synced, graph)
    mark(synced)
    sync(synced, desk, {1: "Ada Lowe"}, minute=15)
    build(synced, graph)
    for schema in ("staging", "intermediate", "marts"):
        assert rebuilt(synced, f"{schema}.contacts") == {str(HARBOUR)}


def test_a_quiet_sync_rebuilds_nobody(
    synced: duckdb.DuckDBPyConnection, desk: Desk, graph: ModelGraph
) -> None:
    build(synced, graph)
    mark(synced)
    look_in(synced, desk, KOWHAI, minute=15)
    build(synced, graph)
    assert rebuilt(synced, "marts.contacts") == set()


def test_yet_it_moves_the_instant_that_figures_are_as_of(
    synced: duckdb.DuckDBPyConnection, desk: Desk, graph: ModelGraph
) -> None:
    build(synced, graph)
    look_in(synced, desk, KOWHAI, minute=15)
    build(synced, graph)
    assert rows(synced, "select max(synced_at) from staging.organisations") == [(naive(at(15)),)]


def test_a_new_day_rebuilds_an_organisation_without_changes(
    synced: duckdb.DuckDBPyConnection, desk: Desk, graph: ModelGraph
) -> None:
    build(synced, graph)
    mark(synced)
    look_in(synced, desk, KOWHAI, minute=A_DAY)
    build(synced, graph)
    assert rebuilt(synced, "marts.contacts") == {str(KOWHAI)}


def test_so_does_another_choice_of_watched_accounts(
    synced: duckdb.DuckDBPyConnection, graph: ModelGraph
) -> None:
    build(synced, graph)
    mark(synced)
    watched = {"organisation_id": RIMU, "account_id": guid(1), "account_code": "469"}
    replace_ops_table(synced, "monitored_accounts", [watched])
    build(synced, graph)
    assert rebuilt(synced, "marts.contacts") == {str(RIMU)}


def test_what_a_killed_run_left_undone_the_next_one_builds(
    synced: duckdb.DuckDBPyConnection, desk: Desk, graph: ModelGraph
) -> None:
    """It had built staging of one organisation; meanwhile another one has changed."""
    build(synced, graph)
    mark(synced)
    sync(synced, desk, {1: "Ada Lowe"}, minute=15)
    build_step(synced, graph, STAGING)
    sync(synced, desk, {1: "Bo"}, minute=20, organisation=KOWHAI)
    build(synced, graph)
    assert rebuilt(synced, "marts.contacts") == {str(HARBOUR), str(KOWHAI)}


def test_what_another_run_loads_between_two_steps_goes_through_all_of_them_at_once(
    synced: duckdb.DuckDBPyConnection, desk: Desk, graph: ModelGraph
) -> None:
    """Checks that compare marts with staging would fail otherwise. Tōtara is there for the
    first time."""
    build(synced, graph)
    sync(synced, desk, {1: "Ada Lowe"}, minute=15)
    build_step(synced, graph, STAGING)
    sync(synced, desk, {1: "Bo"}, minute=20, organisation=KOWHAI)
    sync(synced, desk, {1: "Cy"}, minute=20, organisation=TOTARA)
    build_step(synced, graph, INTERMEDIATE)
    sync(synced, desk, {1: "Bob"}, minute=25, organisation=KOWHAI)
    build_step(synced, graph, MARTS)
    named = "select name, length from marts.contacts order by all"
    assert rows(synced, named) == [("Ada", 3), ("Ada Lowe", 8), ("Bob", 3), ("Cy", 2)]
    mark(synced)
    build(synced, graph)
    assert rebuilt(synced, "marts.contacts") == set()


def test_many_changed_organisations_are_rebuilt_with_all_others(
    synced: duckdb.DuckDBPyConnection, desk: Desk, graph: ModelGraph
) -> None:
    build(synced, graph)
    mark(synced)
    for organisation in (HARBOUR, KOWHAI):
        sync(synced, desk, {1: "Ada Lowe"}, minute=15, organisation=organisation)
    build(synced, graph)
    assert rebuilt(synced, "marts.contacts") == {str(HARBOUR), str(KOWHAI), str(RIMU)}


def test_every_table_is_told_of_in_order_with_its_rows_rebuilt_or_not(
    synced: duckdb.DuckDBPyConnection, graph: ModelGraph
) -> None:
    expected = [(node.relation, 3) for node in STAGING.nodes(graph)]
    for _ in range(2):
        assert [
            (each.relation, each.rows) for each in build_step(synced, graph, STAGING)
        ] == expected
