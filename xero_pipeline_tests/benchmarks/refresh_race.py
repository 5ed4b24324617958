"""Do many processes that share a sign-in refresh it once?

    python -m xero_pipeline_tests.benchmarks.refresh_race --minutes 3

Eight processes read the same organisation. Again and again the clock, Xero's and theirs, goes past
the end of the access token, and all of them ask at once. Every time there must be one refresh, and
no call may be refused. For as long on SQLite as on Postgres.
"""

from __future__ import annotations

import multiprocessing
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.context import ForkServerProcess
from multiprocessing.queues import Queue
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Annotated
from urllib.request import urlopen

import typer

from xero_pipeline.connections import Connections, Purpose
from xero_pipeline.sandbox.serve import RunningSandbox, SandboxSettings, start
from xero_pipeline.settings import Settings
from xero_pipeline.xero.errors import XeroError
from xero_pipeline_tests.postgres import running_postgres

_PROCESSES = 8
_READS = 3
_PATIENCE = 120.0
_EXPIRY = (28, 45)  # minutes; a token lives for 30, and is refreshed 3 before its end
_PROCESS = multiprocessing.get_context("forkserver")


@dataclass(frozen=True)
class Outcome:
    """What became of a race.

    Attributes:
        expiries: how often the access token ran out.
        refreshes: how often Xero was asked for another one.
        reads: calls answered by the organisation.
        refused: calls to Xero that it did not answer with 200, as "status path".
        errors: what the processes met.
    """

    expiries: int
    refreshes: int
    reads: int
    refused: tuple[str, ...]
    errors: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        return self.refreshes == self.expiries and not self.refused and not self.errors


class SharedClock:
    """One time for all processes; it passes only when it is told to."""

    def __init__(self, begin: datetime) -> None:
        self._seconds: Synchronized[float] = _PROCESS.Value("d", begin.timestamp())

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._seconds.value, UTC)

    def advance(self, by: timedelta) -> None:
        self._seconds.value += by.total_seconds()

    def sleep(self, seconds: float) -> None:
        raise RuntimeError("a limit was reached, which this race has none of")


@dataclass(frozen=True)
class Course:
    """What a process needs to take part; everybody meets at the gate before and after an expiry."""

    settings: Settings
    organisation: str
    clock: SharedClock
    gate: Barrier
    is_over: Synchronized[int]
    errors: Queue[str]

    def meet(self) -> None:
        self.gate.wait(_PATIENCE)


def race(
    settings: Settings,
    sandbox: RunningSandbox,
    organisation: str,
    clock: SharedClock,
    goes_on: Callable[[int], bool],
) -> Outcome:
    """Run it.

    Args:
        settings: of a home in which the organisation is connected.
        sandbox: with a clock that stands still and shows the same time.
        goes_on: gets the number of expiries so far.
    """
    _PROCESS.set_forkserver_preload([__name__])
    course = Course(
        settings,
        organisation,
        clock,
        _PROCESS.Barrier(_PROCESSES + 1),
        _PROCESS.Value("i", 0),
        _PROCESS.Queue(),
    )
    sandbox.control.clear_requests()
    expiries, calls = 0, []
    with _processes(course):
        while goes_on(expiries):
            by = timedelta(minutes=random.randint(*_EXPIRY))  # noqa: S311
            sandbox.control.advance(by)
            clock.advance(by)
            course.meet()
            course.meet()
            expiries += 1
            calls += sandbox.control.requests()
            sandbox.control.clear_requests()
        course.is_over.value = 1
        course.meet()
    return Outcome(
        expiries,
        sum(call["path"] == "/connect/token" for call in calls),
        sum(call["path"].endswith("/Organisation") for call in calls),
        tuple(f"{call['status']} {call['path']}" for call in calls if call["status"] != 200),
        tuple(iter(course.errors.get, "")),
    )


@contextmanager
def _processes(course: Course) -> Iterator[None]:
    processes = [ForkServerProcess(target=_run, args=(course,)) for _ in range(_PROCESSES)]
    for process in processes:
        process.start()
    try:
        yield
        for process in processes:
            process.join(_PATIENCE)
        course.errors.put("")
    finally:
        for process in processes:
            process.kill()


def _run(course: Course) -> None:
    with Connections.open(course.settings, course.clock) as connections:
        while True:
            course.meet()
            if course.is_over.value:
                return
            try:
                with connections.client(course.organisation) as client:
                    for _ in range(_READS):
                        client.organisation()
            except XeroError as error:
                course.errors.put(str(error))
            course.meet()


# --- the long run ---------------------------------------------------------------------------------


def main(
    minutes: Annotated[float, typer.Option(help="On each kind of database.")] = 3.0,
) -> None:
    """Race on SQLite, then on Postgres."""
    outcomes = [_long_race("SQLite", None, minutes)]
    with running_postgres() as postgres:
        outcomes.append(_long_race("Postgres", postgres.new_state(), minutes))
    if not all(outcome.is_clean for outcome in outcomes):
        raise typer.Exit(1)


def _long_race(name: str, state_url: str | None, minutes: float) -> Outcome:
    now = datetime(2026, 10, 20, 3, 0, tzinfo=UTC)
    sandbox_settings = SandboxSettings(
        start=now.date() - timedelta(days=40), until=now, auto_consent=("agency",), limits=False
    )
    with start(sandbox_settings) as sandbox, tempfile.TemporaryDirectory() as home:
        settings = Settings.model_validate(
            {
                "client_id": sandbox.client_id,
                "client_secret": sandbox.client_secret,
                "login_url": sandbox.url,
                "identity_url": sandbox.url,
                "api_url": sandbox.url,
                "home": Path(home),
                "state_url": state_url,
                "daily_call_limit": 1_000_000,
            }
        )
        clock = SharedClock(now)
        with Connections.open(settings, clock) as connections:
            organisation = connections.connect(
                "Studio",
                Purpose.AGENCY,
                open_browser=lambda url: urlopen(url, timeout=10).close(),  # noqa: S310
                choose=lambda offered: offered[0],
                confirm=lambda found: True,
            ).organisation_name
        end = time.monotonic() + 60 * minutes
        outcome = race(settings, sandbox, organisation, clock, lambda _: time.monotonic() < end)
    print(
        f"{name}: {_PROCESSES} processes, {minutes:g} minutes, {outcome.expiries:,} expiries, "
        f"{outcome.refreshes:,} refreshes, {outcome.reads:,} reads, "
        f"{len(outcome.refused)} refused, {len(outcome.errors)} errors"
    )
    for problem in outcome.refused[:5] + outcome.errors[:5]:
        print(f"  {problem}")
    return outcome


if __name__ == "__main__":
    typer.run(main)
