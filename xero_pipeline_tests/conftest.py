"""Sandboxes for every test: the demo agency and its client, over real HTTP."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from xero_pipeline.sandbox.serve import RunningSandbox, SandboxSettings, start
from xero_pipeline_tests.postgres import Postgres, running_postgres

if TYPE_CHECKING:
    from xero_pipeline_tests.studio import Studio

DEMO_NOW = dt.datetime(2026, 10, 20, 3, 0, tzinfo=dt.UTC)
DEMO_START = dt.date(2024, 5, 1)
DEMO = SandboxSettings(
    seed=7, start=DEMO_START, until=DEMO_NOW, auto_consent=("agency",), limits=False
)
"""Thirty months of life; the clock stands still; consent to the agency needs no click."""

SandboxFactory = Callable[[SandboxSettings], RunningSandbox]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take longest begin first, so that no worker is left alone with one at the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as running:
        yield running


@pytest.fixture
def state_url(request: pytest.FixtureRequest) -> str | None:
    """Where state lies, with `on_both` in Postgres as well; None: in the home."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return None
    running: Postgres = request.getfixturevalue("postgres")
    return running.new_state()


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


@pytest.fixture(scope="session")
def published_studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A home with three tiny organisations read and published; look at it only."""
    from xero_pipeline.connections import MonitoredAccount, Purpose
    from xero_pipeline_tests.studio import MODELLED, studio_at

    with studio_at(tmp_path_factory.mktemp("published")) as studio:
        studio.connect("agency", Purpose.AGENCY)
        studio.connect("abroad", Purpose.AGENCY)
        client = studio.connect("client", Purpose.CLIENT).organisation_id
        with studio.connections() as connections:
            rent = connections.chart_of_accounts(client).find("469")
            watched = MonitoredAccount(rent.account_id, rent.code, rent.name)
            connections.monitor_accounts(client, [watched])
            organisations = [each.organisation_id for each in connections.connections()]
        for organisation in organisations:
            studio.sync(organisation, only=MODELLED)
        studio.publish()
        yield studio
