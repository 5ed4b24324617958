"""Tasks, their events, and what clients answer to them. Nothing here reads or writes."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path


class AnswerState(StrEnum):
    """How far an answer has come.

    `received` ones were put into the table by another program and are not validated yet; `failed`
    ones met a fault of ours or of Xero's that a person has to look at.
    """

    RECEIVED = "received"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    SENT_BACK = "sent_back"
    WITHDRAWN = "withdrawn"
    WRITTEN = "written"
    REFUSED = "refused"
    CONFLICTED = "conflicted"
    FAILED = "failed"

    @property
    def is_live(self) -> bool:
        """Whether somebody or something still has to act on it; a task has one such at most."""
        return self in (AnswerState.SUBMITTED, AnswerState.APPROVED)


class DecisionKind(StrEnum):
    """What a person, or the write-back, did with a task; each is an event of it."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    SENT_BACK = "sent_back"
    WITHDRAWN = "withdrawn"
    DISMISSED = "dismissed"
    REOPENED = "reopened"
    WRITTEN = "written"
    REFUSED = "refused"
    CONFLICTED = "conflicted"


@dataclass(frozen=True)
class Task:
    """A row of `marts.client_tasks`, as far as the desk needs it.

    Attributes:
        state: open, submitted or closed.
        document_status: Xero's (AUTHORISED, PAID ...); None when Xero gives none.
        amount: in `currency_code`, with tax.
        matched_amount: of it what is on watched accounts.
        open_reason: why it is open although somebody answered; a sentence.
        recoding_obstacle: why Xero's API takes no other account, in a word; None when it does.
        recoding_note: the same as a sentence.
        contents_hash: of what the client is asked about; answers are bound to it.
        changed_fields: what the newest version changed.
    """

    task_id: str
    organisation_id: str
    organisation_name: str
    organisation_key: str
    workspace: str
    document_type: str
    document_id: str
    xero_type: str
    state: str
    answer_state: str | None
    closed_reason: str | None
    reopened_reason: str | None
    open_reason: str | None
    version: int
    changed_fields: tuple[str, ...]
    contents_hash: str
    document_date: date | None
    document_number: str | None
    reference: str | None
    document_status: str | None
    contact_id: str | None
    contact_name: str | None
    contact_email: str | None
    description: str | None
    currency_code: str | None
    amount: Decimal
    amount_base: Decimal | None
    matched_amount: Decimal
    matched_account_codes: tuple[str, ...]
    is_reconciled: bool | None
    recoding_obstacle: str | None
    recoding_note: str | None
    has_attachments: bool
    age_days: int | None
    suggested_account_code: str | None
    suggested_account_name: str | None
    suggested_by_documents: int | None
    deep_link: str | None

    @property
    def is_closed(self) -> bool:
        return self.state == "closed"

    def __str__(self) -> str:
        """As people name it: "SPEND of 121.67 GBP on 2026-11-20, Mendip Dairy (task 3f2a9c1e)"."""
        amount = f"{self.amount:,.2f} {self.currency_code or ''}".strip()
        on = f" on {self.document_date}" if self.document_date else ""
        contact = f", {self.contact_name}" if self.contact_name else ""
        return f"{self.xero_type} of {amount}{on}{contact} (task {self.task_id[:8]})"


@dataclass(frozen=True)
class TaskLine:
    """A line of a task's document on a watched account; amounts in the document's currency."""

    line_number: int
    account_id: str
    account_code: str | None
    account_name: str | None
    description: str | None
    net_amount: Decimal | None
    tax_amount: Decimal | None


@dataclass(frozen=True)
class TaskEvent:
    """A row of `marts.client_task_events`.

    Attributes:
        sequence: from 1 without a gap in each organisation.
        event_id: the same whenever the event is told again.
        columns: the row as published, by column.
    """

    organisation_id: str
    sequence: int
    event_id: str
    columns: Mapping[str, object]


@dataclass(frozen=True)
class TaskVersion:
    """What a task's document said for a while: a row of `marts.client_task_history`."""

    version: int
    valid_from: datetime
    valid_to: datetime | None
    document_state: str
    changed_fields: tuple[str, ...]
    document_date: date | None
    total: Decimal | None
    currency_code: str | None
    reference: str | None
    contact_name: str | None


@dataclass(frozen=True)
class ChartAccount:
    """An account of a chart, archived ones included.

    Attributes:
        account_type: Xero's (BANK, EXPENSE ...).
        system_account: Xero's name of its role (DEBTORS, GST ...); None for ordinary ones.
        is_watched: transactions on it become tasks.
    """

    account_id: str
    code: str | None
    name: str
    account_type: str
    status: str
    system_account: str | None
    is_watched: bool

    def __str__(self) -> str:
        return f"{self.code or ''} {self.name}".strip()


@dataclass(frozen=True)
class KnownContact:
    """A contact of an organisation; `status` is Xero's (ACTIVE, ARCHIVED)."""

    contact_id: str
    name: str
    status: str


@dataclass(frozen=True)
class TrackingOption:
    """An option of a tracking category; `is_active` is false when either is archived."""

    category_id: str
    category: str
    option_id: str
    option: str
    is_active: bool


@dataclass(frozen=True)
class Books:
    """What an answer can choose from in one organisation."""

    accounts: tuple[ChartAccount, ...]
    contacts: tuple[KnownContact, ...]
    tracking: tuple[TrackingOption, ...]


@dataclass(frozen=True)
class TaskFilter:
    """Which tasks are meant; None: any.

    Attributes:
        state: open, submitted or closed.
        account: code of a watched account that one of its lines is on.
    """

    workspace: str | None = None
    organisation_id: str | None = None
    state: str | None = None
    account: str | None = None


@dataclass(frozen=True)
class NewAnswer:
    """An answer as a person words it.

    Attributes:
        account: code or name, for all lines of the task without one of their own.
        lines: line number -> code or name.
        tracking: category -> option.
        contact: name.
        files: copied when the answer is accepted.
        seen_version: of the task, when it was shown to who answers; None: the newest.
    """

    answered_by: str
    account: str | None = None
    lines: Mapping[int, str] = field(default_factory=dict)
    comment: str = ""
    tracking: Mapping[str, str] = field(default_factory=dict)
    contact: str | None = None
    files: tuple[Path, ...] = ()
    seen_version: int | None = None


@dataclass(frozen=True)
class LineChoice:
    """The account for one line of the document."""

    line_number: int
    account_id: str
    account_code: str


@dataclass(frozen=True)
class TrackingChoice:
    """A tracking option for the task's lines."""

    category_id: str
    category: str
    option_id: str
    option: str


@dataclass(frozen=True)
class AnswerFile:
    """A file of an answer, copied below the home.

    Attributes:
        file_id: 0 until it is recorded.
        stored_as: path below the home.
    """

    name: str
    media_type: str
    bytes: int
    sha256: str
    stored_as: str
    file_id: int = 0


@dataclass(frozen=True)
class Answer:
    """A row of the table `task_answers`, with its files.

    Attributes:
        answer_id: 0 until it is recorded; never used again.
        seen_version, seen_contents_hash: of the task, when it was shown to who answered.
        account_id, account_code: for the task's lines that `lines` does not name; None: they stay.
        lines: None: all lines of the task, at the account above.
        reason: a plain sentence on how it came to its state; empty when there is nothing to say.
        answered_at, decided_at: UTC.
    """

    organisation_id: str
    task_id: str
    document_type: str
    document_id: str
    seen_version: int
    seen_contents_hash: str
    account_id: str | None
    account_code: str | None
    lines: tuple[LineChoice, ...] | None
    comment: str
    tracking: tuple[TrackingChoice, ...]
    contact_id: str | None
    contact_name: str | None
    answered_by: str
    answered_at: datetime
    state: AnswerState
    files: tuple[AnswerFile, ...] = ()
    reason: str = ""
    decided_by: str | None = None
    decided_at: datetime | None = None
    answer_id: int = 0

    @property
    def recodes(self) -> bool:
        """Whether it asks for anything on the document itself to change."""
        return bool(self.account_id or self.lines or self.tracking or self.contact_id)


@dataclass(frozen=True)
class Decision:
    """A row of the table `task_decisions`: what somebody did with a task.

    Attributes:
        actor: the person's name, or "write-back", or "pipeline".
        contents_hash: of the task when it was decided.
        decided_at: UTC.
        event_id: a UUID; the event that tells of it carries the same.
        decision_id: 0 until it is recorded.
    """

    organisation_id: str
    task_id: str
    document_type: str
    document_id: str
    kind: DecisionKind
    actor: str
    decided_at: datetime
    contents_hash: str
    event_id: str
    note: str = ""
    answer_id: int | None = None
    decision_id: int = 0

    @classmethod
    def about(
        cls, answer: Answer, kind: DecisionKind, actor: str, at: datetime, note: str = ""
    ) -> Decision:
        """What no person decides about an answer: it stands by what the answer was given to."""
        return cls(
            organisation_id=answer.organisation_id,
            task_id=answer.task_id,
            document_type=answer.document_type,
            document_id=answer.document_id,
            kind=kind,
            actor=actor,
            decided_at=at,
            contents_hash=answer.seen_contents_hash,
            event_id=str(uuid.uuid4()),
            note=note,
            answer_id=answer.answer_id,
        )
