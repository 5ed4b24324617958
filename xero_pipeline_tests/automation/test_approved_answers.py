"""The sensor that sends approved answers: one run for those that wait, and none for others."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.utils import make_new_run_id

from xero_pipeline.automation.batches import extraction_config, writeback_config
from xero_pipeline.automation.writeback import approved_answers
from xero_pipeline.connections import Purpose
from xero_pipeline.connections.database import Database
from xero_pipeline.connections.tables import task_answers
from xero_pipeline.sync import Depth
from xero_pipeline.tasks import AnswerState, DecisionKind, TaskRecords
from xero_pipeline_tests.automation.office import pipeline_at
from xero_pipeline_tests.connected import environment
from xero_pipeline_tests.studio import Studio, studio_at
from xero_pipeline_tests.tasks import samples

TASKS = ("22222222-2222-4222-8222-222222222222", "33333333-3333-4333-8333-333333333333")


@dataclass(frozen=True)
class Desk:
    """Garage Ltd, whose answers may be written to Xero, and the sensor's ticks."""

    studio: Studio
    instance: dg.DagsterInstance

    @property
    def key(self) -> str:
        return self.studio.connection(self.studio.client).organisation_key

    def approve(self, task_id: str = TASKS[0]) -> None:
        answer = dataclasses.replace(
            samples.answer(), organisation_id=self.studio.client, task_id=task_id, files=()
        )
        with closing(TaskRecords.open(self.studio.settings)) as records:
            submitted = records.submit(answer, samples.decision(DecisionKind.SUBMITTED))
            approved = samples.decision(DecisionKind.APPROVED)
            records.move(submitted, AnswerState.APPROVED, approved)

    def receive(self) -> None:
        """As another program hands an answer in."""
        row = {"organisation_id": self.studio.client, "task_id": TASKS[1], "answered_by": "Ada"}
        database = Database.open(self.studio.settings)
        with closing(database), database.writing() as writing:
            writing.execute(task_answers.insert().values(row | {"seen_version": 1}))

    def tick(self, *, minutes: float = 0.5) -> dg.RunRequest | None:
        self.studio.advance(minutes=minutes)
        resources = {"pipeline": pipeline_at(self.studio.clock)}
        context = dg.build_sensor_context(instance=self.instance, resources=resources)
        asked = approved_answers(context)
        return asked if isinstance(asked, dg.RunRequest) else None

    def a_run(self) -> object:
        return writeback_config([self.key])


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with studio_at(tmp_path) as studio, dg.DagsterInstance.ephemeral() as instance:
        for name, value in environment(studio.sandbox, tmp_path).items():
            monkeypatch.setenv(name, str(value))
        studio.connect("client", Purpose.CLIENT, write_back=True)
        yield Desk(studio, instance)


def test_an_approved_answer_is_sent_by_the_next_tick(desk: Desk) -> None:
    assert desk.tick() is None
    desk.approve()
    asked = desk.tick()
    assert asked is not None
    assert asked.run_config == desk.a_run()


def test_the_same_answers_are_asked_for_again_after_ten_minutes_and_with_others_at_once(
    desk: Desk,
) -> None:
    desk.approve()
    keys = [asked.run_key for asked in (desk.tick(), desk.tick(), desk.tick(minutes=10)) if asked]
    assert keys[0] == keys[1], "a run of that key has been made"
    assert keys[2] != keys[1]
    desk.approve(TASKS[1])
    asked = desk.tick()
    assert asked is not None
    assert asked.run_key not in keys


def test_books_that_are_being_read_come_afterwards(desk: Desk) -> None:
    run = desk.instance.add_run(
        dg.DagsterRun(
            job_name="refresh",
            run_id=make_new_run_id(),
            run_config=extraction_config([desk.key], Depth.INCREMENT),
            status=dg.DagsterRunStatus.STARTED,
        )
    )
    desk.approve()
    assert desk.tick() is None
    desk.instance.delete_run(run.run_id)
    assert desk.tick() is not None


def test_where_books_are_only_read_answers_are_taken_in_and_none_is_sent(desk: Desk) -> None:
    desk.studio.connect("client", Purpose.CLIENT, write_back=False)
    desk.approve()
    assert desk.tick() is None
    desk.receive()
    asked = desk.tick()
    assert asked is not None
    assert asked.run_config == desk.a_run()
