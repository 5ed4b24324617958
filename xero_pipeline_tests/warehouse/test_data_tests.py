from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from xero_pipeline.warehouse import (
    ModelGraph,
    ModelsInvalid,
    cases_of,
    column_lineage,
    column_schema,
    run_data_test,
    run_data_tests,
    run_test_cases,
)
from xero_pipeline_tests.warehouse.desk import HARBOUR, KOWHAI
from xero_pipeline_tests.warehouse.project import write_project

DOCS = """
    version: 2
    models:
      - name: bills
        description: One row per bill.
        data_tests:
          - unique_combination_of_columns: {combination_of_columns: [organisation_id, id]}
        columns:
          - name: id
            description: Number of the bill.
            data_tests: [not_null, unique]
          - name: status
            data_tests:
              - accepted_values: {values: [PAID, "IT'S DUE"], config: {severity: warn}}
          - name: supplier_id
            data_tests:
              - relationships: {to: marts.suppliers, field: supplier_id}
    tests:
      - name: totals_tie
        model: bills
        description: Totals tie.
"""


def project(tmp_path: Path, bills: str) -> ModelGraph:
    """`bills` are rows of (organisation_id, id, status, supplier_id)."""
    return write_project(
        tmp_path / "models",
        marts__suppliers=f"""
            select organisation_id::uuid as organisation_id, supplier_id
            from (values ('{HARBOUR}', 7)) as t(organisation_id, supplier_id)
        """,
        marts__bills=f"""
            select organisation_id::uuid as organisation_id, id, status, supplier_id
            from (values {bills}) as t(organisation_id, id, status, supplier_id)
        """,
        tests__totals_tie="""
            select organisation_id, 1 as expected, id as actual, id - 1 as variance
            from marts.bills where id > 100
        """,
        yml__marts=DOCS,
    )


def failures(connection: duckdb.DuckDBPyConnection, graph: ModelGraph) -> dict[str, int]:
    graph.build(connection)
    results = run_data_tests(connection, graph)
    return {each.case.name: each.failing_rows for each in results if not each.passed}


def test_clean_tables_pass(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    graph = project(tmp_path, f"('{HARBOUR}', 1, 'PAID', 7), ('{HARBOUR}', 2, 'IT''S DUE', null)")

    assert failures(warehouse, graph) == {}


@pytest.mark.parametrize(
    ("bills", "failing"),
    [
        ("('{0}', null, 'PAID', 7)", {"marts_bills_id_not_null": 1}),
        ("('{0}', 1, 'LOST', 7)", {"marts_bills_status_accepted_values": 1}),
        ("('{0}', 1, 'PAID', 8)", {"marts_bills_supplier_id_relationships": 1}),
        ("('{1}', 1, 'PAID', 7)", {"marts_bills_supplier_id_relationships": 1}),
        ("('{0}', 1, 'PAID', 7), ('{1}', 1, 'PAID', null)", {"marts_bills_id_unique": 1}),
        (
            "('{0}', 1, 'PAID', 7), ('{0}', 1, 'PAID', 7)",
            {"marts_bills_id_unique": 1, "marts_bills_unique_combination_of_columns": 1},
        ),
        ("('{0}', 101, 'PAID', 7)", {"totals_tie": 1}),
    ],
)
def test_each_kind_of_test_catches_its_violation(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path, bills: str, failing: dict[str, int]
) -> None:
    graph = project(tmp_path, bills.format(HARBOUR, KOWHAI))

    assert failures(warehouse, graph) == failing


def test_what_a_row_tells_alone_is_looked_for_in_one_go(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """Of a table that passes, and of one that fails, all results are there, in the tests' order."""
    graph = project(tmp_path, f"('{HARBOUR}', null, 'LOST', 7), ('{HARBOUR}', 2, 'LOST', 7)")
    graph.build(warehouse)
    cases = cases_of(graph)

    together = run_test_cases(warehouse, graph, cases)

    assert together == [run_data_test(warehouse, graph, case) for case in cases]
    assert [(each.case.name, each.failing_rows, len(each.sample)) for each in together[:3:2]] == [
        ("marts_bills_id_not_null", 1, 1),
        ("marts_bills_status_accepted_values", 1, 1),
    ]


def test_a_result_shows_the_rows_that_fail(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    graph = project(tmp_path, f"('{HARBOUR}', 101, 'PAID', 7)")
    graph.build(warehouse)

    (failed,) = [each for each in run_data_tests(warehouse, graph) if not each.passed]

    assert failed.sample == (
        {"organisation_id": HARBOUR, "expected": 1, "actual": 101, "variance": 100},
    )
    assert failed.sample_markdown.splitlines() == [
        "| organisation_id | expected | actual | variance |",
        "| --- | --- | --- | --- |",
        f"| {HARBOUR} | 1 | 101 | 100 |",
    ]


def test_tests_say_what_they_are_about(tmp_path: Path) -> None:
    cases = {case.name: case for case in cases_of(project(tmp_path, "(null, 1, 'PAID', 7)"))}

    accepted = cases["marts_bills_status_accepted_values"]
    assert (accepted.relation, accepted.column, accepted.severity) == (
        "marts.bills",
        "status",
        "warn",
    )
    assert cases["totals_tie"].severity == "error"
    assert cases["totals_tie"].description == "Totals tie."


def test_a_singular_test_belongs_to_a_model(tmp_path: Path) -> None:
    graph = write_project(
        tmp_path, marts__a="select 1 as n", tests__stray="select * from marts.a where n <> 1"
    )

    with pytest.raises(ModelsInvalid, match="which model it belongs to"):
        cases_of(graph)


def test_columns_carry_type_and_description(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    graph = project(tmp_path, f"('{HARBOUR}', 1, 'PAID', 7)")
    graph.build(warehouse)

    columns = column_schema(warehouse, graph, "marts.bills")

    assert [(each.name, each.type, each.description) for each in columns[:2]] == [
        ("organisation_id", "UUID", ""),
        ("id", "INTEGER", "Number of the bill."),
    ]


def test_columns_are_traced_to_the_tables_they_come_from(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    graph = write_project(
        tmp_path,
        marts__due="""
            with open as (
                select organisation_id, total - amount_paid as due from raw.invoices
            )
            select o.organisation_id, sum(due) as due, max(c.name) as name, 'x' as constant
            from open as o join raw.contacts as c using (organisation_id)
            group by all
        """,
    )

    lineage = column_lineage(warehouse, graph, "marts.due")

    assert lineage["due"] == [("raw.invoices", "amount_paid"), ("raw.invoices", "total")]
    assert lineage["name"] == [("raw.contacts", "name")]
    assert "constant" not in lineage
