"""A home that is connected, for ticks of sensors and schedules."""

from __future__ import annotations

from pathlib import Path

import pytest

from xero_pipeline.connections import Purpose
from xero_pipeline_tests.studio import studio_at


@pytest.fixture(scope="session")
def connected_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Harbour Studio is connected, and has never been synced. To be copied, not to be written."""
    home = tmp_path_factory.mktemp("connected")
    with studio_at(home) as studio:
        studio.connect("agency", Purpose.AGENCY)
    return home
