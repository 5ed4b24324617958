"""Nothing is lost, whatever changes at Xero while it is read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from xero_pipeline_tests.proof.schedules import Fleet, fleets
from xero_pipeline_tests.proof.stage import Lost, Stage, simplest

COMPANIES = 25
FLEETS = 20


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with Stage.of(COMPANIES, tmp_path_factory.mktemp("landing")) as stage:
        yield stage


# A fleet takes seconds: instead of letting hypothesis simplify all of it, the one schedule that
# loses something is simplified.
@settings(
    max_examples=FLEETS,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(fleet=fleets(COMPANIES))
def _play(stage: Stage, fleet: Fleet) -> None:
    try:
        stage.play(fleet)
    except Lost as lost:
        raise simplest(stage, fleet, lost) from None


def test_after_a_quiet_sync_every_raw_table_says_what_the_books_say(stage: Stage) -> None:
    """Five hundred schedules: zero records missing, zero stale, zero duplicated."""
    _play(stage)
    counts = stage.exercised.counts
    assert counts["schedules"] == FLEETS * COMPANIES
    assert counts["changes between requests"] > 1000
    assert counts["syncs broken off"] > 100
    assert counts["walks gone on with at their page"] > 50
