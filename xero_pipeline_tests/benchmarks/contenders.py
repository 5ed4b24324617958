"""Who is measured, and how one of them is run: in fresh processes, joined by pipes."""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from xero_pipeline_tests.benchmarks.environments import REPOSITORY, python_of
from xero_pipeline_tests.benchmarks.runners.report import read_reports
from xero_pipeline_tests.benchmarks.served import Server, Traffic

_RUNNERS = "xero_pipeline_tests.benchmarks.runners"


class RunFailed(Exception):
    """A contender's process ended with an error; the end of its log is in the message."""


@dataclass(frozen=True)
class Runner:
    """One process: a module of `runners`, and the peer whose environment it needs (None: ours)."""

    module: str
    peer: str | None = None


@dataclass(frozen=True)
class Contender:
    """A way from Xero's pages to rows.

    Attributes:
        name: for the table.
        page_size: what it asks Xero for.
        runners: each reads what the one before it writes.
    """

    name: str
    page_size: int
    runners: tuple[Runner, ...]


_TAP = Runner("tap_xero", peer="tap-xero")

OURS = Contender("xero-pipeline", 1000, (Runner("ours"),))
CONTENDERS = (
    OURS,
    Contender("dlt, DuckDB through parquet", 1000, (Runner("dlt_rest_api", peer="dlt"),)),
    Contender("tap-xero alone, nothing loaded", 100, (_TAP,)),
    Contender(
        "tap-xero, target-duckdb", 100, (_TAP, Runner("target_duckdb", peer="target-duckdb"))
    ),
)


@dataclass(frozen=True)
class Run:
    """What one run showed.

    Attributes:
        seconds: from the first request to the last committed row, the server's time included.
        traffic: calls to /Invoices and bytes read.
        cpu_seconds: of all its processes together.
        peak_memory: bytes, of all its processes together.
        invoices, lines: rows found in its database; None where it loads none.
    """

    seconds: float
    traffic: Traffic
    cpu_seconds: float
    peak_memory: int
    invoices: int | None
    lines: int | None


def run(contender: Contender, server: Server) -> Run:
    """Let a contender read everything the server has.

    Raises:
        RunFailed: one of its processes failed.
    """
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        return run_in(Path(folder), contender, server)


def run_in(folder: Path, contender: Contender, server: Server) -> Run:
    """As `run`, in a folder that stays."""
    server.forget_traffic()
    _run_processes(contender, server, folder)
    reports = read_reports(folder)
    return Run(
        seconds=max(each.ended for each in reports) - min(each.started for each in reports),
        traffic=server.traffic(),
        cpu_seconds=sum(each.cpu_seconds for each in reports),
        peak_memory=sum(each.peak_memory for each in reports),
        invoices=next((each.invoices for each in reports if each.invoices is not None), None),
        lines=next((each.lines for each in reports if each.lines is not None), None),
    )


def _run_processes(contender: Contender, server: Server, folder: Path) -> None:
    processes: list[subprocess.Popen[bytes]] = []
    for runner in contender.runners:
        is_last = runner is contender.runners[-1]
        source = processes[-1].stdout if processes else None
        processes.append(_start(runner, server, folder, source, is_last))
        if source is not None:
            source.close()  # only its reader may hold it, or the writer never learns of its end
    for runner, status in zip(contender.runners, [each.wait() for each in processes], strict=True):
        if status != 0:
            log_end = _log(folder, runner).read_text()[-2000:]
            raise RunFailed(f"{contender.name}: {runner.module} failed.\n{log_end}")


def _start(
    runner: Runner, server: Server, folder: Path, source: IO[bytes] | None, is_last: bool
) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "PYTHONPATH": str(REPOSITORY),
        "XERO_CLIENT_ID": server.client_id,
        "XERO_CLIENT_SECRET": server.client_secret,
    }
    with (folder / "output").open("wb") as output, _log(folder, runner).open("wb") as log:
        return subprocess.Popen(
            [python_of(runner.peer), "-m", f"{_RUNNERS}.{runner.module}", server.url, folder],
            stdin=source or subprocess.DEVNULL,
            stdout=output if is_last else subprocess.PIPE,
            stderr=log,
            cwd=folder,
            env=environment,
        )


def _log(folder: Path, runner: Runner) -> Path:
    return folder / f"{runner.module}.log"
