"""Which organisations are due for a refresh: a rule over values, without Dagster or a clock."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

_DAY = timedelta(days=1)
_SHARE_OF_BUDGET = 0.8  # the rest is for people, the nightly run and the weekly reconcile


def affordable_freshness(wanted: timedelta, calls_a_sync: int, daily_limit: int) -> timedelta:
    """How often an organisation can be refreshed without using up its day's calls.

    Args:
        wanted: as often as this, if the budget allows it.
        calls_a_sync: what an increment without changes costs.
        daily_limit: calls a day for one organisation (1,000 on Xero's Starter tier).
    """
    affordable = _DAY * calls_a_sync / (daily_limit * _SHARE_OF_BUDGET)
    return max(wanted, affordable)


@dataclass(frozen=True)
class Candidate:
    """What the rule needs to know of one connected organisation.

    Attributes:
        organisation: its partition key.
        is_healthy: False while a person has to reconnect it: asking Xero again would only fail.
        last_sync_at: when its last successful sync ended (UTC); None before the first.
        resume_at: when Xero's daily limit lets it be asked again (UTC); None: at once.
    """

    organisation: str
    is_healthy: bool
    last_sync_at: datetime | None
    resume_at: datetime | None = None


def due(
    candidates: Sequence[Candidate],
    now: datetime,
    freshness: timedelta,
    in_progress: Collection[str] = (),
) -> list[str]:
    """The organisations to refresh now, the longest waiting first.

    An organisation with a run in progress is left out: a second one would only wait for the first
    and spend its calls twice. One whose calls are used up waits until they are allowed again.
    """
    waiting = [
        candidate
        for candidate in candidates
        if candidate.is_healthy
        and candidate.organisation not in in_progress
        and (candidate.resume_at is None or candidate.resume_at <= now)
        and (candidate.last_sync_at is None or now - candidate.last_sync_at >= freshness)
    ]
    never = datetime.min.replace(tzinfo=now.tzinfo)
    return [c.organisation for c in sorted(waiting, key=lambda c: c.last_sync_at or never)]


@dataclass(frozen=True)
class PartitionChanges:
    """Partitions to add and to delete so that they equal the connected organisations."""

    to_add: list[str]
    to_delete: list[str]


def partition_changes(
    connected: Collection[str], partitions: Collection[str], in_progress: Collection[str]
) -> PartitionChanges:
    """Bring partitions in line with connections.

    A partition under a running run stays until the run has ended: Dagster fails a run at its end
    when its partition is gone, even though the rows are loaded. The next tick deletes it.
    """
    return PartitionChanges(
        to_add=sorted(set(connected) - set(partitions)),
        to_delete=sorted(set(partitions) - set(connected) - set(in_progress)),
    )
