"""Answers and decisions in the state database. Rules stand elsewhere; here nothing is half done."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from xero_pipeline.connections.database import Database
from xero_pipeline.connections.tables import (
    attachment_files,
    task_answer_files,
    task_answers,
    task_decisions,
    task_writebacks,
)
from xero_pipeline.settings import Settings
from xero_pipeline.tasks.errors import AnswerMovedOn
from xero_pipeline.tasks.model import (
    Answer,
    AnswerFile,
    AnswerState,
    Decision,
    DecisionKind,
    LineChoice,
    TrackingChoice,
)

Row = Mapping[str, Any]

_LIVE = [state for state in AnswerState if state.is_live]
# The document is filled in by the desk; without it a row names no task of ours.
_IS_OF_A_TASK = sa.and_(
    task_answers.c.document_id.is_not(None), task_answers.c.state != AnswerState.RECEIVED
)


class TaskRecords:
    """What is known of answers. Threads and processes may use it at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, settings: Settings) -> TaskRecords:
        """Raises HomeUnusable."""
        return cls(Database.open(settings))

    def close(self) -> None:
        self._database.close()

    # --- reading ----------------------------------------------------------------------------------

    def answers(
        self,
        states: Collection[AnswerState],
        *,
        organisation_id: str | None = None,
        task_id: str | None = None,
    ) -> list[Answer]:
        """Answers in these states, the oldest first; those of no known task are left out.

        Args:
            organisation_id, task_id: None: of all.
        """
        with self._database.reading() as database:
            return _answers(database, states, organisation_id, task_id)

    def live_answer(self, organisation_id: str, task_id: str) -> Answer | None:
        """The answer that waits for the bookkeeper, or is on its way."""
        found = self.answers(_LIVE, organisation_id=organisation_id, task_id=task_id)
        return found[0] if found else None

    def received(self) -> list[Row]:
        """Answers that another program put in, as they stand there, the oldest first."""
        query = (
            sa.select(task_answers)
            .where(task_answers.c.state == AnswerState.RECEIVED)
            .order_by(task_answers.c.answer_id)
        )
        with self._database.reading() as database:
            return [row._asdict() for row in database.execute(query)]

    def waiting(self, writable: Collection[str]) -> dict[str, list[int]]:
        """Organisation id -> numbers of answers that are to be taken in, or to be sent.

        Args:
            writable: ids of organisations whose books may be written to; approved answers of
                others wait for a person to enter them in Xero.
        """
        is_to_be_sent = sa.and_(
            task_answers.c.state == AnswerState.APPROVED,
            task_answers.c.organisation_id.in_(list(writable)),
        )
        query = (
            sa.select(task_answers.c.organisation_id, task_answers.c.answer_id)
            .where(sa.or_(task_answers.c.state == AnswerState.RECEIVED, is_to_be_sent))
            .order_by(task_answers.c.answer_id)
        )
        found: dict[str, list[int]] = {}
        with self._database.reading() as database:
            for row in database.execute(query):
                found.setdefault(row.organisation_id, []).append(row.answer_id)
        return found

    def received_files(self, answer_id: int) -> list[Row]:
        """The files of such an answer, as they stand there."""
        query = (
            sa.select(task_answer_files)
            .where(task_answer_files.c.answer_id == answer_id)
            .order_by(task_answer_files.c.file_id)
        )
        with self._database.reading() as database:
            return [row._asdict() for row in database.execute(query)]

    def decisions(self, organisation_id: str, task_id: str) -> list[Decision]:
        """What was done with a task, in order."""
        query = (
            sa.select(task_decisions)
            .where(task_decisions.c.organisation_id == organisation_id)
            .where(task_decisions.c.task_id == task_id)
            .order_by(task_decisions.c.decision_id)
        )
        with self._database.reading() as database:
            return [_decision(row) for row in database.execute(query)]

    def decisions_after(self, decision_id: int) -> list[Decision]:
        """What was done with tasks since, in order."""
        query = (
            sa.select(task_decisions)
            .where(task_decisions.c.decision_id > decision_id)
            .order_by(task_decisions.c.decision_id)
        )
        with self._database.reading() as database:
            return [_decision(row) for row in database.execute(query)]

    # --- writing ----------------------------------------------------------------------------------

    def submit(self, answer: Answer, decision: Decision) -> Answer:
        """Record an answer, its files, and that it was submitted: all or nothing.

        Args:
            answer: with the id of a received one, it takes that one's place.

        Raises:
            AnswerMovedOn: the task has a live answer by now, or the received one was taken in.
        """
        with self._database.writing(durable=True) as database:
            standing = _answers(database, _LIVE, answer.organisation_id, answer.task_id)
            if standing:
                raise AnswerMovedOn(answer.task_id, standing[0].state)
            answer_id = _write_answer(database, answer)
            files = _write_files(database, answer_id, answer.files)
            _write_decision(database, dataclasses.replace(decision, answer_id=answer_id))
        return dataclasses.replace(answer, answer_id=answer_id, files=files)

    def decide(self, decision: Decision) -> None:
        """Record a decision that concerns the task, and no answer of it."""
        with self._database.writing(durable=True) as database:
            _write_decision(database, decision)

    def move(
        self,
        answer: Answer,
        to: AnswerState,
        decision: Decision | None = None,
        reason: str = "",
        *,
        followed_by: Decision | None = None,
        unless_sent: bool = False,
    ) -> None:
        """Bring an answer from its state to the next, and record the decision that did.

        Args:
            answer: as it was read; it must still be in that state.
            decision: None where the task does not hear of it.
            reason: a plain sentence.
            followed_by: a decision on the task that comes with it.
            unless_sent: only while nothing of the answer has been sent to Xero.

        Raises:
            AnswerMovedOn: somebody else was faster.
        """
        move = (
            sa.update(task_answers)
            .where(task_answers.c.answer_id == answer.answer_id)
            .where(task_answers.c.state == answer.state)
            .values(state=to, reason=reason)
        )
        if decision:
            move = move.values(decided_by=decision.actor, decided_at=decision.decided_at)
        if unless_sent:
            move = move.where(~_sent(answer.answer_id))
        with self._database.writing(durable=True) as database:
            if database.execute(move).rowcount != 1:
                raise AnswerMovedOn(answer.task_id, None)
            for each in (decision, followed_by):
                if each:
                    concerning = dataclasses.replace(each, answer_id=answer.answer_id)
                    _write_decision(database, concerning)

    def refuse_received(self, answer_id: int, reason: str, known: Row) -> None:
        """A received answer cannot be taken: say why in its row.

        Args:
            known: columns that could be made out; others that name things at Xero are emptied,
                since nobody knows what they hold.
        """
        values = dict.fromkeys(("document_id", "account_id", "contact_id")) | dict(known)
        with self._database.writing(durable=True) as database:
            database.execute(
                sa.update(task_answers)
                .where(task_answers.c.answer_id == answer_id)
                .where(task_answers.c.state == AnswerState.RECEIVED)
                .values(state=AnswerState.REFUSED, reason=reason, **values)
            )

    # --- for the warehouse ------------------------------------------------------------------------

    def published(self) -> dict[str, list[Row]]:
        """Name of an `ops` table -> its rows: no file's content, nothing secret."""
        files = sa.select(task_answer_files, task_answers.c.organisation_id).join(task_answers)
        tables = {
            "task_answers": sa.select(task_answers).where(_IS_OF_A_TASK),
            "task_answer_files": files.where(_IS_OF_A_TASK),
            "task_decisions": sa.select(task_decisions),
            "writebacks": sa.select(task_writebacks),
            "attachment_files": sa.select(attachment_files),
        }
        with self._database.reading() as database:
            return {
                table: [row._asdict() for row in database.execute(query)]
                for table, query in tables.items()
            }


def _sent(answer_id: int) -> sa.Exists:
    return sa.exists().where(
        task_writebacks.c.answer_id == answer_id, task_writebacks.c.state.in_(("sending", "done"))
    )


def _answers(
    database: sa.Connection,
    states: Collection[AnswerState],
    organisation_id: str | None,
    task_id: str | None,
) -> list[Answer]:
    query = (
        sa.select(task_answers)
        .where(task_answers.c.state.in_(list(states)), _IS_OF_A_TASK)
        .order_by(task_answers.c.answer_id)
    )
    if organisation_id is not None:
        query = query.where(task_answers.c.organisation_id == organisation_id)
    if task_id is not None:
        query = query.where(task_answers.c.task_id == task_id)
    rows = database.execute(query).all()
    of_these = task_answer_files.c.answer_id.in_([row.answer_id for row in rows])
    files: dict[int, list[AnswerFile]] = {}
    for row in database.execute(
        sa.select(task_answer_files).where(of_these).order_by(task_answer_files.c.file_id)
    ):
        files.setdefault(row.answer_id, []).append(
            AnswerFile(row.name, row.media_type, row.bytes, row.sha256, row.stored_as, row.file_id)
        )
    return [_answer(row, files.get(row.answer_id, [])) for row in rows]


def _write_answer(database: sa.Connection, answer: Answer) -> int:
    values = {
        column.name: getattr(answer, column.name)
        for column in task_answers.columns
        if column.name not in ("answer_id", "lines", "tracking")
    }
    values["lines"] = answer.lines and [dataclasses.asdict(each) for each in answer.lines]
    values["tracking"] = [dataclasses.asdict(each) for each in answer.tracking]
    if not answer.answer_id:
        add = sa.insert(task_answers).values(**values).returning(task_answers.c.answer_id)
        return int(database.execute(add).scalar_one())
    taken = database.execute(
        sa.update(task_answers)
        .where(task_answers.c.answer_id == answer.answer_id)
        .where(task_answers.c.state == AnswerState.RECEIVED)
        .values(**values)
    )
    if taken.rowcount != 1:
        raise AnswerMovedOn(answer.task_id, None)
    return answer.answer_id


def _write_files(
    database: sa.Connection, answer_id: int, files: Sequence[AnswerFile]
) -> tuple[AnswerFile, ...]:
    written = []
    for file in files:
        values = dataclasses.asdict(file) | {"answer_id": answer_id}
        file_id = values.pop("file_id")
        if file_id:
            database.execute(
                sa.update(task_answer_files).filter_by(file_id=file_id).values(**values)
            )
        else:
            add = sa.insert(task_answer_files).values(**values)
            file_id = database.execute(add.returning(task_answer_files.c.file_id)).scalar_one()
        written.append(dataclasses.replace(file, file_id=file_id))
    return tuple(written)


def _write_decision(database: sa.Connection, decision: Decision) -> None:
    values = dataclasses.asdict(decision)
    del values["decision_id"]
    database.execute(sa.insert(task_decisions).values(**values))


def _answer(row: Any, files: Sequence[AnswerFile]) -> Answer:  # noqa: ANN401
    values = row._asdict()
    return Answer(
        **values
        | {
            "state": AnswerState(row.state),
            "lines": row.lines and tuple(LineChoice(**each) for each in row.lines),
            "tracking": tuple(TrackingChoice(**each) for each in row.tracking),
            "files": tuple(files),
        }
    )


def _decision(row: Any) -> Decision:  # noqa: ANN401
    return Decision(**row._asdict() | {"kind": DecisionKind(row.kind)})
