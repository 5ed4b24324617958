"""Sandboxes for every test: the demo agency and its client, over real HTTP."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest

from xero_pipeline.sandbox.serve import RunningSandbox, SandboxSettings, start

DEMO_NOW = dt.datetime(2026, 10, 20, 3, 0, tzinfo=dt.UTC)
DEMO_START = dt.date(2024, 5, 1)
DEMO = SandboxSettings(
    seed=7, start=DEMO_START, until=DEMO_NOW, auto_consent=("agency",), limits=False
)
"""Thirty months of life; the clock stands still; consent to the agency needs no click."""

SandboxFactory = Callable[[SandboxSettings], RunningSandbox]


@pytest.fixture(scope="session")
def sandbox_factory() -> Iterator[SandboxFactory]:
    """Starts sandboxes of one's own (some seconds each) and stops them when the tests are over.

    Take `DEMO` with `dataclasses.replace` for other settings.
    """
    running: list[RunningSandbox] = []

    def run(settings: SandboxSettings) -> RunningSandbox:
        running.append(start(settings))
        return running[-1]

    yield run
    for sandbox in running:
        sandbox.stop()


@pytest.fixture(scope="session")
def shared_demo(sandbox_factory: SandboxFactory) -> RunningSandbox:
    return sandbox_factory(DEMO)


@pytest.fixture
def demo_sandbox(shared_demo: RunningSandbox) -> RunningSandbox:
    """One sandbox for all tests: as freshly started, so leave its books as they are."""
    shared_demo.control.reset()
    return shared_demo
