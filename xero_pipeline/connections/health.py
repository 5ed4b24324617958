"""How a connection is, and what to do about it. Pure functions: values in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from xero_pipeline.connections.errors import WrongOrganisation
from xero_pipeline.connections.model import Cause, Connection, Health, Status
from xero_pipeline.xero.errors import (
    AppMisconfigured,
    ConcurrentLimitReached,
    ConsentExpired,
    DailyLimitReached,
    DemoCompanyReset,
    LimitError,
    MalformedPage,
    MinuteLimitReached,
    MissingPermission,
    MissingScope,
    NeedsReconnect,
    NotEnoughCalls,
    OrganisationNotConnected,
    OrganisationOffline,
    OrganisationRefuses,
    TransientError,
    XeroError,
    XeroMaintenance,
)
from xero_pipeline.xero.scopes import ScopeGap

Denial = MissingScope | MissingPermission

EXPIRES_SOON_DAYS = 14
"""A living pipeline refreshes long before: so few days mean that none has been at work for long."""

# The narrower class stands before the wider one.
_AFTER: tuple[tuple[type[XeroError], Status, Cause], ...] = (
    (ConsentExpired, Status.NEEDS_RECONNECT, Cause.CONSENT_EXPIRED),
    (NeedsReconnect, Status.NEEDS_RECONNECT, Cause.ACCESS_REVOKED),
    (OrganisationRefuses, Status.NEEDS_RECONNECT, Cause.TRIAL_ENDED),
    (DemoCompanyReset, Status.NEEDS_RECONNECT, Cause.DEMO_COMPANY_RESET),
    (OrganisationNotConnected, Status.NEEDS_RECONNECT, Cause.ORGANISATION_DISCONNECTED),
    (WrongOrganisation, Status.NEEDS_RECONNECT, Cause.WRONG_ORGANISATION),
    (AppMisconfigured, Status.MISCONFIGURED, Cause.APP_MISCONFIGURED),
    (MissingScope, Status.DEGRADED, Cause.SCOPE_MISSING),
    (MissingPermission, Status.DEGRADED, Cause.ROLE_TOO_LOW),
    (MinuteLimitReached, Status.RATE_LIMITED, Cause.MINUTE_LIMIT),
    (ConcurrentLimitReached, Status.RATE_LIMITED, Cause.CONCURRENT_LIMIT),
    (DailyLimitReached, Status.RATE_LIMITED, Cause.DAILY_LIMIT),
    (NotEnoughCalls, Status.RATE_LIMITED, Cause.DAILY_LIMIT),
    (OrganisationOffline, Status.UNREACHABLE, Cause.ORGANISATION_OFFLINE),
    (XeroMaintenance, Status.UNREACHABLE, Cause.XERO_MAINTENANCE),
    (MalformedPage, Status.UNREACHABLE, Cause.ANSWER_UNUSABLE),
    (TransientError, Status.UNREACHABLE, Cause.XERO_UNAVAILABLE),
)


def health_after(error: XeroError | None) -> Health | None:
    """How a connection is after a call ended; None when the error says nothing about that."""
    if error is None:
        return Health(Status.HEALTHY)
    if isinstance(error, MissingScope | MissingPermission):
        return health_without([error], (), "")
    for kind, status, cause in _AFTER:
        if isinstance(error, kind):
            resume_at = error.resume_at if isinstance(error, LimitError) else None
            return Health(status, cause, error.what, error.next_step, resume_at)
    return None


def health_without(
    denials: Iterable[Denial], gaps: Sequence[ScopeGap], organisation: str
) -> Health:
    """How a connection is that cannot read everything: healthy if nothing is missing.

    Args:
        denials: what Xero refused.
        gaps: what the consent leaves out; Xero need not have refused it yet.
        organisation: its name, for the command that helps.
    """
    in_gaps = {name for gap in gaps for name in gap.endpoints}
    met = [each for each in denials if each.endpoint not in in_gaps]
    endpoints = tuple(dict.fromkeys((*_unread(gaps), *(each.endpoint for each in met))))
    if not endpoints:
        return Health(Status.HEALTHY)
    sentences = [*map(_gap_sentence, gaps), *_denial_sentences(met)]
    lacks_scope = bool(gaps) or any(isinstance(each, MissingScope) for each in met)
    cause = Cause.SCOPE_MISSING if lacks_scope else Cause.ROLE_TOO_LOW
    steps = [_allow(organisation)] if gaps else []
    steps += [each.next_step for each in met]
    return Health(
        Status.DEGRADED,
        cause,
        " ".join(sentences),
        " ".join(dict.fromkeys(steps)),
        degraded_endpoints=endpoints,
    )


def _unread(gaps: Sequence[ScopeGap]) -> list[str]:
    return [name for gap in gaps for name in gap.endpoints]


def _gap_sentence(gap: ScopeGap) -> str:
    """ "Payments and batch payments are not read: the scope ... was not granted." """
    return f"{_spoken(gap.endpoints)} not read: the scope {gap.scope} was not granted."


def seen_at(now: datetime, connection: Connection) -> Connection:
    """What was recorded, seen from now (UTC): limits pass, and sign-ins come to their end."""
    left = days_left(connection.expires_at, now)
    seen = replace(connection, expires_in_days=left)
    if seen.resume_at is not None and seen.resume_at <= now:
        seen = with_health(seen, Health(Status.HEALTHY))
    if seen.status is not Status.HEALTHY or left is None or left > EXPIRES_SOON_DAYS:
        return seen
    return with_health(
        seen,
        Health(
            Status.EXPIRING,
            Cause.UNUSED,
            f"The sign-in ends in {left} days: it has not been used for long.",
            "Start the pipeline again: every sync renews it for 60 days, and so does "
            f'`xero-pipeline connections check "{connection.organisation_name}"`.',
        ),
    )


def with_health(connection: Connection, health: Health) -> Connection:
    return replace(
        connection,
        status=health.status,
        status_cause=health.cause,
        status_reason=health.reason,
        next_step=health.next_step,
        resume_at=health.resume_at,
        degraded_endpoints=health.degraded_endpoints,
    )


def days_left(expires_at: datetime | None, now: datetime) -> int | None:
    """Whole days until a sign-in ends; 0 on the last one and after it."""
    return None if expires_at is None else max((expires_at - now) // timedelta(days=1), 0)


def why_refused(
    error: OrganisationNotConnected, organisation: str, *, is_listed: bool, is_demo_company: bool
) -> OrganisationNotConnected:
    """The cause of a 401 or 403, as far as Xero's list of connections tells it.

    Args:
        is_listed: Xero still lists the organisation among the user's connections.
        is_demo_company: it was one when it was connected.
    """
    if is_listed:
        return OrganisationRefuses(organisation) if error.status == 403 else error
    return DemoCompanyReset(organisation) if is_demo_company else error


def _denial_sentences(denials: Sequence[Denial]) -> list[str]:
    """One sentence for all that a role does not reach, one for each missing scope."""
    for_role = tuple(each.endpoint for each in denials if isinstance(each, MissingPermission))
    sentences = [each.what for each in denials if isinstance(each, MissingScope)]
    if for_role:
        sentences.append(
            f"{_spoken(for_role)} not read: "
            "in Xero, the user who connected it lacks the permission."
        )
    return sentences


def _allow(organisation: str) -> str:
    return f'Reconnect and allow it: `xero-pipeline connections reconnect "{organisation}"`.'


def _spoken(endpoints: Sequence[str]) -> str:
    """ "Trial balance is", "Payments and batch payments are"."""
    names = [name.replace("_", " ") for name in endpoints]
    *others, last = names
    listed = f"{', '.join(others)} and {last}" if others else last
    is_plural = bool(others) or (last.endswith("s") and not last.endswith("ss"))
    return f"{listed[0].upper()}{listed[1:]} {'are' if is_plural else 'is'}"
