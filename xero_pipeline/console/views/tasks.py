"""The list of tasks, and what it can be narrowed down to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict

from xero_pipeline.connections import Connection, Purpose, WatchedAccount
from xero_pipeline.console.views.connections import Stale, Tone, stale
from xero_pipeline.tasks import Task
from xero_pipeline.tasks.rules import closed_because

MOST_SHOWN = 200
"""Tasks in the list; the filters find the others."""


class Which(StrEnum):
    """Which tasks are listed, by how far they are."""

    TO_DO = "to_do"
    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"
    ALL = "all"

    @property
    def words(self) -> str:
        return "Open and answered" if self is Which.TO_DO else self.capitalize()

    @property
    def states(self) -> tuple[str, ...]:
        """Of `marts.client_tasks`."""
        return _STATES[self]


_STATES = {
    Which.TO_DO: ("open", "submitted"),
    Which.OPEN: ("open",),
    Which.ANSWERED: ("submitted",),
    Which.CLOSED: ("closed",),
    Which.ALL: ("open", "submitted", "closed"),
}


class Wanted(BaseModel):
    """What the list is narrowed down to; what is empty is not.

    Attributes:
        organisation: its key.
        account: code of a watched account.
        text: words that all occur in the task.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    workspace: str = ""
    organisation: str = ""
    state: Which = Which.TO_DO
    account: str = ""
    text: str = ""

    def address(self, task_id: str = "", page: str = "") -> str:
        """Of the list, of a task beside it, or of a page of that task's.

        Args:
            page: "/answer", for instance.
        """
        asked = {name: value for name, value in self.model_dump().items() if value}
        if self.state is Which.TO_DO:
            del asked["state"]
        path = f"/tasks/{task_id}{page}" if task_id else "/tasks"
        return f"{path}?{urlencode(asked)}" if asked else path


@dataclass(frozen=True)
class Standing:
    """How far a task is: a colour and the word beside it."""

    tone: Tone
    word: str


@dataclass(frozen=True)
class TaskRow:
    """One line of the list.

    Attributes:
        address: of the task beside the list.
        accounts: codes of the watched accounts that it is on.
    """

    task: Task
    address: str
    standing: Standing
    is_shown: bool

    @property
    def title(self) -> str:
        task = self.task
        return task.contact_name or task.description or task.document_number or kind_of(task)

    @property
    def below(self) -> str:
        """What else there is to say: description, number, reference."""
        task = self.task
        parts = (kind_of(task), task.description, task.document_number, task.reference)
        return " · ".join(part for part in parts if part and part != self.title)

    @property
    def accounts(self) -> str:
        return ", ".join(self.task.matched_account_codes)


@dataclass(frozen=True)
class Option:
    """One choice of a filter."""

    value: str
    title: str
    is_chosen: bool


@dataclass(frozen=True)
class Emptiness:
    """Why there is nothing to show, and where to go; no address: nothing is to be done."""

    title: str
    sentence: str
    address: str = ""
    button: str = ""


@dataclass(frozen=True)
class TasksView:
    """The list.

    Attributes:
        found: how many tasks there are, of which the newest are in `rows`.
        stale: clients' books that were not read as promised.
        empty: in place of rows.
    """

    wanted: Wanted
    rows: tuple[TaskRow, ...]
    found: int
    workspaces: tuple[Option, ...]
    organisations: tuple[Option, ...]
    states: tuple[Option, ...]
    accounts: tuple[Option, ...]
    stale: Stale | None
    empty: Emptiness | None

    @property
    def has_filters(self) -> bool:
        """Without any client there is nothing to choose from."""
        return len(self.organisations) > 1

    @property
    def has_several(self) -> bool:
        """Organisations, so that each row has to say whose it is."""
        return len(self.organisations) > 2

    def with_shown(self, task_id: str) -> TasksView:
        """The row of the task that stands beside the list is marked."""
        rows = tuple(replace(row, is_shown=row.task.task_id == task_id) for row in self.rows)
        return replace(self, rows=rows)


@dataclass(frozen=True)
class Clients:
    """The connections whose tasks are listed, and their watched accounts."""

    connections: tuple[Connection, ...]
    watched: tuple[WatchedAccount, ...]
    stale: Stale | None

    def of(self, organisation_id: str) -> Connection | None:
        return next((e for e in self.connections if e.organisation_id == organisation_id), None)


def clients_of(
    connections: Iterable[Connection], watched: Iterable[WatchedAccount], now: datetime
) -> Clients:
    """Those whose books are watched for tasks.

    Args:
        now: UTC.
    """
    clients = tuple(each for each in connections if each.purpose is Purpose.CLIENT)
    return Clients(clients, tuple(watched), stale(clients, now))


@dataclass(frozen=True)
class Found:
    """Tasks of the workspace, organisation and account that are wanted, and with its words.

    Attributes:
        tasks: in the wanted state, the newest first; at least as many as are shown.
        counts: how many there are in each state of `marts.client_tasks`.
    """

    tasks: tuple[Task, ...]
    counts: Mapping[str, int]

    def count(self, which: Which) -> int:
        return sum(self.counts.get(state, 0) for state in which.states)


def with_words(tasks: Iterable[Task], wanted: Wanted) -> Found:
    """Those that say what is looked for."""
    found = [task for task in tasks if _says(task, wanted.text)]
    in_state = tuple(task for task in found if task.state in wanted.state.states)
    return Found(in_state, Counter(task.state for task in found))


def tasks_view(clients: Clients, found: Found | None, wanted: Wanted) -> TasksView:
    """The list.

    Args:
        found: None: nothing is published yet.
    """
    known = found or Found((), {})
    rows = tuple(
        TaskRow(task, wanted.address(task.task_id), standing_of(task), is_shown=False)
        for task in known.tasks[:MOST_SHOWN]
    )
    return TasksView(
        wanted=wanted,
        rows=rows,
        found=known.count(wanted.state),
        workspaces=_options(
            "Any", [(e.workspace, e.workspace) for e in clients.connections], wanted.workspace
        ),
        organisations=_options(
            "Any",
            [(e.organisation_key, e.organisation_name) for e in clients.connections],
            wanted.organisation,
        ),
        states=tuple(_state(each, known, wanted.state) for each in Which),
        accounts=_options(
            "Any",
            [(e.account_code, e.account_code) for e in clients.watched if e.account_code],
            wanted.account,
        ),
        stale=clients.stale,
        empty=None if rows else _emptiness(clients, found, wanted),
    )


def standing_of(task: Task) -> Standing:
    """A word for how far a task is."""
    if task.is_closed:
        return Standing("good", f"Closed: {_CLOSED.get(task.closed_reason or '', 'done')}")
    if task.state == "submitted":
        if task.answer_state == "approved":
            return Standing("good", "Approved")
        return Standing("warn", "To approve")
    if task.reopened_reason == "conflict":
        return Standing("bad", "Conflict")
    return Standing("warn", "Open again" if task.open_reason else "Open")


def kind_of(task: Task) -> str:
    """What Xero's screens call a document of this type."""
    return _KINDS.get(task.xero_type, task.xero_type.replace("-", " ").capitalize())


def closed_sentence(task: Task) -> str:
    """Why a task is closed, as a sentence."""
    return f"Closed: {closed_because(task)}."


_CLOSED = {
    "recoded": "recoded",
    "voided": "voided",
    "deleted": "deleted",
    "account_unmonitored": "not watched",
    "dismissed": "dismissed",
}
_KINDS = {
    "SPEND": "Spend money",
    "RECEIVE": "Receive money",
    "SPEND-OVERPAYMENT": "Overpayment made",
    "RECEIVE-OVERPAYMENT": "Overpayment received",
    "SPEND-PREPAYMENT": "Prepayment made",
    "RECEIVE-PREPAYMENT": "Prepayment received",
    "SPEND-TRANSFER": "Transfer out",
    "RECEIVE-TRANSFER": "Transfer in",
    "ACCREC": "Invoice",
    "ACCPAY": "Bill",
    "ACCRECCREDIT": "Credit note",
    "ACCPAYCREDIT": "Credit note from a supplier",
    "MANUALJOURNAL": "Manual journal",
}


def _says(task: Task, text: str) -> bool:
    words = text.casefold().split()
    if not words:
        return True
    said = (
        task.contact_name,
        task.description,
        task.document_number,
        task.reference,
        task.organisation_name,
        kind_of(task),
        f"{task.amount:.2f} {task.amount:,.2f} {task.currency_code or ''}",
        task.task_id,
    )
    everything = " ".join(part for part in said if part).casefold()
    return all(word in everything for word in words)


def _options(any_: str, known: Iterable[tuple[str, str]], chosen: str) -> tuple[Option, ...]:
    """By title, each value once; the first stands for all."""
    titles = dict(sorted(known, key=lambda each: (each[1].casefold(), each[0])))
    listed = [Option(value, title, value == chosen) for value, title in titles.items()]
    return (Option("", any_, not chosen), *listed)


def _state(which: Which, found: Found, chosen: Which) -> Option:
    return Option(which, f"{which.words} ({found.count(which):,})", which is chosen)


def _emptiness(clients: Clients, found: Found | None, wanted: Wanted) -> Emptiness:
    if not clients.connections:
        return Emptiness(
            "No client's books are connected yet",
            "Connect a client's organisation and choose the accounts to watch: every transaction "
            "on them becomes a question here.",
            "/connect",
            "Connect Xero",
        )
    if not clients.watched:
        return Emptiness(
            "No account is watched yet",
            "Choose the accounts whose transactions are unclear, a suspense account for instance.",
            "/connections",
            "Choose accounts",
        )
    if found is None:
        return Emptiness(
            "Nothing has been read yet",
            "The tasks are here after the first sync.",
            "/connections",
            "Sync now",
        )
    if wanted in (Wanted(), Wanted(state=Which.ALL)):
        return Emptiness(
            "Nothing to ask",
            "No transaction is on a watched account. New ones are here after the next sync.",
        )
    return Emptiness("No task is like that", "", "/tasks", "Show all that are not closed")
