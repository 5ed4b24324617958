"""A sandbox over hand-made books, on real HTTP; its clock stands still on 1 April 2026."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence

import pytest

from xero_pipeline.sandbox.serve import RunningSandbox, SandboxSettings, start
from xero_pipeline.sandbox.world import Organisation
from xero_pipeline_tests.sandbox.fake_book import FakeBook
from xero_pipeline_tests.sandbox.xero_client import XeroClient

NOW = dt.datetime(2026, 4, 1, 10, 0, tzinfo=dt.UTC)
OWNER = "owner.agency@example.com"
ACCOUNTANT = "anna.accountant@example.com"
CALLBACK = "http://localhost:8976/callback"

StartSandbox = Callable[[SandboxSettings], RunningSandbox]


def fake_cast(seed: int, start_day: dt.date) -> Sequence[Organisation]:
    books = FakeBook("agency", [OWNER, ACCOUNTANT]), FakeBook("client", [ACCOUNTANT])
    return [Organisation(book, lambda until: []) for book in books]


@pytest.fixture
def start_sandbox() -> Iterator[StartSandbox]:
    """Starts sandboxes over the fake books, and stops them."""
    running: list[RunningSandbox] = []

    def run(settings: SandboxSettings) -> RunningSandbox:
        running.append(start(settings, fake_cast))
        return running[-1]

    yield run
    for sandbox in running:
        sandbox.stop()


@pytest.fixture(scope="session")
def shared_sandbox() -> Iterator[RunningSandbox]:
    settings = SandboxSettings(until=NOW, auto_consent=("agency",), limits=False)
    with start(settings, fake_cast) as running:
        yield running


@pytest.fixture
def edited_sandbox(start_sandbox: StartSandbox) -> RunningSandbox:
    """One of its own, for a test that edits the books."""
    return start_sandbox(SandboxSettings(until=NOW, auto_consent=("agency",), limits=False))


@pytest.fixture
def sandbox(shared_sandbox: RunningSandbox) -> RunningSandbox:
    """As freshly started, but for edits of the books."""
    shared_sandbox.control.reset()
    return shared_sandbox


@pytest.fixture
def xero(sandbox: RunningSandbox) -> XeroClient:
    """A client with a fresh consent for the agency."""
    return XeroClient.connected(sandbox)
