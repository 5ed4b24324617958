"""Answers that another program put into the table `task_answers`: looked at like all others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from xero_pipeline.tasks.answer_files import AnswerFiles, offered
from xero_pipeline.tasks.desk import TaskDesk, checked
from xero_pipeline.tasks.errors import AnswerMovedOn, AnswerRefused, UnknownTask
from xero_pipeline.tasks.model import Answer, NewAnswer
from xero_pipeline.tasks.records import TaskRecords
from xero_pipeline.tasks.rules import Situation


@dataclass(frozen=True)
class TakenIn:
    """What became of a received answer.

    Attributes:
        answer: None: it was refused.
        reason: why it was refused; empty when it was not.
    """

    answer_id: int
    task_id: str
    answer: Answer | None
    reason: str = ""


@dataclass(frozen=True)
class ReceivedFile:
    """A file as a program announced it, which may not be there."""

    file_id: int
    name: str
    media_type: str
    path: Path


class _Line(BaseModel):
    line_number: int
    account_code: str | None = None
    account_id: str | None = None


class _Tracking(BaseModel):
    category: str | None = None
    category_id: str | None = None
    option: str | None = None
    option_id: str | None = None


class _Received(BaseModel):
    """The columns that a program fills in."""

    seen_version: int
    account_id: str | None
    account_code: str | None
    lines: list[_Line] | None
    comment: str
    tracking: list[_Tracking]
    contact_id: str | None
    contact_name: str | None
    answered_by: str

    def as_answer(self, paths: Sequence[Path]) -> NewAnswer:
        """In words, where an id stands for what has no name."""
        return NewAnswer(
            answered_by=self.answered_by,
            account=self.account_id or self.account_code,
            lines={e.line_number: e.account_id or e.account_code or "" for e in self.lines or ()},
            comment=self.comment,
            tracking={
                e.category_id or e.category or "": e.option_id or e.option or ""
                for e in self.tracking
            },
            contact=self.contact_id or self.contact_name,
            files=tuple(paths),
            seen_version=self.seen_version,
        )


def take_in(desk: TaskDesk) -> list[TakenIn]:
    """Look at every received answer, the oldest first: it is submitted, or refused in its row.

    Args:
        desk: whose tasks they answer.

    Raises:
        NothingPublished, HomeUnusable
    """
    records, files = desk.records, desk.files
    return [_take(desk, records, files, row) for row in records.received()]


def _take(
    desk: TaskDesk, records: TaskRecords, files: AnswerFiles, row: Mapping[str, Any]
) -> TakenIn:
    answer_id, task_id = int(row["answer_id"]), str(row["task_id"])
    known: dict[str, Any] = {}
    try:
        situation = _situation(desk, row)
        task = situation.task
        known = {"document_type": task.document_type, "document_id": task.document_id}
        found = _files(records, files, answer_id)
        new = _Received.model_validate(dict(row)).as_answer([each.path for each in found])
        chosen = checked(new, situation, [offered(each.path, each.name) for each in found])
        adopted = [files.adopt(e.path, e.name, e.media_type, e.file_id) for e in found]
        return TakenIn(answer_id, task_id, desk.submit(task, new, chosen, adopted, answer_id))
    except ValidationError as invalid:
        reason = _in_words(invalid)
    except (AnswerRefused, AnswerMovedOn, UnknownTask) as refused:
        reason = str(refused).strip()
    records.refuse_received(answer_id, reason, known)
    return TakenIn(answer_id, task_id, None, reason)


def _situation(desk: TaskDesk, row: Mapping[str, Any]) -> Situation:
    """Raises UnknownTask: also when the task is another organisation's."""
    situation = desk.situation(row["task_id"])
    if (row["organisation_id"], row["task_id"]) != (
        situation.task.organisation_id,
        situation.task.task_id,
    ):
        raise UnknownTask(row["task_id"])
    return situation


def _files(records: TaskRecords, files: AnswerFiles, answer_id: int) -> list[ReceivedFile]:
    return [
        ReceivedFile(
            row["file_id"], row["name"], row["media_type"], files.received(row["stored_as"])
        )
        for row in records.received_files(answer_id)
    ]


def _in_words(invalid: ValidationError) -> str:
    """ "lines.0.line_number: Field required. ..." """
    wrong = [
        f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}."
        for error in invalid.errors(include_url=False)
    ]
    return f"The row cannot be read: {' '.join(wrong)} See docs/tasks.md for what goes where."
