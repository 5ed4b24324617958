from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import pytest

from xero_pipeline.automation.due import (
    Candidate,
    PartitionChanges,
    affordable_freshness,
    due,
    partition_changes,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def candidate(
    organisation: str = "a",
    *,
    minutes_ago: int | None = None,
    is_healthy: bool = True,
    resume_at: datetime | None = None,
    calls_left: int = 100,
) -> Candidate:
    """An organisation that was read so many minutes before noon, or never."""
    return Candidate(
        organisation=organisation,
        organisation_id=f"id of {organisation}",
        timezone="UTC",
        connected_at=NOON - timedelta(days=30),
        is_healthy=is_healthy,
        last_sync_at=None if minutes_ago is None else NOON - timedelta(minutes=minutes_ago),
        resume_at=resume_at,
        calls_left=calls_left,
    )


def due_at_noon(*candidates: Candidate, asked_for: Collection[str] = ()) -> list[str]:
    """With increments that cost ten calls."""
    return due(candidates, NOON, QUARTER, 10, asked_for)


@pytest.mark.parametrize(
    "waiting",
    [
        candidate(),
        candidate(minutes_ago=15),
        candidate(resume_at=NOON),
        candidate(calls_left=10),
    ],
    ids=["never synced", "stale", "limit lifted", "just enough calls"],
)
def test_an_organisation_is_due_when_nothing_speaks_against_it(waiting: Candidate) -> None:
    assert due_at_noon(waiting) == ["a"]


@pytest.mark.parametrize(
    "left_out",
    [
        candidate(minutes_ago=14),
        candidate(is_healthy=False),
        candidate(resume_at=NOON + timedelta(seconds=1)),
        candidate(calls_left=9),
    ],
    ids=["fresh", "needs reconnecting", "limit not yet lifted", "too few calls"],
)
def test_an_organisation_is_left_out_while_reading_it_would_not_help(left_out: Candidate) -> None:
    assert due_at_noon(left_out) == []


def test_an_organisation_that_was_asked_for_is_not_asked_for_twice() -> None:
    assert due_at_noon(candidate("a"), candidate("b"), asked_for={"a"}) == ["b"]


def test_the_longest_waiting_comes_first_and_never_synced_before_all() -> None:
    assert due_at_noon(
        candidate("recent", minutes_ago=60),
        candidate("new"),
        candidate("old", minutes_ago=2 * 24 * 60),
    ) == ["new", "old", "recent"]


def test_partitions_follow_connections() -> None:
    changes = partition_changes({"a", "b"}, {"b", "c"}, in_progress=set())
    assert changes == PartitionChanges(to_add=["a"], to_delete=["c"])


def test_a_partition_with_a_run_in_progress_is_deleted_later() -> None:
    assert partition_changes(set(), {"c"}, in_progress={"c"}) == PartitionChanges([], [])


@pytest.mark.parametrize(
    ("calls_a_day", "minutes"),
    [(4000, 15), (800, 18)],  # 10 calls x 1440 minutes / 800 calls = 18 minutes
    ids=["as wanted", "as affordable"],
)
def test_refreshing_keeps_within_the_days_calls(calls_a_day: int, minutes: int) -> None:
    assert affordable_freshness(QUARTER, 10, calls_a_day) == timedelta(minutes=minutes)
