"""What it costs to ask where nothing has changed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from xero_pipeline.connections import Purpose
from xero_pipeline.sync import Depth, calls_without_changes
from xero_pipeline.xero import ENDPOINTS, REPORTS
from xero_pipeline_tests.studio import Studio, studio_at


def test_a_sync_without_a_change_asks_little(tmp_path: Path) -> None:
    """Nine calls all day; at night one an endpoint and report, whose day is a new one."""
    with studio_at(tmp_path, aged_contacts=0) as studio:
        studio.connect("agency", Purpose.AGENCY)
        studio.sync()
        studio.advance(hours=1)
        assert _calls(studio, Depth.INCREMENT).total() == calls_without_changes(Depth.INCREMENT)
        assert calls_without_changes(Depth.INCREMENT) <= 10
        studio.advance(days=1)
        nightly = _calls(studio, Depth.NIGHTLY)
        assert nightly.total() <= calls_without_changes(Depth.NIGHTLY)
        assert nightly.total() <= len(ENDPOINTS) + len(REPORTS)
        assert set(nightly.values()) == {1}


def _calls(studio: Studio, depth: Depth) -> Counter[str]:
    studio.sandbox.control.clear_requests()
    studio.sync(depth=depth)
    return Counter(studio.asked())
