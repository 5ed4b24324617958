"""Run the data tests of the .yml files and of tests/: every row a test selects is a failure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from xero_pipeline.warehouse.errors import ModelFailed, ModelsInvalid
from xero_pipeline.warehouse.models.docs import DataTest, Severity
from xero_pipeline.warehouse.models.graph import ModelGraph
from xero_pipeline.warehouse.wire_types import quoted

_SAMPLE_ROWS = 5


@dataclass(frozen=True)
class TestCase:
    """A test as it can be run.

    Attributes:
        name: unique in the project: "<model>_<column>_not_null", or the singular test's file name.
        relation: the table it belongs to.
        column: the column it is about; None when it is about several or the whole table.
        severity: an `error` keeps the tables from being published.
        description: what must hold, in words.
        sql: selects the rows that fail.
        fails: says of one row whether it fails; None: it takes more than the row to tell.
    """

    __test__ = False  # not a test class of pytest

    name: str
    relation: str
    column: str | None
    severity: Severity
    description: str
    sql: str
    fails: str | None = None


@dataclass(frozen=True)
class TestResult:
    """How a test went.

    Attributes:
        failing_rows: how many rows the test selected.
        sample: the first of them, column -> value.
    """

    __test__ = False

    case: TestCase
    failing_rows: int
    sample: tuple[dict[str, Any], ...]

    @property
    def passed(self) -> bool:
        return self.failing_rows == 0

    @property
    def sample_markdown(self) -> str:
        """The sample as a Markdown table; empty when the test passed."""
        if not self.sample:
            return ""
        header = list(self.sample[0])
        lines = [header, ["---"] * len(header), *(row.values() for row in self.sample)]
        return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def cases_of(graph: ModelGraph, relations: Collection[str] | None = None) -> list[TestCase]:
    """The tests of these tables; None: of all."""
    return list(_cases(graph, graph.nodes if relations is None else relations))


def run_data_tests(
    connection: duckdb.DuckDBPyConnection,
    graph: ModelGraph,
    relations: Collection[str] | None = None,
) -> list[TestResult]:
    """Run the tests of these tables; None: of all.

    Raises:
        ModelFailed: DuckDB refused a test's SQL.
    """
    return run_test_cases(connection, graph, cases_of(graph, relations))


def run_test_cases(
    connection: duckdb.DuckDBPyConnection, graph: ModelGraph, cases: Sequence[TestCase]
) -> list[TestResult]:
    """Run some tests.

    All that can be told of a table row by row is looked for in one go; only where something fails
    the test itself is run, for its sample.

    Raises:
        ModelFailed: DuckDB refused a test's SQL.
    """
    passed = _passed_at_once(connection, graph, cases)
    return [
        TestResult(case, 0, ()) if case.name in passed else run_data_test(connection, graph, case)
        for case in cases
    ]


def _passed_at_once(
    connection: duckdb.DuckDBPyConnection, graph: ModelGraph, cases: Sequence[TestCase]
) -> set[str]:
    """The names of tests that no row of their table fails, as far as a row can tell."""
    by_relation: dict[str, list[TestCase]] = defaultdict(list)
    for case in cases:
        if case.fails:
            by_relation[case.relation].append(case)
    passed: set[str] = set()
    for relation, of_table in by_relation.items():
        counts = ", ".join(f"count(*) filter (where {case.fails})" for case in of_table)
        try:
            row = connection.execute(f"select {counts} from {relation}").fetchone() or ()
        except duckdb.Error as error:
            raise ModelFailed(f"a test of {relation}", graph.folder, str(error)) from error
        passed |= {case.name for case, failing in zip(of_table, row, strict=True) if not failing}
    return passed


def run_data_test(
    connection: duckdb.DuckDBPyConnection, graph: ModelGraph, case: TestCase
) -> TestResult:
    """Run one test.

    Raises:
        ModelFailed: DuckDB refused the test's SQL.
    """
    try:
        selected = connection.execute(
            f"select count(*) over (), failure.* from ({case.sql}\n) as failure "
            f"limit {_SAMPLE_ROWS}"
        )
        names = [column[0] for column in selected.description or ()]
        rows = selected.fetchall()
    except duckdb.Error as error:
        raise ModelFailed(f"the test {case.name}", graph.folder, str(error)) from error
    sample = tuple(dict(zip(names[1:], row[1:], strict=True)) for row in rows)
    return TestResult(case, rows[0][0] if rows else 0, sample)


def _cases(graph: ModelGraph, relations: Collection[str]) -> Iterator[TestCase]:
    for relation, doc in graph.docs.models.items():
        if relation in relations:
            for column in doc.columns:
                for test in column.data_tests:
                    yield _generic(graph, relation, column.name, test)
            for test in doc.data_tests:
                yield _generic(graph, relation, None, test)
    for name, node in graph.tests.items():
        singular = graph.docs.tests.get(name)
        if singular is None:
            raise ModelsInvalid(node.path, "no .yml says which model it belongs to (`tests:`)")
        if singular.model in relations:
            yield TestCase(
                name, singular.model, None, singular.severity, singular.description, node.sql
            )


@dataclass(frozen=True)
class _Rule:
    """What must hold, how to select what fails, and how to tell it of a row alone."""

    description: str
    sql: str
    fails: str | None = None


def _generic(graph: ModelGraph, relation: str, column: str | None, test: DataTest) -> TestCase:
    rule = _rule(graph, relation, str(column), test)
    name = "_".join([relation.replace(".", "_"), *([column] if column else []), test.kind])
    return TestCase(
        name, relation, column, test.severity, rule.description, rule.sql, fails=rule.fails
    )


def _rule(graph: ModelGraph, relation: str, column: str, test: DataTest) -> _Rule:
    match test.kind:
        case "not_null":
            return _not_null(relation, column)
        case "unique":
            return _unique(relation, [column])
        case "unique_combination_of_columns":
            return _unique(relation, test.arguments.get("combination_of_columns", []))
        case "accepted_values":
            return _accepted_values(relation, column, test.arguments.get("values", []))
        case "relationships":
            to, field = str(test.arguments.get("to")), str(test.arguments.get("field"))
            if to not in graph.nodes:
                raise ModelsInvalid(graph.folder, f"a test of {relation} points to {to}")
            return _relationships(relation, column, to, field)


def _not_null(relation: str, column: str) -> _Rule:
    fails = f"{quoted(column)} is null"
    return _Rule(f"{column} is never NULL.", f"select * from {relation} where {fails}", fails)


def _unique(relation: str, columns: list[str]) -> _Rule:
    key = ", ".join(quoted(column) for column in columns)
    no_nulls = " and ".join(f"{quoted(column)} is not null" for column in columns)
    return _Rule(
        f"No two rows share {', '.join(columns)}.",
        f"select {key}, count(*) as rows from {relation} where {no_nulls} "
        f"group by {key} having count(*) > 1",
    )


def _accepted_values(relation: str, column: str, values: list[object]) -> _Rule:
    name = quoted(column)
    listed = ", ".join("'" + str(value).replace("'", "''") + "'" for value in values)
    fails = f"{name}::varchar not in ({listed})"
    return _Rule(
        f"{column} is one of {', '.join(str(value) for value in values)}.",
        f"select {name}, count(*) as rows from {relation} where {fails} group by {name}",
        fails,
    )


def _relationships(relation: str, column: str, to: str, field: str) -> _Rule:
    """Within one organisation, as every join of the models."""
    name, other = quoted(column), quoted(field)
    return _Rule(
        f"Every {column} exists as {field} in {to}.",
        f"select child.* from {relation} as child anti join {to} as parent "
        f"on parent.organisation_id = child.organisation_id and parent.{other} = child.{name} "
        f"where child.{name} is not null",
    )
