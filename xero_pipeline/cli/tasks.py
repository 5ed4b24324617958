"""Client tasks: what is asked, what was answered, and what goes back to Xero."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from xero_pipeline.cli.console import AsJson, fail, out, show_progress
from xero_pipeline.connections import Connections
from xero_pipeline.settings import Settings

if TYPE_CHECKING:
    from xero_pipeline.tasks.desk import TaskDesk

group = typer.Typer()
commands = typer.Typer(help="Client tasks: what is asked, answered, and written back.")
group.add_typer(commands, name="tasks")

TaskId = Annotated[str, typer.Argument(help="The task's id, or how it alone begins.")]
By = Annotated[str, typer.Option(help="Who does this.")]
Note = Annotated[str, typer.Option(help="Why, in a sentence; the client may read it.")]


class State(StrEnum):
    """How far a task is."""

    OPEN = "open"
    SUBMITTED = "submitted"
    CLOSED = "closed"


@commands.callback(invoke_without_command=True)
def tasks(
    context: typer.Context,
    *,
    workspace: Annotated[str | None, typer.Option(help="Only of this workspace.")] = None,
    organisation: Annotated[str | None, typer.Option(help="Key, name or id.")] = None,
    state: Annotated[State | None, typer.Option(help="Only these.")] = None,
    account: Annotated[str | None, typer.Option(help="Code of a watched account.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="The newest so many.")] = 50,
    since: Annotated[
        int | None, typer.Option(min=0, help="Instead: events after this number.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """The newest tasks; or, with --since, what happened after an event's number.

    Numbers run from 1 without a gap in each organisation. With --json an event is a line.
    """
    if context.invoked_subcommand is not None:
        return
    if since is not None:
        _print_events(since, organisation, as_json=as_json)
        return
    from xero_pipeline.cli.task_views import as_json as json_of
    from xero_pipeline.cli.task_views import task_object, tasks_table
    from xero_pipeline.tasks.model import TaskFilter

    with _desk() as desk:
        of = desk.organisation_id(organisation) if organisation else None
        wanted = TaskFilter(workspace, of, state and state.value, account)
        found = desk.tasks(wanted, limit)
    if as_json:
        print(json_of([task_object(each) for each in found]))
    elif not found:
        out.print("There is no such task.")
    else:
        out.print(tasks_table(found))


@commands.command("show")
def show(task: TaskId, as_json: AsJson = False) -> None:
    """A task with its lines, answers and events: all there is to know before one answers it."""
    from xero_pipeline.cli import task_views as views
    from xero_pipeline.tasks.book import open_book

    settings = Settings()
    with _desk() as desk, open_book(settings.published_database) as book:
        situation = desk.situation(task)
        answers = desk.answers(situation.task)
        events = book.events_of(situation.task)
    if as_json:
        print(views.as_json(views.situation_object(situation, events, answers)))
        return
    for part in views.task_page(situation, events, answers):
        out.print(part, soft_wrap=True)


@commands.command("answer")
def answer(
    task: TaskId,
    *,
    by: By,
    account: Annotated[
        str | None, typer.Option(help="Code or name, for all lines of the task.")
    ] = None,
    line: Annotated[
        list[str] | None, typer.Option(metavar="N=CODE", help="For one line; repeatable.")
    ] = None,
    comment: Annotated[str, typer.Option(help="Becomes a note in Xero's history.")] = "",
    tracking: Annotated[
        list[str] | None, typer.Option(metavar="CATEGORY=OPTION", help="Repeatable.")
    ] = None,
    contact: Annotated[str | None, typer.Option(help="Name of a contact in Xero.")] = None,
    file: Annotated[
        list[Path] | None, typer.Option(help="Copied at once, attached in Xero; repeatable.")
    ] = None,
    version: Annotated[
        int | None, typer.Option(min=1, help="The task's version that was answered.")
    ] = None,
) -> None:
    """Answer a task; the bookkeeper approves it or sends it back."""
    from xero_pipeline.tasks.model import NewAnswer

    new = NewAnswer(
        answered_by=by,
        account=account,
        lines={_number(key): code for key, code in _pairs(line, "--line")},
        comment=comment,
        tracking=dict(_pairs(tracking, "--tracking")),
        contact=contact,
        files=tuple(file or ()),
        seen_version=version,
    )
    with _desk() as desk:
        taken = desk.answer(task, new)
    short = taken.task_id[:8]
    out.print(
        f"[green]✓[/] Submitted. Next: [bold]xero-pipeline tasks approve {short}[/] or "
        f"[bold]send-back[/].",
        soft_wrap=True,
    )


@commands.command("approve")
def approve(task: TaskId, by: By) -> None:
    """Release the answer that waits, so that it is written to Xero."""
    from xero_pipeline.cli.task_views import approved

    with _desk() as desk:
        approval = desk.approve(task, by)
    if approval.is_conflict:
        fail(f"{approval.task}: {approval.answer.reason}")
    with Connections.open(Settings()) as connections:
        connection = connections.find(approval.task.organisation_id)
    out.print(f"[green]✓[/] {escape(str(approval.task))}: approved.", soft_wrap=True)
    out.print(escape(approved(connection, approval.task, approval.answer)), soft_wrap=True)


@commands.command("send-back")
def send_back(task: TaskId, by: By, note: Note) -> None:
    """Give the answer that waits back to the client, with what is missing."""
    with _desk() as desk:
        desk.send_back(task, by, note)
    out.print("[green]✓[/] Sent back: the task is open again.")


@commands.command("withdraw")
def withdraw(task: TaskId, by: By) -> None:
    """Take an answer back, as long as nothing of it has been sent to Xero."""
    with _desk() as desk:
        desk.withdraw(task, by)
    out.print("[green]✓[/] Withdrawn: the task is open again.")


@commands.command("dismiss")
def dismiss(task: TaskId, by: By, note: Note) -> None:
    """Close a task without an answer; it opens again when its document changes in Xero."""
    with _desk() as desk:
        dismissed = desk.dismiss(task, by, note)
    out.print(f"[green]✓[/] {escape(str(dismissed))}: dismissed.", soft_wrap=True)


@commands.command("reopen")
def reopen(task: TaskId, by: By, note: Note) -> None:
    """Ask about a closed task again."""
    with _desk() as desk:
        reopened = desk.reopen(task, by, note)
    out.print(f"[green]✓[/] {escape(str(reopened))}: open again.", soft_wrap=True)


@commands.command("send")
def send(
    organisation: Annotated[
        list[str] | None, typer.Option(help="Key, name or id; repeatable. All if absent.")
    ] = None,
) -> None:
    """Take in answers that programs put into the table, write approved ones to Xero, read back."""
    from xero_pipeline.automation import write_back_in_process
    from xero_pipeline.tasks import TaskRecords

    show_progress()
    settings = Settings()
    with Connections.open(settings) as connections:
        named = [connections.find(each) for each in organisation or ()]
        chosen = named or connections.connections()
    with closing(TaskRecords.open(settings)) as records:
        waiting = records.waiting([each.organisation_id for each in chosen if each.may_write])
    due = [each.organisation_key for each in chosen if each.organisation_id in waiting]
    if not due:
        out.print("No answer waits to be sent.")
        return
    outcome = write_back_in_process(settings, due)
    _tell_answers(settings, [id for ids in waiting.values() for id in ids])
    if outcome.problems:
        fail("\n".join(outcome.problems))


@commands.command("attachments")
def attachments(
    task: TaskId,
    fetch: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Fetch their bytes, and copy them here.")
    ] = None,
) -> None:
    """The files at a task's document in Xero. --fetch costs a call for each not fetched before."""
    from xero_pipeline.tasks.files import attachments_of, copy_files, fetch_attachments
    from xero_pipeline.xero.limits import SystemClock

    settings = Settings()
    with _desk() as desk:
        found = desk.task(task)
    listed = attachments_of(settings, found)
    if not listed:
        out.print("No file is attached in Xero, as far as was read.")
    elif fetch is None:
        for each in listed:
            out.print(f"{escape(each.name)}  {each.media_type}  {each.bytes:,} bytes")
    else:
        with Connections.open(settings) as connections:
            fetched = fetch_attachments(settings, connections, SystemClock(), found, listed)
        for path in copy_files(fetched, fetch):
            out.print(str(path), soft_wrap=True, highlight=False, markup=False)


@commands.command("deliver")
def deliver() -> None:
    """Push events that the subscriber at XERO_TASK_WEBHOOK_URL does not have yet."""
    from xero_pipeline.tasks.delivery import deliver_events
    from xero_pipeline.xero.limits import SystemClock

    delivered = deliver_events(Settings(), SystemClock())
    out.print(f"{delivered.events:,} events in {delivered.posts:,} requests.")
    if delivered.failures:
        fail("\n".join(f"{where}: {why}" for where, why in delivered.failures.items()))


def _print_events(since: int, organisation: str | None, *, as_json: bool) -> None:
    from xero_pipeline.cli.task_views import event_json, events_table
    from xero_pipeline.tasks.book import open_book

    with open_book(Settings().published_database) as book:
        found = book.events(since, book.organisation_id(organisation) if organisation else None)
    if as_json:
        for event in found:
            print(event_json(event))
    else:
        out.print(events_table(found))


def _tell_answers(settings: Settings, answer_ids: Collection[int]) -> None:
    """What became of the answers that waited."""
    from xero_pipeline.tasks import AnswerState, TaskRecords

    with closing(TaskRecords.open(settings)) as records:
        found = [e for e in records.answers(tuple(AnswerState)) if e.answer_id in answer_ids]
    for each in found:
        told = f"Task {each.task_id[:8]}: {each.state}. {each.reason}".strip()
        out.print(escape(told), soft_wrap=True)


@contextmanager
def _desk() -> Iterator[TaskDesk]:
    from xero_pipeline.tasks.desk import TaskDesk
    from xero_pipeline.tasks.outlived import withdraw_outlived
    from xero_pipeline.xero.limits import SystemClock

    settings, clock = Settings(), SystemClock()
    with TaskDesk.open(settings, clock) as desk:
        withdraw_outlived(settings, desk.records, clock)
        yield desk


def _pairs(given: Sequence[str] | None, option: str) -> list[tuple[str, str]]:
    """Of "name=value" each; wrong use otherwise."""
    pairs = [each.partition("=") for each in given or ()]
    for name, _, value in pairs:
        if not name.strip() or not value.strip():
            raise typer.BadParameter("It takes two words with = between.", param_hint=option)
    return [(name.strip(), value.strip()) for name, _, value in pairs]


def _number(word: str) -> int:
    if not word.isdigit():
        raise typer.BadParameter("A line is named by its number.", param_hint="--line")
    return int(word)
