"""A million invoices from the first request to the last committed row, and what loading costs.

Beside the whole sync, the same landed pages are loaded once more alone and read by a bare typed
`read_json` into one table, each in a fresh process and a fresh file; then 1 % of the invoices come
again, edited.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from xero_pipeline.settings import Settings
from xero_pipeline.warehouse import Landing
from xero_pipeline_tests.benchmarks.contenders import OURS, Run, RunFailed, run_in
from xero_pipeline_tests.benchmarks.invoices import BLOCK, LINES_PER_INVOICE, Invoices
from xero_pipeline_tests.benchmarks.runners.report import Report, read_report
from xero_pipeline_tests.benchmarks.served import page_server

COUNT = 1_000_000
_MEGABYTE = 1_000_000
_LOADING = "xero_pipeline_tests.benchmarks.runners.loading"


@dataclass(frozen=True)
class Measured:
    """What a sync of `count` invoices showed.

    Attributes:
        server_seconds: what serving the pages takes the server alone.
        whole: the sync, from the first request to the last committed row.
        loading: the same pages loaded alone.
        bare: the same pages read by a bare typed `read_json`.
        increment: every hundredth invoice loaded again, edited.
    """

    count: int
    server_seconds: float
    whole: Run
    loading: Report
    bare: Report
    increment: Report

    @property
    def seconds(self) -> float:
        """Of the whole sync, the server's own taken off."""
        return self.whole.seconds - self.server_seconds


def main(count: int = COUNT) -> None:
    """Measure and print a table.

    Raises:
        RunFailed: a process failed; the end of its log is in the message.
    """
    with tempfile.TemporaryDirectory(prefix="million-") as folder:
        measured = measure(Path(folder), count)
    console = Console(width=140)
    console.print(
        f"{count:,} invoices with {LINES_PER_INVOICE} lines each, {date.today()}, "
        f"{os.cpu_count()} cores, Python {platform.python_version()}"
    )
    console.print(_table(measured))
    assert measured.whole.invoices == count, f"{measured.whole.invoices} invoices arrived"
    assert measured.whole.lines == count * LINES_PER_INVOICE, f"{measured.whole.lines} lines"


def measure(home: Path, count: int) -> Measured:
    """Sync, load again, read barely, load an increment; everything below `home`."""
    with page_server(count) as server:
        print("Serving alone", flush=True)
        server_seconds = server.alone(OURS.page_size)
        print("The whole sync", flush=True)
        whole = run_in(home, OURS, server)
    print("Loading alone", flush=True)
    loading = _loading_alone(home)
    print("Bare read_json", flush=True)
    bare = _process(home, "bare", "bare")
    print("An increment of 1 %", flush=True)
    _land_edits(home, count)
    increment = _process(home, "increment", "load")
    return Measured(count, server_seconds, whole, loading, bare, increment)


def _loading_alone(home: Path) -> Report:
    Settings(XERO_PIPELINE_HOME=home).build_database.unlink()
    return _process(home, "loading", "load")


def _land_edits(home: Path, count: int) -> None:
    """What the next sync would find: every hundredth invoice, edited."""
    landing = Landing(Settings(XERO_PIPELINE_HOME=home).landing)
    (first,) = (batch for batch in landing.all() if batch.manifest.endpoint == "invoices")
    manifest = first.manifest
    invoices = Invoices(count)
    with landing.begin(
        organisation_id=manifest.organisation_id,
        endpoint="invoices",
        started_at=manifest.started_at,
        modified_since=manifest.next_cursor,
    ) as batch:
        for block in range(count // min(count, BLOCK)):
            batch.write(invoices.edited(block))
        batch.finish(calls=1, wire_bytes=0)


def _process(home: Path, name: str, work: str) -> Report:
    command = [sys.executable, "-m", _LOADING, str(home), name, work]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RunFailed(f"{name}: {done.stderr[-2000:]}")
    return read_report(home, name)


def _table(measured: Measured) -> Table:
    table = Table("", box=box.MARKDOWN)
    for heading in ("seconds", "invoices/s", "CPU seconds", "peak MB", "ratio"):
        table.add_column(heading, justify="right")
    count, loading, bare, increment = (
        measured.count,
        measured.loading,
        measured.bare,
        measured.increment,
    )
    whole = measured.whole
    table.add_row(
        "from request to row, without the server's own",
        f"{measured.seconds:.1f}",
        f"{count / measured.seconds:,.0f}",
        f"{whole.cpu_seconds:.1f}",
        f"{whole.peak_memory / _MEGABYTE:,.0f}",
        "",
    )
    table.add_row("the server's own", f"{measured.server_seconds:.1f}", "", "", "", "")
    for name, report, records, ratio in (
        ("loading alone", loading, count, f"{loading.seconds / bare.seconds:.2f} x bare"),
        ("bare typed read_json", bare, count, ""),
        (
            "loading 1 % edited",
            increment,
            count // 100,
            f"1/{loading.seconds / increment.seconds:.0f} of all",
        ),
    ):
        table.add_row(
            name,
            f"{report.seconds:.2f}",
            f"{records / report.seconds:,.0f}",
            f"{report.cpu_seconds:.1f}",
            f"{report.peak_memory / _MEGABYTE:,.0f}",
            ratio,
        )
    return table
