"""Harbour Studio, connected to a home of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from xero_pipeline.connections import Purpose
from xero_pipeline_tests.studio import Studio, studio_at


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with studio_at(tmp_path / "home") as studio:
        studio.connect("agency", Purpose.AGENCY)
        studio.sandbox.control.clear_requests()
        yield studio
