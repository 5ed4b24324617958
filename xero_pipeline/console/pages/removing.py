"""Remove: says what it will do, and asks for the organisation's name."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from xero_pipeline.connections import Removal
from xero_pipeline.console.context import console_of, field
from xero_pipeline.console.messages import Message
from xero_pipeline.console.rendering import go_to, page


@dataclass(frozen=True)
class RemoveView:
    """The question.

    Attributes:
        consequences: a sentence each.
        problem: why it was not done.
    """

    key: str
    organisation: str
    consequences: tuple[str, ...]
    problem: str = ""


def form(request: Request) -> Response:
    removal = console_of(request).connections.removal(request.path_params["key"])
    return page(request, "connections/remove.html", _view(removal))


def remove(request: Request) -> Response:
    connections = console_of(request).connections
    removal = connections.removal(request.path_params["key"])
    name = removal.connection.organisation_name
    if field(request, "name") != name:
        problem = "That is another name; nothing was removed."
        return page(request, "connections/remove.html", _view(removal, problem), status=422)
    removed = connections.remove(removal.connection.organisation_id)
    if removed.ended_at_xero:
        return go_to("/connections", Message(tone="good", text=f"Removed {name}."))
    advice = "Xero did not take the sign-in: check Connected apps in Xero as well."
    return go_to("/connections", Message(tone="warn", text=f"Removed {name}. {advice}"))


def _view(removal: Removal, problem: str = "") -> RemoveView:
    connection = removal.connection
    return RemoveView(
        connection.organisation_key,
        connection.organisation_name,
        removal.consequences(purge=False),
        problem,
    )
