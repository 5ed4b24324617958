"""Answering a task, and deciding about it: all of it through the desk, whose refusals are shown
beside the form with what was typed into it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from starlette.requests import Request
from starlette.responses import Response

from xero_pipeline.console.context import console_of, field
from xero_pipeline.console.messages import Message
from xero_pipeline.console.pages.tasks import Attempt, acting, shown, wanted_of
from xero_pipeline.console.pages.uploads import received
from xero_pipeline.console.remedies import remedy
from xero_pipeline.console.rendering import go_to, is_partial, leave_for, page
from xero_pipeline.console.runs import Work
from xero_pipeline.console.views.task import Filled, Refused, only_read
from xero_pipeline.tasks import AnswerRefused, NewAnswer, TasksError
from xero_pipeline.tasks.desk import TaskDesk
from xero_pipeline.tasks.rules import LONGEST_NAME

_Act = Callable[[TaskDesk, str, str], Message]
"""Does it, for the task with an id and in somebody's name, and says what was done."""

_LINE, _TRACKING = "line:", "tracking:"


def answer(request: Request) -> Response:
    with TemporaryDirectory(prefix="xero-answer-") as folder:
        return _do(request, "answer", _answering(request, Path(folder)))


def approve(request: Request) -> Response:
    connections = console_of(request).connections
    seen = field(request, "seen_answer")

    def act(desk: TaskDesk, id: str, person: str) -> Message:
        seen_answer = int(seen) if seen.isdecimal() else None
        approval = desk.approve(id, person, seen_answer=seen_answer)
        if approval.is_conflict:
            return Message(tone="bad", text=approval.answer.reason)
        reading = only_read(connections.find(approval.task.organisation_id))
        later = "Press Send now, or the next run of the write-back sends it."
        return Message(tone="good", text=f"Approved. {reading or later}")

    return _do(request, "approve", act)


def send_back(request: Request) -> Response:
    def act(desk: TaskDesk, id: str, person: str) -> Message:
        desk.send_back(id, person, field(request, "note"))
        return Message(tone="good", text="Sent back: the task is open again.")

    return _do(request, "send-back", act)


def withdraw(request: Request) -> Response:
    def act(desk: TaskDesk, id: str, person: str) -> Message:
        desk.withdraw(id, person)
        return Message(tone="good", text="Withdrawn: the task is open again.")

    return _do(request, "withdraw", act)


def dismiss(request: Request) -> Response:
    def act(desk: TaskDesk, id: str, person: str) -> Message:
        desk.dismiss(id, person, field(request, "note"))
        return Message(tone="good", text="Closed, until its document changes in Xero.")

    return _do(request, "dismiss", act)


def reopen(request: Request) -> Response:
    def act(desk: TaskDesk, id: str, person: str) -> Message:
        desk.reopen(id, person, field(request, "note"))
        return Message(tone="good", text="The task is open again.")

    return _do(request, "reopen", act)


def send(request: Request) -> Response:
    """Send now: all approved answers of the task's organisation."""
    console = console_of(request)
    task = console.desk.task(request.path_params["id"])
    console.syncs.start(task.organisation_key, Work.SEND)
    return shown(request) if is_partial(request) else go_to(_back(request))


def _answering(request: Request, folder: Path) -> _Act:
    filled = _filled(request)
    version = field(request, "seen_version")

    def act(desk: TaskDesk, id: str, person: str) -> Message:
        new = NewAnswer(
            answered_by=person,
            account=filled.account or None,
            lines=filled.lines,
            comment=filled.comment,
            tracking=filled.tracking,
            contact=filled.contact or None,
            files=received(request.state.form.getlist("files"), folder),
            seen_version=int(version) if version.isdecimal() else None,
        )
        desk.answer(id, new)
        return Message(tone="good", text="Answered. Somebody approves it next, or sends it back.")

    return act


def _do(request: Request, name: str, act: _Act) -> Response:
    _remember_name(request)
    try:
        message = act(console_of(request).desk, request.path_params["id"], acting(request))
    except TasksError as error:
        return _refused(request, Refused(name, _sentences(error)))
    return leave_for(request, _back(request), message)


def _refused(request: Request, refused: Refused) -> Response:
    """HTMX leaves the form as it is, chosen files included, and shows the sentences within it."""
    if is_partial(request):
        return page(request, "tasks/refused.html", refused, status=422)
    return shown(request, Attempt(refused, _filled(request)))


def _remember_name(request: Request) -> None:
    """Where nobody signs in, people say once who they are."""
    name = field(request, "by")[:LONGEST_NAME]
    if name and not acting(request):
        request.state.session = request.state.session.model_copy(update={"person": name})


def _back(request: Request) -> str:
    return wanted_of(request).address(request.path_params["id"])


def _sentences(error: TasksError) -> tuple[str, ...]:
    if isinstance(error, AnswerRefused):
        return error.refusals
    return tuple(each for each in (error.what, remedy(error)) if each)


def _filled(request: Request) -> Filled:
    """Browsers end lines as mail does; the comment is counted and written as it was typed."""
    return Filled(
        account=field(request, "account"),
        lines={int(n): id for n, id in _chosen(request, _LINE).items() if n.isdecimal()},
        comment=field(request, "comment").replace("\r\n", "\n"),
        tracking=_chosen(request, _TRACKING),
        contact=field(request, "contact"),
        note=field(request, "note"),
    )


def _chosen(request: Request, prefix: str) -> dict[str, str]:
    names = [name for name in request.state.form if name.startswith(prefix)]
    given = {name.removeprefix(prefix): field(request, name) for name in names}
    return {name: value for name, value in given.items() if value}
