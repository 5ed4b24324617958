"""What a run reports. Imports nothing but the standard library: peers have their own environments.

The clock starts when everything is imported and stops when the rows are committed. It is the
machine's, so that processes joined by a pipe can be put together.
"""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

_KILOBYTE = 1024


@dataclass(frozen=True)
class Report:
    """What one process did.

    Attributes:
        started, ended: seconds since 1970.
        cpu_seconds: of all its threads.
        peak_memory: bytes, of this process and of the largest of its children.
        invoices, lines: found in what it wrote, counted after the clock had stopped; None for a
            process that only passes them on.
    """

    started: float
    ended: float
    cpu_seconds: float
    peak_memory: int
    invoices: int | None = None
    lines: int | None = None

    @property
    def seconds(self) -> float:
        return self.ended - self.started

    def write(self, folder: Path, name: str) -> None:
        (folder / f"{name}.report.json").write_text(json.dumps(asdict(self)))


def read_reports(folder: Path) -> list[Report]:
    """The reports of all processes of one run."""
    return [Report(**json.loads(file.read_text())) for file in folder.glob("*.report.json")]


def read_report(folder: Path, name: str) -> Report:
    """One process's report."""
    return Report(**json.loads((folder / f"{name}.report.json").read_text()))


def timed(work: Callable[[], object]) -> Report:
    """Do the work and time it."""
    started, cpu_before = time.time(), time.process_time()
    work()
    ended, cpu_after = time.time(), time.process_time()
    return Report(started, ended, cpu_after - cpu_before, _peak_memory())


def _peak_memory() -> int:
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    largest_child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return (own + largest_child) * _KILOBYTE
