"""Syncs in processes of their own, to be killed: `python -m xero_pipeline_tests.proof.victims`.

Their effects are a file opened for writing, renamed or removed, a request sent, a statement given
to DuckDB, and that a snapshot is about to be published.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd  # noqa: F401 - DuckDB imports it when it is first given a list: once is enough
from pydantic import AnyHttpUrl, SecretStr

from xero_pipeline.settings import Settings
from xero_pipeline.sync import Depth, sync_organisation
from xero_pipeline.warehouse import Landing, open_warehouse, publish
from xero_pipeline.warehouse.connection import DEFAULT_CONFIG
from xero_pipeline.xero.client import OrganisationClient
from xero_pipeline.xero.limits import DayBudget, DayCountInMemory, OrganisationLimits, SlidingWindow
from xero_pipeline_tests.proof.forking import Effects, Forks, Mortal, serve

PUBLISHING = "publishing"
_NO_LIMIT = 10**9
_ONE_THREAD = {**DEFAULT_CONFIG, "threads": 1}  # more only cost, for so few records


class Task(Mortal):
    """One sync."""

    url: str
    token: str
    tenant_id: str
    home: Path
    page_size: int
    depth: Depth
    endpoints: tuple[str, ...]
    publishes: bool = False


def victims() -> Forks[Task]:
    """The process that forks syncs."""
    return Forks(__name__)


def _sync(task: Task, effects: Effects) -> None:
    _watch(effects)
    database = task.home / "build.duckdb"

    @contextmanager
    def watched() -> Iterator[Any]:
        with open_warehouse(database, config=_ONE_THREAD) as connection:
            yield _Watched(connection, effects)

    with _client(task) as client:
        sync_organisation(
            client,
            Landing(task.home / "landing"),
            watched,
            only=task.endpoints,
            depth=task.depth,
        )
    if task.publishes:
        effects.before(PUBLISHING)
        publish(database, task.home)


def _client(task: Task) -> OrganisationClient:
    clock = _StandingClock()
    return OrganisationClient(
        organisation_id=task.tenant_id,
        organisation_name="Victim",
        access_token=lambda rejected=None: SecretStr(task.token),
        limits=OrganisationLimits(
            organisation_id=task.tenant_id,
            organisation_name="Victim",
            budget=DayBudget(_NO_LIMIT),
            app=SlidingWindow(_NO_LIMIT, clock),
            day_count=DayCountInMemory(),
            clock=clock,
        ),
        settings=Settings(api_url=AnyHttpUrl(task.url), page_size=task.page_size, aged_contacts=0),
    )


class _StandingClock:
    """A victim makes fewer calls than a minute allows; it never has to wait."""

    def now(self) -> dt.datetime:
        return dt.datetime(2026, 4, 1, 12, tzinfo=dt.UTC)

    def sleep(self, seconds: float) -> None:
        raise AssertionError(f"asked to wait {seconds} s")


def _watch(effects: Effects) -> None:
    """What this process does to files, and what it asks, is told from here on."""

    def audit(event: str, args: tuple[Any, ...]) -> None:
        if event in _SEEN:
            effects.before(event)
        elif event == "open" and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            effects.before("open")

    sys.addaudithook(audit)


_SEEN = frozenset(
    {"http.client.send", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink"}
)


class _Watched:
    """A connection whose statements are effects."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, effects: Effects) -> None:
        self._connection = connection
        self._effects = effects

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        if name in ("begin", "commit", "execute", "executemany"):
            self._effects.before(f"duckdb {name}")
        return getattr(self._connection, name)


if __name__ == "__main__":
    serve(Task, _sync)
