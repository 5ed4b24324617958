"""Client tasks as people and programs read them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

import simplejson
from rich import box
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from xero_pipeline.connections import Connection
    from xero_pipeline.tasks import Answer, Task, TaskEvent, TasksError
    from xero_pipeline.tasks.rules import Situation


def as_json(value: object, *, indent: int | None = 2) -> str:
    """Money keeps its digits; dates, instants and ids are strings."""
    return simplejson.dumps(value, use_decimal=True, default=str, indent=indent)


def with_commands(error: TasksError) -> str:
    """What was refused, and the commands that help."""
    commands = [f"xero-pipeline tasks {act} {error.task_id[:8]}" for act in error.acts]
    return "\n".join((str(error).strip(), *commands))


def event_json(event: TaskEvent) -> str:
    """One event on one line."""
    return as_json(event.columns, indent=None)


def task_object(task: Task) -> dict[str, object]:
    """A task for programs."""
    return dataclasses.asdict(task)


def situation_object(
    situation: Situation, events: Sequence[TaskEvent], answers: Sequence[Answer]
) -> dict[str, object]:
    """The same as `task_page`, for programs."""
    return {
        **task_object(situation.task),
        "lines": [dataclasses.asdict(each) for each in situation.lines],
        "attached": list(situation.attached),
        "answers": [dataclasses.asdict(each) for each in answers],
        "events": [each.columns for each in events],
    }


def tasks_table(tasks: Sequence[Task]) -> Table:
    """A line per task; whose it is only where there are several organisations."""
    table = Table(box=box.SIMPLE_HEAD)
    for name in ("Task", "Date", "Type"):
        table.add_column(name, no_wrap=True)
    for name in ("State", "Contact", "On"):
        table.add_column(name)
    table.add_column("Amount", justify="right", no_wrap=True)
    several = len({task.organisation_id for task in tasks}) > 1
    if several:
        table.add_column("Organisation")
    for task in tasks:
        table.add_row(
            task.task_id[:8],
            str(task.document_date or ""),
            task.xero_type,
            state_of(task),
            escape(task.contact_name or ""),
            ", ".join(task.matched_account_codes),
            money(task.amount, task.currency_code),
            *([escape(task.organisation_name)] if several else []),
        )
    return table


def events_table(events: Sequence[TaskEvent]) -> Table:
    """A line per event."""
    table = Table("Number", "When (UTC)", "Task", "What", "Who", "Why")
    for event in events:
        told = event.columns
        reason = told["closed_reason"] or told["reopened_reason"] or told["note"]
        changed = told["changed_fields"]
        why = reason or (", ".join(changed) if isinstance(changed, list) else "")
        table.add_row(
            str(event.sequence),
            f"{told['occurred_at']:%Y-%m-%d %H:%M}",
            str(told["task_id"])[:8],
            str(told["event"]),
            escape(str(told["actor"] or "")),
            escape(str(why or "")),
        )
    return table


def task_page(
    situation: Situation, events: Sequence[TaskEvent], answers: Sequence[Answer]
) -> Iterator[str | Table]:
    """All there is to know of a task before one answers or approves."""
    task = situation.task
    yield f"[bold]{escape(str(task))}[/]"
    yield from (f"{name:14} {escape(value)}" for name, value in _facts(situation) if value)
    yield _lines_table(situation)
    for answer in answers:
        yield from _answer(answer)
    if events:
        yield events_table(events)


def approved(connection: Connection, task: Task, answer: Answer) -> str:
    """What happens to an answer that was just approved."""
    name = connection.organisation_name
    if not connection.may_write:
        return (
            f"{name} is connected for reading only, so nothing is sent: enter it in Xero, and the "
            "task closes at the next sync. The answer stays in ops.task_answers. To have answers "
            f'written: xero-pipeline connect --workspace "{connection.workspace}" '
            "--purpose client --write-back"
        )
    later = "The next run of the write-back sends it; `xero-pipeline tasks send` does at once."
    if task.recoding_obstacle and not answer.recodes:
        return f"Comment and files go to {name}; the account is changed in Xero by hand. {later}"
    return later


def state_of(task: Task) -> str:
    """ "closed (recoded)", "submitted (approved)"."""
    detail = task.closed_reason if task.is_closed else task.answer_state
    return f"{task.state} ({detail})" if detail and detail != task.state else task.state


def money(amount: Decimal | None, currency: str | None) -> str:
    return "" if amount is None else f"{amount:,.2f} {currency or ''}".strip()


def _facts(situation: Situation) -> Iterator[tuple[str, str]]:
    task = situation.task
    is_foreign = task.amount_base is not None and task.amount_base != task.amount
    yield "Task", task.task_id
    yield "State", f"{state_of(task)}, version {task.version}"
    yield "Open because", task.open_reason or ""
    yield "Organisation", f"{task.organisation_name} ({task.workspace})"
    yield "Document", f"{task.document_type} {task.document_status or ''}".strip()
    yield "Number", task.document_number or ""
    yield "Reference", task.reference or ""
    yield "Contact", " ".join(each for each in (task.contact_name, task.contact_email) if each)
    yield "In base", f"{task.amount_base:,.2f}" if is_foreign else ""
    yield "Age", f"{task.age_days} days" if task.age_days is not None else ""
    yield "Cannot recode", "" if task.is_closed else task.recoding_note or ""
    yield "Suggestion", _suggestion(task)
    yield "Files at Xero", ", ".join(situation.attached)
    yield "In Xero", task.deep_link or ""


def _suggestion(task: Task) -> str:
    if task.suggested_account_code is None:
        return ""
    account = f"{task.suggested_account_code} {task.suggested_account_name or ''}".strip()
    return f"{account} ({task.suggested_by_documents} documents of the contact)"


def _lines_table(situation: Situation) -> Table:
    table = Table("Line", "Description", "Account now")
    table.add_column("Net", justify="right")
    table.add_column("Tax", justify="right")
    currency = situation.task.currency_code
    for line in situation.lines:
        table.add_row(
            str(line.line_number),
            escape(line.description or ""),
            escape(f"{line.account_code or ''} {line.account_name or ''}".strip()),
            money(line.net_amount, currency),
            money(line.tax_amount, currency),
        )
    return table


def _answer(answer: Answer) -> Iterator[str]:
    """An answer in full; choices in the order of the command's options."""
    yield f"[bold]Answer of {escape(answer.answered_by)}[/], {answer.answered_at:%Y-%m-%d}"
    by_line = [f"line {each.line_number}: {each.account_code}" for each in answer.lines or ()]
    chosen = {
        "State": f"{answer.state}. {answer.reason}".strip(". ") + ".",
        "Account": ", ".join(by_line) or answer.account_code or "",
        "Comment": answer.comment,
        "Tracking": ", ".join(f"{each.category}={each.option}" for each in answer.tracking),
        "Contact": answer.contact_name or "",
        "Files": ", ".join(each.name for each in answer.files),
    }
    yield from (f"  {name:12} {escape(value)}" for name, value in chosen.items() if value)
