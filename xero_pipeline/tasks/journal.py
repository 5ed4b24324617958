"""What is sent to Xero, written down before it leaves: the table `task_writebacks`.

A step that was begun and is not ended may have happened: whoever goes on has to look first.
"""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from xero_pipeline.connections.database import Database
from xero_pipeline.connections.tables import task_answers, task_writebacks
from xero_pipeline.settings import Settings
from xero_pipeline.tasks.errors import AnswerMovedOn
from xero_pipeline.tasks.model import Answer, AnswerState

_KEYS = uuid.UUID("5b0f3d3a-6c1e-5d5e-9b8e-0c4f7a1d2e66")

Facts = dict[str, Any]
"""What JSON can hold; sums as text, with all their digits."""


class StepState(StrEnum):
    """How far a step has come.

    `planned`: it was tried and Xero broke down; it is to be tried with another key, unless it
    turns out to have happened. `refused`: Xero will not do it. `failed`: Xero did something else.
    """

    PLANNED = "planned"
    SENDING = "sending"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"

    @property
    def is_over(self) -> bool:
        return self in (StepState.DONE, StepState.REFUSED, StepState.FAILED)


@dataclass(frozen=True)
class Outcome:
    """How a step ended; `after` is what was read back."""

    state: StepState
    after: Facts | None
    reason: str = ""


@dataclass(frozen=True)
class Entry:
    """A row of the table: one step of one answer, tried with one key.

    Attributes:
        step: `lines`, `note` or `file:<file_id>`.
        key: the Idempotency-Key.
        request: what is sent; its `body` is the very text.
        before, after: the part of the document that it concerns, as read.
    """

    writeback_id: int
    step: str
    key: str
    state: StepState
    request: Facts
    before: Facts | None
    after: Facts | None
    reason: str


_UNDER_WAY = Outcome(StepState.SENDING, None)


class Journal:
    """Steps and what became of them. Processes may use it at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, settings: Settings) -> Journal:
        """Raises HomeUnusable."""
        return cls(Database.open(settings))

    def close(self) -> None:
        self._database.close()

    def newest(self, answer: Answer, step: str) -> Entry | None:
        """How a step stands; None: it was never begun."""
        entries = self.entries(answer, step)
        return entries[-1] if entries else None

    def entries(self, answer: Answer, step: str | None = None) -> list[Entry]:
        """All that was tried for an answer, in order; of one step only, when it is named."""
        query = (
            sa.select(task_writebacks)
            .where(task_writebacks.c.answer_id == answer.answer_id)
            .order_by(task_writebacks.c.writeback_id)
        )
        if step is not None:
            query = query.where(task_writebacks.c.step == step)
        with self._database.reading() as database:
            return [_entry(row) for row in database.execute(query)]

    def begin(
        self, answer: Answer, step: str, request: Facts, before: Facts | None, at: datetime
    ) -> Entry:
        """Record that something is about to be sent. Send it when this has returned.

        Args:
            at: UTC.

        Raises:
            AnswerMovedOn: it was withdrawn meanwhile.
        """
        return self._add(answer, step, request, before, started_at=at)

    def skip(
        self, answer: Answer, step: str, before: Facts | None, outcome: Outcome, at: datetime
    ) -> Entry:
        """Record that nothing has to be sent, or nothing can be.

        Args:
            at: UTC.

        Raises:
            AnswerMovedOn: it was withdrawn meanwhile.
        """
        return self._add(answer, step, {}, before, outcome=outcome, finished_at=at)

    def _add(
        self,
        answer: Answer,
        step: str,
        request: Facts,
        before: Facts | None,
        *,
        outcome: Outcome = _UNDER_WAY,
        **instants: datetime,
    ) -> Entry:
        key = self._next_key(answer, step)
        values = {
            "answer_id": answer.answer_id,
            "organisation_id": answer.organisation_id,
            "task_id": answer.task_id,
            "step": step,
            "idempotency_key": key,
            "before": before,
            "request": request,
            **asdict(outcome),
            **instants,
        }
        with self._database.writing(durable=True) as database:
            state = sa.select(task_answers.c.state).filter_by(answer_id=answer.answer_id)
            if (found := database.scalar(state)) != AnswerState.APPROVED:
                raise AnswerMovedOn(answer.task_id, found)
            added = database.execute(sa.insert(task_writebacks).values(**values))
            (id,) = added.inserted_primary_key or (0,)
        return Entry(id, step, key, outcome.state, request, before, outcome.after, outcome.reason)

    def end(self, entry: Entry, outcome: Outcome, at: datetime) -> Entry:
        """Record what became of a step.

        Args:
            at: UTC.
        """
        values = asdict(outcome)
        with self._database.writing(durable=True) as database:
            database.execute(
                sa.update(task_writebacks)
                .where(task_writebacks.c.writeback_id == entry.writeback_id)
                .values(finished_at=at, **values)
            )
        return replace(entry, **values)

    def _next_key(self, answer: Answer, step: str) -> str:
        """The same for the same attempt, whoever makes it, and another for the next one."""
        attempt = len(self.entries(answer, step)) + 1
        of = (answer.organisation_id, answer.task_id, answer.answered_at.isoformat())
        return str(uuid.uuid5(_KEYS, "/".join((*of, f"{answer.answer_id}", step, f"{attempt}"))))


def _entry(row: Any) -> Entry:  # noqa: ANN401
    return Entry(
        row.writeback_id,
        row.step,
        row.idempotency_key,
        StepState(row.state),
        row.request or {},
        row.before,
        row.after,
        row.reason,
    )
