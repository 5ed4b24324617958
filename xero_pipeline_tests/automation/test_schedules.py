"""What runs by the clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import dagster as dg
import pytest

from xero_pipeline.assets.extraction import EXTRACTION_OP, Extraction
from xero_pipeline.assets.keys import ORGANISATION_PARTITIONS_NAME
from xero_pipeline.automation.schedules import nightly, weekly_reconcile
from xero_pipeline.definitions import defs

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


@pytest.mark.parametrize("schedule", [nightly, weekly_reconcile], ids=lambda each: str(each.name))
def test_every_organisation_gets_one_run_a_day(
    schedule: dg.ScheduleDefinition, instance: dg.DagsterInstance
) -> None:
    requested = evaluated(schedule, instance)
    assert [(each.partition_key, each.run_key) for each in requested] == [
        ("garage", "garage:2026-04-05"),
        ("harbour", "harbour:2026-04-05"),
    ]


def test_the_nightly_run_reads_changes_and_the_weekly_one_everything(
    instance: dg.DagsterInstance,
) -> None:
    weekly = evaluated(weekly_reconcile, instance)[0]
    daily = evaluated(nightly, instance)[0]
    assert weekly.run_config == {"ops": {EXTRACTION_OP: {"config": {"full": True}}}}
    assert daily.run_config == {}
    assert not Extraction().full


def test_a_schedule_without_organisations_says_what_to_do(empty: dg.DagsterInstance) -> None:
    with dg.build_schedule_context(instance=empty, scheduled_execution_time=SUNDAY) as context:
        skipped = nightly.evaluate_tick(context).skip_message
    assert skipped is not None
    assert "xero-pipeline connect" in skipped
