"""The list of tasks, and one of them beside it at an address of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from xero_pipeline.connections import Connection
from xero_pipeline.console.context import Console, console_of
from xero_pipeline.console.errors import QuestionUnclear
from xero_pipeline.console.rendering import is_partial, page
from xero_pipeline.console.runs import Progress, Work
from xero_pipeline.console.views.task import (
    Filled,
    Refused,
    TaskView,
    answer_form,
    follows_sending,
    given_answer,
    happenings,
    only_read,
    why_so,
)
from xero_pipeline.console.views.tasks import (
    MOST_SHOWN,
    Clients,
    Found,
    TasksView,
    Wanted,
    clients_of,
    kind_of,
    standing_of,
    tasks_view,
    with_words,
)
from xero_pipeline.tasks.desk import TaskDesk
from xero_pipeline.tasks.files import Attachment, attachments_of
from xero_pipeline.tasks.model import TaskFilter
from xero_pipeline.tasks.rules import Situation, not_to_reopen
from xero_pipeline.tasks.standing import newest_first
from xero_pipeline.warehouse import NothingPublished


@dataclass(frozen=True)
class Attempt:
    """Something that was tried with the task and refused, and what was typed for it."""

    refused: Refused
    filled: Filled


def listing(request: Request) -> Response:
    return page(request, "tasks/list.html", _list(request, _clients(console_of(request))))


def task(request: Request) -> Response:
    return shown(request)


def shown(request: Request, attempt: Attempt | None = None) -> Response:
    """The task that the address names; for HTMX without the list.

    Raises:
        UnknownTask, NothingPublished
    """
    clients = _clients(console_of(request))
    listed = None if is_partial(request) else _list(request, clients)
    view = _task(request, clients, listed, attempt)
    template = "tasks/panel.html" if listed is None else "tasks/task.html"
    return page(request, template, view, status=422 if attempt else 200)


def wanted_of(request: Request) -> Wanted:
    """
    Raises:
        QuestionUnclear: there is no such state of tasks.
    """
    given = {name: value for name, value in request.query_params.items() if value}
    try:
        return Wanted.model_validate(given)
    except ValidationError as error:
        raise QuestionUnclear(sorted({str(e["loc"][0]) for e in error.errors()})) from None


def acting(request: Request) -> str:
    """Who acts on tasks: who signed in, or the name given here; empty: nobody said yet."""
    if console_of(request).access.is_open:
        return request.state.session.person or ""
    return str(request.state.person)


def _clients(console: Console) -> Clients:
    connections = console.connections
    return clients_of(
        connections.connections(), connections.watched_accounts(), console.clock.now()
    )


def _list(request: Request, clients: Clients) -> TasksView:
    wanted = wanted_of(request)
    console, key = console_of(request), wanted.organisation
    chosen = TaskFilter(
        workspace=wanted.workspace or None,
        organisation_id=console.connections.find(key).organisation_id if key else None,
        account=wanted.account or None,
    )
    try:
        found = _found(console.desk, chosen, wanted)
    except NothingPublished:
        found = None
    return tasks_view(clients, found, wanted)


def _found(desk: TaskDesk, chosen: TaskFilter, wanted: Wanted) -> Found:
    """Words are looked for in all tasks; without any, no more is read than is shown."""
    if wanted.text:
        return with_words(desk.tasks(chosen), wanted)
    newest = [
        task
        for state in wanted.state.states
        for task in desk.tasks(replace(chosen, state=state), MOST_SHOWN)
    ]
    return Found(tuple(sorted(newest, key=newest_first)), desk.counts(chosen))


def _task(
    request: Request, clients: Clients, listed: TasksView | None, attempt: Attempt | None
) -> TaskView:
    console, wanted = console_of(request), wanted_of(request)
    situation = console.desk.situation(request.path_params["id"])
    task = situation.task
    with console.figures.book() as book:
        events = book.events_of(task)
    decisions = console.desk.records.decisions(task.organisation_id, task.task_id)
    names = {each.account_id: str(each) for each in situation.books.accounts}
    answers = [given_answer(each, names) for each in console.desk.answers(task)]
    connection = clients.of(task.organisation_id)
    standing = next((each for each in answers if each.answer.state.is_live), None)
    form = answer_form(situation)
    follows = follows_sending(task, answers, form)
    return TaskView(
        list=listed.with_shown(task.task_id) if listed else None,
        task=task,
        wanted=wanted,
        standing=standing_of(task),
        kind=kind_of(task),
        why=why_so(task),
        lines=tuple(situation.lines),
        attachments=_attachments(console, situation),
        standing_answer=standing,
        earlier=tuple(each for each in reversed(answers) if not each.answer.state.is_live),
        happenings=happenings(events, decisions),
        form=form,
        filled=attempt.filled if attempt else Filled(),
        refused=attempt.refused if attempt else None,
        sending=_sending(console, connection) if follows else None,
        only_read=only_read(connection),
        reopens=not_to_reopen(task) is None,
        person=acting(request),
    )


def _attachments(console: Console, situation: Situation) -> tuple[Attachment, ...]:
    """Most documents have none, and then nothing is looked up."""
    if not situation.attached:
        return ()
    return tuple(attachments_of(console.settings, situation.task))


def _sending(console: Console, connection: Connection | None) -> Progress | None:
    """How the sending of answers goes; how it ended is shown once."""
    if connection is None:
        return None
    progress = console.syncs.progress(connection.organisation_key, Work.SEND)
    if progress is not None and progress.is_over:
        console.syncs.forget(connection.organisation_key, Work.SEND)
    return progress
