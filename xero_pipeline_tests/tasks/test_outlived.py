"""Answers that wait at a task which closes by itself do not block it when it opens again."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from xero_pipeline.settings import Settings
from xero_pipeline.tasks import Answer, AnswerState, DecisionKind, TaskRecords
from xero_pipeline.tasks.journal import Journal
from xero_pipeline.tasks.outlived import withdraw_outlived
from xero_pipeline.warehouse import open_warehouse
from xero_pipeline_tests.tasks import samples
from xero_pipeline_tests.xero.double import TestClock


@dataclass(frozen=True)
class Office:
    """Answers to one task, and the events that are published of it."""

    settings: Settings
    records: TaskRecords

    def answer(self) -> Answer:
        answer = dataclasses.replace(samples.answer(), files=())
        return self.records.submit(answer, samples.decision(DecisionKind.SUBMITTED))

    def approved(self) -> Answer:
        decision = samples.decision(DecisionKind.APPROVED)
        self.records.move(self.answer(), AnswerState.APPROVED, decision)
        (answer,) = self.records.answers((AnswerState.APPROVED,))
        return answer

    def publishes(self, *events: str, about: Answer) -> None:
        """The next events of the task; "closed" means that a person recoded the document."""
        with open_warehouse(self.settings.published_database) as warehouse:
            for event in events:
                reason = "recoded" if event == "closed" else None
                warehouse.execute(
                    "insert into marts.client_task_events "
                    "select ?, ?, count(*) + 1, ?, ?, ? from marts.client_task_events",
                    [about.organisation_id, about.task_id, event, reason, about.answer_id],
                )

    def withdrawn(self) -> list[int]:
        found = withdraw_outlived(self.settings, self.records, TestClock())
        return [answer.answer_id for answer in found]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    settings = Settings.model_validate({"XERO_PIPELINE_HOME": tmp_path})
    with open_warehouse(settings.published_database) as warehouse:
        warehouse.execute("create schema marts")
        warehouse.execute(
            "create table marts.client_task_events (organisation_id uuid, task_id uuid, "
            "sequence bigint, event varchar, closed_reason varchar, answer_id bigint)"
        )
    with closing(TaskRecords.open(settings)) as records:
        yield Office(settings, records)


def test_an_answer_is_withdrawn_when_a_person_has_recoded_its_document(office: Office) -> None:
    answer = office.approved()
    assert office.withdrawn() == []
    office.publishes("submitted", "approved", about=answer)
    assert office.withdrawn() == []
    office.publishes("closed", about=answer)
    assert office.withdrawn() == [answer.answer_id]
    assert office.withdrawn() == []

    (answer,) = office.records.answers((AnswerState.WITHDRAWN,))
    assert (answer.decided_by, answer.reason) == (
        "pipeline",
        "The task closed before the answer was sent: the document was recoded in Xero.",
    )
    decisions = office.records.decisions(answer.organisation_id, answer.task_id)
    assert [str(each.kind) for each in decisions] == ["submitted", "approved", "withdrawn"]


def test_a_task_that_opened_again_meanwhile_takes_another_answer(office: Office) -> None:
    first = office.answer()
    office.publishes("submitted", "closed", "reopened", about=first)
    assert office.withdrawn() == [first.answer_id]
    second = office.answer()
    office.publishes("submitted", about=second)
    assert office.withdrawn() == [], "it was given after the task had opened again"


def test_one_of_which_something_was_sent_is_left_to_the_write_back(office: Office) -> None:
    answer = office.approved()
    office.publishes("submitted", "closed", about=answer)
    with closing(Journal.open(office.settings)) as journal:
        journal.begin(answer, "lines", {}, None, samples.NOON)
    assert office.withdrawn() == []


def test_nothing_is_withdrawn_where_nothing_is_published(tmp_path: Path) -> None:
    settings = Settings.model_validate({"XERO_PIPELINE_HOME": tmp_path})
    with closing(TaskRecords.open(settings)) as records:
        office = Office(settings, records)
        office.answer()
        assert office.withdrawn() == []
