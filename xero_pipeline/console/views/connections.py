"""The table of connections."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from xero_pipeline.alerts import Thresholds
from xero_pipeline.connections import (
    Cause,
    Connection,
    EndpointUsage,
    Purpose,
    Status,
    WatchedAccount,
)
from xero_pipeline.console import formats
from xero_pipeline.console.remedies import step_for
from xero_pipeline.console.runs import Progress

Tone = Literal["good", "warn", "bad"]


class Fix(StrEnum):
    """The button that mends a connection."""

    NONE = ""
    RECONNECT = "reconnect"
    CHECK = "check"
    REMOVE = "remove"


@dataclass(frozen=True)
class State:
    """How a connection is.

    Attributes:
        word: stands beside the colour.
        sentence: what is wrong; empty when nothing is.
        step: what to do where pressing the button is not all.
    """

    tone: Tone
    word: str
    sentence: str = ""
    step: str = ""
    fix: Fix = Fix.NONE


@dataclass(frozen=True)
class ConnectionRow:
    """One line.

    Attributes:
        accounts: codes of the monitored ones; None: its own books are not watched.
        calls, bytes: of this month (UTC), as transferred.
        progress: of the sync that was asked for here, if any.
    """

    key: str
    workspace: str
    purpose: Purpose
    organisation: str
    country: str
    currency: str
    accounts: tuple[str, ...] | None
    connected_by: str
    connected_at: datetime
    state: State
    last_sync: str
    last_sync_at: datetime | None
    calls: int
    bytes: int
    may_sync: bool
    may_write: bool
    progress: Progress | None

    @property
    def is_syncing(self) -> bool:
        return self.progress is not None and not self.progress.is_over

    @property
    def is_known_problem(self) -> bool:
        """Whether the sync failed over what the state says already, with its button."""
        return bool(
            self.progress and self.state.sentence and self.state.sentence in self.progress.problem
        )


@dataclass(frozen=True)
class Stale:
    """Books that have not been read for longer than promised.

    Attributes:
        organisations: their names.
        since: the oldest last sync; None: one of them was never read.
        promised_hours: how old they may become.
    """

    organisations: tuple[str, ...]
    since: datetime | None
    promised_hours: int


@dataclass(frozen=True)
class ConnectionsView:
    rows: tuple[ConnectionRow, ...]
    stale: Stale | None

    @property
    def calls(self) -> int:
        return sum(row.calls for row in self.rows)

    @property
    def bytes(self) -> int:
        return sum(row.bytes for row in self.rows)


def connections_view(
    connections: Sequence[Connection],
    watched: Sequence[WatchedAccount],
    usage: Sequence[EndpointUsage],
    progress: Mapping[str, Progress],
    now: datetime,
) -> ConnectionsView:
    """The whole table.

    Args:
        usage: of this month.
        progress: by organisation key.
        now: UTC.
    """
    codes: dict[str, list[str]] = defaultdict(list)
    for account in watched:
        codes[account.organisation_id].append(account.account_code or "bank account")
    used: dict[str, list[EndpointUsage]] = defaultdict(list)
    for each in usage:
        used[each.organisation_id].append(each)
    rows = tuple(
        _row(
            each,
            sorted(codes[each.organisation_id]),
            used[each.organisation_id],
            progress.get(each.organisation_key),
            now,
        )
        for each in connections
    )
    return ConnectionsView(rows, stale(connections, now))


def stale(connections: Sequence[Connection], now: datetime) -> Stale | None:
    """Which books are older than promised, as the alerts count it; None: none are.

    One that was connected lately has its time to be read for the first time.
    """
    promise = Thresholds().stale_after
    late = [
        each for each in connections if (each.last_sync_at or each.connected_at) < now - promise
    ]
    if not late:
        return None
    read = [each.last_sync_at for each in late if each.last_sync_at is not None]
    since = min(read) if len(read) == len(late) else None
    names = tuple(each.organisation_name for each in late)
    return Stale(names, since, promise // timedelta(hours=1))


def state_of(connection: Connection) -> State:
    """Tick, or word, sentence and what mends it."""
    tone: Tone = "bad" if connection.needs_person else "warn"
    match connection.status:
        case Status.HEALTHY:
            return State("good", "Healthy")
        case Status.EXPIRING:
            word = f"Expires in {connection.expires_in_days} days"
        case Status.DEGRADED:
            word = f"Degraded: {len(connection.degraded_endpoints)} not read"
        case Status.RATE_LIMITED if connection.resume_at:
            word = f"Rate-limited until {formats.instant(connection.resume_at)}"
        case other:
            word = other.replace("_", " ").capitalize()
    return State(tone, word, connection.status_reason, step_for(connection), _fix(connection))


def _fix(connection: Connection) -> Fix:
    match connection.status_cause:
        case Cause.SCOPE_MISSING:
            return Fix.RECONNECT
        case Cause.TRIAL_ENDED:
            return Fix.CHECK
        case Cause.DEMO_COMPANY_RESET:
            return Fix.REMOVE
    match connection.status:
        case Status.NEEDS_RECONNECT:
            return Fix.RECONNECT
        case Status.EXPIRING | Status.UNREACHABLE | Status.MISCONFIGURED | Status.DEGRADED:
            return Fix.CHECK
        case _:
            return Fix.NONE


def _row(
    connection: Connection,
    codes: list[str],
    usage: Sequence[EndpointUsage],
    progress: Progress | None,
    now: datetime,
) -> ConnectionRow:
    return ConnectionRow(
        key=connection.organisation_key,
        workspace=connection.workspace,
        purpose=connection.purpose,
        organisation=connection.organisation_name,
        country=connection.country,
        currency=connection.base_currency,
        accounts=tuple(codes) if connection.purpose is Purpose.CLIENT else None,
        connected_by=connection.connected_by.partition(" <")[0],
        connected_at=connection.connected_at,
        state=state_of(connection),
        last_sync=formats.ago(connection.last_sync_at, now),
        last_sync_at=connection.last_sync_at,
        calls=sum(each.calls for each in usage),
        bytes=sum(each.wire_bytes for each in usage),
        may_sync=connection.may_sync,
        may_write=connection.may_write,
        progress=progress,
    )
