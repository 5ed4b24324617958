"""A minute's calls are shared between processes."""

from __future__ import annotations

from datetime import timedelta

from xero_pipeline.connections import Connections
from xero_pipeline.sandbox.serve import RunningSandbox
from xero_pipeline.settings import Settings
from xero_pipeline.xero.endpoints import ENDPOINTS
from xero_pipeline_tests.connections.conftest import NOW, Person
from xero_pipeline_tests.postgres import on_both
from xero_pipeline_tests.xero.double import TestClock

USERS = next(endpoint for endpoint in ENDPOINTS if endpoint.name == "users")


@on_both
def test_a_process_that_starts_after_a_full_minute_waits_for_the_next(
    settings: Settings, clock: TestClock, person: Person, sandbox: RunningSandbox
) -> None:
    with Connections.open(settings, clock) as first:
        person.connect(first)
        with first.client("Agency Ltd") as client:
            for _ in range(59):
                list(client.pages(USERS))
    assert clock.now() == NOW
    sandbox.control.advance(timedelta(minutes=1))
    with Connections.open(settings, clock) as second:
        second.check("Agency Ltd")
    assert clock.now() == NOW + timedelta(minutes=1)
    calls = [call for call in sandbox.control.requests() if "api.xro" in call["path"]]
    assert [call["status"] for call in calls] == [200] * 61
