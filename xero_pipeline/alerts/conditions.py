"""What is wrong now: a rule over values, without clock, database or network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from xero_pipeline.connections.model import Connection


class Kind(StrEnum):
    """What an alert is about."""

    CONNECTION = "connection"
    STALE = "stale"
    BUDGET = "budget"
    RUN_FAILED = "run_failed"
    TASK_DELIVERY = "task_delivery"


@dataclass(frozen=True)
class Condition:
    """Something is wrong with one subject. Kind and subject tell whether it is still the same.

    Attributes:
        subject: an organisation's key, the name of a job, or an address that gets events.
        title: who and what, for a subject line.
        sentence: what happened and why, in plain words.
        fix: the command, link or step that mends it.
    """

    kind: Kind
    subject: str
    title: str
    sentence: str
    fix: str

    @property
    def key(self) -> tuple[Kind, str]:
        return self.kind, self.subject


@dataclass(frozen=True)
class Thresholds:
    """When something is worth an alert.

    Attributes:
        stale_after: since the last successful sync.
        budget_share: of the day's calls.
    """

    stale_after: timedelta = timedelta(hours=26)  # a nightly run, and two hours to be late
    budget_share: float = 0.9


def conditions(
    connections: Sequence[Connection],
    calls_today: Mapping[str, int],
    daily_limit: int,
    now: datetime,
    thresholds: Thresholds,
) -> list[Condition]:
    """Everything that is wrong with the connections now.

    A connection that needs a person is not reported as stale besides: it is for the same reason.

    Args:
        calls_today: organisation id -> calls of this UTC day; absent is none.
        daily_limit: calls a day for one organisation.
        now: UTC.
    """
    return [
        condition
        for connection in connections
        for condition in _of(connection, calls_today, daily_limit, now, thresholds)
    ]


def _of(
    connection: Connection,
    calls_today: Mapping[str, int],
    daily_limit: int,
    now: datetime,
    thresholds: Thresholds,
) -> Iterator[Condition]:
    if connection.needs_person:
        yield _needs_person(connection)
    elif _is_stale(connection, now, thresholds):
        yield _stale(connection, thresholds)
    used = calls_today.get(connection.organisation_id, 0)
    if used >= thresholds.budget_share * daily_limit:
        yield _budget(connection, used, daily_limit)


def _needs_person(connection: Connection) -> Condition:
    return Condition(
        Kind.CONNECTION,
        connection.organisation_key,
        f"{connection.organisation_name} needs you",
        f"{connection.status_reason} {_whose(connection)}",
        connection.next_step,
    )


def _is_stale(connection: Connection, now: datetime, thresholds: Thresholds) -> bool:
    # One that was never synced is measured from its connecting.
    since = connection.last_sync_at or connection.connected_at
    return now - since > thresholds.stale_after


def _stale(connection: Connection, thresholds: Thresholds) -> Condition:
    last = connection.last_sync_at
    known = f"was last read on {last:%d %B %Y at %H:%M} UTC" if last else "has never been read"
    why = f" {connection.status_reason}" if connection.status_reason else ""
    return Condition(
        Kind.STALE,
        connection.organisation_key,
        f"{connection.organisation_name} is out of date",
        f"{connection.organisation_name} {known}, longer ago than the "
        f"{thresholds.stale_after / timedelta(hours=1):.0f} hours that are allowed.{why} "
        f"{_whose(connection)}",
        connection.next_step
        or f"Look at the last runs in the Dagster UI, or run: xero-pipeline sync --organisation "
        f'"{connection.organisation_key}"',
    )


def _budget(connection: Connection, used: int, daily_limit: int) -> Condition:
    return Condition(
        Kind.BUDGET,
        connection.organisation_key,
        f"{connection.organisation_name}: calls run out",
        f"{used:,} of the {daily_limit:,} calls that Xero allows a day for "
        f"{connection.organisation_name} are used. {_whose(connection)}",
        "Scheduled refreshes wait until midnight UTC. Nothing is lost; to refresh more often, use "
        "a Xero tier with more calls.",
    )


def _whose(connection: Connection) -> str:
    return f"Workspace {connection.workspace}, connected by {connection.connected_by}."
