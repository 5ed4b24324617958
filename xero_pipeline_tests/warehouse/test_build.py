from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from xero_pipeline.warehouse import ModelFailed, ModelGraph, ModelsInvalid
from xero_pipeline_tests.warehouse.desk import HARBOUR, KOWHAI, Desk, at, naive, rows
from xero_pipeline_tests.warehouse.project import CONTACTS, ORGANISATIONS, sync, write_project

NAMES = "select name from marts.names order by name"


def test_models_are_built_in_order(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    graph = write_project(
        tmp_path / "models",
        marts__a="select n + 1 as n from staging.b",
        staging__b="select 1 as n union all select 2;",
    )

    built = graph.build(warehouse)

    assert [(model.relation, model.rows) for model in built] == [("staging.b", 2), ("marts.a", 2)]
    assert rows(warehouse, "select n from marts.a order by n") == [(2,), (3,)]


def test_macros_are_there_before_those_who_use_them(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    graph = write_project(
        tmp_path / "models",
        macros__twice="create or replace macro intermediate.twice(n) as n * 2",
        macros__above="""
            create or replace macro marts.above(limit_) as table
            select n from marts.a where n > limit_
        """,
        marts__a="select intermediate.twice(n) as n from range(3) as t(n)",
    )

    built = graph.build(warehouse, only=["marts.a"])

    assert [model.relation for model in built] == ["marts.a"]
    assert rows(warehouse, "from marts.above(2)") == [(4,)]


def test_a_failing_model_names_its_file(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    graph = write_project(tmp_path / "models", marts__a="select no_such_column from raw.items")

    with pytest.raises(ModelFailed, match="no_such_column") as failed:
        graph.build(warehouse)

    assert failed.value.path == tmp_path / "models" / "marts" / "a.sql"


def test_only_what_exists_can_be_built(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    graph = write_project(tmp_path / "models", marts__a="select 1 as n")

    with pytest.raises(ModelsInvalid, match=r"no marts\.b to build"):
        graph.build(warehouse, only=["marts.b"])


def test_seeds_are_text_unless_a_type_is_declared(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    graph = write_project(
        tmp_path / "models",
        seed__accounts="code,weight,note\n090,1.5,\n",
        yml__seeds="""
            version: 2
            seeds: [{name: accounts, config: {column_types: {weight: "decimal(9,2)"}}}]
        """,
    )

    graph.build(warehouse)

    types = "select code, typeof(weight), note from seeds.accounts"
    assert rows(warehouse, types) == [("090", "DECIMAL(9,2)", None)]


def test_a_user_s_own_list_replaces_the_seed(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    graph = write_project(tmp_path / "models", seed__accounts="code\n200\n", seed__other="a\n1\n")
    own = tmp_path / "home" / "seeds"
    own.mkdir(parents=True)
    (own / "accounts.csv").write_text("code\n400\n401\n")

    graph.with_user_seeds(own).build(warehouse)

    assert rows(warehouse, "from seeds.accounts") == [("400",), ("401",)]
    assert rows(warehouse, "from seeds.other") == [("1",)]


@pytest.fixture
def contacts_project(tmp_path: Path) -> ModelGraph:
    """Staging, a macro, a snapshot and marts over them, each a function of one organisation."""
    return write_project(
        tmp_path / "models",
        seed__greetings="greeting\nKia ora\n",
        staging__organisations=ORGANISATIONS,
        staging__contacts=CONTACTS + " where _removed_at is null",
        macros__greet="create or replace macro intermediate.greet(n) as 'Kia ora ' || n",
        snapshots__names="select organisation_id, contact_id, name from staging.contacts",
        yml__snapshots="""
            version: 2
            snapshots: [{name: names, config: {unique_key: [organisation_id, contact_id]}}]
        """,
        marts__names="""
            with ranked as (
                select *, row_number() over (partition by organisation_id order by name) as place
                from staging.contacts
            )
            select organisation_id, contact_id, intermediate.greet(name) as name, place, greeting
            from ranked, seeds.greetings
        """,
        marts__versions="""
            select organisation_id, contact_id, count(*) as versions
            from snapshots.names group by all
        """,
    )


def contents(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[object, ...]]]:
    relations = ("staging.contacts", "marts.names", "marts.versions", "snapshots.names")
    return {each: sorted(rows(connection, f"from {each}"), key=repr) for each in relations}


def test_rebuilding_organisations_one_by_one_equals_rebuilding_all(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk, contacts_project: ModelGraph
) -> None:
    sync(warehouse, desk, {1: "Ada", 2: "Bo"}, minute=0)
    sync(warehouse, desk, {1: "Cy"}, minute=0, organisation=KOWHAI)
    contacts_project.build(warehouse)
    sync(warehouse, desk, {1: "Ada Lowe", 3: "Dee"}, minute=5)
    sync(warehouse, desk, {1: "Cy", 4: "Em"}, minute=6, organisation=KOWHAI)

    contacts_project.build(warehouse, organisations=[str(HARBOUR)])
    contacts_project.build(warehouse, organisations=[str(KOWHAI)])
    one_by_one = contents(warehouse)
    contacts_project.build(warehouse)

    assert one_by_one == contents(warehouse)
    assert rows(warehouse, NAMES)[0] == ("Kia ora Ada Lowe",)


VIEWS = """
    version: 2
    models: [{name: contacts, config: {materialized: view}}]
"""


def test_a_view_holds_no_rows_of_its_own(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk, contacts_project: ModelGraph
) -> None:
    """Built as a table before its .yml said so, it becomes one, also where one organisation is
    rebuilt; and a table again when its .yml says so no more."""
    kind = "select table_type from information_schema.tables where table_schema = 'staging' and "
    kind += "table_name = 'contacts'"
    docs = contacts_project.folder / "staging" / "docs.yml"
    for organisation in (HARBOUR, KOWHAI):
        sync(warehouse, desk, {1: "Ada"}, minute=0, organisation=organisation)
    contacts_project.build(warehouse)
    before = contents(warehouse)

    viewed = write_project(contacts_project.folder, yml__staging=VIEWS)
    viewed.build(warehouse, organisations=[str(HARBOUR)])
    assert rows(warehouse, kind) == [("VIEW",)]
    assert contents(warehouse) == before

    sync(warehouse, desk, {1: "Bo"}, minute=5)
    viewed.build(warehouse, organisations=[str(HARBOUR)])
    assert [name for (name,) in rows(warehouse, NAMES)] == ["Kia ora Ada", "Kia ora Bo"]

    docs.unlink()
    ModelGraph.discover(contacts_project.folder).build(warehouse, organisations=[str(HARBOUR)])
    assert rows(warehouse, kind) == [("BASE TABLE",)]


def test_a_view_follows_a_table_whose_types_have_grown(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk, contacts_project: ModelGraph
) -> None:
    viewed = write_project(contacts_project.folder, yml__staging=VIEWS)
    sync(warehouse, desk, {1: "Ada"}, minute=0)
    viewed.build(warehouse)
    warehouse.execute("alter table raw.contacts alter tax_number set data type struct(n varchar)")

    viewed.build(warehouse, organisations=[str(HARBOUR)])

    assert len(rows(warehouse, "from staging.contacts")) == 1


def test_rebuilding_one_organisation_leaves_the_others_alone(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk, contacts_project: ModelGraph
) -> None:
    for organisation in (HARBOUR, KOWHAI):
        sync(warehouse, desk, {1: "before"}, minute=0, organisation=organisation)
    contacts_project.build(warehouse)
    for organisation in (HARBOUR, KOWHAI):
        sync(warehouse, desk, {1: "after"}, minute=5, organisation=organisation)

    built = contacts_project.build(warehouse, organisations=[str(HARBOUR)])

    by_organisation = "select organisation_id, name from marts.names order by 1"
    assert rows(warehouse, by_organisation) == [
        (HARBOUR, "Kia ora after"),
        (KOWHAI, "Kia ora before"),
    ]
    assert {model.relation: model.rows for model in built}["marts.names"] == 2


def test_a_changed_model_is_rebuilt_for_everybody(
    warehouse: duckdb.DuckDBPyConnection,
    desk: Desk,
    contacts_project: ModelGraph,
) -> None:
    """Or the table would hold rows of two definitions."""
    for organisation in (HARBOUR, KOWHAI):
        sync(warehouse, desk, {1: "Ada"}, minute=0, organisation=organisation)
    contacts_project.build(warehouse)

    changed = write_project(
        contacts_project.folder,
        macros__greet="create or replace macro intermediate.greet(n) as 'Hello ' || n",
    )
    changed.build(warehouse, organisations=[str(HARBOUR)])

    assert rows(warehouse, NAMES) == [("Hello Ada",), ("Hello Ada",)]


def test_a_table_that_does_not_exist_yet_is_built_for_everybody(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk, contacts_project: ModelGraph
) -> None:
    for organisation in (HARBOUR, KOWHAI):
        sync(warehouse, desk, {1: "Ada"}, minute=0, organisation=organisation)

    contacts_project.build(warehouse, organisations=[str(HARBOUR)])

    assert len(rows(warehouse, NAMES)) == 2


def test_a_failure_for_one_organisation_changes_no_table(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk, tmp_path: Path
) -> None:
    graph = write_project(
        tmp_path / "models",
        staging__contacts=CONTACTS,
        marts__numbers="select organisation_id, tax_number::integer as n from staging.contacts",
    )
    graph.build(warehouse)
    sync(warehouse, desk, {1: "Ada"}, minute=0)
    warehouse.execute("update raw.contacts set tax_number = 'not a number'")

    with pytest.raises(ModelFailed, match="not a number"):
        graph.build(warehouse, organisations=[str(HARBOUR)])

    assert rows(warehouse, "from staging.contacts") == []
    assert rows(warehouse, "select current_database()") == [("build",)]


HISTORY = """
    select name, valid_from, valid_to from snapshots.names order by contact_id, valid_from
"""


def test_a_snapshot_keeps_what_rows_were(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk, contacts_project: ModelGraph
) -> None:
    names = ({1: "Ada", 2: "Bo"}, {1: "Ada", 2: "Bea"}, {1: "Ada"}, {1: "Ada", 2: "Bea"})
    for minute, listed in enumerate(names):
        sync(warehouse, desk, listed, minute=minute)
        contacts_project.build(warehouse)

    assert rows(warehouse, HISTORY) == [
        ("Ada", naive(at(0)), None),
        ("Bo", naive(at(0)), naive(at(1))),  # renamed
        ("Bea", naive(at(1)), naive(at(2))),  # no longer listed
        ("Bea", naive(at(3)), None),  # back
    ]


def test_building_twice_from_one_sync_makes_no_version(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk, contacts_project: ModelGraph
) -> None:
    sync(warehouse, desk, {1: "Ada"}, minute=0)
    contacts_project.build(warehouse)
    contacts_project.build(warehouse)

    assert rows(warehouse, HISTORY) == [("Ada", naive(at(0)), None)]


def test_a_change_of_the_model_between_two_syncs_leaves_no_empty_version(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk, contacts_project: ModelGraph
) -> None:
    sync(warehouse, desk, {1: "Ada"}, minute=0)
    contacts_project.build(warehouse)
    shouting = write_project(
        contacts_project.folder,
        snapshots__names="""
            select organisation_id, contact_id, upper(name) as name, length(name) as length
            from staging.contacts
        """,
    )
    shouting.build(warehouse)

    assert rows(warehouse, HISTORY) == [("ADA", naive(at(0)), None)]
    assert rows(warehouse, "select length from snapshots.names") == [(3,)]


def test_what_is_appended_stays_as_it_was_first_said(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk, tmp_path: Path
) -> None:
    graph = write_project(
        tmp_path / "models",
        staging__organisations=ORGANISATIONS,
        staging__contacts=CONTACTS,
        snapshots__said="select organisation_id, contact_id, name from staging.contacts",
        yml__snapshots="""
            version: 2
            snapshots:
              - {name: said, config: {strategy: append, unique_key: [organisation_id, contact_id]}}
        """,
    )
    sync(warehouse, desk, {1: "Ada", 2: "Bo"}, minute=0)
    sync(warehouse, desk, {1: "Cy"}, minute=0, organisation=KOWHAI)
    graph.build(warehouse)
    sync(warehouse, desk, {1: "Eve", 3: "Dee"}, minute=5)
    graph.build(warehouse, organisations=[str(HARBOUR)])
    graph.build(warehouse)

    assert rows(warehouse, "select name from snapshots.said order by organisation_id, name") == [
        ("Ada",),
        ("Bo",),
        ("Dee",),
        ("Cy",),
    ]
