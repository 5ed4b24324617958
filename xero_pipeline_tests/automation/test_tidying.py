"""Once a week landed pages are tidied up by a job that says what is damaged."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import dagster as dg
import pytest

from xero_pipeline.assets import RESOURCES
from xero_pipeline.automation.tidying import tidy_job
from xero_pipeline.settings import Settings
from xero_pipeline.warehouse import Batch, Landing

GARAGE = "8a1e0c1e-0000-4000-8000-000000000001"
MARCH = dt.datetime(2026, 3, 1, 10, 0, tzinfo=dt.UTC)


@pytest.fixture
def batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Batch]:
    """Three increments of March, long loaded."""
    monkeypatch.setenv("XERO_PIPELINE_HOME", str(tmp_path / "home"))
    landing = Landing(Settings().landing)
    batches = []
    for day in range(3):
        at = MARCH + dt.timedelta(days=day)
        with landing.begin(
            organisation_id=GARAGE, endpoint="invoices", started_at=at, modified_since=at
        ) as writer:
            writer.write(b'{"Invoices": [{"InvoiceID": "1"}]}')
            batches.append(writer.finish(calls=1, wire_bytes=10))
    landing.mark_loaded(batches)
    return batches


def run() -> dg.ExecuteInProcessResult:
    return tidy_job.execute_in_process(resources=RESOURCES, raise_on_error=False)


def test_old_batches_become_one_archive(batches: list[Batch]) -> None:
    assert run().success

    assert not any(batch.folder.exists() for batch in batches)
    assert len(list(Settings().landing.rglob("*.tar.zst"))) == 1


def test_a_damaged_page_fails_the_run_and_is_named(batches: list[Batch]) -> None:
    (damaged,) = batches[1].files
    damaged.write_bytes(b"not what was landed")

    result = run()

    assert not result.success
    (failure,) = [event.step_failure_data for event in result.get_step_failure_events()]
    assert failure.user_failure_data is not None
    assert str(damaged) in (failure.user_failure_data.description or "")
