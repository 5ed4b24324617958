"""Rebuilding who changed leaves what rebuilding everybody would: in every table, for any books.

One example by default, with every edit there is; `PARTIAL_BUILD_EXAMPLES=200` draws as many.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from xero_pipeline.warehouse import STEPS, ModelGraph, build_step, create_tables
from xero_pipeline.warehouse.models.parsing import Kind
from xero_pipeline.warehouse.schema import SCHEMAS
from xero_pipeline_tests.sql.stories import Edit, Story, organisation_id, tell
from xero_pipeline_tests.sql.warehouse import Warehouse, graph

_DRAWN = int(os.environ.get("PARTIAL_BUILD_EXAMPLES", "0"))

STORIES = tuple(Story(f"organisation {number}", seed=number) for number in range(9))
NEWCOMER = Story("newcomer", seed=100)
EVERY_EDIT = {
    STORIES[0]: [Edit.INVOICED, Edit.PAID, Edit.CREDITED, Edit.VOIDED, Edit.MISSING, Edit.SPENT],
    STORIES[1]: [Edit.RECODED, Edit.RAISED, Edit.MERGED, Edit.NEXT_DAY],
    STORIES[2]: [Edit.MOVED],
}
AS_OF_MACROS = ("marts.ar_aging_as_of", "marts.ap_aging_as_of")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All stories from their beginning, and every model of them."""
    path = tmp_path_factory.mktemp("stories") / "build.duckdb"
    with opened(path) as warehouse:
        create_tables(warehouse.connection)
        for story in STORIES:
            tell(story, warehouse)
        build_changed(warehouse)
    return path


@example(edits=EVERY_EDIT, vanishing=STORIES[3], appears=True)
@given(
    edits=st.dictionaries(
        st.sampled_from(STORIES),
        st.lists(st.sampled_from(Edit), min_size=1, max_size=6),
        max_size=3,
    ),
    vanishing=st.sampled_from([None, *STORIES]),
    appears=st.booleans(),
)
@settings(
    max_examples=max(_DRAWN, 1),
    phases=[Phase.explicit, *([Phase.generate, Phase.shrink] if _DRAWN else [])],
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_rebuilding_who_changed_equals_rebuilding_all(
    built: Path,
    tmp_path: Path,
    edits: dict[Story, list[Edit]],
    vanishing: Story | None,
    appears: bool,
) -> None:
    changed = tmp_path / "changed.duckdb"
    shutil.copyfile(built, changed)
    with opened(changed) as warehouse:
        for story, of_story in edits.items():
            forget(story, warehouse, "raw")
            tell(story.after(*of_story), warehouse)
        if vanishing:
            forget(vanishing, warehouse, *SCHEMAS)
        if appears:
            tell(NEWCOMER, warehouse)
    shutil.copyfile(changed, tmp_path / "whole.duckdb")

    with opened(changed) as partly, opened(tmp_path / "whole.duckdb") as whole:
        build_changed(partly)
        graph().build(whole.connection)

        assert rebuilt(partly) <= {organisation_id(story) for story in [*edits, NEWCOMER]}
        assert differing(partly, whole) == {}


def build_changed(warehouse: Warehouse) -> None:
    for step in STEPS:
        build_step(warehouse.connection, graph(), step)


def rebuilt(warehouse: Warehouse) -> set[object]:
    """Whom the last step was built for after the first time."""
    found = warehouse.rows(
        "select organisation_id::varchar as organisation_id from ops.builds "
        "where step = 'marts' and number > ?",
        len(STEPS),
    )
    return {row["organisation_id"] for row in found}


def differing(one: Warehouse, other: Warehouse) -> dict[str, list[str]]:
    """Tables that do not hold the same rows, with some that only one of them has."""
    return {
        relation: rows_of_one_only(one, other, relation)
        for relation in relations(graph())
        if digest(one, relation) != digest(other, relation)
    }


def relations(of: ModelGraph) -> list[str]:
    """All tables and views, and table functions as of a day."""
    tables = [n.relation for n in of.nodes.values() if n.kind in (Kind.MODEL, Kind.SNAPSHOT)]
    return [*tables, *(f"{macro}(date '2026-03-31')" for macro in AS_OF_MACROS)]


def digest(warehouse: Warehouse, relation: str) -> object:
    """The same for the same rows, in whatever order."""
    return warehouse.value(
        f"select (count(*), sum(hash(t)::hugeint), bit_xor(hash(t))) from {relation} as t"
    )


def rows_of_one_only(one: Warehouse, other: Warehouse, relation: str) -> list[str]:
    found = [
        {repr(row) for row in each.connection.execute(f"from {relation}").fetchall()}
        for each in (one, other)
    ]
    return sorted(found[0] ^ found[1])[:4]


def forget(story: Story, warehouse: Warehouse, *schemas: str) -> None:
    """Take an organisation's rows out: of the raw tables before a new listing, of all by a purge.

    What is noted of earlier builds stays where only raw rows go.
    """
    tables = warehouse.connection.execute(
        "select schema_name || '.' || table_name from duckdb_columns() "
        "join duckdb_tables() using (database_name, schema_name, table_name) "
        "where column_name = 'organisation_id' and list_contains(?, schema_name)",
        [list(schemas)],
    ).fetchall()
    for (table,) in tables:
        warehouse.connection.execute(
            f"delete from {table} where organisation_id = ?", [organisation_id(story)]
        )


@contextmanager
def opened(path: Path) -> Iterator[Warehouse]:
    with duckdb.connect(path, config={"threads": 1}) as connection:
        yield Warehouse(connection)
