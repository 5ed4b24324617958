"""The desk: the only way in for answers and for what people decide about tasks."""

from __future__ import annotations

import dataclasses
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from functools import partial

from xero_pipeline.settings import Settings
from xero_pipeline.tasks.answer_files import AnswerFiles, offered
from xero_pipeline.tasks.book import TaskBook, open_book
from xero_pipeline.tasks.errors import Act, AnswerMovedOn, AnswerRefused, WrongState
from xero_pipeline.tasks.model import (
    Answer,
    AnswerFile,
    AnswerState,
    Decision,
    DecisionKind,
    NewAnswer,
    Task,
    TaskFilter,
)
from xero_pipeline.tasks.records import TaskRecords
from xero_pipeline.tasks.rules import (
    LONGEST_NAME,
    OfferedFile,
    Situation,
    Understood,
    changes,
    closed_because,
    not_to_reopen,
    refusals,
    understood,
    ways_to_answer,
)
from xero_pipeline.tasks.standing import after, newest_first
from xero_pipeline.xero.limits import Clock, SystemClock

OpenBook = Callable[[], AbstractContextManager[TaskBook]]


@dataclass(frozen=True)
class Approval:
    """What came of approving an answer.

    Attributes:
        answer: approved, or `conflicted` when the document has changed since it was given.
    """

    task: Task
    answer: Answer

    @property
    def is_conflict(self) -> bool:
        return self.answer.state is AnswerState.CONFLICTED


class TaskDesk:
    """Takes answers and decisions. Threads and processes may use it at once.

    Tasks are named by their id or by how it alone begins. Every act is one transaction on the
    state; tasks themselves show it after the next build, `tasks` and `task` here at once.

    Args:
        settings: where the published warehouse and the home are.
        records: of answers and decisions.
        clock: UTC.
        book: opens the published tasks; None: anew each time.
    """

    def __init__(
        self,
        settings: Settings,
        records: TaskRecords,
        clock: Clock,
        book: OpenBook | None = None,
    ) -> None:
        self._book = book or partial(open_book, settings.published_database)
        self.files = AnswerFiles(settings.home)
        self.records = records
        self._clock = clock

    @classmethod
    @contextmanager
    def open(
        cls, settings: Settings, clock: Clock | None = None, book: OpenBook | None = None
    ) -> Iterator[TaskDesk]:
        """Raises HomeUnusable."""
        with closing(TaskRecords.open(settings)) as records:
            yield cls(settings, records, clock or SystemClock(), book)

    # --- looking ----------------------------------------------------------------------------------

    def tasks(self, wanted: TaskFilter, limit: int | None = None) -> list[Task]:
        """Tasks as they stand now, the newest document first.

        Raises:
            NothingPublished
        """
        with self._book() as book:
            moved = self._moved(book, wanted)
            enough = None if limit is None else limit + len(moved)
            found = [each for each in book.tasks(wanted, enough) if each.task_id not in moved]
        found += [now for _, now in moved.values() if wanted.state in (None, now.state)]
        return sorted(found, key=newest_first)[:limit]

    def counts(self, wanted: TaskFilter) -> Mapping[str, int]:
        """How many tasks there are in each state now, whichever state is wanted.

        Raises:
            NothingPublished
        """
        wanted = dataclasses.replace(wanted, state=None)
        with self._book() as book:
            counts = Counter(book.counts(wanted))
            for published, now in self._moved(book, wanted).values():
                counts[published.state] -= 1
                counts[now.state] += 1
        return counts

    def organisation_id(self, wanted: str) -> str:
        """The id of the organisation with this key, name or id.

        Raises:
            UnknownBooks, NothingPublished
        """
        with self._book() as book:
            return book.organisation_id(wanted)

    def task(self, wanted: str) -> Task:
        """One task as it stands now.

        Raises:
            UnknownTask, NothingPublished
        """
        with self._book() as book:
            return self._task(book, wanted)

    def answers(self, task: Task) -> list[Answer]:
        """All answers to a task, the oldest first."""
        return self.records.answers(
            tuple(AnswerState), organisation_id=task.organisation_id, task_id=task.task_id
        )

    def situation(self, wanted: str) -> Situation:
        """A task with all that an answer to it meets.

        Raises:
            UnknownTask, NothingPublished
        """
        with self._book() as book:
            task = self._task(book, wanted)
            return Situation(
                task,
                book.lines(task),
                book.books(task.organisation_id),
                self.records.live_answer(task.organisation_id, task.task_id),
                book.attached(task),
                book.versions(task),
                book.hashes(task),
            )

    # --- answering --------------------------------------------------------------------------------

    def answer(self, wanted: str, new: NewAnswer) -> Answer:
        """Take an answer to a task; the bookkeeper approves it or sends it back.

        Raises:
            AnswerRefused: with everything that is wrong with it; nothing was kept.
            AnswerMovedOn: somebody answered at the same time.
            UnknownTask, NothingPublished, HomeUnusable
        """
        situation = self.situation(wanted)
        chosen = checked(new, situation, [offered(path) for path in new.files])
        files = self.files.keep(new.files)
        try:
            return self.submit(situation.task, new, chosen, files)
        except BaseException:
            self.files.forget(files)
            raise

    def submit(
        self,
        task: Task,
        new: NewAnswer,
        chosen: Understood,
        files: Sequence[AnswerFile],
        answer_id: int = 0,
    ) -> Answer:
        """Record an answer that was found good.

        Args:
            answer_id: of a received one; 0: it is new.

        Raises:
            AnswerMovedOn
        """
        submitted = self._decision(task, DecisionKind.SUBMITTED, new.answered_by)
        answer = Answer(
            organisation_id=task.organisation_id,
            task_id=task.task_id,
            document_type=task.document_type,
            document_id=task.document_id,
            seen_version=task.version,
            seen_contents_hash=task.contents_hash,
            account_id=chosen.account.account_id if chosen.account else None,
            account_code=chosen.account.code if chosen.account else None,
            lines=chosen.lines,
            comment=new.comment.strip(),
            tracking=chosen.tracking,
            contact_id=chosen.contact.contact_id if chosen.contact else None,
            contact_name=chosen.contact.name if chosen.contact else None,
            answered_by=new.answered_by.strip(),
            answered_at=submitted.decided_at,
            state=AnswerState.SUBMITTED,
            files=tuple(files),
            answer_id=answer_id,
        )
        return self.records.submit(answer, submitted)

    # --- deciding ---------------------------------------------------------------------------------

    def approve(self, wanted: str, by: str, *, seen_answer: int | None = None) -> Approval:
        """Release the answer that waits: the write-back sends it.

        An answer to what the document no longer says is not released: it becomes `conflicted`,
        and the task is open again.

        Args:
            seen_answer: the id of the answer that was looked at; None: the one that waits.

        Raises:
            WrongState: no answer waits, or the task is closed.
            AnswerMovedOn: also when another answer than the one that was looked at waits by now.
            UnknownTask, NothingPublished
        """
        situation = self.situation(wanted)
        task, answer = situation.task, _waiting(situation, (AnswerState.SUBMITTED,), "approve")
        if seen_answer not in (None, answer.answer_id):
            raise AnswerMovedOn(task.task_id, answer.state)
        if task.is_closed:
            raise WrongState(
                f"{task}: closed ({closed_because(task)}), so there is nothing to approve.",
                "Withdraw the answer.",
                task.task_id,
                [Act.WITHDRAW],
            )
        if answer.seen_contents_hash != task.contents_hash:
            return Approval(task, self._conflict(situation, answer, by))
        return Approval(task, self._move(task, answer, AnswerState.APPROVED, by))

    def send_back(self, wanted: str, by: str, note: str) -> Answer:
        """Give the answer that waits back to the client, with what is missing.

        Raises:
            WrongState: no answer waits, or the note is empty.
            AnswerMovedOn, UnknownTask, NothingPublished
        """
        situation = self.situation(wanted)
        answer = _waiting(situation, (AnswerState.SUBMITTED,), "send back")
        if not note.strip():
            raise WrongState(
                f"{situation.task}: not sent back, since the client would not know why.",
                "Say what is missing.",
            )
        return self._move(situation.task, answer, AnswerState.SENT_BACK, by, note.strip())

    def withdraw(self, wanted: str, by: str) -> Answer:
        """Take the answer back, as long as nothing of it has been sent to Xero.

        Raises:
            WrongState: there is none.
            AnswerMovedOn: it is being sent.
            UnknownTask, NothingPublished
        """
        situation = self.situation(wanted)
        waiting = (AnswerState.SUBMITTED, AnswerState.APPROVED)
        answer = _waiting(situation, waiting, "withdraw")
        return self._move(
            situation.task, answer, AnswerState.WITHDRAWN, by, _withdrawn(by), unless_sent=True
        )

    def dismiss(self, wanted: str, by: str, note: str) -> Task:
        """Close a task without an answer; it opens again when its document changes.

        An answer that waits is withdrawn with it.

        Raises:
            WrongState: it is closed already, or its answer is on its way.
            AnswerMovedOn, UnknownTask, NothingPublished
        """
        situation = self.situation(wanted)
        task, standing = situation.task, situation.standing
        if task.is_closed:
            raise WrongState(f"{task}: closed already ({closed_because(task)}).", "")
        dismissed = self._decision(task, DecisionKind.DISMISSED, by, note)
        if standing is None:
            self.records.decide(dismissed)
        else:
            _waiting(situation, (AnswerState.SUBMITTED,), "dismiss")
            reason = _withdrawn(by)
            withdrawn = self._decision(task, DecisionKind.WITHDRAWN, by, reason)
            self.records.move(
                standing, AnswerState.WITHDRAWN, withdrawn, reason, followed_by=dismissed
            )
        return after(task, [dismissed])

    def reopen(self, wanted: str, by: str, note: str) -> Task:
        """Ask about a closed task again.

        Raises:
            WrongState: it is not closed, or its document is voided or deleted.
            UnknownTask, NothingPublished
        """
        task = self.task(wanted)
        if refused := not_to_reopen(task):
            raise WrongState(f"{task}: not reopened.", refused)
        reopened = self._decision(task, DecisionKind.REOPENED, by, note)
        self.records.decide(reopened)
        return after(task, [reopened])

    # --- in one place -----------------------------------------------------------------------------

    def _task(self, book: TaskBook, wanted: str) -> Task:
        task = book.task(wanted)
        return after(task, self._unpublished(book).get(task.task_id, ()))

    def _moved(self, book: TaskBook, wanted: TaskFilter) -> dict[str, tuple[Task, Task]]:
        """Tasks with decisions that are not published yet: as published, and as they stand now."""
        since = self._unpublished(book)
        if not since:
            return {}
        published = book.tasks(dataclasses.replace(wanted, state=None), ids=since)
        return {each.task_id: (each, after(each, since[each.task_id])) for each in published}

    def _unpublished(self, book: TaskBook) -> dict[str, list[Decision]]:
        """Task -> decisions that the published tasks do not show yet."""
        by_task: dict[str, list[Decision]] = {}
        for decision in self.records.decisions_after(book.newest_decision()):
            by_task.setdefault(decision.task_id, []).append(decision)
        return by_task

    def _conflict(self, situation: Situation, answer: Answer, by: str) -> Answer:
        what = changes(situation.versions, answer.seen_version)
        reason = (
            f"The document changed in Xero after {answer.answered_by} answered"
            f"{f' ({what})' if what else ''}; nothing was sent. It has to be answered again."
        )
        return self._move(situation.task, answer, AnswerState.CONFLICTED, by, reason)

    def _move(
        self,
        task: Task,
        answer: Answer,
        to: AnswerState,
        by: str,
        reason: str = "",
        *,
        unless_sent: bool = False,
    ) -> Answer:
        """States that a person brings about carry the name of the decision."""
        decision = self._decision(task, DecisionKind(to), by, reason)
        self.records.move(answer, to, decision, reason, unless_sent=unless_sent)
        return dataclasses.replace(
            answer, state=to, reason=reason, decided_by=by, decided_at=decision.decided_at
        )

    def _decision(self, task: Task, kind: DecisionKind, actor: str, note: str = "") -> Decision:
        name = actor.strip()
        if not name or len(name) > LONGEST_NAME:
            raise WrongState(
                f"{task}: it has to be known who does this.",
                f"Give a name of at most {LONGEST_NAME} characters.",
            )
        return Decision(
            organisation_id=task.organisation_id,
            task_id=task.task_id,
            document_type=task.document_type,
            document_id=task.document_id,
            kind=kind,
            actor=name,
            decided_at=self._clock.now(),
            contents_hash=task.contents_hash,
            event_id=str(uuid.uuid4()),
            note=note.strip(),
        )


def checked(new: NewAnswer, situation: Situation, files: Sequence[OfferedFile]) -> Understood:
    """What an answer chooses, once nothing is wrong with it.

    Raises:
        AnswerRefused
    """
    chosen, unclear = understood(new, situation)
    if refused := [*refusals(new, situation, files), *unclear]:
        task = situation.task
        raise AnswerRefused(str(task), refused, task.task_id, ways_to_answer(situation))
    return chosen


def _waiting(situation: Situation, states: Sequence[AnswerState], act: str) -> Answer:
    task, answer = situation.task, situation.standing
    if answer is not None and answer.state in states:
        return answer
    if answer is None:
        raise WrongState(
            f"{task}: there is no answer to {act}.",
            "Answer it first.",
            task.task_id,
            [Act.ANSWER],
        )
    raise WrongState(
        f"{task}: the answer of {answer.answered_by} is {answer.state} already.",
        "Withdraw it while nothing of it is sent.",
        task.task_id,
        [Act.WITHDRAW],
    )


def _withdrawn(by: str) -> str:
    return f"{by} withdrew it."
