"""The card of somebody on the way through Xero's consent page."""

from __future__ import annotations

from dataclasses import dataclass

from xero_pipeline.connections import Purpose
from xero_pipeline.console.consents import Consent, Stage
from xero_pipeline.console.remedies import remedy
from xero_pipeline.xero import Organisation


@dataclass(frozen=True)
class ConnectView:
    """The form that begins it.

    Attributes:
        workspaces: names that are taken, for the list of suggestions.
        room_left: how many more the app's tier allows; None: as many as you like.
        problem: why it cannot begin.
    """

    workspaces: tuple[str, ...]
    room_left: int | None
    workspace: str = ""
    purpose: Purpose = Purpose.CLIENT
    write_back: bool = False
    problem: str = ""


@dataclass(frozen=True)
class Offered:
    organisation_id: str
    name: str


@dataclass(frozen=True)
class ConsentView:
    """Where it stands.

    Attributes:
        has_answered: Xero has sent the browser back.
        url: Xero's consent page.
        found: the organisation to confirm.
        connected: the name of the one that was saved.
        key: its key.
        lacks_writing: writing was asked for and not granted.
        problem, next_step: why nothing was saved.
    """

    id: str
    stage: Stage
    workspace: str
    purpose: Purpose
    reconnects: str | None
    has_answered: bool
    url: str | None
    offered: tuple[Offered, ...]
    found: Organisation | None
    connected: str = ""
    key: str = ""
    lacks_writing: bool = False
    problem: str = ""
    next_step: str = ""

    @property
    def is_waiting(self) -> bool:
        """Whether the page has to look again by itself."""
        return self.stage in (Stage.AT_XERO, Stage.WORKING)


def consent_view(consent: Consent, *, has_answered: bool) -> ConsentView:
    connection, error = consent.connection, consent.error
    return ConsentView(
        id=consent.id,
        stage=consent.stage,
        workspace=consent.wish.workspace,
        purpose=consent.wish.purpose,
        reconnects=consent.wish.reconnects,
        has_answered=has_answered,
        url=consent.url,
        offered=tuple(Offered(each.tenant_id, each.name) for each in consent.offered),
        found=consent.found,
        connected=connection.organisation_name if connection else "",
        key=connection.organisation_key if connection else "",
        lacks_writing=bool(connection and consent.wish.write_back and not connection.may_write),
        problem=error.what if error else "",
        next_step=remedy(error) if error else "",
    )
