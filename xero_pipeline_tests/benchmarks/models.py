"""How long do the models take? `python -m xero_pipeline_tests.benchmarks.models`

Books are written straight into the raw tables (see `books`); then every measurement runs in a fresh
process over the product's own functions: all models for everybody, each model alone, one
organisation after a sync, receivables as of three days on the published snapshot, and the data
tests. CPU seconds count all threads: on two cores nothing can be done in less than half of them.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from rich import box
from rich.console import Console
from rich.table import Table

from xero_pipeline_tests.benchmarks.books import Books
from xero_pipeline_tests.benchmarks.runners.models import Cost, Measured, read_measured

_MEBIBYTE = 1024 * 1024
_RUNNER = "xero_pipeline_tests.benchmarks.runners.models"
_MEASUREMENTS = ("whole", "each", "organisation", "as_of", "checks")


def main(
    *,
    invoices: Annotated[list[int] | None, typer.Option(help="Of all; may be repeated")] = None,
    organisations: Annotated[int, typer.Option(help="That share the invoices")] = 100,
    memory: Annotated[str, typer.Option(help="DuckDB's memory_limit")] = "1GiB",
    only: Annotated[list[str] | None, typer.Option(help="Of the measurements")] = None,
    home: Annotated[
        Path | None, typer.Option(help="Keep the books here, and use those of an earlier run")
    ] = None,
    top: Annotated[int, typer.Option(help="Tables shown, the dearest first")] = 25,
) -> None:
    """Measure the models over one book or, with --invoices given several times, over several."""
    console = Console(width=110)
    console.print(
        f"{date.today()}, {os.cpu_count()} cores, memory_limit {memory}, DuckDB "
        f"{duckdb.__version__}, Python {platform.python_version()}"
    )
    wholes: list[tuple[Books, Measured]] = []
    for count in invoices or [300_000]:
        books = Books(count, organisations)
        with ExitStack() as stack:
            folder = home or Path(stack.enter_context(tempfile.TemporaryDirectory()))
            measured = _measure(books, folder, memory, only or _MEASUREMENTS)
        _show(console, books, measured, top)
        if "whole" in measured:
            wholes.append((books, measured["whole"]))
    if len(wholes) > 1:
        console.print(_by_size(wholes))


def _measure(books: Books, home: Path, memory: str, wanted: Sequence[str]) -> dict[str, Measured]:
    if not (home / "write.json").exists():
        home.mkdir(parents=True, exist_ok=True)
        (home / "books.json").write_text(json.dumps(asdict(books)))
        _run(home, memory, "write")
    return {work: _run(home, memory, work) for work in _MEASUREMENTS if work in wanted}


def _run(home: Path, memory: str, work: str) -> Measured:
    command = [sys.executable, "-m", _RUNNER, str(home), memory, work]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{work}: {done.stderr[-2000:]}")
    return read_measured(home, work)


def _show(console: Console, books: Books, measured: dict[str, Measured], top: int) -> None:
    console.print(
        f"\n{books.invoices:,} invoices with payments, {books.bank_transactions:,} bank "
        f"transactions, {books.organisations:,} organisations"
    )
    console.print(_summary(measured))
    for work, heading in (("each", "Tables, each alone"), ("checks", "Data tests, by table")):
        if work in measured:
            console.print(heading)
            console.print(_dearest(measured[work].parts, top))


def _summary(measured: dict[str, Measured]) -> Table:
    table = _table("", "seconds", "CPU seconds", "peak MiB", "rows")
    for work, each in measured.items():
        parts = each.parts if work in ("whole", "organisation", "as_of") else []
        for cost in [*parts, *([each.whole] if work != "as_of" else [])]:
            name = work if cost is each.whole else f"{work}: {cost.name}"
            _add(table, Cost(name, cost.seconds, cost.cpu_seconds, cost.rows), each.peak_memory)
    return table


def _dearest(costs: Sequence[Cost], top: int) -> Table:
    table = _table("", "seconds", "CPU seconds", "", "rows")
    for cost in sorted(costs, key=lambda cost: -cost.cpu_seconds)[:top]:
        _add(table, cost)
    return table


def _by_size(wholes: Sequence[tuple[Books, Measured]]) -> Table:
    table = _table("all models", "seconds", "CPU seconds", "peak MiB", "CPU seconds per 100,000")
    for books, measured in wholes:
        whole = measured.whole
        table.add_row(
            f"{books.invoices:,} invoices",
            f"{whole.seconds:.1f}",
            f"{whole.cpu_seconds:.1f}",
            f"{measured.peak_memory / _MEBIBYTE:,.0f}",
            f"{whole.cpu_seconds / books.invoices * 100_000:.2f}",
        )
    return table


def _table(*headings: str) -> Table:
    table = Table(box=box.MARKDOWN)
    table.add_column(headings[0])
    for heading in headings[1:]:
        table.add_column(heading, justify="right")
    return table


def _add(table: Table, cost: Cost, peak_memory: int = 0) -> None:
    table.add_row(
        cost.name,
        f"{cost.seconds:.3f}",
        f"{cost.cpu_seconds:.3f}",
        f"{peak_memory / _MEBIBYTE:,.0f}" if peak_memory else "",
        f"{cost.rows:,}" if cost.rows else "",
    )


if __name__ == "__main__":
    typer.run(main)
