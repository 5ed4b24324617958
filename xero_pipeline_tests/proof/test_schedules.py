"""Nothing is lost, whatever changes at Xero while it is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from xero_pipeline_tests.proof.playing import COMPANIES, explained, play
from xero_pipeline_tests.proof.stage import Stage

pytestmark = pytest.mark.long

SCHEDULES = 500


def test_after_a_quiet_sync_every_raw_table_says_what_the_books_say(tmp_path: Path) -> None:
    """Zero records missing, zero stale, zero duplicated."""
    with Stage.of(COMPANIES, tmp_path / "landing") as stage:
        loss = play(stage, SCHEDULES)
        assert loss is None, explained(stage, loss)
        counts = stage.exercised.counts
    assert counts["schedules"] == SCHEDULES
    assert counts["changes between requests"] > SCHEDULES
    assert counts["syncs broken off"] > SCHEDULES / 5
    assert counts["walks gone on with at their page"] > SCHEDULES / 20
    assert counts["walks begun again"] > 0
