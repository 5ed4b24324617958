"""The sensor's tick: what it asks Dagster for, given the connections of a home."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

from xero_pipeline.assets.keys import ORGANISATION_PARTITIONS_NAME
from xero_pipeline.assets.resources import Pipeline
from xero_pipeline.automation.sensors import incremental_refresh, refresh_request
from xero_pipeline.connections import Connections, Purpose
from xero_pipeline.settings import Settings
from xero_pipeline.xero.errors import DailyLimitReached, NeedsReconnect
from xero_pipeline_tests.studio import AGENCY, studio_at


@pytest.fixture(scope="module")
def connected_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that Harbour Studio is connected to and that has never been synced."""
    home = tmp_path_factory.mktemp("connected")
    with studio_at(home) as studio:
        studio.connect("agency", Purpose.AGENCY)
    return home


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

    def asked_for(self) -> list[str | None]:
        return [request.partition_key for request in self.tick().run_requests or []]

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
    assert office.asked_for() == [office.key]


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


def test_an_organisation_with_a_run_in_progress_is_not_asked_for(office: Office) -> None:
    office.instance.create_run_for_job(
        _nothing,
        tags={"dagster/partition": office.key},
        status=dg.DagsterRunStatus.STARTED,
    )
    assert office.asked_for() == []


@dg.job
def _nothing() -> None:
    pass


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


def test_two_ticks_of_one_quarter_of_an_hour_ask_for_the_same_run() -> None:
    noon = dt.datetime(2026, 4, 1, 12, tzinfo=dt.UTC)
    quarter = dt.timedelta(minutes=15)
    first, second, next_quarter = (
        refresh_request("harbour", noon + dt.timedelta(minutes=minutes), quarter).run_key
        for minutes in (0, 14, 15)
    )
    assert first == second != next_quarter
