from __future__ import annotations

from pathlib import Path

import pytest

from xero_pipeline.warehouse import Kind, ModelGraph, ModelsInvalid
from xero_pipeline_tests.warehouse.project import ORGANISATIONS, write_project


def test_dependencies_are_read_off_the_sql(tmp_path: Path) -> None:
    graph = write_project(
        tmp_path,
        staging__a="select * from raw.invoices",
        marts__b="""
            -- raw.items in a comment is no dependency
            with a as (select * from staging.a), raw_items as (from raw.contacts)
            select * from a where exists (from raw_items) union all from raw.payments
        """,
    )

    assert graph.dependencies("marts.b") == ("raw.contacts", "raw.payments", "staging.a")
    assert list(graph.nodes) == ["staging.a", "marts.b"]


def test_dependencies_go_through_macros(tmp_path: Path) -> None:
    graph = write_project(
        tmp_path,
        staging__a="select 1 as x",
        macros__inner="""
            create or replace macro marts.inner(n) as (select max(x) + n from staging.a)
        """,
        macros__outer="""
            -- Arguments may have defaults (with brackets).
            create or replace macro marts.outer(d, n := coalesce(null, 1)) as table
            select * from raw.items where marts.inner(n) > 0
        """,
        marts__b="select * from marts.outer(date '2026-01-01')",
    )

    assert graph.dependencies("marts.b") == ("raw.items", "staging.a")
    assert list(graph.nodes) == ["staging.a", "marts.inner", "marts.outer", "marts.b"]
    assert graph.nodes["marts.outer"].kind is Kind.MACRO


def test_a_cycle_is_refused_and_named(tmp_path: Path) -> None:
    with pytest.raises(ModelsInvalid, match=r"depends on itself: marts\.(a|b) <- marts\.(a|b)"):
        write_project(tmp_path, marts__a="from marts.b", marts__b="from marts.a")


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("from staging.nothing", "reads staging.nothing, which does not exist"),
        ("from raw.no_endpoint", "reads raw.no_endpoint"),
        ("from invoices", "names the table 'invoices' without its schema"),
        ("selec 1", "is not one SELECT"),
        ("create table x as select 1", "is not one SELECT"),
        ("select 1; select 2", "more than one statement"),
    ],
)
def test_a_file_that_is_no_model_is_refused_and_named(
    tmp_path: Path, sql: str, reason: str
) -> None:
    with pytest.raises(ModelsInvalid, match=reason) as refused:
        write_project(tmp_path, marts__broken=sql)

    assert refused.value.path == tmp_path / "marts" / "broken.sql"


def test_a_macro_file_defines_the_macro_of_its_name(tmp_path: Path) -> None:
    with pytest.raises(ModelsInvalid, match="must be one `create or replace macro"):
        write_project(tmp_path, macros__mine="create or replace macro marts.yours(n) as n + 1")


@pytest.mark.parametrize(
    ("yml", "reason"),
    [
        ("version: 2\nmodels: [{name: gone}]", "marts.gone, which does not exist"),
        ("version: 2\nmodels: [{name: a, colums: []}]", "models.0.colums"),
        ("version: 2\nmodels: [{name: a, data_tests: [not_nul]}]", "models.0.data_tests.0"),
        ("version: 2\ntests: [{name: gone, model: a}]", "the test gone, which does not exist"),
        ("version: 2\nmodels: [{name: a}, {name: a}]", "as another file does"),
        ("version: [", "is not YAML"),
    ],
)
def test_docs_of_something_else_are_refused(tmp_path: Path, yml: str, reason: str) -> None:
    with pytest.raises(ModelsInvalid, match=reason):
        write_project(tmp_path, marts__a="select 1 as x", yml__marts=yml)


def test_a_snapshot_needs_its_key(tmp_path: Path) -> None:
    with pytest.raises(ModelsInvalid, match="unique_key"):
        write_project(tmp_path, staging__organisations=ORGANISATIONS, snapshots__s="from raw.items")


def test_a_snapshot_comes_after_the_instants_that_date_it(tmp_path: Path) -> None:
    graph = write_project(
        tmp_path,
        snapshots__s="from raw.items",
        staging__organisations=ORGANISATIONS,
        yml__snapshots="version: 2\nsnapshots: [{name: s, config: {unique_key: [item_id]}}]",
    )

    assert list(graph.nodes) == ["staging.organisations", "snapshots.s"]


def test_docs_belong_to_the_folder_they_lie_in(tmp_path: Path) -> None:
    graph = write_project(
        tmp_path,
        marts__a="select 1 as x",
        yml__marts="""
            version: 2
            models:
              - name: a
                description: >
                  One row per
                  thing.
                columns: [{name: x, description: A number.}]
        """,
    )

    assert graph.docs.of("marts.a").description == "One row per thing."
    assert graph.docs.of("staging.undocumented").columns == ()


def test_the_project_s_own_folder_is_found() -> None:
    assert "marts.ar_aging_documents" in ModelGraph.discover().nodes
