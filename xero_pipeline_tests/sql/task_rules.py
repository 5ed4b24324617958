"""The life of client tasks in plain Python: what the SQL must come to, for any history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from xero_pipeline_tests.sql.client_books import ClientBook, Decision, Document, Watched

_CHANGES: Mapping[str, Callable[[Document], object]] = {
    "date": lambda document: document.date,
    "total": lambda document: None if document.type == "MANUALJOURNAL" else document.total,
    "contact": lambda document: None if document.type == "MANUALJOURNAL" else document.contact,
    "lines": lambda document: document.lines,
    "reference": lambda document: document.reference,
}


@dataclass(frozen=True)
class Happened:
    """One event, as far as it can be foretold."""

    key: str
    event: str
    state: str
    closed_reason: str | None
    reopened_reason: str | None
    version: int
    changed_fields: tuple[str, ...]
    actor: str | None


@dataclass
class Task:
    """How a task stands."""

    shown: Document
    decided_on: Document | None = None
    closed_reason: str | None = None
    answer: str | None = None
    decision: str | None = None
    version: int = 1
    document_state: str = "live"
    lay_on: frozenset[str] = frozenset()

    @property
    def state(self) -> str:
        if self.closed_reason:
            return "closed"
        return "submitted" if self.answer in ("submitted", "approved") else "open"


@dataclass
class Rules:
    """Every task of one book, and all that has happened to them."""

    book: ClientBook
    tasks: dict[str, Task] = field(default_factory=dict)
    events: list[Happened] = field(default_factory=list)
    published: dict[str, Document] = field(default_factory=dict)
    _recorded: set[int] = field(default_factory=set)

    def build(self) -> None:
        """What a build finds: new tasks, then decisions of people, then fates of documents."""
        self._create()
        for decision in self.book.decisions:
            if decision.number not in self._recorded and decision.document.key in self.tasks:
                self._recorded.add(decision.number)
                self._decide(decision)
        for key in self._in_order(self.tasks):
            self._follow(key, self.tasks[key])

    def publish(self) -> None:
        """People see what was built."""
        self.published = {key: task.shown for key, task in self.tasks.items()}

    def _in_order(self, keys: Sequence[str] | Mapping[str, object]) -> list[str]:
        return sorted(keys, key=lambda key: self.book.task_id(self.book.documents[key]))

    def _create(self) -> None:
        wanted = [key for key, read in self.book.read.items() if self._is_wanted(read)]
        for key in self._in_order([key for key in wanted if key not in self.tasks]):
            self.tasks[key] = Task(self.book.read[key])
            self._tell(key, "created")

    def _decide(self, decision: Decision) -> None:
        task = self.tasks[decision.document.key]
        event, reopened = decision.kind, None
        match decision.kind:
            case "dismissed":
                event, task.closed_reason, task.decision = "closed", "dismissed", "dismissed"
                task.decided_on = self._seen_by(decision) or task.shown
            case "reopened":
                reopened, task.closed_reason, task.decision = "person", None, "reopened"
                task.decided_on = self.book.read[decision.document.key]
            case kind:
                task.answer = kind
                reopened = {"sent_back": "sent_back", "conflicted": "conflict"}.get(kind)
        if task.closed_reason:
            reopened = None
        self._tell(decision.document.key, event, reopened, actor=decision.actor)

    def _seen_by(self, decision: Decision) -> Document | None:
        """What the person saw, if anything: the document as it was published."""
        return self.published.get(decision.document.key) if decision.contents_hash else None

    def _follow(self, key: str, task: Task) -> None:
        read = self.book.read[key]
        is_asked_about = is_live(read) and bool(self._lies_on(read))
        holds = (
            task.decision == "reopened"
            and task.decided_on is not None
            and not changes(task.decided_on, read)
            and task.document_state == state_of(read)
        )
        if is_asked_about:
            task.lay_on = self._lies_on(read)
        if task.closed_reason is None and not (is_asked_about or holds):
            task.closed_reason, task.decision = self._why_gone(read, task), None
            task.document_state = state_of(read)
            self._tell(key, "closed")
        elif task.closed_reason is None and changes(task.shown, read):
            self._update(key, task, read, "updated")
            if task.decided_on is None or changes(task.decided_on, read):
                task.decision = None
        elif task.closed_reason and is_asked_about:
            dismissed = task.closed_reason == "dismissed"
            if dismissed and task.decided_on and not changes(task.decided_on, read):
                return
            task.closed_reason = task.decision = None
            reason = "changed_after_dismissal" if dismissed else "back_on_account"
            self._update(key, task, read, "reopened", reason)

    def _update(
        self, key: str, task: Task, read: Document, event: str, reason: str | None = None
    ) -> None:
        found = changes(task.shown, read)
        task.shown, task.version = read, task.version + bool(found)
        task.document_state = state_of(read)
        self._tell(key, event, reason, found)

    def _why_gone(self, read: Document, task: Task) -> str:
        if not is_live(read):
            return state_of(read)
        still = {each.account for each in self._watching(read)}
        return "recoded" if task.lay_on & still else "account_unmonitored"

    def _tell(
        self,
        key: str,
        event: str,
        reopened_reason: str | None = None,
        changed: tuple[str, ...] = (),
        actor: str | None = None,
    ) -> None:
        task = self.tasks[key]
        self.events.append(
            Happened(
                key,
                event,
                task.state,
                task.closed_reason,
                reopened_reason,
                task.version,
                changed,
                actor,
            )
        )

    # --- documents and accounts ------------------------------------------------------------------

    def _watching(self, document: Document) -> list[Watched]:
        """The accounts that are watched now for documents like this one."""
        return [
            each
            for each in self.book.watched.values()
            if (document.type in each.types if each.types else "TRANSFER" not in document.type)
        ]

    def _lies_on(self, document: Document) -> frozenset[str]:
        return document.accounts & {each.account for each in self._watching(document)}

    def _is_wanted(self, document: Document) -> bool:
        return is_live(document) and any(
            self._counts(document, each)
            for each in self._watching(document)
            if each.account in document.accounts
        )

    def _counts(self, document: Document, watched: Watched) -> bool:
        """Dated within the look-back, or first seen after the first sync of the account."""
        oldest = watched.selected_at.date() - dt.timedelta(days=watched.look_back_days)
        syncs = [at for at in self.book.synced if at >= watched.selected_at]
        is_new = bool(syncs) and document.first_seen is not None and document.first_seen > syncs[0]
        return document.date >= oldest or is_new


def is_live(document: Document) -> bool:
    return state_of(document) == "live"


def state_of(document: Document) -> str:
    """Bank transactions are deleted, other documents voided; what is in no listing is deleted."""
    if document.is_void and not document.type.startswith("SPEND"):
        return "voided"
    return "deleted" if document.is_void or document.is_missing else "live"


def changes(was: Document, now: Document) -> tuple[str, ...]:
    """The fields of what a client is asked about that differ."""
    return tuple(name for name, of in _CHANGES.items() if of(was) != of(now))


def replayed(events: Sequence[Happened]) -> dict[str, tuple[str, int, str | None]]:
    """State, version and reason of every task, as a consumer has them who reads the kinds alone."""
    tasks: dict[str, tuple[str, int, str | None]] = {}
    answers: dict[str, str] = {}
    for each in events:
        state, version, reason = tasks.get(each.key, ("open", 0, None))
        if each.event == "created" or each.changed_fields:
            version += 1
        match each.event:
            case "closed":
                state, reason = "closed", each.closed_reason
            case "reopened":
                state, reason = "open", None
            case "created" | "updated":
                pass
            case answer:
                answers[each.key] = answer
        if state != "closed":
            is_waiting = answers.get(each.key) in ("submitted", "approved")
            state = "submitted" if is_waiting else "open"
        tasks[each.key] = (state, version, reason)
    return tasks
