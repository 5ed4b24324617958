"""Client tasks: documents with a line on an account that somebody else should look at.

A document matches while it lives and any of its lines is coded to a monitored account. Bank
transactions live unless deleted, invoices, bills, credit notes and manual journals unless voided or
deleted (drafts live). Spend and receive money count with their over- and prepayment forms, as bank
transactions only; transfers never do.

A task is made for a document dated within the look-back (by default on or after the 90th day before
the account was selected), or first seen after that, whatever its date. What was recoded away before
the first sync was never seen and makes no task.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.life.amounts import ZERO, LineValue, line_values
from xero_pipeline.sandbox.life.truth.history import History

LOOK_BACK_DAYS = 90
TaskStatus = Literal["open", "closed"]
Reason = Literal["recoded", "voided", "deleted"]


@dataclass(frozen=True)
class TaskLine:
    """A line on a monitored account, in the document's currency; journals: debit positive.

    `number` counts the document's lines from 1.
    """

    number: int
    account_code: str
    net_amount: Decimal
    tax_amount: Decimal


@dataclass(frozen=True)
class ClientTask:
    """`document_type` is Xero's Type, or MANUALJOURNAL. `matched_amount` includes tax.

    A journal's total is nought, so that its matched lines stand for it in `total`. A closed task
    keeps the lines it was last seen with.
    """

    document_kind: ev.DocumentKind
    document_id: str
    document_type: str
    document_date: dt.date
    currency_code: str
    total: Decimal
    status: TaskStatus
    reason: Reason | None
    lines: tuple[TaskLine, ...]
    matched_amount: Decimal

    @property
    def matched_lines(self) -> int:
        return len(self.lines)


@dataclass(frozen=True)
class _Candidate:
    """Any document that could become a task, living or not."""

    task: ClientTask
    gone: Reason | None


def open_tasks(
    history: History,
    monitored: Collection[str],
    selected_on: dt.date,
    look_back_days: int = LOOK_BACK_DAYS,
) -> tuple[ClientTask, ...]:
    """The tasks that a first sync makes, by date and id.

    Args:
        history: the book at the instant of the sync.
        monitored: account codes.
        selected_on: the organisation-local day on which the accounts were selected.
    """
    earliest = selected_on - dt.timedelta(days=look_back_days)
    found = _candidates(history, monitored).values()
    return _in_order(c.task for c in found if _matches(c) and c.task.document_date >= earliest)


def tasks_after(
    first: History,
    later: History,
    monitored: Collection[str],
    selected_on: dt.date,
    look_back_days: int = LOOK_BACK_DAYS,
) -> tuple[ClientTask, ...]:
    """All tasks, open and closed, after a second sync of the same book.

    Args:
        first: the book at the first sync, which was on `selected_on`.
        later: the book at the second sync.
    """
    earliest = selected_on - dt.timedelta(days=look_back_days)
    made = {t.document_id: t for t in open_tasks(first, monitored, selected_on, look_back_days)}
    seen = _candidates(first, monitored)
    tasks = []
    for document_id, candidate in _candidates(later, monitored).items():
        if document_id in made:
            tasks.append(_followed_up(made[document_id], candidate))
        elif _matches(candidate) and (
            candidate.task.document_date >= earliest or document_id not in seen
        ):
            tasks.append(candidate.task)
    return _in_order(tasks)


def _followed_up(task: ClientTask, now: _Candidate) -> ClientTask:
    if _matches(now):
        return now.task
    return replace(task, status="closed", reason=now.gone or "recoded")


def _matches(candidate: _Candidate) -> bool:
    return candidate.gone is None and bool(candidate.task.lines)


def _in_order(tasks: Iterator[ClientTask] | Sequence[ClientTask]) -> tuple[ClientTask, ...]:
    return tuple(sorted(tasks, key=lambda task: (task.document_date, task.document_id)))


def _candidates(history: History, monitored: Collection[str]) -> dict[str, _Candidate]:
    found = (
        *_bank_transactions(history, monitored),
        *_documents(history, monitored),
        *_journals(history, monitored),
    )
    return {candidate.task.document_id: candidate for candidate in found}


def _bank_transactions(history: History, monitored: Collection[str]) -> Iterator[_Candidate]:
    for key, row in history.bank.items():
        posted = row.posted
        values = line_values(row.lines, posted.line_amount_types, history.tax_rates)
        task = _task(
            kind="BankTransaction",
            document_id=history.id("BankTransaction", key),
            document_type=posted.type,
            date=posted.date,
            currency=posted.currency,
            total=sum((value.gross for value in values), ZERO),
            lines=_matched(values, monitored),
        )
        yield _Candidate(task, "deleted" if row.is_deleted else None)


def _documents(history: History, monitored: Collection[str]) -> Iterator[_Candidate]:
    for document in history.documents.values():
        if document.kind not in ("Invoice", "CreditNote"):
            continue
        kind: ev.DocumentKind = "Invoice" if document.kind == "Invoice" else "CreditNote"
        task = _task(
            kind=kind,
            document_id=history.id(kind, document.key),
            document_type=document.type,
            date=document.date,
            currency=document.currency,
            total=history.total(document),
            lines=_matched(history.values(document), monitored),
        )
        yield _Candidate(task, _reason(document.status))


def _journals(history: History, monitored: Collection[str]) -> Iterator[_Candidate]:
    for key, journal in history.journals.items():
        posted = journal.posted
        lines = tuple(
            TaskLine(number, line.account_code, line.amount, ZERO)
            for number, line in enumerate(posted.lines, start=1)
            if line.account_code in monitored
        )
        task = _task(
            kind="ManualJournal",
            document_id=history.id("ManualJournal", key),
            document_type="MANUALJOURNAL",
            date=posted.date,
            currency=history.opened.base_currency,
            total=_matched_amount(lines),
            lines=lines,
        )
        yield _Candidate(task, _reason(journal.status))


def _task(
    *,
    kind: ev.DocumentKind,
    document_id: str,
    document_type: str,
    date: dt.date,
    currency: str,
    total: Decimal,
    lines: tuple[TaskLine, ...],
) -> ClientTask:
    return ClientTask(
        document_kind=kind,
        document_id=document_id,
        document_type=document_type,
        document_date=date,
        currency_code=currency,
        total=total,
        status="open",
        reason=None,
        lines=lines,
        matched_amount=_matched_amount(lines),
    )


def _matched(values: Sequence[LineValue], monitored: Collection[str]) -> tuple[TaskLine, ...]:
    return tuple(
        TaskLine(number, value.account_code, value.net, value.tax)
        for number, value in enumerate(values, start=1)
        if value.account_code in monitored
    )


def _matched_amount(lines: Sequence[TaskLine]) -> Decimal:
    return sum((line.net_amount + line.tax_amount for line in lines), ZERO)


def _reason(status: str) -> Reason | None:
    match status:
        case "VOIDED":
            return "voided"
        case "DELETED":
            return "deleted"
    return None
