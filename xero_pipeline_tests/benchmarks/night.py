"""One Dagster run over all connected organisations, measured from inside its process.

`python -m xero_pipeline_tests.benchmarks.night DEPTH` in a connected home's environment prints a
line of JSON: see `Night`.
"""

from __future__ import annotations

import functools
import json
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

import dagster as dg
import psutil

from xero_pipeline.automation import refresh, refresh_in_process
from xero_pipeline.automation.event_log import PooledSqliteEventLogStorage
from xero_pipeline.connections import Connections
from xero_pipeline.settings import Settings
from xero_pipeline.sync import Depth, many

_LOOKS_A_SECOND = 10


@dataclass(frozen=True)
class Night:
    """What a run took.

    Attributes:
        seconds: from the connections that are known to the published snapshot.
        cpu_seconds: of this process and of those that read for it, all their threads.
        peak_memory: bytes that they held together at once; what they share counts for each.
        steps: Dagster's steps -> seconds.
        shares: what the seconds went to besides: loading (within the step `xero`), and Dagster's
            events (within all of them).
    """

    organisations: int
    problems: tuple[str, ...]
    seconds: float
    cpu_seconds: float
    peak_memory: int
    steps: dict[str, float]
    shares: dict[str, float]


@dataclass
class Watch:
    """Adds up the seconds that functions take."""

    seconds: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def over(self, owner: object, function: str, name: str) -> Iterator[None]:
        """While the block runs, calls of the function count under this name."""
        original: Callable[..., Any] = getattr(owner, function)

        @functools.wraps(original)
        def timed(*arguments: object, **named: object) -> object:
            started = time.perf_counter()
            try:
                return original(*arguments, **named)
            finally:
                self.seconds[name] += time.perf_counter() - started  # type: ignore[assignment]

        setattr(owner, function, timed)
        try:
            yield
        finally:
            setattr(owner, function, original)


@dataclass
class Footprint:
    """The most memory that this process and its children held at once, in bytes."""

    peak: int = 0
    _is_over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """While the block runs."""
        watcher = threading.Thread(target=self._watch)
        watcher.start()
        try:
            yield
        finally:
            self._is_over.set()
            watcher.join()

    def _watch(self) -> None:
        this = psutil.Process()
        while not self._is_over.wait(1 / _LOOKS_A_SECOND):
            self.peak = max(self.peak, sum(_held(each) for each in (this, *this.children())))


def _held(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def _cpu_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def measure(depth: Depth) -> Night:
    """Run once over everybody who is connected in the environment's home."""
    settings = Settings()
    with Connections.open(settings) as connections:
        keys = [each.organisation_key for each in connections.connections()]
    watch, results = Watch(), list[dg.ExecuteInProcessResult]()
    materialize = dg.materialize

    def kept(*arguments: Any, **named: Any) -> dg.ExecuteInProcessResult:  # noqa: ANN401
        results.append(materialize(*arguments, **named))
        return results[-1]

    started, cpu, footprint = time.perf_counter(), _cpu_seconds(), Footprint()
    refresh.dg.materialize = kept  # type: ignore[attr-defined]
    with (
        footprint.watched(),
        watch.over(many, "load_waiting", "loading"),
        watch.over(PooledSqliteEventLogStorage, "store_event", "events"),
    ):
        outcome = refresh_in_process(settings, keys, depth=depth)
    return Night(
        organisations=len(keys),
        problems=outcome.problems[:3],
        seconds=time.perf_counter() - started,
        cpu_seconds=_cpu_seconds() - cpu,
        peak_memory=footprint.peak,
        steps=dict(_seconds_of_steps(results[0])),
        shares=dict(watch.seconds),
    )


def _seconds_of_steps(result: dg.ExecuteInProcessResult) -> Iterator[tuple[str, float]]:
    for event in result.all_events:
        if event.event_type is dg.DagsterEventType.STEP_SUCCESS:
            yield str(event.step_key), event.step_success_data.duration_ms / 1000


if __name__ == "__main__":
    print(json.dumps(asdict(measure(Depth(sys.argv[1])))))
