"""Nothing is lost, and nothing is asked for twice, wherever a sync is killed."""

from __future__ import annotations

from pathlib import Path

from xero_pipeline_tests.proof.kills import Campaign

KILLS = 200


def test_after_any_kill_an_ordinary_sync_ends_as_if_nobody_had_been_killed(tmp_path: Path) -> None:
    with Campaign.of(tmp_path) as campaign:
        campaign.run(KILLS, seed=1)
        killed = campaign.kills
    assert killed.total() >= KILLS
    assert killed["duckdb commit"] > 0, "between a load's statements and its commit"
    assert killed["os.remove"] > 0, "between a load's commit and the removal of its mark"
    assert killed["os.symlink"] + killed["os.rename"] > 0, "while pages or a snapshot appear"
    assert killed["at a random instant"] > KILLS / 10
