"""Processes that share a sign-in, each time it runs out: see the benchmark for the long run."""

from __future__ import annotations

from pathlib import Path

from xero_pipeline.connections import Connections
from xero_pipeline.sandbox.serve import RunningSandbox
from xero_pipeline_tests.benchmarks.refresh_race import SharedClock, race
from xero_pipeline_tests.connections.conftest import NOW, Person, settings_of
from xero_pipeline_tests.postgres import on_both


@on_both
def test_eight_processes_refresh_once_each_time_the_token_runs_out(
    sandbox: RunningSandbox, tmp_path: Path, state_url: str | None, person: Person
) -> None:
    settings = settings_of(sandbox, tmp_path, state_url=state_url, daily_call_limit=1_000_000)
    clock = SharedClock(NOW)
    sandbox.control.enforce_limits(False)
    with Connections.open(settings, clock) as connections:
        person.connect(connections)

    outcome = race(settings, sandbox, "Agency Ltd", clock, lambda expiries: expiries < 6)

    assert outcome.errors == outcome.refused == ()
    assert (outcome.expiries, outcome.refreshes, outcome.reads) == (6, 6, 6 * 8 * 3)
