"""From a published task to an approved answer, as several people go about it."""

from __future__ import annotations

import hashlib
import stat
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from xero_pipeline.connections.database import Database
from xero_pipeline.connections.tables import task_answer_files, task_answers, task_writebacks
from xero_pipeline.settings import Settings
from xero_pipeline.tasks import (
    Answer,
    AnswerMovedOn,
    AnswerRefused,
    AnswerState,
    NewAnswer,
    Task,
    UnknownTask,
    WrongState,
)
from xero_pipeline.tasks.book import open_book
from xero_pipeline.tasks.desk import TaskDesk
from xero_pipeline.tasks.intake import take_in
from xero_pipeline.tasks.model import TaskFilter
from xero_pipeline_tests.studio import CLIENT, Studio
from xero_pipeline_tests.xero.double import TestClock

OPEN, CLOSED = TaskFilter(state="open"), TaskFilter(state="closed")


@dataclass(frozen=True)
class Office:
    """A desk over Garage Ltd's one task: 45 dollars spent on 8 March, coded to rent."""

    settings: Settings
    desk: TaskDesk

    @property
    def task(self) -> Task:
        (task,) = self.desk.tasks(TaskFilter())
        return task

    def answer(self, **words: Any) -> Answer:  # noqa: ANN401
        said = {"account": "815", "comment": "Deposit for the hall"} | words
        return self.desk.answer(self.task.task_id[:8], NewAnswer(answered_by="Ada", **said))

    def kinds(self) -> list[str]:
        task = self.task
        decided = self.desk.records.decisions(task.organisation_id, task.task_id)
        return [str(each.kind) for each in decided]

    def insert(self, table: sa.Table, **values: object) -> int:
        """As another program does."""
        with closing(Database.open(self.settings)) as database, database.writing() as writing:
            key = next(iter(table.primary_key.columns))
            return int(writing.execute(table.insert().values(values).returning(key)).scalar_one())

    def receive(self, **columns: object) -> int:
        """A row that a front end put in."""
        task = self.task
        row: Mapping[str, object] = {
            "organisation_id": task.organisation_id,
            "task_id": task.task_id,
            "seen_version": 1,
            "answered_by": "Ada",
            **columns,
        }
        return self.insert(task_answers, **row)

    def row(self, answer_id: int) -> Any:  # noqa: ANN401
        with closing(Database.open(self.settings)) as database, database.reading() as reading:
            return reading.execute(sa.select(task_answers).filter_by(answer_id=answer_id)).one()


@pytest.fixture
def office(published_studio: Studio, tmp_path: Path) -> Iterator[Office]:
    """A home of its own with the studio's figures in it."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "current").symlink_to(published_studio.settings.published_database.parent)
    settings = published_studio.settings.model_copy(update={"home": home})
    with TaskDesk.open(settings, TestClock()) as desk:
        yield Office(settings, desk)


# --- looking --------------------------------------------------------------------------------------


def test_a_task_is_found_by_how_its_id_begins(office: Office) -> None:
    task = office.task
    assert office.desk.task(task.task_id[:6]) == task
    assert (
        str(task) == f"SPEND of 45.00 NZD on 2026-03-08, Pier Properties (task {task.task_id[:8]})"
    )
    with pytest.raises(UnknownTask, match="There is no task zzz among the published ones"):
        office.desk.task("zzz")


def test_tasks_are_chosen_by_organisation_workspace_state_and_account(office: Office) -> None:
    id = office.desk.organisation_id(CLIENT.upper())
    chosen = TaskFilter(workspace="client", organisation_id=id, state="open", account="469")
    assert len(office.desk.tasks(chosen)) == 1
    for other in ({"workspace": "agency"}, {"state": "closed"}, {"account": "200"}):
        assert office.desk.tasks(replace(chosen, **other)) == []


def test_tasks_count_as_they_stand_now(office: Office) -> None:
    assert office.desk.counts(TaskFilter()) == {"open": 1}
    office.desk.dismiss(office.task.task_id, "Bea", "Private")
    assert +Counter(office.desk.counts(OPEN)) == {"closed": 1}
    assert office.desk.tasks(OPEN, limit=1) == []
    assert [task.state for task in office.desk.tasks(CLOSED, limit=1)] == ["closed"]
    assert office.desk.tasks(TaskFilter(), limit=0) == []


def test_events_are_read_after_a_number(office: Office) -> None:
    with open_book(office.settings.published_database) as book:
        (created,) = book.events(0)
        assert (created.sequence, created.columns["event"]) == (1, "created")
        assert book.events_of(office.task) == [created]
        assert book.events(1) == []


# --- answering ------------------------------------------------------------------------------------


def test_an_answer_waits_for_the_bookkeeper_and_goes_on_when_approved(office: Office) -> None:
    answer = office.answer()
    assert (answer.account_code, answer.seen_contents_hash) == ("815", office.task.contents_hash)
    assert (office.task.state, office.task.answer_state) == ("submitted", "submitted")
    assert office.desk.approve(answer.task_id, "Bea").answer.state is AnswerState.APPROVED
    assert office.task.answer_state == "approved"
    assert office.kinds() == ["submitted", "approved"]


def test_a_refused_answer_leaves_nothing_behind(office: Office, tmp_path: Path) -> None:
    receipt = tmp_path / "receipt.pdf"
    receipt.write_bytes(b"paid")
    with pytest.raises(AnswerRefused) as refused:
        office.answer(account="469", files=(receipt, tmp_path / "gone.pdf"))
    assert len(refused.value.refusals) == 2
    assert str(refused.value).startswith("SPEND of 45.00 NZD")
    assert office.desk.answers(office.task) == []
    assert not (office.settings.home / "answers").exists()


def test_files_are_copied_at_once_for_their_owner_only(office: Office, tmp_path: Path) -> None:
    receipt = tmp_path / "receipt.pdf"
    receipt.write_bytes(b"paid")
    (file,) = office.answer(files=(receipt,)).files
    receipt.write_bytes(b"changed later")
    copy = office.settings.home / file.stored_as
    assert copy.read_bytes() == b"paid"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert (file.media_type, file.bytes) == ("application/pdf", 4)
    assert file.sha256 == hashlib.sha256(b"paid").hexdigest()


def test_who_answers_at_the_same_time_is_told_and_his_files_go(
    office: Office, tmp_path: Path
) -> None:
    receipt = tmp_path / "receipt.pdf"
    receipt.write_bytes(b"paid")
    seen = office.desk.situation(office.task.task_id)
    office.answer()
    office.desk.situation = lambda wanted: seen  # type: ignore[method-assign]
    with pytest.raises(AnswerMovedOn):
        office.answer(files=(receipt,))
    assert not list((office.settings.home / "answers").iterdir())


# --- deciding -------------------------------------------------------------------------------------


def test_an_answer_that_is_sent_back_says_why_and_leaves_room_for_another(office: Office) -> None:
    office.answer()
    with pytest.raises(WrongState, match="Say what is missing"):
        office.desk.send_back(office.task.task_id, "Bea", " ")
    office.desk.send_back(office.task.task_id, "Bea", "Which hall?")
    assert (office.task.state, office.task.open_reason) == ("open", "Which hall?")
    assert office.answer(comment="The town hall").comment == "The town hall"


def test_an_answer_to_what_the_document_no_longer_says_is_not_released(office: Office) -> None:
    answer = office.answer()
    with closing(Database.open(office.settings)) as database, database.writing() as writing:
        writing.execute(sa.update(task_answers).values(seen_contents_hash="earlier"))
    approval = office.desk.approve(answer.task_id, "Bea")
    assert approval.is_conflict
    assert approval.answer.reason.startswith("The document changed in Xero after Ada answered")
    assert office.task.state == "open"
    assert office.kinds() == ["submitted", "conflicted"]


def test_an_answer_can_be_withdrawn_until_something_of_it_was_sent(office: Office) -> None:
    answer = office.answer()
    office.desk.approve(answer.task_id, "Bea")
    sending = {"organisation_id": "o", "task_id": "t", "idempotency_key": "k", "state": "sending"}
    office.insert(task_writebacks, answer_id=answer.answer_id, step="note", **sending)
    with pytest.raises(AnswerMovedOn):
        office.desk.withdraw(answer.task_id, "Ada")
    with closing(Database.open(office.settings)) as database, database.writing() as writing:
        writing.execute(sa.update(task_writebacks).values(state="planned"))
    office.desk.withdraw(answer.task_id, "Ada")
    assert (office.task.state, office.kinds()[-1]) == ("open", "withdrawn")


def test_a_dismissed_task_is_closed_until_somebody_reopens_it(office: Office) -> None:
    office.answer()
    id = office.task.task_id
    office.desk.dismiss(id, "Bea", "Known: the landlord's deposit")
    assert (office.task.state, office.task.closed_reason) == ("closed", "dismissed")
    assert office.kinds() == ["submitted", "withdrawn", "dismissed"]
    with pytest.raises(WrongState, match="closed already"):
        office.desk.dismiss(id, "Bea", "")
    with pytest.raises(AnswerRefused, match="Reopen it first"):
        office.answer()
    office.desk.reopen(id, "Bea", "Not so sure")
    assert (office.task.state, office.task.reopened_reason) == ("open", "person")
    with pytest.raises(WrongState, match="not closed: it is open"):
        office.desk.reopen(id, "Bea", "")


def test_nothing_is_approved_twice_or_by_nobody(office: Office) -> None:
    id = office.task.task_id
    with pytest.raises(WrongState, match="no answer to approve"):
        office.desk.approve(id, "Bea")
    office.answer()
    with pytest.raises(WrongState, match="has to be known who does this"):
        office.desk.approve(id, " ")
    office.desk.approve(id, "Bea")
    with pytest.raises(WrongState, match="the answer of Ada is approved already"):
        office.desk.approve(id, "Bea")


def test_an_answer_that_took_the_place_of_the_one_looked_at_is_not_approved(
    office: Office,
) -> None:
    seen = office.answer(comment="Stamps")
    office.desk.withdraw(seen.task_id, "Ada")
    office.answer(comment="A holiday")
    with pytest.raises(AnswerMovedOn, match="nothing was changed here"):
        office.desk.approve(seen.task_id, "Bea", seen_answer=seen.answer_id)
    assert office.task.answer_state == "submitted"


# --- answers of other programs --------------------------------------------------------------------


def test_a_row_that_a_program_inserts_is_validated_and_submitted(office: Office) -> None:
    folder = office.settings.home / "answers" / "portal"
    folder.mkdir(parents=True)
    (folder / "1.bin").write_bytes(b"paid")
    lines = [{"line_number": 1, "account_code": "815"}]
    answer_id = office.receive(lines=lines, comment="Deposit")
    office.insert(
        task_answer_files,
        answer_id=answer_id,
        name="receipt.pdf",
        media_type="application/pdf",
        stored_as="answers/portal/1.bin",
    )
    (taken,) = take_in(office.desk)
    assert taken.answer is not None
    (answer,) = office.desk.answers(office.task)
    assert answer == taken.answer
    assert answer.lines is not None
    assert (answer.answer_id, answer.lines[0].account_code) == (answer_id, "815")
    assert [(file.name, file.bytes) for file in answer.files] == [("receipt.pdf", 4)]
    assert take_in(office.desk) == []
    assert office.kinds() == ["submitted"]


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"account_code": "999"}, "There is no account '999'."),
        ({"comment": "x", "task_id": "nonsense"}, "There is no task nonsense"),
        ({"comment": "x", "organisation_id": "other"}, "There is no task"),
        ({"comment": "x", "seen_version": 7}, "The task has no version 7"),
        ({"lines": [{"line": 1}]}, "The row cannot be read: lines.0.line_number: Field required."),
    ],
)
def test_a_row_that_cannot_be_taken_says_why(
    office: Office, columns: Mapping[str, object], says: str
) -> None:
    answer_id = office.receive(**columns)
    (taken,) = take_in(office.desk)
    row = office.row(answer_id)
    assert taken.answer is None
    assert (row.state, row.reason) == ("refused", taken.reason)
    assert says in row.reason
    assert office.kinds() == []


def test_a_file_outside_the_folder_of_answers_is_not_read(office: Office) -> None:
    (office.settings.home / "secret.key").write_bytes(b"secret")
    answer_id = office.receive(comment="x")
    office.insert(
        task_answer_files,
        answer_id=answer_id,
        name="key.txt",
        media_type="text/plain",
        stored_as="answers/../secret.key",
    )
    (taken,) = take_in(office.desk)
    assert "There is no file 'key.txt', or it cannot be read." in taken.reason
