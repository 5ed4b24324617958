"""Events of Xero's become runs: each organisation once, and no event is lost."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.utils import make_new_run_id

from xero_pipeline.assets.resources import Pipeline
from xero_pipeline.automation.batches import extraction_config
from xero_pipeline.automation.webhooks import webhook_refresh
from xero_pipeline.connections import Connection, Connections
from xero_pipeline.settings import Settings
from xero_pipeline.sync import Depth
from xero_pipeline.webhooks import Inbox
from xero_pipeline.webhooks.delivery import Event
from xero_pipeline.xero.errors import NeedsReconnect
from xero_pipeline_tests.studio import AGENCY
from xero_pipeline_tests.webhooks.conftest import event


@dataclass
class Office:
    """A home that Harbour Studio is connected to, and its sensor from tick to tick."""

    connections: Connections
    inbox: Inbox
    instance: dg.DagsterInstance
    cursor: str | None = None

    @property
    def harbour(self) -> Connection:
        return self.connections.find(AGENCY)

    def hears_of(self, organisation_id: str, *records: str) -> None:
        """Changes of these records arrive."""
        events = [Event.model_validate(event(organisation_id, resourceId=id)) for id in records]
        self.inbox.store(events, Pipeline().clock().now())

    def asked_for(self) -> list[object]:
        """The runs that one tick asks for."""
        context = dg.build_sensor_context(
            instance=self.instance, cursor=self.cursor, resources={"pipeline": Pipeline()}
        )
        result = webhook_refresh(context)
        assert isinstance(result, dg.SensorResult)
        self.cursor = result.cursor
        return [request.run_config for request in result.run_requests or []]

    def starts_run(self) -> dg.DagsterRun:
        return self.instance.add_run(
            dg.DagsterRun(
                job_name="refresh",
                run_id=make_new_run_id(),
                run_config=extraction_config([self.harbour.organisation_key], Depth.INCREMENT),
                status=dg.DagsterRunStatus.STARTED,
            )
        )


@pytest.fixture
def office(
    connected_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Office]:
    home = tmp_path / "home"
    shutil.copytree(connected_home, home)
    monkeypatch.setenv("XERO_PIPELINE_HOME", str(home))
    with (
        Connections.open(Settings()) as connections,
        closing(Inbox.open(Settings())) as inbox,
        dg.DagsterInstance.ephemeral() as instance,
    ):
        yield Office(connections, inbox, instance)


def run_of(office: Office) -> object:
    return extraction_config([office.harbour.organisation_key], Depth.INCREMENT)


def test_without_events_nothing_runs(office: Office) -> None:
    assert office.asked_for() == []


def test_many_events_of_an_organisation_are_one_run(office: Office) -> None:
    office.hears_of(office.harbour.organisation_id, "inv-1", "inv-2", "inv-3")
    assert office.asked_for() == [run_of(office)]
    assert office.asked_for() == []


def test_events_that_come_while_it_is_read_wait_until_the_run_has_ended(office: Office) -> None:
    """The run that has begun may have passed the changed record already."""
    run = office.starts_run()
    office.hears_of(office.harbour.organisation_id, "inv-1")
    assert office.asked_for() == []

    office.instance.report_run_canceled(run)
    assert office.asked_for() == [run_of(office)]


def test_an_organisation_that_has_to_be_reconnected_keeps_its_events(office: Office) -> None:
    office.connections.mark(AGENCY, NeedsReconnect(AGENCY))
    office.hears_of(office.harbour.organisation_id, "inv-1")
    assert office.asked_for() == []

    office.connections.record_sync(AGENCY)
    assert office.asked_for() == [run_of(office)]


def test_events_of_strangers_are_let_go(office: Office) -> None:
    office.hears_of("stranger", "inv-1")
    assert office.asked_for() == []
