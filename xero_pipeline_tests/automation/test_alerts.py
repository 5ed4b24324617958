"""What people are told by the sensors, over real HTTP, and what shows in Dagster."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

from xero_pipeline.assets.deliveries import Deliveries
from xero_pipeline.assets.resources import Pipeline
from xero_pipeline.automation.alerts import (
    reconnect_alerts,
    run_failure_alerts,
    run_recovery_alerts,
)
from xero_pipeline.connections import Connections
from xero_pipeline.settings import Settings
from xero_pipeline.sync import SyncFailure
from xero_pipeline.xero.errors import NeedsReconnect, XeroError
from xero_pipeline_tests.alerts.chat import Chat, open_chat
from xero_pipeline_tests.automation.office import pipeline_at
from xero_pipeline_tests.studio import AGENCY, NOW
from xero_pipeline_tests.xero.double import TestClock


@dataclass(frozen=True)
class Office:
    """A home with Harbour Studio, a Dagster of its own, and people who listen."""

    connections: Connections
    instance: dg.DagsterInstance
    pipeline: Pipeline
    clock: TestClock
    chat: Chat

    def tick(self) -> dg.SensorResult:
        """A new process each time: nothing is remembered but what is stored."""
        context = dg.build_sensor_context(
            instance=self.instance, resources={"pipeline": self.pipeline}
        )
        result = reconnect_alerts(context)
        assert isinstance(result, dg.SensorResult)
        return result

    def told(self) -> list[str]:
        self.tick()
        return self.chat.titles

    def run(self, job: dg.JobDefinition, tags: dict[str, str] | None = None) -> None:
        """A run to its end, and the sensors that hear of it."""
        result = job.execute_in_process(instance=self.instance, tags=tags, raise_on_error=False)
        run = self.instance.get_run_by_id(result.run_id)
        assert run is not None
        context = dg.build_run_status_sensor_context(
            "sensor",
            dagster_event=result.all_events[-1],
            dagster_instance=self.instance,
            dagster_run=run,
            resources={"pipeline": self.pipeline},
        )
        if result.success:
            run_recovery_alerts(context)
        else:
            run_failure_alerts(context.for_run_failure())


@pytest.fixture
def office(
    connected_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Office]:
    home = tmp_path / "home"
    shutil.copytree(connected_home, home)
    clock = TestClock(NOW)
    with open_chat() as chat:
        monkeypatch.setenv("XERO_PIPELINE_HOME", str(home))
        monkeypatch.setenv("XERO_ALERT_URLS", chat.url)
        with (
            Connections.open(Settings(), clock) as connections,
            dg.DagsterInstance.ephemeral() as instance,
        ):
            yield Office(connections, instance, pipeline_at(clock), clock, chat)


def job_that(*, raises: Exception | None = None, name: str = "refresh") -> dg.JobDefinition:
    @dg.op(name="step")
    def step() -> None:
        if raises is not None:
            raise raises

    @dg.job(name=name)
    def job() -> None:
        step()

    return job


def failure_of(*errors: XeroError) -> dg.Failure:
    """As the extraction raises it when nobody could be read."""
    failures = [SyncFailure("id-1", "harbour-1", AGENCY, error) for error in errors]
    return Deliveries(failures=failures).failure()


def evaluations(result: dg.SensorResult) -> Sequence[dg.AssetCheckEvaluation]:
    return [each for each in result.asset_events if isinstance(each, dg.AssetCheckEvaluation)]


def test_a_connection_that_needs_a_person_is_told_once_reminded_of_and_cleared(
    office: Office,
) -> None:
    assert office.told() == []

    office.connections.mark(AGENCY, NeedsReconnect(AGENCY))
    opened = ["Harbour Studio needs you"]
    assert office.told() == opened
    assert office.told() == opened

    office.clock.advance(days=1)
    reminded = [*opened, "Still so: Harbour Studio needs you"]
    assert office.told() == reminded

    office.connections.record_sync(AGENCY)
    cleared = [*reminded, "Solved: Harbour Studio needs you"]
    assert office.told() == cleared
    assert office.told() == cleared


def test_an_alert_says_whose_it_is_and_what_mends_it(office: Office) -> None:
    office.connections.mark(AGENCY, NeedsReconnect(AGENCY))
    office.tick()

    [(_, text)] = office.chat.heard
    connection = office.connections.find(AGENCY)
    assert f"Workspace agency, connected by {connection.connected_by}" in text
    assert "xero-pipeline connections reconnect" in text


def test_it_shows_on_the_asset_of_the_connections(office: Office) -> None:
    assert evaluations(office.tick()) == []

    office.connections.mark(AGENCY, NeedsReconnect(AGENCY))
    [broken] = evaluations(office.tick())
    assert (broken.passed, broken.description) == (False, "Harbour Studio needs you")

    office.connections.record_sync(AGENCY)
    [mended] = evaluations(office.tick())
    assert mended.passed


def test_books_that_were_not_read_for_more_than_a_day_and_two_hours_are_told(
    office: Office,
) -> None:
    office.connections.record_sync(AGENCY)
    office.clock.advance(hours=26)
    assert office.told() == []

    office.clock.advance(minutes=1)
    assert office.told() == ["Harbour Studio is out of date"]


def test_calls_that_run_out_are_told(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    [used] = office.connections.calls_used_today().values()
    monkeypatch.setenv("XERO_DAILY_CALL_LIMIT", str(used))

    assert office.told() == ["Harbour Studio: calls run out"]


def test_a_channel_that_is_away_hears_of_it_later(office: Office) -> None:
    office.connections.mark(AGENCY, NeedsReconnect(AGENCY))
    office.chat.works = False
    assert office.told() == []

    office.chat.works = True
    office.clock.advance(minutes=1)
    assert office.told() == ["Harbour Studio needs you"]


def test_a_job_that_fails_again_and_again_is_told_once_and_cleared_by_its_success(
    office: Office,
) -> None:
    broken = job_that(raises=RuntimeError("The disk is full."))
    office.run(broken)
    office.run(broken)
    assert office.chat.titles == ["The job refresh failed"]
    assert "The disk is full." in office.chat.heard[0][1]

    office.run(job_that(name="reconcile"))
    office.run(job_that())
    office.run(job_that())
    assert office.chat.titles == ["The job refresh failed", "Solved: The job refresh failed"]


def test_a_failure_that_an_alert_about_the_connection_tells_is_not_told_twice(
    office: Office,
) -> None:
    office.run(job_that(raises=failure_of(NeedsReconnect(AGENCY))))
    assert office.chat.titles == []


def test_one_that_has_another_reason_besides_is(office: Office) -> None:
    office.run(
        job_that(raises=failure_of(NeedsReconnect(AGENCY), XeroError("Xero is odd.", "Ask.")))
    )
    assert office.chat.titles == ["The job refresh failed"]


def test_a_run_that_dagster_starts_again_has_not_failed_yet(office: Office) -> None:
    office.run(job_that(raises=RuntimeError()), tags={"dagster/will_retry": "true"})
    assert office.chat.titles == []


def test_alerts_about_connections_and_about_runs_leave_each_other_alone(office: Office) -> None:
    office.connections.mark(AGENCY, NeedsReconnect(AGENCY))
    office.run(job_that(raises=RuntimeError("The disk is full.")))
    office.tick()
    office.run(job_that(name="reconcile"))
    office.tick()

    assert office.chat.titles == ["The job refresh failed", "Harbour Studio needs you"]
