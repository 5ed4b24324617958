"""Nothing is written twice, and nothing is lost, wherever a write-back is killed."""

from __future__ import annotations

from pathlib import Path

from xero_pipeline_tests.proof.writebacks import Campaign

KILLS = 12


def test_after_any_kill_an_ordinary_run_ends_with_everything_at_xero_once(tmp_path: Path) -> None:
    with Campaign.of(tmp_path / "home") as campaign:
        campaign.run(KILLS, seed=1)

        assert campaign.kills.total() >= KILLS
        assert campaign.found["Xero had forgotten the keys"] > 0
        assert campaign.found["answers were written once"] > KILLS / 2
