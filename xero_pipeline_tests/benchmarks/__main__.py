"""How fast are invoices read, landed and loaded? `python -m xero_pipeline_tests.benchmarks`

Every contender reads the same invoices from the same server, in fresh processes, in turns. Its
seconds run from the first request to the last committed row; the server's own, measured by fetching
the same pages and throwing them away, are taken off before the rate is calculated.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from xero_pipeline_tests.benchmarks import million as million_invoices
from xero_pipeline_tests.benchmarks.contenders import (
    CONTENDERS,
    OURS,
    Contender,
    Run,
    RunFailed,
    run,
)
from xero_pipeline_tests.benchmarks.environments import python_of
from xero_pipeline_tests.benchmarks.invoices import LINES_PER_INVOICE
from xero_pipeline_tests.benchmarks.served import Server, page_server, sandbox_server

_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Result:
    """A contender's runs.

    Attributes:
        asked: invoices the server has.
        server_seconds: what serving this contender's pages takes the server alone.
    """

    contender: Contender
    asked: int
    server_seconds: float
    runs: Sequence[Run]

    @property
    def seconds(self) -> float:
        """The median, the server's own time taken off."""
        return median(each.seconds for each in self.runs) - self.server_seconds

    @property
    def rate(self) -> float:
        """Invoices a second."""
        return self.asked / self.seconds

    @property
    def any_run(self) -> Run:
        return self.runs[0]


def main(
    quick: Annotated[bool, typer.Option(help="2,000 invoices instead of 20,000")] = False,
    runs: Annotated[int, typer.Option(min=1, help="The median of so many")] = 3,
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="Only this pipeline, against the sandbox")
    ] = False,
    million: Annotated[
        bool, typer.Option("--million", help="Only this pipeline, a million invoices")
    ] = False,
) -> None:
    """Compare this pipeline with tap-xero and dlt on one full sync of invoices."""
    if million:
        return _million()
    count = 2_000 if quick else 20_000
    contenders = [OURS] if sandbox else CONTENDERS
    for runner in (runner for contender in contenders for runner in contender.runners):
        python_of(runner.peer)
    try:
        with sandbox_server(count) if sandbox else page_server(count) as server:
            results = _measure(server, contenders, runs)
    except RunFailed as failure:
        sys.exit(str(failure))
    console = Console(width=140)
    console.print(
        f"{count:,} invoices with {LINES_PER_INVOICE} lines each, median of {runs}, "
        f"{date.today()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    )
    console.print(_table(results))
    _check(results[0])


def _million() -> None:
    try:
        million_invoices.main()
    except RunFailed as failure:
        sys.exit(str(failure))


def _measure(server: Server, contenders: Sequence[Contender], runs: int) -> list[Result]:
    alone = {size: server.alone(size) for size in {each.page_size for each in contenders}}
    done: dict[Contender, list[Run]] = {contender: [] for contender in contenders}
    for number in range(runs):
        for contender in contenders:
            print(f"Run {number + 1} of {runs}: {contender.name}", flush=True)
            done[contender].append(run(contender, server))
    return [Result(each, server.invoices, alone[each.page_size], done[each]) for each in contenders]


def _table(results: Sequence[Result]) -> Table:
    ours = next(each for each in results if each.contender is OURS)
    table = Table(box=box.MARKDOWN)
    table.add_column("")
    for heading in (
        "invoices/s",
        "times as long",
        "seconds",
        "server's own",
        "calls",
        "MB read",
        "peak MB",
        "invoices",
        "lines",
    ):
        table.add_column(heading, justify="right")
    for each in results:
        seen = each.any_run
        table.add_row(
            each.contender.name,
            f"{each.rate:,.0f}",
            f"{each.seconds / ours.seconds:.1f}",
            f"{each.seconds:.2f}",
            f"{each.server_seconds:.2f}",
            f"{seen.traffic.calls}",
            f"{seen.traffic.body_bytes / _MEGABYTE:.1f}",
            f"{median(each.peak_memory for each in each.runs) / _MEGABYTE:,.0f}",
            "" if seen.invoices is None else f"{seen.invoices:,}",
            "" if seen.lines is None else f"{seen.lines:,}",
        )
    return table


def _check(ours: Result) -> None:
    """A fast sync that missed something would be worth nothing."""
    expected = -(-ours.asked // ours.contender.page_size)
    for each in ours.runs:
        assert each.invoices == ours.asked, f"{each.invoices} invoices arrived"
        assert each.lines == ours.asked * LINES_PER_INVOICE, f"{each.lines} lines arrived"
        assert expected <= each.traffic.calls <= expected + 1, f"{each.traffic.calls} calls"


if __name__ == "__main__":
    typer.run(main)
