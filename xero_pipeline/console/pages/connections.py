"""The table of connections, and asking Xero how one of them is."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from xero_pipeline.connections import Connection
from xero_pipeline.console.context import Console, console_of
from xero_pipeline.console.messages import Message
from xero_pipeline.console.navigation import ENTRIES
from xero_pipeline.console.remedies import remedy
from xero_pipeline.console.rendering import go_to, is_partial, page
from xero_pipeline.console.runs import Progress
from xero_pipeline.console.views.connections import (
    ConnectionRow,
    ConnectionsView,
    connections_view,
)
from xero_pipeline.xero import XeroError

_ADDRESS = "/connections"


def first_page(request: Request) -> Response:
    return RedirectResponse(ENTRIES[0].address)


def table(request: Request) -> Response:
    console = console_of(request)
    known = console.connections.connections()
    return page(request, "connections/table.html", _view(console, known))


def row(request: Request) -> Response:
    """One line of the table, for HTMX: while it is syncing, the page asks again and again."""
    console = console_of(request)
    connection = console.connections.find(request.path_params["key"])
    return page(request, "connections/row.html", _row(console, connection))


def check(request: Request) -> Response:
    console = console_of(request)
    connection = console.connections.find(request.path_params["key"])
    name = connection.organisation_name
    try:
        console.connections.check(connection.organisation_id)
        message = Message(tone="good", text=f"{name}: Xero answers.")
    except XeroError as error:
        message = Message(tone="bad", text=f"{name}: {error.what} {remedy(error)}")
    if not is_partial(request):
        return go_to(_ADDRESS, message)
    checked = _row(console, console.connections.find(connection.organisation_id))
    return page(request, "connections/checked.html", (checked, message))


def _view(console: Console, known: list[Connection]) -> ConnectionsView:
    now = console.clock.now()
    return connections_view(
        known,
        console.connections.watched_accounts(),
        console.connections.usage(now.date().replace(day=1)),
        _progress(console, known),
        now,
    )


def _row(console: Console, connection: Connection) -> ConnectionRow:
    return _view(console, [connection]).rows[0]


def _progress(console: Console, known: list[Connection]) -> dict[str, Progress]:
    """How syncs go. How one ended is shown once: from then on the connection's state tells."""
    keys = [each.organisation_key for each in known]
    looked = {key: console.syncs.progress(key) for key in keys}
    found = {key: progress for key, progress in looked.items() if progress is not None}
    for key, progress in found.items():
        if progress.is_over:
            console.syncs.forget(key)
    return found
