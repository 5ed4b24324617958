"""What is posted where accounts are watched becomes a run at the next look; nothing else does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.utils import make_new_run_id

from xero_pipeline.automation.batches import extraction_config
from xero_pipeline.automation.watching import affordable_interval, task_watch
from xero_pipeline.connections import Connection, Purpose
from xero_pipeline.connections.model import MonitoredAccount
from xero_pipeline.settings import Settings
from xero_pipeline.sync import Depth
from xero_pipeline.sync.peek import endpoints_of
from xero_pipeline_tests.automation.office import pipeline_at
from xero_pipeline_tests.connected import environment
from xero_pipeline_tests.sandbox.books.harbour import bank
from xero_pipeline_tests.studio import AGENCY, Studio, studio_at

MINUTE = dt.timedelta(minutes=1)


@dataclass
class Desk:
    """Harbour Studio, read a moment ago, with one watched account; and the sensor's ticks."""

    studio: Studio
    instance: dg.DagsterInstance
    cursor: str | None = None

    @property
    def harbour(self) -> Connection:
        return self.studio.connection(AGENCY)

    def watches(self, *types: str) -> None:
        account = MonitoredAccount("a-1", "469", "Rent", 90, types or None)
        with self.studio.connections() as connections:
            connections.monitor_accounts(AGENCY, [account])

    def looks(self, after: dt.timedelta = MINUTE) -> list[object]:
        """The runs that a tick asks for after some time."""
        self.studio.advance(seconds=after.total_seconds())
        self.studio.sandbox.control.clear_requests()
        context = dg.build_sensor_context(
            instance=self.instance,
            cursor=self.cursor,
            resources={"pipeline": pipeline_at(self.studio.clock)},
        )
        result = task_watch(context)
        assert isinstance(result, dg.SensorResult)
        self.cursor = result.cursor
        return [request.run_config for request in result.run_requests or []]

    def a_run(self) -> object:
        return extraction_config([self.harbour.organisation_key], Depth.INCREMENT)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    settings = {"task_poll_seconds": 60, "tier": "core"}
    with studio_at(tmp_path, **settings) as studio, dg.DagsterInstance.ephemeral() as instance:
        for name, value in environment(studio.sandbox, tmp_path).items():
            monkeypatch.setenv(name, str(value))
        monkeypatch.setenv("XERO_TASK_POLL_SECONDS", "60")
        monkeypatch.setenv("XERO_TIER", "core")
        studio.connect("agency", Purpose.AGENCY)
        with studio.connections() as connections:
            connections.record_sync(AGENCY)
        studio.advance(hours=1)
        desk = Desk(studio, instance)
        desk.watches("SPEND", "ACCPAY")
        desk.looks()
        yield desk


def spends(desk: Desk, key: str) -> None:
    event = bank(key, "SPEND", 45)
    desk.studio.happens(event.__class__(**{**event.__dict__, "at": desk.studio.clock.now()}))


def test_what_is_posted_is_read_at_the_next_look_and_once(desk: Desk) -> None:
    assert desk.looks() == []
    spends(desk, "taxi")
    assert desk.looks() == [desk.a_run()]
    assert desk.looks() == [], "the same transaction is listed again, and is no news"
    spends(desk, "lunch")
    assert desk.looks() == [desk.a_run()]


def test_a_look_asks_only_for_what_tasks_are_made_of(desk: Desk) -> None:
    desk.looks()
    assert desk.studio.asked() == ["BankTransactions", "Invoices"]
    desk.watches("SPEND")
    desk.looks()
    assert desk.studio.asked() == ["BankTransactions"]


def test_before_a_minute_has_passed_nothing_is_asked(desk: Desk) -> None:
    desk.looks(after=dt.timedelta(seconds=45))
    assert desk.studio.asked() == []


def test_one_that_is_being_read_is_looked_at_afterwards(desk: Desk) -> None:
    run = desk.instance.add_run(
        dg.DagsterRun(
            job_name="refresh",
            run_id=make_new_run_id(),
            run_config=extraction_config([desk.harbour.organisation_key], Depth.INCREMENT),
            status=dg.DagsterRunStatus.STARTED,
        )
    )
    spends(desk, "taxi")
    assert desk.looks() == []
    assert desk.studio.asked() == []
    desk.instance.delete_run(run.run_id)
    assert desk.looks() == [desk.a_run()]


def test_without_watched_accounts_or_the_setting_nothing_is_asked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk.studio.connections() as connections:
        connections.monitor_accounts(AGENCY, [])
    assert desk.looks() == []
    assert desk.studio.asked() == []
    desk.watches("SPEND")
    monkeypatch.delenv("XERO_TASK_POLL_SECONDS")
    assert desk.looks() == []
    assert desk.studio.asked() == []


@pytest.mark.parametrize(
    ("tier", "calls", "seconds"),
    [
        # 4,500 calls for schedules, less 864 for increments and 34 for the night: 3,602.
        ("core", 1, 60),
        ("core", 2, 60),
        ("core", 4, 96),
        # 900, less 864 and 34: two calls, so that a look is no sooner than the next increment.
        ("starter", 1, 900),
    ],
)
def test_looks_leave_calls_to_increments_the_night_and_people(
    tier: str, calls: int, seconds: int
) -> None:
    settings = Settings.model_validate({"tier": tier, "task_poll_seconds": 60})
    assert round(affordable_interval(settings, calls).total_seconds()) == seconds


def test_watched_types_say_which_endpoints_are_asked() -> None:
    def names(*types: tuple[str, ...] | None) -> list[str]:
        return [endpoint.name for endpoint in endpoints_of(types)]

    assert names(("SPEND", "RECEIVE-PREPAYMENT")) == ["bank_transactions"]
    assert names(("ACCPAY",), ("ACCRECCREDIT",)) == ["invoices", "credit_notes"]
    assert names(("SPEND",), None) == [
        "invoices",
        "credit_notes",
        "bank_transactions",
        "manual_journals",
    ]
