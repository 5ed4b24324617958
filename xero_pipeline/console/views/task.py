"""One task, as it stands beside the list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from xero_pipeline.connections import Connection
from xero_pipeline.console.runs import Progress
from xero_pipeline.console.views.tasks import Standing, TasksView, Wanted, closed_sentence
from xero_pipeline.tasks import Answer, AnswerState, Decision, DecisionKind, Task, TaskEvent
from xero_pipeline.tasks.choices import account as chosen_account
from xero_pipeline.tasks.files import Attachment
from xero_pipeline.tasks.model import Books, ChartAccount, TaskLine
from xero_pipeline.tasks.rules import LONGEST_COMMENT, MOST_FILES, Situation


@dataclass(frozen=True)
class Filled:
    """What was typed into the answer's form, as it was sent.

    Attributes:
        account: id; empty: none was chosen.
        lines: line number -> account id, where one was chosen.
        tracking: category id -> option id, where one was chosen.
    """

    account: str = ""
    lines: Mapping[int, str] = field(default_factory=dict)
    comment: str = ""
    tracking: Mapping[str, str] = field(default_factory=dict)
    contact: str = ""
    note: str = ""


@dataclass(frozen=True)
class Refused:
    """What could not be done.

    Attributes:
        act: the form it belongs to: answer, approve, send-back ...
        sentences: why, and what to do.
    """

    act: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class AccountChoice:
    """An account that a line can be coded to."""

    account_id: str
    title: str


@dataclass(frozen=True)
class Category:
    """A tracking category with its options in use: id -> name."""

    category_id: str
    name: str
    options: Mapping[str, str]


@dataclass(frozen=True)
class AnswerForm:
    """What an answer can choose from.

    Attributes:
        obstacle: why nothing of the document can be changed; empty: it can.
        suggested: the account that the contact's other documents are on, if it can be chosen.
        because: of how many documents it is suggested.
    """

    obstacle: str
    suggested: AccountChoice | None
    because: str
    accounts: tuple[AccountChoice, ...]
    categories: tuple[Category, ...]
    takes_contact: bool
    longest_comment: int = LONGEST_COMMENT
    most_files: int = MOST_FILES


@dataclass(frozen=True)
class GivenAnswer:
    """An answer in words.

    Attributes:
        changes: what it asks to change, a phrase each.
        is_waiting: for the bookkeeper.
        is_on_its_way: approved, and not sent yet.
    """

    answer: Answer
    standing: Standing
    changes: tuple[str, ...]

    @property
    def is_waiting(self) -> bool:
        return self.answer.state is AnswerState.SUBMITTED

    @property
    def is_on_its_way(self) -> bool:
        return self.answer.state is AnswerState.APPROVED


@dataclass(frozen=True)
class Happening:
    """An event of the task; `detail` is empty when the word says it all."""

    at: datetime
    word: str
    actor: str
    detail: str


@dataclass(frozen=True)
class TaskView:
    """The list with one task beside it; or the task alone, for HTMX.

    Attributes:
        list: None: it is on the page already.
        standing_answer: the one that somebody or something still has to act on.
        earlier: answers that are over, the newest first.
        happenings: the newest first.
        sending: of the sending of answers that was asked for here, if any.
        only_read: why answers are not written to these books; empty: they are.
        reopens: a person may open it again.
        person: who acts here; empty: has to be said.
    """

    list: TasksView | None
    task: Task
    wanted: Wanted
    standing: Standing
    kind: str
    why: str
    lines: tuple[TaskLine, ...]
    attachments: tuple[Attachment, ...]
    standing_answer: GivenAnswer | None
    earlier: tuple[GivenAnswer, ...]
    happenings: tuple[Happening, ...]
    form: AnswerForm | None
    filled: Filled
    refused: Refused | None
    sending: Progress | None
    only_read: str
    reopens: bool
    person: str

    @property
    def is_sending(self) -> bool:
        return self.sending is not None and not self.sending.is_over

    def to(self, page: str = "") -> str:
        """Address of this task or, with "/answer" for instance, of what can be done with it."""
        return self.wanted.address(self.task.task_id, page)

    @property
    def acts(self) -> frozenset[str]:
        """What can be done now: the forms that are shown."""
        given = self.standing_answer
        possible = {
            "answer": self.form is not None,
            "approve": given is not None and given.is_waiting,
            "send-back": given is not None and given.is_waiting,
            "withdraw": given is not None and not self.is_sending,
            "dismiss": not self.task.is_closed and not (given and given.is_on_its_way),
            "reopen": self.reopens,
        }
        return frozenset(act for act, is_possible in possible.items() if is_possible)

    def refusals(self, act: str) -> tuple[str, ...]:
        """What stands within the form of an act."""
        return self.refused.sentences if self.refused and self.refused.act == act else ()

    @property
    def late_refusals(self) -> tuple[str, ...]:
        """Of a form that is not shown any more, since somebody else was faster."""
        is_late = self.refused is not None and self.refused.act not in self.acts
        return self.refused.sentences if self.refused and is_late else ()


def answer_form(situation: Situation) -> AnswerForm | None:
    """What can be answered now; None: nothing, since it is closed or answered."""
    task, books = situation.task, situation.books
    if task.is_closed or situation.standing is not None:
        return None
    if task.recoding_obstacle:
        obstacle = task.recoding_note or f"It cannot be recoded ({task.recoding_obstacle})."
        return AnswerForm(obstacle, None, "", (), (), takes_contact=False)
    accounts = _usable(books)
    suggested = next((e for e in accounts if e.code == task.suggested_account_code), None)
    return AnswerForm(
        obstacle="",
        suggested=_choice(suggested) if suggested and suggested.code else None,
        because=_documents(task.suggested_by_documents),
        accounts=tuple(_choice(each) for each in accounts if each is not suggested),
        categories=_categories(books),
        takes_contact=task.document_type != "manual_journal",
    )


def follows_sending(task: Task, answers: Sequence[GivenAnswer], form: AnswerForm | None) -> bool:
    """Whether the page shows how sending goes: not where somebody may be typing meanwhile.

    Args:
        answers: all of the task, the newest last. One that is written stands no more, but its task
            is open until that is published.
    """
    newest = answers[-1] if answers else None
    if task.is_closed or (newest is not None and newest.is_waiting):
        return False
    return form is None or (newest is not None and newest.answer.state is AnswerState.WRITTEN)


def given_answer(answer: Answer, accounts: Mapping[str, str]) -> GivenAnswer:
    """
    Args:
        accounts: id -> "493 Travel".
    """
    changes = [
        f"Line {each.line_number}: {accounts.get(each.account_id, each.account_code)}"
        for each in answer.lines or ()
    ]
    if answer.account_id and not changes:
        changes = [f"Account {accounts.get(answer.account_id, answer.account_code or '')}"]
    changes += [f"{each.category}: {each.option}" for each in answer.tracking]
    if answer.contact_name:
        changes.append(f"Contact {answer.contact_name}")
    return GivenAnswer(answer, _ANSWERS[answer.state], tuple(changes))


def happenings(events: Iterable[TaskEvent], decisions: Iterable[Decision]) -> tuple[Happening, ...]:
    """All that happened to a task, the newest first.

    Args:
        events: as published, in order.
        decisions: all of the task, in order; those that are published among the events are told
            once.
    """
    told = [_published(event.columns) for event in events]
    known = {str(event.columns["event_id"]) for event in events}
    told += [
        Happening(each.decided_at, _decided(each.kind), each.actor, each.note)
        for each in decisions
        if each.event_id not in known
    ]
    return tuple(reversed(told))


def why_so(task: Task) -> str:
    """What a person should know first: why it is closed, or open again."""
    return closed_sentence(task) if task.is_closed else task.open_reason or ""


def only_read(connection: Connection | None) -> str:
    """Why answers are not written to these books; empty: they are.

    Args:
        connection: to the task's books; None: it was removed.
    """
    if connection is None:
        return "This organisation is not connected any more, so nothing is sent."
    if connection.may_write:
        return ""
    return (
        f"{connection.organisation_name} is connected for reading only, so nothing is sent: enter "
        "an approved answer in Xero, and the task closes at the next sync. To have answers "
        "written, connect it again and let answers be written back."
    )


_ANSWERS = {
    AnswerState.RECEIVED: Standing("warn", "Received"),
    AnswerState.SUBMITTED: Standing("warn", "To approve"),
    AnswerState.APPROVED: Standing("good", "Approved"),
    AnswerState.SENT_BACK: Standing("warn", "Sent back"),
    AnswerState.WITHDRAWN: Standing("warn", "Withdrawn"),
    AnswerState.WRITTEN: Standing("good", "Written to Xero"),
    AnswerState.REFUSED: Standing("bad", "Refused by Xero"),
    AnswerState.CONFLICTED: Standing("bad", "Conflict"),
    AnswerState.FAILED: Standing("bad", "Failed"),
}
_EVENTS = {
    "created": "Asked",
    "updated": "Changed in Xero",
    "submitted": "Answered",
    "conflicted": "Conflict: the document changed",
    "written": "Written to Xero",
    "refused": "Not written to Xero",
}


def _usable(books: Books) -> list[ChartAccount]:
    """In the order of the chart, what the desk takes."""
    found = (chosen_account(each.account_id, books) for each in books.accounts)
    return [each for each in found if isinstance(each, ChartAccount)]


def _choice(account: ChartAccount) -> AccountChoice:
    return AccountChoice(account.account_id, str(account))


def _documents(count: int | None) -> str:
    if not count:
        return ""
    return f"{count} document{'' if count == 1 else 's'} of this contact"


def _categories(books: Books) -> tuple[Category, ...]:
    active = [each for each in books.tracking if each.is_active]
    return tuple(
        Category(id, name, {e.option_id: e.option for e in active if e.category_id == id})
        for id, name in dict.fromkeys((each.category_id, each.category) for each in active)
    )


def _published(event: Mapping[str, Any]) -> Happening:
    kind, reason = str(event["event"]), event["closed_reason"] or event["reopened_reason"]
    detail = event["note"] or ""
    if kind == "updated" or (not detail and event["changed_fields"]):
        detail = ", ".join(name.replace("_", " ") for name in event["changed_fields"])
    word = _EVENTS.get(kind, kind.replace("_", " ").capitalize())
    if reason and kind in ("closed", "reopened"):
        word = f"{word}: {str(reason).replace('_', ' ')}"
    return Happening(event["occurred_at"], word, event["actor"] or "", detail)


def _decided(kind: DecisionKind) -> str:
    if kind is DecisionKind.DISMISSED:
        return "Closed: dismissed"
    return _EVENTS.get(kind, kind.replace("_", " ").capitalize())
