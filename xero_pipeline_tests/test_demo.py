"""The demo's parts: its sandbox, the environment that points to it, and a proof that can fail."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import pytest
import requests
from rich.console import Console

from xero_pipeline.connections import Connections
from xero_pipeline.demo import Demo, environment_to_show, run_demo
from xero_pipeline.demo.environment import SandboxFailed
from xero_pipeline.demo.proof import prove
from xero_pipeline.sandbox.serve import SavedLife
from xero_pipeline.settings import Settings
from xero_pipeline.warehouse import read_published
from xero_pipeline_tests.studio import Studio

SEED = 7


@pytest.fixture
def demo(tmp_path: Path) -> Demo:
    """A demo whose organisations have lived for six weeks only."""
    demo = Demo(tmp_path / "demo")
    now = dt.datetime.now(dt.UTC)
    life = SavedLife(seed=SEED, start=now.date() - dt.timedelta(weeks=6), clock=now)
    life.save(demo.sandbox)
    return demo


def own_settings(home: Path) -> Settings:
    return Settings(XERO_PIPELINE_HOME=home)


def test_the_sandbox_answers_where_the_environment_points_until_the_demo_ends(demo: Demo) -> None:
    tomorrow = SavedLife.load(demo.sandbox)
    assert tomorrow is not None
    with demo.running(extra_days=1) as running:
        keys = [each["key"] for each in running.control.overview()["organisations"]]
        settings = Settings.model_validate(running.environment)
        assert running.control.now() >= tomorrow.clock + dt.timedelta(days=1)
        with Connections.open(settings) as connections:
            assert connections.connections() == []
    assert keys == ["agency", "client"]
    assert settings.home == demo.home
    with pytest.raises(requests.ConnectionError):
        requests.get(str(settings.api_url), timeout=5)


def test_a_sandbox_that_does_not_start_says_why(tmp_path: Path) -> None:
    demo = Demo(tmp_path)
    demo.sandbox.write_text("a file where the folder should be")
    with pytest.raises(SandboxFailed, match=r"did not start: .*sandbox"), demo.running():
        pass


def test_a_demo_without_a_sandbox_ends_there(tmp_path: Path) -> None:
    (tmp_path / "sandbox").write_text("a file where the folder should be")
    said = io.StringIO()
    with pytest.raises(SandboxFailed):
        run_demo(tmp_path, Console(file=said))
    assert "xero-pipeline connect" not in said.getvalue()


def test_the_ui_shows_ones_own_home_while_there_is_no_demo(tmp_path: Path) -> None:
    settings = own_settings(tmp_path / "home")
    with environment_to_show(settings, Demo(tmp_path / "demo")) as (shown, sentence):
        assert shown["XERO_PIPELINE_HOME"] == str(settings.home)
        assert sentence == f"Showing {settings.home}."


def test_the_ui_shows_the_demo_while_nothing_of_ones_own_is_connected(
    demo: Demo, tmp_path: Path
) -> None:
    settings = own_settings(tmp_path / "home")
    demo.published.parent.mkdir(parents=True)
    demo.published.touch()
    with environment_to_show(settings, demo) as (shown, sentence):
        assert shown["XERO_PIPELINE_HOME"] == str(demo.home)
        assert requests.get(shown["XERO_API_URL"] + "/sandbox", timeout=5).ok
    assert sentence.endswith("showing the demo.")


def test_the_ui_shows_ones_own_home_once_something_is_connected(published_studio: Studio) -> None:
    demo = Demo(published_studio.settings.home)
    assert demo.has_run is False
    with environment_to_show(published_studio.settings, demo) as (shown, _):
        assert shown["XERO_PIPELINE_HOME"] == str(published_studio.settings.home)


def test_a_proof_fails_where_the_figures_are_not_those_of_the_events(
    published_studio: Studio,
) -> None:
    """The studio's agency has the id of the demo's, and quite other books."""
    with read_published(published_studio.settings.published_database) as connection:
        proof = prove(connection, SEED, dt.date(2026, 3, 1))
    assert "client_tasks" not in proof.figures, "other accounts are watched than the demo's"
    (overdue,) = (each for each in proof.differences if each.startswith("ar_aging_summary 1-30"))
    assert overdue.endswith("found 3, 600.00")
    assert proof.total > 0
