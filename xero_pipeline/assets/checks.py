"""Asset checks: the data tests of dbt_like_sql/, run on the connection that built the tables.

The generic tests of a table (not_null, unique, ...) are one check per severity, since an event
costs Dagster more than the test costs DuckDB; every singular test is a check of its own, with what
was expected, what was found, and the difference.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

import dagster as dg
import duckdb

from xero_pipeline.assets.keys import relation_key
from xero_pipeline.warehouse import ModelGraph, TestCase, TestResult, cases_of, run_test_cases

_GENERIC_NAMES = {"error": "data_tests", "warn": "data_tests_warn"}

Cases = dict[dg.AssetCheckKey, list[TestCase]]


def cases_by_check(graph: ModelGraph, relations: Collection[str]) -> Cases:
    """The data tests of these relations, by the asset check that runs them."""
    cases: Cases = defaultdict(list)
    for case in cases_of(graph, relations):
        is_singular = case.name in graph.tests
        name = case.name if is_singular else _GENERIC_NAMES[case.severity]
        cases[dg.AssetCheckKey(relation_key(case.relation), name)].append(case)
    return dict(cases)


def check_specs(cases: Cases) -> list[dg.AssetCheckSpec]:
    """One spec per check; those of severity error stop what stands on their table."""
    return [
        dg.AssetCheckSpec(
            key.name,
            asset=key.asset_key,
            description=" ".join(case.description for case in of_check),
            blocking=any(case.severity == "error" for case in of_check),
        )
        for key, of_check in cases.items()
    ]


def run_check(
    connection: duckdb.DuckDBPyConnection,
    graph: ModelGraph,
    key: dg.AssetCheckKey,
    cases: Sequence[TestCase],
) -> dg.AssetCheckResult:
    """Run the tests of one check."""
    results = run_test_cases(connection, graph, cases)
    failed = [result for result in results if not result.passed]
    severities = {result.case.severity for result in failed}
    is_error = "error" in severities
    return dg.AssetCheckResult(
        passed=not failed,
        asset_key=key.asset_key,
        check_name=key.name,
        severity=dg.AssetCheckSeverity.ERROR if is_error else dg.AssetCheckSeverity.WARN,
        description=_explained(failed),
        metadata=_metadata(results, failed),
    )


def _explained(failed: Sequence[TestResult]) -> str | None:
    if not failed:
        return None
    return " ".join(
        f"{result.case.description} {result.failing_rows} rows say otherwise." for result in failed
    )


def _metadata(
    results: Sequence[TestResult], failed: Sequence[TestResult]
) -> dict[str, dg.MetadataValue]:
    metadata: dict[str, dg.MetadataValue] = {
        "tests": dg.MetadataValue.int(len(results)),
        "failing rows": dg.MetadataValue.int(sum(result.failing_rows for result in failed)),
    }
    for result in failed:
        metadata[result.case.name] = dg.MetadataValue.md(result.sample_markdown)
        metadata[f"{result.case.name} (SQL)"] = dg.MetadataValue.md(
            f"```sql\n{result.case.sql}\n```"
        )
    return metadata
