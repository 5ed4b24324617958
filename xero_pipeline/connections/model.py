"""What is known about a connection, without secrets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from xero_pipeline.connections.errors import WrongOrganisation
from xero_pipeline.settings import Tier
from xero_pipeline.xero.errors import (
    AppMisconfigured,
    LimitError,
    MissingPermission,
    MissingScope,
    NeedsReconnect,
    OrganisationNotConnected,
    TransientError,
    XeroError,
)


class Purpose(StrEnum):
    """Whose books a workspace reads."""

    AGENCY = "agency"
    CLIENT = "client"


class Status(StrEnum):
    """How a connection is."""

    CONNECTED = "connected"
    LIMITED_ACCESS = "limited_access"
    WAITING = "waiting"
    UNREACHABLE = "unreachable"
    MISCONFIGURED = "misconfigured"
    NEEDS_RECONNECT = "needs_reconnect"
    DISCONNECTED = "disconnected"


_STATUS_OF: tuple[tuple[type[XeroError], Status], ...] = (
    (NeedsReconnect, Status.NEEDS_RECONNECT),
    (OrganisationNotConnected, Status.DISCONNECTED),
    (WrongOrganisation, Status.DISCONNECTED),
    (AppMisconfigured, Status.MISCONFIGURED),
    (MissingScope, Status.LIMITED_ACCESS),
    (MissingPermission, Status.LIMITED_ACCESS),
    (LimitError, Status.WAITING),
    (TransientError, Status.UNREACHABLE),
)


@dataclass(frozen=True)
class Health:
    """A status with its reason.

    Attributes:
        reason: what happened; empty when all is well.
        next_step: what a person should do; empty when nothing.
        resume_at: UTC; when a limit is lifted.
    """

    status: Status
    reason: str = ""
    next_step: str = ""
    resume_at: datetime | None = None


def health_after(error: XeroError | None) -> Health | None:
    """How a connection is after a call ended; None when the error says nothing about that."""
    if error is None:
        return Health(Status.CONNECTED)
    for kind, status in _STATUS_OF:
        if isinstance(error, kind):
            resume_at = error.resume_at if isinstance(error, LimitError) else None
            return Health(status, error.what, error.next_step, resume_at)
    return None


@dataclass(frozen=True)
class Connection:
    """One organisation as connected: a line of `connections list`, a row of `ops.connections`.

    Attributes:
        organisation_id: Xero's tenant id.
        organisation_key: a readable name that stays when the organisation is renamed: its
            partition in Dagster.
        xero_organisation_id: Xero's OrganisationID when it was connected, to notice when another
            one answers. Equals the tenant id in practice, but Xero does not promise it.
        country: ISO 3166.
        base_currency: ISO 4217.
        short_code: part of deep links into Xero.
        timezone: Xero's name of it.
        connected_by: the Xero user, "Ada Lowe <ada@harbour.example>".
        connected_at, last_sync_at, resume_at: UTC.
        scopes: what the consent covers.
        expires_at: when the sign-in ends unless it is refreshed before (UTC); refreshing happens
            by itself. None: it needs no refreshing, or an earlier version stored it and no call
            was made since.
    """

    workspace: str
    purpose: Purpose
    organisation_id: str
    organisation_key: str
    xero_organisation_id: str
    organisation_name: str
    country: str
    base_currency: str
    short_code: str
    timezone: str
    connected_by: str
    connected_at: datetime
    status: Status
    status_reason: str
    next_step: str
    resume_at: datetime | None
    last_sync_at: datetime | None
    scopes: tuple[str, ...]
    expires_at: datetime | None = None

    @property
    def may_sync(self) -> bool:
        """False when only reconnecting can help: asking Xero again would change nothing."""
        return self.status not in (Status.NEEDS_RECONNECT, Status.DISCONNECTED)

    @property
    def needs_person(self) -> bool:
        """True when it stays broken until somebody acts."""
        return not self.may_sync or self.status is Status.MISCONFIGURED


@dataclass(frozen=True)
class MonitoredAccount:
    """An account of a client's books whose transactions become client tasks.

    Attributes:
        look_back_days: how far back tasks are made when the account is chosen.
        document_types: Xero's types of what is watched (SPEND, RECEIVE, ACCPAY ...); None: all but
            transfers between own accounts.
    """

    account_id: str
    code: str
    name: str
    look_back_days: int = 90
    document_types: tuple[str, ...] | None = None


@dataclass(frozen=True)
class WatchedAccount:
    """A monitored account of one organisation: a row of `ops.monitored_accounts`."""

    organisation_id: str
    account_id: str
    account_code: str
    look_back_days: int
    document_types: list[str] | None
    selected_at: datetime


UNATTRIBUTED = "unattributed"
"""Calls that count although nobody knows for which endpoint: set aside by a process that is still
at work, or that was killed before it said; and all calls from before endpoints were told apart."""


@dataclass(frozen=True)
class EndpointUsage:
    """What calls for an endpoint came to on one UTC day: a row of `ops.api_usage`.

    Attributes:
        endpoint: the catalogue's name of an endpoint or report, or UNATTRIBUTED.
        calls: repeated ones, too.
        wire_bytes, body_bytes: of the answers, as transferred and as decoded.
        tier: Xero's price tier, as set now.
    """

    organisation_id: str
    endpoint: str
    day: date
    calls: int
    wire_bytes: int
    body_bytes: int
    tier: Tier


@dataclass(frozen=True)
class Removed:
    """What is left of a connection.

    Attributes:
        ended_at_xero: False when Xero no longer accepted the sign-in: it may still be listed there
            under Connected apps.
    """

    organisation_name: str
    ended_at_xero: bool
