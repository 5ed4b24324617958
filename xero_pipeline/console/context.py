"""What the pages work with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from starlette.requests import Request

from xero_pipeline.connections import Connections
from xero_pipeline.console.consents import Consents
from xero_pipeline.console.reading import Figures
from xero_pipeline.console.security import Access, Attempts, Sessions
from xero_pipeline.console.syncing import Syncs
from xero_pipeline.settings import Settings
from xero_pipeline.tasks.desk import TaskDesk
from xero_pipeline.xero.limits import Clock


@dataclass(frozen=True)
class Console:
    """One console's dealings with the rest of the pipeline; threads share it.

    Attributes:
        figures: what was published.
        consents: people who are on their way through Xero's consent page.
        syncs: what was asked for here, and how far it is.
        desk: takes answers and decisions about tasks.
    """

    settings: Settings
    connections: Connections
    figures: Figures
    consents: Consents
    syncs: Syncs
    desk: TaskDesk
    access: Access
    sessions: Sessions
    attempts: Attempts
    clock: Clock


def console_of(request: Request) -> Console:
    """The console that a request came to."""
    return cast(Console, request.app.state.console)


def field(request: Request, name: str) -> str:
    """A field of the form that was sent, without blanks around it; empty when there is none."""
    value = request.state.form.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def fields(request: Request, name: str) -> list[str]:
    """All values of a field that may occur several times: what was ticked."""
    return [value for value in request.state.form.getlist(name) if isinstance(value, str)]
