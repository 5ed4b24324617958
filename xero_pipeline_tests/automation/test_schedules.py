"""What runs by the clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import dagster as dg
import pytest

from xero_pipeline.assets.keys import ORGANISATION_PARTITIONS_NAME
from xero_pipeline.automation import batches
from xero_pipeline.automation.batches import extraction_config
from xero_pipeline.automation.schedules import nightly, weekly_reconcile
from xero_pipeline.definitions import defs
from xero_pipeline.sync import Depth

SUNDAY = dt.datetime(2026, 4, 5, 4, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.local_temp(str(tmp_path_factory.mktemp("dagster"))) as instance:
        yield instance


@pytest.fixture
def instance(empty: dg.DagsterInstance) -> Iterator[dg.DagsterInstance]:
    """Two organisations are connected."""
    empty.add_dynamic_partitions(ORGANISATION_PARTITIONS_NAME, ["garage", "harbour"])
    yield empty
    for organisation in ("garage", "harbour"):
        empty.delete_dynamic_partition(ORGANISATION_PARTITIONS_NAME, organisation)


def evaluated(schedule: dg.ScheduleDefinition, instance: dg.DagsterInstance) -> list[dg.RunRequest]:
    """As the daemon does it."""
    with dg.build_schedule_context(
        instance=instance,
        scheduled_execution_time=SUNDAY,
        repository_def=defs.get_repository_def(),
    ) as context:
        return list(schedule.evaluate_tick(context).run_requests or [])


def test_the_night_has_one_run_for_all_organisations(instance: dg.DagsterInstance) -> None:
    """Naming none means all, those too that are connected until the run begins."""
    (request,) = evaluated(nightly, instance)
    assert request.run_key == "nightly:2026-04-05"
    assert request.run_config == extraction_config([], Depth.NIGHTLY)
    assert request.partition_key is None


def test_the_week_reads_everything_again_in_batches(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "ORGANISATIONS_A_RUN", 1)
    first, second = evaluated(weekly_reconcile, instance)
    assert first.run_config == extraction_config(["garage"], Depth.FULL)
    assert second.run_config == extraction_config(["harbour"], Depth.FULL)
    assert first.run_key != second.run_key


def test_a_tick_repeated_after_a_crash_asks_for_the_same_runs(instance: dg.DagsterInstance) -> None:
    for schedule in (nightly, weekly_reconcile):
        once, again = evaluated(schedule, instance), evaluated(schedule, instance)
        assert [each.run_key for each in once] == [each.run_key for each in again]


def test_a_schedule_without_organisations_says_what_to_do(empty: dg.DagsterInstance) -> None:
    with dg.build_schedule_context(instance=empty, scheduled_execution_time=SUNDAY) as context:
        skipped = nightly.evaluate_tick(context).skip_message
    assert skipped is not None
    assert "xero-pipeline connect" in skipped
