"""dbt_like_sql/ as it is: whatever models exist must build, and be documented and tested."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from xero_pipeline.warehouse import (
    Kind,
    ModelGraph,
    create_tables,
    run_data_tests,
)
from xero_pipeline.warehouse.models.graph import MODEL_SCHEMAS
from xero_pipeline_tests.warehouse.desk import HARBOUR


@pytest.fixture(scope="module")
def graph() -> ModelGraph:
    return ModelGraph.discover()


@pytest.fixture(scope="module")
def built(graph: ModelGraph) -> Iterator[duckdb.DuckDBPyConnection]:
    """Every model over empty raw tables: a wrong column fails here."""
    with duckdb.connect() as connection:
        create_tables(connection)
        graph.build(connection)
        yield connection


def columns(connection: duckdb.DuckDBPyConnection, relation: str) -> list[str]:
    return [name for name, *_ in connection.execute(f"describe {relation}").fetchall()]


def test_the_whole_schema_can_be_built_empty(
    graph: ModelGraph, built: duckdb.DuckDBPyConnection
) -> None:
    for node in graph.nodes.values():
        if node.kind is not Kind.MACRO:
            assert columns(built, node.relation)


def test_every_model_is_a_function_of_one_organisation(
    graph: ModelGraph, built: duckdb.DuckDBPyConnection
) -> None:
    for node in graph.nodes.values():
        if node.kind in (Kind.MODEL, Kind.SNAPSHOT):
            assert "organisation_id" in columns(built, node.relation), node.relation


def test_every_model_can_be_rebuilt_for_one_organisation(
    graph: ModelGraph, built: duckdb.DuckDBPyConnection
) -> None:
    rebuilt = graph.build(built, organisations=[str(HARBOUR)])

    tables = {node.relation for node in graph.nodes.values() if node.kind is not Kind.MACRO}
    assert {model.relation for model in rebuilt} == tables


def test_no_model_knows_what_time_it_is(graph: ModelGraph) -> None:
    """Figures are as of the last sync, so that they can be computed again."""
    for node in graph.nodes.values():
        code = "\n".join(line.partition("--")[0] for line in node.sql.lower().splitlines())
        assert "current_date" not in code, node.path
        assert "now()" not in code, node.path


def test_no_layer_reads_one_that_is_built_after_it(graph: ModelGraph) -> None:
    for node in graph.nodes.values():
        if node.schema != "marts" and node.kind is not Kind.MACRO:
            read = [each for each in graph.dependencies(node.relation) if each.startswith("marts.")]
            assert not read, f"{node.path} reads {', '.join(read)}"


def test_docs_name_columns_that_exist(graph: ModelGraph, built: duckdb.DuckDBPyConnection) -> None:
    for relation, doc in graph.docs.models.items():
        unknown = {column.name for column in doc.columns} - set(columns(built, relation))
        assert not unknown, f"{relation} has no {sorted(unknown)}"


def test_every_mart_is_documented_to_the_last_column(
    graph: ModelGraph, built: duckdb.DuckDBPyConnection
) -> None:
    for node in graph.nodes.values():
        if node.schema == "marts" and node.kind is Kind.MODEL:
            doc = graph.docs.of(node.relation)
            described = {column.name for column in doc.columns if column.description}
            assert doc.description, f"{node.relation} is not described"
            missing = set(columns(built, node.relation)) - described
            assert not missing, f"{node.relation}: {sorted(missing)} not described"


def test_all_data_tests_run(graph: ModelGraph, built: duckdb.DuckDBPyConnection) -> None:
    results = run_data_tests(built, graph)

    assert results
    assert {each.case.relation.partition(".")[0] for each in results} <= {
        "seeds",
        "snapshots",
        *MODEL_SCHEMAS,
    }
