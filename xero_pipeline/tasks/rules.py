"""What the desk takes and what it refuses. Pure: facts in, sentences out.

Each refusal says what is wrong and what to do; all of them are given at once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from xero_pipeline.tasks import choices
from xero_pipeline.tasks.choices import Refusal
from xero_pipeline.tasks.errors import Act
from xero_pipeline.tasks.model import (
    Answer,
    AnswerState,
    Books,
    ChartAccount,
    KnownContact,
    LineChoice,
    NewAnswer,
    Task,
    TaskLine,
    TaskVersion,
    TrackingChoice,
)

_Choice = TypeVar("_Choice")

LONGEST_COMMENT = 2_000
"""Characters. Xero takes notes of 2,500; who answered, and what, is added to the comment."""
LONGEST_NAME = 100

MOST_FILES = 10
"""On one document at Xero, those included that hang there already."""
LARGEST_FILE = 10_000_000
LARGEST_FILE_OF_JOURNAL = 3_000_000
"""Bytes. Xero's pages name 3, 10 and 25 MB; these are the least named for the kind of document."""

_REFUSED_CHARACTERS = re.compile(r'[<>:"/\\|?*+\x00-\x1f\x7f]')
"""Source: developer.xero.com/documentation/api/accounting/attachments; control characters are
ours."""
_LONGEST_FILE_NAME = 200


@dataclass(frozen=True)
class OfferedFile:
    """A file that is to go with an answer.

    Attributes:
        name: as it is to be called in Xero.
        bytes: its size; None: there is no such file, or it cannot be read.
    """

    name: str
    bytes: int | None


@dataclass(frozen=True)
class Situation:
    """What an answer meets.

    Attributes:
        task: as it stands now.
        standing: the answer that is not dealt with yet; None: there is none.
        attached: names of the files at the document in Xero.
        versions: what the document said when.
        hashes: version -> what its contents came to; files are none of them.
    """

    task: Task
    lines: Sequence[TaskLine]
    books: Books
    standing: Answer | None = None
    attached: Sequence[str] = ()
    versions: Sequence[TaskVersion] = ()
    hashes: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Understood:
    """What an answer's words mean in these books."""

    account: ChartAccount | None
    lines: tuple[LineChoice, ...] | None
    tracking: tuple[TrackingChoice, ...]
    contact: KnownContact | None


def understood(wanted: NewAnswer, situation: Situation) -> tuple[Understood, list[str]]:
    """What the answer chooses, and why parts of it cannot be chosen.

    Returns:
        The choices, and sentences; the choices count only when there is no sentence.
    """
    books = situation.books
    account = choices.account(wanted.account, books) if wanted.account else None
    by_line = {number: choices.account(each, books) for number, each in wanted.lines.items()}
    tracking = [choices.tracking(*each, books) for each in wanted.tracking.items()]
    contact = choices.contact(wanted.contact, books) if wanted.contact else None
    refused = _sentences([account, *by_line.values(), *tracking, contact])
    refused += _unknown_lines(wanted, situation)
    chosen = _chosen(account, ChartAccount)
    return Understood(
        chosen,
        _line_choices(situation.lines, chosen, by_line) if by_line else None,
        tuple(each for each in tracking if isinstance(each, TrackingChoice)),
        _chosen(contact, KnownContact),
    ), refused


def refusals(
    wanted: NewAnswer, situation: Situation, files: Sequence[OfferedFile] = ()
) -> list[str]:
    """Why this answer cannot be taken, whatever its words mean; empty when it can."""
    if unanswerable := _unanswerable(situation):
        return [unanswerable]
    return [
        *_stale(wanted, situation),
        *_incomplete(wanted),
        *_unrecodable(wanted, situation.task),
        *_unfit_files(situation, files),
    ]


def changes(versions: Iterable[TaskVersion], since: int) -> str:
    """ "date 2026-03-08 -> 2026-03-09; lines": what later versions changed; "" for nothing."""
    live = [each for each in versions if each.document_state == "live"]
    later = [each for each in live if each.version > since]
    earlier = [each for each in live if each.version <= since]
    fields = dict.fromkeys(name for each in later for name in each.changed_fields)
    if not earlier or not later:
        return ", ".join(fields)
    return "; ".join(_change(name, earlier[-1], later[-1]) for name in fields)


# --- of the task ----------------------------------------------------------------------------------


def _unanswerable(situation: Situation) -> str | None:
    task, standing = situation.task, situation.standing
    if task.is_closed:
        return f"The task is closed ({closed_because(task)}). {_how_to_reopen(task)}"
    if standing is None:
        return None
    if standing.state is AnswerState.APPROVED:
        return (
            f"The answer of {standing.answered_by} is approved already and on its way to Xero. To "
            "give another, withdraw it first."
        )
    return (
        f"It is answered already, by {standing.answered_by} on "
        f"{standing.answered_at:%Y-%m-%d %H:%M} UTC. Send that answer back or withdraw it first."
    )


def closed_because(task: Task) -> str:
    """Why a task is closed, in words."""
    return why_closed(task.closed_reason)


def why_closed(reason: str | None) -> str:
    """A `closed_reason` in words."""
    return _CLOSED.get(reason or "", reason or "for no known reason")


_CLOSED = {
    "recoded": "the document was recoded in Xero",
    "voided": "the document is voided in Xero",
    "deleted": "the document is deleted in Xero",
    "account_unmonitored": "its account is no longer watched",
    "dismissed": "somebody dismissed it",
}


def not_to_reopen(task: Task) -> str | None:
    """Why a person cannot reopen this task; None when one can."""
    if not task.is_closed:
        return f"The task is not closed: it is {task.state}."
    if task.closed_reason in ("voided", "deleted"):
        return f"{_CLOSED[task.closed_reason].capitalize()}: there is nothing to answer any more."
    return None


def _how_to_reopen(task: Task) -> str:
    if not_to_reopen(task):
        return "There is nothing to answer any more."
    return "Reopen it first."


def ways_to_answer(situation: Situation) -> tuple[Act, ...]:
    """What makes a task take an answer that takes none now."""
    task, standing = situation.task, situation.standing
    if task.is_closed:
        return () if not_to_reopen(task) else (Act.REOPEN,)
    if standing is None:
        return ()
    is_approved = standing.state is AnswerState.APPROVED
    return (Act.WITHDRAW,) if is_approved else (Act.SEND_BACK, Act.WITHDRAW)


# --- of the words ---------------------------------------------------------------------------------


def _stale(wanted: NewAnswer, situation: Situation) -> list[str]:
    task, seen = situation.task, wanted.seen_version
    if seen is None or seen == task.version:
        return []
    if seen > task.version or seen < 1:
        return [f"The task has no version {seen}: the newest is {task.version}."]
    if situation.hashes.get(seen) == task.contents_hash:
        return []
    what = changes(situation.versions, seen)
    return [
        f"The document changed in Xero since version {seen}, which was answered"
        f"{f' ({what})' if what else ''}. Look at version {task.version} and answer again."
    ]


def _incomplete(wanted: NewAnswer) -> list[str]:
    refused = []
    said = (wanted.account, wanted.lines, wanted.tracking, wanted.contact, wanted.files)
    if not any(said) and not wanted.comment.strip():
        refused.append("There is nothing in it: give an account, a comment or a file.")
    if not wanted.answered_by.strip():
        refused.append("It does not say who answers: give a name.")
    if len(wanted.answered_by) > LONGEST_NAME:
        refused.append(f"The name of who answers is longer than {LONGEST_NAME} characters.")
    if len(wanted.comment) > LONGEST_COMMENT:
        refused.append(
            f"The comment has {len(wanted.comment):,} characters, and {LONGEST_COMMENT:,} is the "
            "most that fits into a note in Xero with what is added. Shorten it, or give a file."
        )
    return refused


def _unrecodable(wanted: NewAnswer, task: Task) -> list[str]:
    """Reconciled, locked and the like: Xero would not take it, so the client is told at once."""
    named = [
        word
        for word, value in (
            ("an account", wanted.account or wanted.lines),
            ("a tracking option", wanted.tracking),
            ("a contact", wanted.contact),
        )
        if value
    ]
    if not named:
        return []
    if task.recoding_obstacle:
        why = task.recoding_note or f"It cannot be recoded ({task.recoding_obstacle})."
        return [
            f"{why} So {' and '.join(named)} cannot be written. Say it in the comment: comment and "
            "files are passed on."
        ]
    if wanted.contact and task.document_type == "manual_journal":
        return ["A manual journal has no contact. Leave it out, or name it in the comment."]
    return []


# --- of the lines ---------------------------------------------------------------------------------


def _unknown_lines(wanted: NewAnswer, situation: Situation) -> list[str]:
    known = [line.line_number for line in situation.lines]
    listed = ", ".join(str(number) for number in known)
    return [
        f"Line {number} is not one of the task's: only lines on a watched account can be given "
        f"another, here {listed}."
        for number in wanted.lines
        if number not in known
    ]


def _line_choices(
    lines: Sequence[TaskLine],
    account: ChartAccount | None,
    by_line: dict[int, ChartAccount | Refusal],
) -> tuple[LineChoice, ...]:
    """The account of every line that gets one: its own, or else the answer's."""
    chosen = [(line.line_number, by_line.get(line.line_number, account)) for line in lines]
    return tuple(
        LineChoice(number, each.account_id, each.code or "")
        for number, each in chosen
        if isinstance(each, ChartAccount)
    )


def _sentences(found: Iterable[object]) -> list[str]:
    return list(dict.fromkeys(each.sentence for each in found if isinstance(each, Refusal)))


def _chosen(found: object, kind: type[_Choice]) -> _Choice | None:
    return found if isinstance(found, kind) else None


# --- of the files ---------------------------------------------------------------------------------


def _unfit_files(situation: Situation, files: Sequence[OfferedFile]) -> list[str]:
    is_journal = situation.task.document_type == "manual_journal"
    largest = LARGEST_FILE_OF_JOURNAL if is_journal else LARGEST_FILE
    refused = [sentence for file in files if (sentence := _unfit(file, largest))]
    names = Counter(file.name.casefold() for file in files)
    refused += [
        f"Two files are called '{name}'. Give them different names."
        for name, times in names.items()
        if times > 1
    ]
    there = len(situation.attached)
    if files and there + len(files) > MOST_FILES:
        refused.append(
            f"Xero keeps {MOST_FILES} files at a document; {there} are there already, so "
            f"{len(files)} more are too many. Put several into one."
        )
    return refused


def _unfit(file: OfferedFile, largest: int) -> str | None:
    if file.bytes is None:
        return f"There is no file '{file.name}', or it cannot be read. Check the path."
    if file.bytes == 0:
        return f"The file '{file.name}' is empty. Save it again."
    if file.bytes > largest:
        return (
            f"The file '{file.name}' has {file.bytes / 1e6:,.1f} MB, and {largest / 1e6:,.0f} MB "
            "is the most that is passed on. Make it smaller."
        )
    if refused := sorted(set(_REFUSED_CHARACTERS.findall(file.name))):
        shown = " ".join(each if each.isprintable() else repr(each) for each in refused)
        return f"Xero refuses {shown} in the name of a file: '{file.name}'. Rename it."
    if file.name.strip(". ") == "" or len(file.name) > _LONGEST_FILE_NAME:
        return f"'{file.name[:40]}' is no good name for a file. Rename it."
    return None


# --- of what changed ------------------------------------------------------------------------------


def _change(name: str, before: TaskVersion, after: TaskVersion) -> str:
    values = {
        "date": (before.document_date, after.document_date),
        "total": (before.total, after.total),
        "currency": (before.currency_code, after.currency_code),
        "contact": (before.contact_name, after.contact_name),
        "reference": (before.reference, after.reference),
    }
    old, new = values.get(name, (None, None))
    if old == new:
        return name
    return f"{name} {old or 'none'} -> {new or 'none'}"
