"""Nothing is lost, and nothing is asked for twice, wherever a sync is killed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from xero_pipeline_tests.proof.kills import Campaign

pytestmark = pytest.mark.long

KILLS = 50


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campaign]:
    with Campaign.of(tmp_path_factory.mktemp("homes")) as campaign:
        yield campaign


def test_processes_that_want_the_same_organisation_do_the_work_once(campaign: Campaign) -> None:
    first, later = campaign.scenes()
    for scene, processes in ((first, 3), (later, 2)):
        together = campaign.sync_at_once(scene, processes)
        assert together.ended == ["done"] * processes
        assert len(together.by_id) == len(set(together.by_id)), "a page was asked for twice"
        assert together.tables == scene.undisturbed


def test_after_any_kill_an_ordinary_sync_ends_as_if_nobody_had_been_killed(
    campaign: Campaign,
) -> None:
    campaign.run(KILLS, seed=1)
    killed = campaign.kills
    assert killed.total() >= KILLS
    assert killed["http.client.send"] > 0, "between two requests"
    assert killed["duckdb commit"] > 0, "between a load's statements and its commit"
    assert killed["os.remove"] > 0, "between a load's commit and the removal of its mark"
    assert killed["os.rename"] > 0, "before pages appear"
    assert killed["os.symlink"] > 0, "before a snapshot appears"
    assert killed["at a random instant"] > 0
