"""The sensor that pushes events, and what people are told when nobody takes them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

from xero_pipeline.alerts import AlertBook
from xero_pipeline.automation.deliveries import task_deliveries
from xero_pipeline.settings import Settings
from xero_pipeline.warehouse import open_warehouse
from xero_pipeline_tests.automation.office import pipeline_at
from xero_pipeline_tests.tasks.receiver import Receiver, receiving
from xero_pipeline_tests.xero.double import TestClock

ORGANISATION = "10000000-0000-4000-8000-000000000000"


@dataclass
class Desk:
    receiver: Receiver
    clock: TestClock

    def tick(self) -> str:
        pipeline = pipeline_at(self.clock)
        skipped = task_deliveries(dg.build_sensor_context(resources={"pipeline": pipeline}))
        assert isinstance(skipped, dg.SkipReason)
        return str(skipped.skip_message)

    def alerts(self) -> list[str]:
        with closing(AlertBook.open(Settings())) as book:
            return [alert.condition.sentence for alert in book.open_alerts()]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with receiving() as receiver:
        monkeypatch.setenv("XERO_PIPELINE_HOME", str(tmp_path))
        monkeypatch.setenv("XERO_TASK_WEBHOOK_URL", receiver.url)
        monkeypatch.setenv("XERO_TASK_WEBHOOK_SECRET", "a key")
        with open_warehouse(Settings().published_database) as connection:
            connection.execute("create schema marts")
            connection.execute(
                f"""
                create table marts.client_task_events as
                select '{ORGANISATION}'::uuid as organisation_id, 1 as sequence,
                    '{ORGANISATION}'::uuid as event_id
                """
            )
        yield Desk(receiver, TestClock())


def test_a_tick_pushes_what_is_published(desk: Desk) -> None:
    assert desk.tick().startswith("1 events taken in 1 requests")
    assert desk.receiver.sequences() == [1]
    assert desk.alerts() == []


def test_people_are_told_after_a_quarter_of_an_hour_and_again_when_it_is_over(desk: Desk) -> None:
    desk.receiver.answers = [500] * 5
    for minutes in (1, 2, 4, 8):
        desk.tick()
        assert desk.alerts() == []
        desk.clock.advance(minutes=minutes)
    desk.tick()
    (sentence,) = desk.alerts()
    assert desk.receiver.url in sentence
    assert "HTTP 500" in sentence
    desk.clock.advance(minutes=16)
    desk.tick()
    assert desk.alerts() == []


def test_settings_that_cannot_work_are_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XERO_TASK_WEBHOOK_SECRET")
    desk.tick()
    (sentence,) = desk.alerts()
    assert "XERO_TASK_WEBHOOK_SECRET is not" in sentence


def test_without_an_address_nothing_is_done(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XERO_TASK_WEBHOOK_URL")
    assert desk.tick().startswith("Nobody wants events")
