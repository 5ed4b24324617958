"""Answers that wait at a task which closes by itself do not block it when it opens again."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from xero_pipeline.settings import Settings
from xero_pipeline.tasks import Answer, AnswerState, NewAnswer, TaskRecords
from xero_pipeline.tasks.desk import TaskDesk
from xero_pipeline.tasks.journal import Journal
from xero_pipeline.tasks.model import TaskFilter
from xero_pipeline.tasks.outlived import withdraw_outlived
from xero_pipeline.warehouse import open_warehouse
from xero_pipeline_tests.studio import Studio
from xero_pipeline_tests.xero.double import TestClock


@dataclass(frozen=True)
class Office:
    """A desk over Garage Ltd's one task, and the events that are published of it."""

    settings: Settings
    desk: TaskDesk
    clock: TestClock

    @property
    def task_id(self) -> str:
        (task,) = self.desk.tasks(TaskFilter())
        return task.task_id

    def answer(self) -> Answer:
        return self.desk.answer(self.task_id, NewAnswer("Ada", account="815"))

    def publishes(self, event: str, closed_reason: str | None = None) -> None:
        """The next event of the task, about its latest answer."""
        (*_, answer) = self.desk.records.answers(tuple(AnswerState))
        with open_warehouse(self.settings.published_database) as warehouse:
            warehouse.execute(
                """
                insert into marts.client_task_events by name
                select * replace (
                    sequence + 1 as sequence, uuid() as event_id, ? as event,
                    ? as closed_reason, ? as answer_id
                )
                from marts.client_task_events
                qualify row_number() over (order by sequence desc) = 1
                """,
                [event, closed_reason, answer.answer_id],
            )

    def withdrawn(self) -> list[int]:
        found = withdraw_outlived(self.settings, self.desk.records, self.clock)
        return [answer.answer_id for answer in found]


@pytest.fixture
def office(published_studio: Studio, tmp_path: Path) -> Iterator[Office]:
    settings = published_studio.settings.model_copy(update={"home": tmp_path})
    settings.published_database.parent.mkdir()
    shutil.copy(published_studio.settings.published_database, settings.published_database)
    clock = TestClock()
    with TaskDesk.open(settings, clock) as desk:
        yield Office(settings, desk, clock)


def test_an_answer_is_withdrawn_when_a_person_has_recoded_its_document(office: Office) -> None:
    answer = office.answer()
    office.desk.approve(office.task_id, "Bea")
    assert office.withdrawn() == [], "nothing has happened"
    office.publishes("submitted")
    office.publishes("approved")
    assert office.withdrawn() == []
    office.publishes("closed", "recoded")
    assert office.withdrawn() == [answer.answer_id]
    assert office.withdrawn() == []

    (answer,) = office.desk.records.answers((AnswerState.WITHDRAWN,))
    assert (answer.decided_by, answer.reason) == (
        "pipeline",
        "The task closed before the answer was sent: the document was recoded in Xero.",
    )
    decisions = office.desk.records.decisions(answer.organisation_id, answer.task_id)
    assert [str(each.kind) for each in decisions] == ["submitted", "approved", "withdrawn"]


def test_a_task_that_opened_again_meanwhile_takes_another_answer(office: Office) -> None:
    office.answer()
    office.publishes("submitted")
    office.publishes("closed", "recoded")
    office.publishes("reopened")
    office.withdrawn()
    other = office.answer()
    assert office.withdrawn() == []
    office.publishes("submitted")
    assert office.withdrawn() == [], "that one was given after the task had opened again"
    assert office.desk.records.live_answer(other.organisation_id, other.task_id) == other


def test_one_of_which_something_was_sent_is_left_to_the_write_back(office: Office) -> None:
    answer = office.answer()
    office.desk.approve(office.task_id, "Bea")
    office.publishes("submitted")
    office.publishes("closed", "recoded")
    journal = Journal.open(office.settings)
    (approved,) = office.desk.records.answers((AnswerState.APPROVED,))
    journal.begin(approved, "lines", {}, None, office.clock.now())
    assert office.withdrawn() == []
    journal.close()
    assert answer.answer_id == approved.answer_id


def test_nothing_is_withdrawn_where_nothing_is_published(tmp_path: Path) -> None:
    settings = Settings.model_validate({"XERO_PIPELINE_HOME": tmp_path})
    records = TaskRecords.open(settings)
    assert withdraw_outlived(settings, records, TestClock()) == []
    records.close()
