"""Which organisations are due for a refresh: a rule over values, without Dagster or a clock."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

_DAY = timedelta(days=1)


def affordable_freshness(wanted: timedelta, calls_a_sync: int, calls_a_day: int) -> timedelta:
    """How often an organisation can be refreshed without using up its day's calls.

    Args:
        wanted: as often as this, if the budget allows it.
        calls_a_sync: what an increment without changes costs.
        calls_a_day: what increments may use of one organisation's daily limit.
    """
    return max(wanted, _DAY * calls_a_sync / max(calls_a_day, 1))


@dataclass(frozen=True)
class Candidate:
    """What the rules need to know of one connected organisation.

    Attributes:
        organisation: its partition key.
        organisation_id: Xero's tenant id, by which webhooks name it.
        timezone: Xero's name of it.
        connected_at: UTC.
        is_healthy: False while a person has to reconnect it: asking Xero again would only fail.
        last_sync_at: when its last successful sync ended (UTC); None before the first.
        resume_at: when Xero's daily limit lets it be asked again (UTC); None: at once.
        calls_left: of the day's calls, for what runs by itself.
    """

    organisation: str
    organisation_id: str
    timezone: str
    connected_at: datetime
    is_healthy: bool
    last_sync_at: datetime | None
    resume_at: datetime | None
    calls_left: int

    def may_be_asked(self, now: datetime, calls: int) -> bool:
        """Whether a sync that costs so many calls has a chance."""
        is_let = self.resume_at is None or self.resume_at <= now
        return self.is_healthy and is_let and self.calls_left >= calls

    def is_stale(self, now: datetime, freshness: timedelta) -> bool:
        return self.last_sync_at is None or now - self.last_sync_at >= freshness


def due(
    candidates: Sequence[Candidate],
    now: datetime,
    freshness: timedelta,
    calls: int,
    asked_for: Collection[str] = (),
) -> list[str]:
    """The organisations to refresh now, the longest waiting first.

    Args:
        calls: what refreshing one of them costs.
        asked_for: those with a run in progress, for which a second one would only wait, and those
            that a run was asked for within `freshness`: one that fails is not asked for at every
            tick.
    """
    waiting = [
        candidate
        for candidate in candidates
        if candidate.organisation not in asked_for
        and candidate.may_be_asked(now, calls)
        and candidate.is_stale(now, freshness)
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
