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


@pytest.mark.parametrize(
    ("candidate", "is_due"),
    [
        (Candidate("a", True, None), True),
        (Candidate("a", True, NOON - timedelta(minutes=15)), True),
        (Candidate("a", True, NOON - timedelta(minutes=14)), False),
        (Candidate("a", False, None), False),
    ],
    ids=["never synced", "stale", "fresh", "needs reconnecting"],
)
def test_an_organisation_is_due_when_healthy_and_stale(candidate: Candidate, is_due: bool) -> None:
    assert due([candidate], NOON, QUARTER) == (["a"] if is_due else [])


def test_an_organisation_with_a_run_in_progress_is_not_asked_for_twice() -> None:
    assert due([Candidate("a", True, None)], NOON, QUARTER, in_progress={"a"}) == []


def test_the_longest_waiting_comes_first_and_never_synced_before_all() -> None:
    candidates = [
        Candidate("recent", True, NOON - timedelta(hours=1)),
        Candidate("new", True, None),
        Candidate("old", True, NOON - timedelta(days=2)),
    ]
    assert due(candidates, NOON, QUARTER) == ["new", "old", "recent"]


def test_partitions_follow_connections() -> None:
    changes = partition_changes({"a", "b"}, {"b", "c"}, in_progress=set())
    assert changes == PartitionChanges(to_add=["a"], to_delete=["c"])


def test_a_partition_with_a_run_in_progress_is_deleted_later() -> None:
    assert partition_changes(set(), {"c"}, in_progress={"c"}) == PartitionChanges([], [])


@pytest.mark.parametrize(
    ("daily_limit", "minutes"),
    [(5000, 15), (1000, 45)],  # 25 calls x 1440 minutes / 800 calls = 45 minutes
    ids=["above Starter", "Starter"],
)
def test_refreshing_keeps_within_four_fifths_of_the_days_calls(
    daily_limit: int, minutes: int
) -> None:
    assert affordable_freshness(QUARTER, 25, daily_limit) == timedelta(minutes=minutes)
