"""Files of a task: those at its document in Xero, and those of its answers; and its contacts."""

from __future__ import annotations

from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from xero_pipeline.console.context import console_of
from xero_pipeline.console.rendering import page
from xero_pipeline.tasks.files import attachments_of, fetch_attachments

_CONTACTS_OFFERED = 20


def attachment(request: Request) -> Response:
    """The bytes of a file in Xero. The first time they cost a call, which is why it is asked for by
    a form: no other site's picture can spend the organisation's calls."""
    console = console_of(request)
    task = console.desk.task(request.path_params["id"])
    wanted = request.path_params["attachment"]
    known = [e for e in attachments_of(console.settings, task) if e.attachment_id == wanted]
    fetched = fetch_attachments(console.settings, console.connections, console.clock, task, known)
    if not fetched:
        raise HTTPException(404)
    return _to_keep(str(fetched[0].path), fetched[0].attachment.name)


def answer_file(request: Request) -> Response:
    """A file that came with an answer, as it was copied then."""
    desk = console_of(request).desk
    task = desk.task(request.path_params["id"])
    files = [file for answer in desk.answers(task) for file in answer.files]
    found = next((e for e in files if e.file_id == request.path_params["file"]), None)
    path = desk.files.received(found.stored_as) if found else None
    if found is None or path is None or not path.is_file():
        raise HTTPException(404)
    return _to_keep(str(path), found.name)


def contacts(request: Request) -> Response:
    """Names that hold what was typed so far, as options."""
    desk = console_of(request).desk
    books = desk.situation(request.path_params["id"]).books
    typed = request.query_params.get("contact", "").casefold().split()
    names = [each.name for each in books.contacts if each.status == "ACTIVE"]
    found = [name for name in names if all(word in name.casefold() for word in typed)]
    return page(request, "tasks/contacts.html", tuple(found[:_CONTACTS_OFFERED]))


def _to_keep(path: str, name: str) -> Response:
    """Never shown within the console: whoever made it could have put a script in it."""
    return FileResponse(
        path,
        media_type="application/octet-stream",
        headers={"Content-Disposition": f"attachment; filename*=utf-8''{quote(name, safe='')}"},
    )
