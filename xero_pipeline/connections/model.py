"""What is known about a connection, without secrets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from xero_pipeline.settings import Tier
from xero_pipeline.xero.scopes import covers_writing


class Purpose(StrEnum):
    """Whose books a workspace reads."""

    AGENCY = "agency"
    CLIENT = "client"


class Status(StrEnum):
    """How a connection is."""

    HEALTHY = "healthy"
    EXPIRING = "expiring"
    DEGRADED = "degraded"
    RATE_LIMITED = "rate_limited"
    UNREACHABLE = "unreachable"
    MISCONFIGURED = "misconfigured"
    NEEDS_RECONNECT = "needs_reconnect"
    REMOVED = "removed"


class Cause(StrEnum):
    """Why a connection is not healthy."""

    NONE = ""
    UNUSED = "unused"
    SCOPE_MISSING = "scope_missing"
    ROLE_TOO_LOW = "role_too_low"
    MINUTE_LIMIT = "minute_limit"
    CONCURRENT_LIMIT = "concurrent_limit"
    DAILY_LIMIT = "daily_limit"
    ORGANISATION_OFFLINE = "organisation_offline"
    XERO_MAINTENANCE = "xero_maintenance"
    XERO_UNAVAILABLE = "xero_unavailable"
    ANSWER_UNUSABLE = "answer_unusable"
    APP_MISCONFIGURED = "app_misconfigured"
    ACCESS_REVOKED = "access_revoked"  # or the password changed, or the login closed
    CONSENT_EXPIRED = "consent_expired"
    ORGANISATION_DISCONNECTED = "organisation_disconnected"  # or the user removed from it
    TRIAL_ENDED = "trial_ended"  # or the subscription, or the user's access
    DEMO_COMPANY_RESET = "demo_company_reset"
    WRONG_ORGANISATION = "wrong_organisation"
    REMOVED_HERE = "removed_here"


@dataclass(frozen=True)
class Health:
    """A status with its reason.

    Attributes:
        reason: what happened; empty when all is well.
        next_step: what a person should do; empty when nothing.
        resume_at: UTC; when a limit is lifted.
        degraded_endpoints: the catalogue's names of what is not read.
    """

    status: Status
    cause: Cause = Cause.NONE
    reason: str = ""
    next_step: str = ""
    resume_at: datetime | None = None
    degraded_endpoints: tuple[str, ...] = ()


CUSTOM_CONNECTION = "custom connection"
"""In place of the Xero user, where there is none."""


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
        connected_by: the Xero user, "Ada Lowe <ada@harbour.example>", or CUSTOM_CONNECTION.
        connected_at, last_sync_at, resume_at: UTC.
        status_cause: why it is so, in a word for programs.
        status_reason: the same as a sentence; empty when all is well.
        next_step: what a person should do; empty when nothing.
        degraded_endpoints: the catalogue's names of what is not read.
        scopes: what the consent covers.
        expires_at: when the sign-in ends unless it is refreshed before (UTC); refreshing happens
            by itself. None: it needs no refreshing, or an earlier version stored it and no call
            was made since.
        expires_in_days: whole days until then.
        is_demo_company: one of Xero's, which are reset every 28 days.
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
    expires_in_days: int | None = None
    status_cause: Cause = Cause.NONE
    degraded_endpoints: tuple[str, ...] = ()
    is_demo_company: bool = False

    @property
    def is_custom(self) -> bool:
        """Whether the app belongs to this organisation alone, and nobody signs in to it."""
        return self.connected_by == CUSTOM_CONNECTION

    @property
    def may_sync(self) -> bool:
        """False when only reconnecting can help: asking Xero again would change nothing."""
        return self.status not in (Status.NEEDS_RECONNECT, Status.REMOVED)

    @property
    def may_write(self) -> bool:
        """Whether answers of clients may be written: a client's books, and consent to it."""
        return self.purpose is Purpose.CLIENT and covers_writing(self.scopes)

    @property
    def needs_person(self) -> bool:
        """True when it stays broken until somebody acts."""
        return self.status in (Status.NEEDS_RECONNECT, Status.MISCONFIGURED)

    @property
    def is_sign_in_dead(self) -> bool:
        """True when Xero has refused to renew the sign-in."""
        return self.status_cause in (Cause.ACCESS_REVOKED, Cause.CONSENT_EXPIRED)


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
class Removal:
    """What removing a connection would do, to be said beforehand.

    Attributes:
        shares_sign_in_with: other organisations' names; without any, the tokens are forgotten.
    """

    connection: Connection
    shares_sign_in_with: tuple[str, ...]

    def consequences(self, *, purge: bool) -> tuple[str, ...]:
        """Everything that will happen, a sentence each.

        Args:
            purge: what was read is deleted, too.
        """
        person = self.connection.connected_by.partition(" <")[0]
        others = ", ".join(self.shares_sign_in_with)
        return (
            "Its connection at Xero ends, and nothing more is read.",
            f"The sign-in of {person} stays, because it also reads {others}."
            if others
            else f"The sign-in of {person} is forgotten.",
            "Its monitored accounts are forgotten; a record of it stays.",
            "What was read is deleted for good: landed pages, rows, figures, history, snapshots."
            if purge
            else "What was read stays: landed pages, tables and published figures.",
        )


@dataclass(frozen=True)
class Removed:
    """What is left of a connection.

    Attributes:
        ended_at_xero: False when Xero no longer accepted the sign-in: it may still be listed there
            under Connected apps.
    """

    organisation_name: str
    ended_at_xero: bool
