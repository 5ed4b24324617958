"""Approved answers on their way to Xero, one after the other.

Between the last look at a document and the change there is a moment in which somebody may edit it
in Xero, which has no lock for it: it is as short as one call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from xero_pipeline.connections import Connections, MayNotWrite
from xero_pipeline.settings import Settings
from xero_pipeline.tasks.errors import AnswerMovedOn
from xero_pipeline.tasks.journal import Entry, Journal, StepState
from xero_pipeline.tasks.model import Answer, AnswerState, Decision, DecisionKind
from xero_pipeline.tasks.records import TaskRecords
from xero_pipeline.tasks.seen import Seen, seen_document
from xero_pipeline.tasks.steps import Conflict, Gone, Steps
from xero_pipeline.tasks.wording import note
from xero_pipeline.warehouse import read_published
from xero_pipeline.xero import Asker, Clock, XeroError
from xero_pipeline.xero.errors import WritingNotAllowed

ACTOR = "write-back"
"""Who decides what becomes of an answer at Xero."""

_KINDS = {
    AnswerState.WRITTEN: DecisionKind.WRITTEN,
    AnswerState.REFUSED: DecisionKind.REFUSED,
    AnswerState.FAILED: DecisionKind.REFUSED,
    AnswerState.CONFLICTED: DecisionKind.CONFLICTED,
}


@dataclass(frozen=True)
class Sent:
    """What became of an answer.

    Attributes:
        state: how it ended; `approved`: it goes on with the next run; `withdrawn`: somebody
            took it back before anything was sent.
        reason: a plain sentence; empty: all of it is in Xero.
        calls: made for it.
    """

    answer: Answer
    state: AnswerState
    reason: str
    calls: int = 0


class WriteBack:
    """Sends approved answers.

    Args:
        home: what files of answers lie below.
        seen: what an answer's task is about, as published; None: there is no such task.
        asker: a schedule leaves the last calls of the day to people.
    """

    def __init__(
        self,
        connections: Connections,
        records: TaskRecords,
        journal: Journal,
        *,
        home: Path,
        seen: Callable[[Answer], Seen | None],
        clock: Clock,
        asker: Asker = Asker.PERSON,
    ) -> None:
        self._connections = connections
        self._records = records
        self._journal = journal
        self._home = home
        self._seen_document = seen
        self._clock = clock
        self._asker = asker

    def send(self, organisation_id: str) -> Iterator[Sent]:
        """All approved answers of one organisation, the oldest first.

        Nothing is sent where another process is at it. When Xero cannot be reached, the answers
        that are left wait for the next run; where the consent covers reading only, for a person
        to enter them in Xero.
        """
        held = self._connections.locks.take(f"writeback-{organisation_id}", 0)
        if held is None:
            return
        with held:
            approved = (AnswerState.APPROVED,)
            for answer in self._records.answers(approved, organisation_id=organisation_id):
                sent = self._sent(answer)
                yield sent
                if sent.state is AnswerState.APPROVED:
                    return

    def _sent(self, answer: Answer) -> Sent:
        try:
            # Asked for each answer: consent may have been withdrawn a moment ago.
            with self._connections.writer(answer.organisation_id, self._asker) as writer:
                steps = Steps(writer, self._journal, self._clock, answer)
                try:
                    state, reason = self._carried_out(steps)
                except Conflict as conflict:
                    state, reason = AnswerState.CONFLICTED, str(conflict)
                except Gone as gone:
                    state, reason = AnswerState.REFUSED, str(gone)
                calls = writer.calls
        except WritingNotAllowed as refused:
            state, reason, calls = AnswerState.REFUSED, str(refused), 0
        except AnswerMovedOn as moved:
            return Sent(answer, AnswerState.WITHDRAWN, str(moved))
        except (MayNotWrite, XeroError) as failure:
            return Sent(answer, answer.state, str(failure))
        try:
            return self._settled(Sent(answer, state, reason, calls))
        except AnswerMovedOn as moved:
            return Sent(answer, AnswerState.WITHDRAWN, str(moved))

    def _carried_out(self, steps: Steps) -> tuple[AnswerState, str]:
        """Every step; how they ended as a whole, and why."""
        answer = steps.answer
        ended = [steps.lines(partial(self._seen, answer))] if answer.recodes else []
        refused = ended[0].reason if ended else ""
        for file in answer.files:
            ended.append(steps.file(file, (self._home / file.stored_as).read_bytes()))
        ended.append(steps.note(note(answer, refused)))
        return _whole(ended)

    def _seen(self, answer: Answer) -> Seen:
        """Raises Conflict when the warehouse knows already that the client saw something else."""
        seen = self._seen_document(answer)
        if seen is None or seen.contents_hash != answer.seen_contents_hash:
            raise Conflict(
                "The transaction was changed in Xero since it was answered, so nothing was "
                "written: the client has to see it again."
            )
        return seen

    def _settled(self, sent: Sent) -> Sent:
        answer, at = sent.answer, self._clock.now()
        decision = Decision.about(answer, _KINDS[sent.state], ACTOR, at, sent.reason)
        self._records.move(answer, sent.state, decision, sent.reason)
        return sent


def send_approved(
    settings: Settings,
    connections: Connections,
    clock: Clock,
    organisations: Sequence[str] = (),
    asker: Asker = Asker.PERSON,
) -> list[Sent]:
    """Send what is approved, where the consent covers it.

    Args:
        organisations: ids; none: all that have approved answers.

    Raises:
        NothingPublished: no warehouse says what the clients saw.
    """
    with (
        closing(TaskRecords.open(settings)) as records,
        closing(Journal.open(settings)) as journal,
    ):
        waiting = records.answers((AnswerState.APPROVED,))
        ids = list(dict.fromkeys(answer.organisation_id for answer in waiting))
        writable = [each.organisation_id for each in connections.connections() if each.may_write]
        chosen = [id for id in ids if id in writable and id in (organisations or ids)]
        if not chosen:
            return []
        with read_published(settings.published_database) as warehouse:
            write_back = WriteBack(
                connections,
                records,
                journal,
                home=settings.home,
                seen=partial(seen_document, warehouse),
                clock=clock,
                asker=asker,
            )
            return [sent for id in chosen for sent in write_back.send(id)]


def _whole(ended: Sequence[Entry]) -> tuple[AnswerState, str]:
    """How an answer ended whose steps ended so."""
    not_done = [entry for entry in ended if entry.state is not StepState.DONE]
    failed = any(entry.state is StepState.FAILED for entry in not_done)
    reason = " ".join(dict.fromkeys(_in_words(entry) for entry in not_done))
    if failed:
        return AnswerState.FAILED, reason
    return (AnswerState.REFUSED if not_done else AnswerState.WRITTEN), reason


def _in_words(entry: Entry) -> str:
    if entry.step == "lines":
        return f"The transaction was not recoded: {entry.reason}"
    if entry.step == "note":
        return f"The note was not added: {entry.reason}"
    return f"The file {entry.request.get('name', '')} was not attached: {entry.reason}"
