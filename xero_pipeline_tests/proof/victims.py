"""Syncs in processes of their own, to be killed: `python -m xero_pipeline_tests.proof.victims`.

The process that is started here has everything imported, no thread and no database open. For every
line on its standard input, a list of tasks, it forks a child for each that syncs; how the children
ended goes to its standard output. A child can be told to kill itself in the moment before its nth
effect, an effect being whatever could be seen from outside: a file opened for writing, renamed or
removed, a request sent, a statement given to DuckDB.
"""

from __future__ import annotations

import datetime as dt
import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import duckdb
import pandas as pd  # noqa: F401 - DuckDB imports it when it is first given a list: once is enough
from pydantic import AnyHttpUrl, BaseModel, SecretStr, TypeAdapter

from xero_pipeline.settings import Settings
from xero_pipeline.sync import Depth, sync_organisation
from xero_pipeline.warehouse import Landing, open_warehouse, publish
from xero_pipeline.warehouse.connection import DEFAULT_CONFIG
from xero_pipeline.xero.client import OrganisationClient
from xero_pipeline.xero.limits import DayBudget, DayCountInMemory, OrganisationLimits, SlidingWindow

_NO_LIMIT = 10**9
_FAILED = 3
_ONE_THREAD = {**DEFAULT_CONFIG, "threads": 1}  # more only cost, for so few records


class Task(BaseModel):
    """One sync.

    Attributes:
        die_before: the number of the effect, counted from 1, before which to die; None: live on.
        die_after: seconds after which to die whatever is being done; None: live on.
    """

    url: str
    token: str
    tenant_id: str
    home: Path
    page_size: int
    depth: Depth
    endpoints: tuple[str, ...]
    publishes: bool = False
    die_before: int | None = None
    die_after: float | None = None


class End(BaseModel):
    """How a sync ended.

    Attributes:
        effects: how many effects there were, the one it died before included.
        last: that one.
        seconds: it took.
    """

    ended: Literal["done", "killed", "failed"]
    effects: int
    last: str
    seconds: float


_TASKS, _ENDS = TypeAdapter(list[Task]), TypeAdapter(list[End])


class Victims:
    """The process that forks syncs; ends with the `with` block."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate()

    def sync(self, task: Task) -> End:
        """Do one, and wait for its end."""
        (end,) = self.sync_at_once([task])
        return end

    def sync_at_once(self, tasks: Sequence[Task]) -> list[End]:
        """Do all of them at the same time, and wait until all have ended."""
        asks, answers = self._process.stdin, self._process.stdout
        assert asks is not None
        assert answers is not None
        asks.write(_TASKS.dump_json(list(tasks)).decode() + "\n")
        asks.flush()
        return _ENDS.validate_json(answers.readline())


# --- in the process that forks -------------------------------------------------------------------


def _serve() -> None:
    gc.freeze()  # so that children share what is imported
    for line in sys.stdin:
        children = [_Child.fork(task) for task in _TASKS.validate_json(line)]
        ends = [child.wait() for child in children]
        sys.stdout.write(_ENDS.dump_json(ends).decode() + "\n")
        sys.stdout.flush()


@dataclass(frozen=True)
class _Child:
    """A sync in its own process; `told` is where it tells of its effects."""

    task: Task
    pid: int
    told: int
    began: float

    @classmethod
    def fork(cls, task: Task) -> Self:
        reading, writing = os.pipe()
        began = time.monotonic()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            _live(task, writing)
        os.close(writing)
        return cls(task, pid, reading, began)

    def wait(self) -> End:
        if self.task.die_after is not None:
            time.sleep(self.task.die_after)
            os.kill(self.pid, signal.SIGKILL)
        with os.fdopen(self.told) as told:
            effects = told.read().splitlines()
        _, status = os.waitpid(self.pid, 0)
        ended: dict[int, Literal["done", "killed"]] = {0: "done", -signal.SIGKILL: "killed"}
        return End(
            ended=ended.get(os.waitstatus_to_exitcode(status), "failed"),
            effects=len(effects),
            last=effects[-1] if effects else "",
            seconds=time.monotonic() - self.began,
        )


# --- in the child --------------------------------------------------------------------------------


def _live(task: Task, tell: int) -> None:
    """Sync and end; never returns."""
    code = _FAILED
    try:
        _sync(task, _Effects(tell, task.die_before))
        code = 0
    except Exception:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)


def _sync(task: Task, effects: _Effects) -> None:
    sys.addaudithook(effects.audit)
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


class _Effects:
    """Counts what can be seen from outside, tells of it, and kills the process when it is time."""

    def __init__(self, tell: int, die_before: int | None) -> None:
        self._tell = tell
        self._numbers = count(1)
        self._die_before = die_before

    def before(self, name: str) -> None:
        os.write(self._tell, f"{name}\n".encode())
        if next(self._numbers) == self._die_before:
            os.kill(os.getpid(), signal.SIGKILL)

    def audit(self, event: str, args: tuple[Any, ...]) -> None:
        if event in _SEEN:
            self.before(event)
        elif event == "open" and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            self.before("open")


_SEEN = frozenset(
    {"http.client.send", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink"}
)


class _Watched:
    """A connection whose statements are effects."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, effects: _Effects) -> None:
        self._connection = connection
        self._effects = effects

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        if name in ("begin", "commit", "execute", "executemany"):
            self._effects.before(f"duckdb {name}")
        return getattr(self._connection, name)


if __name__ == "__main__":
    _serve()
