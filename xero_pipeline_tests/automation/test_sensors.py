"""The sensor's tick: what it asks Dagster for, given the connections of a home."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.utils import make_new_run_id

from xero_pipeline.assets.keys import ORGANISATION_PARTITIONS_NAME
from xero_pipeline.assets.resources import Pipeline
from xero_pipeline.automation.batches import IN_PROCESS_TAG, extraction_config
from xero_pipeline.automation.sensors import incremental_refresh
from xero_pipeline.connections import Connections
from xero_pipeline.settings import Settings
from xero_pipeline.sync import Depth, calls_without_changes
from xero_pipeline.xero.errors import DailyLimitReached, NeedsReconnect
from xero_pipeline_tests.studio import AGENCY


@dataclass(frozen=True)
class Office:
    """A home with a Dagster of its own."""

    connections: Connections
    instance: dg.DagsterInstance

    @property
    def key(self) -> str:
        return self.connections.find(AGENCY).organisation_key

    def tick(self) -> dg.SensorResult:
        context = dg.build_sensor_context(
            instance=self.instance, resources={"pipeline": Pipeline()}
        )
        result = incremental_refresh(context)
        assert isinstance(result, dg.SensorResult)
        return result

    def asked_for(self) -> list[object]:
        return [request.run_config for request in self.tick().run_requests or []]

    def has_run(
        self,
        *,
        run_config: Mapping[str, object] | None = None,
        tags: dict[str, str] | None = None,
        status: dg.DagsterRunStatus = dg.DagsterRunStatus.STARTED,
    ) -> None:
        """One that was created a moment ago."""
        self.instance.add_run(
            dg.DagsterRun(
                job_name="refresh",
                run_id=make_new_run_id(),
                run_config=run_config,
                tags=tags,
                status=status,
            )
        )

    def partition_changes(self) -> tuple[list[str], list[str]]:
        """What it wants added and deleted."""
        added, deleted = self.tick().dynamic_partitions_requests or []
        return list(added.partition_keys), list(deleted.partition_keys)


@pytest.fixture
def office(
    connected_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Office]:
    home = tmp_path / "home"
    shutil.copytree(connected_home, home)
    monkeypatch.setenv("XERO_PIPELINE_HOME", str(home))
    with Connections.open(Settings()) as connections, dg.DagsterInstance.ephemeral() as instance:
        yield Office(connections, instance)


def test_an_organisation_that_was_never_synced_is_asked_for(office: Office) -> None:
    assert office.asked_for() == [extraction_config([office.key], Depth.INCREMENT)]


def test_a_fresh_organisation_is_not(office: Office) -> None:
    office.connections.record_sync(AGENCY)
    assert office.asked_for() == []


def test_an_organisation_to_be_reconnected_is_not(office: Office) -> None:
    office.connections.mark(AGENCY, NeedsReconnect(AGENCY))
    assert office.asked_for() == []


def test_an_organisation_without_calls_left_waits_for_the_next_day(office: Office) -> None:
    tomorrow = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    office.connections.mark(AGENCY, DailyLimitReached(AGENCY, tomorrow))
    assert office.asked_for() == []


def test_an_organisation_with_too_few_calls_left_waits_too(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole day has one call less than an increment costs."""
    too_few = calls_without_changes(Depth.INCREMENT) - 1
    monkeypatch.setenv("XERO_DAILY_CALL_LIMIT", str(too_few))
    assert office.asked_for() == []


def test_an_organisation_that_fails_is_not_asked_for_at_every_tick(office: Office) -> None:
    office.has_run(
        run_config=extraction_config([office.key], Depth.INCREMENT),
        status=dg.DagsterRunStatus.FAILURE,
    )
    assert office.asked_for() == []


def test_what_it_remembers_is_in_the_history_of_runs(office: Office) -> None:
    """However many organisations there are, its cursor is empty."""
    assert office.tick().cursor is None


def test_an_organisation_with_a_run_in_progress_is_not_asked_for(office: Office) -> None:
    office.has_run(run_config=extraction_config([office.key], Depth.INCREMENT))
    assert office.asked_for() == []


def test_nor_is_anybody_while_a_run_reads_all(office: Office) -> None:
    office.instance.add_dynamic_partitions(ORGANISATION_PARTITIONS_NAME, [office.key])
    office.has_run(run_config=extraction_config([], Depth.NIGHTLY))
    assert office.asked_for() == []


def test_nor_is_one_whose_partition_is_being_materialised(office: Office) -> None:
    office.has_run(tags={"dagster/partition": office.key})
    assert office.asked_for() == []


def test_nor_is_one_in_a_range_of_partitions(office: Office) -> None:
    office.instance.add_dynamic_partitions(
        ORGANISATION_PARTITIONS_NAME, ["first", office.key, "last"]
    )
    office.has_run(
        tags={
            "dagster/asset_partition_range_start": "first",
            "dagster/asset_partition_range_end": "last",
        }
    )
    assert office.asked_for() == []


def test_a_run_that_reads_nothing_keeps_nobody_waiting(office: Office) -> None:
    office.has_run()
    assert len(office.asked_for()) == 1


def test_a_process_that_was_killed_keeps_nobody_waiting(office: Office) -> None:
    office.has_run(
        run_config=extraction_config([office.key], Depth.NIGHTLY), tags={IN_PROCESS_TAG: "true"}
    )
    assert len(office.asked_for()) == 1


def test_a_new_organisation_gets_a_partition(office: Office) -> None:
    assert office.partition_changes() == ([office.key], [])


def test_a_removed_organisation_loses_its_partition(office: Office) -> None:
    office.instance.add_dynamic_partitions(
        ORGANISATION_PARTITIONS_NAME, [office.key, "closed-ltd-1"]
    )
    assert office.partition_changes() == ([], ["closed-ltd-1"])


def test_the_last_organisation_to_be_removed_loses_its_partition_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XERO_PIPELINE_HOME", str(tmp_path))
    with Connections.open(Settings()) as connections, dg.DagsterInstance.ephemeral() as instance:
        office = Office(connections, instance)
        instance.add_dynamic_partitions(ORGANISATION_PARTITIONS_NAME, ["closed-ltd-1"])
        assert office.partition_changes() == ([], ["closed-ltd-1"])
        skipped = office.tick().skip_reason
        assert skipped is not None
        assert "xero-pipeline connect" in str(skipped.skip_message)
