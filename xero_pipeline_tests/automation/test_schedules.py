"""What runs by the clock of an organisation in New Zealand.

Harbour Studio was connected on 1 April 2026 at 10:00 UTC; its next night is at 13:30 UTC. Its
clocks go back an hour on Sunday, 5 April.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.schedule_definition import ScheduleExecutionData
from dagster._core.utils import make_new_run_id

from xero_pipeline.automation import batches
from xero_pipeline.automation.batches import extraction_config, run_requests
from xero_pipeline.automation.schedules import nightly, weekly_reconcile
from xero_pipeline.connections import Connections
from xero_pipeline.definitions import defs
from xero_pipeline.settings import Settings
from xero_pipeline.sync import Depth
from xero_pipeline.xero.errors import NeedsReconnect
from xero_pipeline_tests.automation.office import pipeline_at
from xero_pipeline_tests.studio import AGENCY, NOW
from xero_pipeline_tests.xero.double import TestClock

BEFORE, NIGHT, LATER = (
    datetime(2026, 4, 1, 13, 0, tzinfo=UTC),
    datetime(2026, 4, 1, 13, 30, tzinfo=UTC),
    datetime(2026, 4, 1, 14, 0, tzinfo=UTC),
)
SUNDAY_AT_FOUR = datetime(2026, 4, 4, 16, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Office:
    """A home with a Dagster of its own."""

    connections: Connections
    instance: dg.DagsterInstance
    clock: TestClock

    @property
    def key(self) -> str:
        return self.connections.find(AGENCY).organisation_key

    def asked_for(
        self, at: datetime, schedule: dg.ScheduleDefinition = nightly
    ) -> list[dg.RunRequest]:
        """By one tick of a schedule's."""
        return list(self._tick(at, schedule).run_requests or [])

    def skipped(self, at: datetime) -> str:
        """Why the night's tick asks for nothing."""
        return self._tick(at, nightly).skip_message or ""

    def _tick(self, at: datetime, schedule: dg.ScheduleDefinition) -> ScheduleExecutionData:
        with dg.build_schedule_context(
            instance=self.instance,
            scheduled_execution_time=at,
            resources={"pipeline": pipeline_at(self.clock)},
            repository_def=defs.get_repository_def(),
        ) as context:
            return schedule.evaluate_tick(context)

    def run(self, request: dg.RunRequest, status: dg.DagsterRunStatus) -> dg.DagsterRun:
        """As the daemon makes it of a request of the night's."""
        return self.instance.add_run(
            dg.DagsterRun(
                job_name="refresh",
                run_id=make_new_run_id(),
                run_config=request.run_config,
                tags={**request.tags, "dagster/schedule_name": "nightly"},
                status=status,
            )
        )


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.DagsterInstance]:
    """On disk: a schedule opens it anew."""
    with dg.DagsterInstance.local_temp(str(tmp_path_factory.mktemp("dagster"))) as instance:
        yield instance


@pytest.fixture
def instance(history: dg.DagsterInstance) -> Iterator[dg.DagsterInstance]:
    """Without any run."""
    yield history
    for run in history.get_runs():
        history.delete_run(run.run_id)


@pytest.fixture
def office(
    connected_home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    instance: dg.DagsterInstance,
) -> Iterator[Office]:
    home = tmp_path / "home"
    shutil.copytree(connected_home, home)
    monkeypatch.setenv("XERO_PIPELINE_HOME", str(home))
    clock = TestClock(NOW)
    with Connections.open(Settings(), clock) as connections:
        yield Office(connections, instance, clock)


def test_at_half_past_two_of_its_own_clock_an_organisation_is_read(office: Office) -> None:
    assert "hour has come" in office.skipped(BEFORE)
    [request] = office.asked_for(NIGHT)
    assert request.run_config == extraction_config([office.key], Depth.NIGHTLY)


def test_once_a_night(office: Office) -> None:
    [request] = office.asked_for(NIGHT)
    office.run(request, dg.DagsterRunStatus.SUCCESS)
    assert office.asked_for(LATER) == []


def test_a_tick_repeated_after_a_crash_asks_for_the_same_run(office: Office) -> None:
    [once], [again] = office.asked_for(NIGHT), office.asked_for(NIGHT)
    assert once.run_key == again.run_key


def test_one_that_is_being_read_has_its_night_a_little_later(office: Office) -> None:
    [increment] = run_requests([office.key], Depth.INCREMENT, BEFORE)
    running = office.instance.add_run(
        dg.DagsterRun(
            job_name="refresh",
            run_id=make_new_run_id(),
            run_config=increment.run_config,
            status=dg.DagsterRunStatus.STARTED,
        )
    )
    assert office.asked_for(NIGHT) == []

    office.instance.report_run_canceled(running)
    assert len(office.asked_for(LATER)) == 1


def test_one_that_has_to_be_reconnected_is_left_alone(office: Office) -> None:
    office.connections.mark(AGENCY, NeedsReconnect(AGENCY))
    assert office.asked_for(NIGHT) == []


def test_on_sunday_at_four_everything_is_read_again(office: Office) -> None:
    [request] = office.asked_for(SUNDAY_AT_FOUR, weekly_reconcile)
    assert request.run_config == extraction_config([office.key], Depth.FULL)
    assert office.asked_for(LATER, weekly_reconcile) == []


def test_reading_everything_is_cut_into_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "ORGANISATIONS_A_RUN", 1)
    first, second = run_requests(["garage", "harbour"], Depth.FULL, SUNDAY_AT_FOUR)
    assert first.run_config == extraction_config(["garage"], Depth.FULL)
    assert second.run_config == extraction_config(["harbour"], Depth.FULL)
    assert first.run_key != second.run_key


def test_without_organisations_it_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    monkeypatch.setenv("XERO_PIPELINE_HOME", str(tmp_path))
    clock = TestClock(NOW)
    with Connections.open(Settings(), clock) as nobody:
        assert "xero-pipeline connect" in Office(nobody, instance, clock).skipped(NIGHT)
