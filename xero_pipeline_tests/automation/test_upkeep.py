"""Sign-ins that nobody uses stay alive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest

from xero_pipeline.automation.upkeep import keep_connections_alive
from xero_pipeline.connections import Purpose
from xero_pipeline_tests.automation.office import pipeline_at
from xero_pipeline_tests.connected import environment
from xero_pipeline_tests.studio import Studio, studio_at


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    with studio_at(tmp_path / "home") as studio:
        for name, value in environment(studio.sandbox, studio.settings.home).items():
            monkeypatch.setenv(name, value)
        yield studio


def tick(studio: Studio) -> str:
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(
            instance=instance, resources={"pipeline": pipeline_at(studio.clock)}
        )
        said = keep_connections_alive(context)
    assert isinstance(said, dg.SkipReason)
    return said.skip_message or ""


def test_a_sign_in_that_was_not_used_for_weeks_is_refreshed_once(studio: Studio) -> None:
    studio.connect("agency", Purpose.AGENCY)
    studio.clock.advance(days=21)
    studio.sandbox.control.advance(timedelta(days=21))

    assert tick(studio) == "Idle sign-ins that were refreshed: 1; that could not be: 0."
    assert tick(studio) == "Idle sign-ins that were refreshed: 0; that could not be: 0."


def test_without_connections_it_says_what_to_do(studio: Studio) -> None:
    assert "xero-pipeline connect" in tick(studio)
