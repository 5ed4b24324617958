"""A field that Xero adds between two syncs, over HTTP."""

from __future__ import annotations

import pytest

from xero_pipeline.sync import Depth
from xero_pipeline.warehouse import ModelGraph, cases_of, run_data_test
from xero_pipeline_tests.studio import Studio

ONLY = {"contacts", "invoices"}


@pytest.fixture(scope="module")
def graph() -> ModelGraph:
    return ModelGraph.discover()


def warnings(studio: Studio, graph: ModelGraph) -> list[str]:
    """What the data test about new fields says, at the organisation's last sync."""
    (case,) = [each for each in cases_of(graph) if each.name == "fields_that_xero_has_added"]
    with studio.warehouse() as warehouse:
        graph.build(warehouse, only={"seeds.xero_timezones", "staging.organisations"})
        return [str(row["path"]) for row in run_data_test(warehouse, graph, case).sample]


def test_it_is_kept_and_warned_of_for_a_month_after_it_was_last_seen(
    studio: Studio, graph: ModelGraph
) -> None:
    studio.sync()
    assert studio.rows("from ops.unknown_fields") == []
    assert warnings(studio, graph) == []

    studio.sandbox.control.fault("new_field", path="Invoices")
    studio.advance(minutes=1)
    studio.sync(only=ONLY, depth=Depth.FULL)
    (field,) = warnings(studio, graph)
    kept = studio.rows(f"select count(_extras->'{field}') from raw.invoices")
    assert kept == studio.rows("select count(*) from raw.invoices")
    assert studio.rows("select count(_extras) from raw.contacts") == [(0,)]

    studio.advance(days=31)
    studio.sync(only=ONLY)
    assert warnings(studio, graph) == []
