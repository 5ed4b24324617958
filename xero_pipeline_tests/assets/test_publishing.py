"""Checks decide what readers get to see: a small models folder, run through Dagster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from xero_pipeline.assets.models import model_assets
from xero_pipeline.assets.publication import published_asset
from xero_pipeline.assets.resources import Pipeline, Warehouse
from xero_pipeline.settings import Settings
from xero_pipeline.warehouse import open_warehouse
from xero_pipeline_tests.empty_warehouse import put_empty_warehouse
from xero_pipeline_tests.warehouse.desk import HARBOUR
from xero_pipeline_tests.warehouse.project import ORGANISATIONS, write_project

DOCS = """
    version: 2
    models:
      - name: balances
        description: One row per account.
        columns:
          - name: account
            description: Account code.
            data_tests: [not_null, unique]
          - name: day
            description: Day of both; NULL in tests.
          - name: currency
            data_tests:
              - accepted_values: {values: [NZD], config: {severity: warn}}
    tests:
      - name: balances_tie
        model: balances
        description: Balances equal Xero's.
"""
TIES = "bank,NZD,100,100"
DOES_NOT_TIE = "bank,NZD,100,90"
UNUSUAL_CURRENCY = "bank,USD,100,100"


@dataclass(frozen=True)
class Run:
    """One refresh's end."""

    result: dg.ExecuteInProcessResult

    def check(self, name: str) -> dg.AssetCheckEvaluation:
        (found,) = (
            each for each in self.result.get_asset_check_evaluations() if each.check_name == name
        )
        return found


@dataclass(frozen=True)
class Project:
    """Three layers over one seed, which the user's own file in the home replaces."""

    assets: list[dg.AssetsDefinition]
    settings: Settings
    instance: dg.DagsterInstance

    def refresh(self, balance: str) -> Run:
        rows = f"organisation_id,account,currency,expected,actual\n{HARBOUR},{balance}\n"
        self.settings.user_seeds.mkdir(parents=True, exist_ok=True)
        (self.settings.user_seeds / "balances.csv").write_text(rows)
        return Run(
            dg.materialize(
                self.assets,
                instance=self.instance,
                resources={"pipeline": Pipeline(), "warehouse": Warehouse()},
                raise_on_error=False,
            )
        )

    def published(self) -> list[tuple[str, str]]:
        """What a reader sees: currency and actual balance."""
        with duckdb.connect(self.settings.published_database, read_only=True) as connection:
            return connection.execute("select currency, actual from marts.balances").fetchall()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    monkeypatch.setenv("XERO_PIPELINE_HOME", str(tmp_path / "home"))
    graph = write_project(
        tmp_path / "models",
        seed__balances="organisation_id,account,currency,expected,actual\n",
        staging__organisations=ORGANISATIONS,
        staging__balances="select * from seeds.balances",
        marts__balances="""
            select organisation_id, account, currency, null::date as day, expected, actual
            from staging.balances
        """,
        tests__balances_tie="""
            select organisation_id, expected, actual from marts.balances where actual <> expected
        """,
        yml__marts=DOCS,
    )
    with open_warehouse(put_empty_warehouse(Settings().build_database)) as connection:
        connection.execute(
            "insert into raw.organisation (organisation_id, _synced_at) values (?, '2026-03-01')",
            [HARBOUR],
        )
    layers = [layer for layer in model_assets(graph) if layer.keys]
    marts = [dg.AssetKey(["marts", "balances"])]
    with dg.DagsterInstance.ephemeral() as instance:
        yield Project([*layers, published_asset(marts)], Settings(), instance)


def test_what_passes_its_checks_is_published(project: Project) -> None:
    run = project.refresh(TIES)
    assert run.result.success
    assert project.published() == [("NZD", "100")]


def test_a_failed_blocking_check_leaves_readers_yesterdays_snapshot(project: Project) -> None:
    project.refresh(TIES)
    run = project.refresh(DOES_NOT_TIE)
    assert not run.result.success
    assert project.published() == [("NZD", "100")]
    with duckdb.connect(project.settings.build_database) as build:
        assert build.execute("select actual from marts.balances").fetchall() == [("90",)]


def test_a_failed_warning_is_told_and_published_all_the_same(project: Project) -> None:
    run = project.refresh(UNUSUAL_CURRENCY)
    warned = run.check("data_tests_warn")
    assert run.result.success
    assert (warned.passed, warned.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert project.published() == [("USD", "100")]


def test_a_failed_check_shows_what_was_expected_and_what_was_found(project: Project) -> None:
    failed = project.refresh(DOES_NOT_TIE).check("balances_tie")
    assert failed.severity is dg.AssetCheckSeverity.ERROR
    assert failed.description == "Balances equal Xero's. 1 rows say otherwise."
    assert failed.metadata["failing rows"].value == 1
    header, _, row = str(failed.metadata["balances_tie"].value).splitlines()
    assert header == "| organisation_id | expected | actual |"
    assert row == f"| {HARBOUR} | 100 | 90 |"
    assert "where actual <> expected" in str(failed.metadata["balances_tie (SQL)"].value)


def test_the_generic_tests_of_a_table_are_one_check(project: Project) -> None:
    passed = project.refresh(TIES).check("data_tests")
    assert passed.passed
    assert passed.metadata["tests"].value == 2


def test_a_table_is_materialised_with_its_rows_columns_and_where_they_come_from(
    project: Project,
) -> None:
    run = project.refresh(TIES)
    (event,) = run.result.asset_materializations_for_node("marts")
    assert event.metadata["dagster/row_count"].value == 1
    schema = event.metadata["dagster/column_schema"].value
    assert isinstance(schema, dg.TableSchema)
    assert [column.name for column in schema.columns][-2:] == ["expected", "actual"]
    lineage = event.metadata["dagster/column_lineage"].value
    assert isinstance(lineage, dg.TableColumnLineage)
    assert lineage.deps_by_column["actual"] == [
        dg.TableColumnDep(dg.AssetKey(["staging", "balances"]), "actual")
    ]


def test_columns_are_told_with_their_words_their_unit_and_what_is_tested(project: Project) -> None:
    schema = _marts(project.refresh(TIES)).metadata["dagster/column_schema"].value
    assert isinstance(schema, dg.TableSchema)
    columns = {column.name: column for column in schema.columns}
    account, day = columns["account"], columns["day"]
    assert account.description == "Account code."
    assert (account.constraints.nullable, account.constraints.unique) == (False, True)
    assert columns["currency"].constraints.other == ["accepted_values"]
    assert (day.description, day.tags) == ("Day of both; NULL in tests.", {"unit": "calendar day"})
    assert schema.constraints == dg.TableConstraints(["Balances equal Xero's."])


def test_a_table_that_has_not_changed_is_told_of_as_before(project: Project) -> None:
    """Drawing and tracing columns take longer than looking up what was said last."""
    before, after = (_marts(project.refresh(TIES)) for _ in range(2))
    assert after.metadata == before.metadata


def test_a_changed_list_is_told_of_anew_with_columns_from_where_they_came_before(
    project: Project,
) -> None:
    before = _marts(project.refresh(TIES))
    after = _marts(project.refresh(UNUSUAL_CURRENCY))
    lineage = "dagster/column_lineage"
    assert after.metadata[lineage] == before.metadata[lineage]
    assert after.metadata["seconds"] != before.metadata["seconds"]


def _marts(run: Run) -> dg.AssetMaterialization:
    (event,) = run.result.asset_materializations_for_node("marts")
    return event
