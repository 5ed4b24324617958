"""How long does a night of many organisations take?

`python -m xero_pipeline_tests.benchmarks.organisations --count 1000` opens as many alike at the
sandbox (a process of its own, without rate limits), connects them, reads them fully, changes ten of
them, lets a day pass and reads what changed: each in one Dagster run in a fresh process.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated

import duckdb
import requests
import sqlalchemy as sa
import typer
from rich import box
from rich.console import Console
from rich.table import Table

from xero_pipeline.connections import Connections, Purpose
from xero_pipeline.connections.rules import organisation_key
from xero_pipeline.connections.tables import connections as connections_table
from xero_pipeline.sandbox.control_client import ControlClient
from xero_pipeline.sandbox.events import InvoiceDatesChanged
from xero_pipeline.settings import Settings
from xero_pipeline_tests.benchmarks.night import Night

_MEGABYTE = 1_000_000
_SERIES = "office"


@dataclass(frozen=True)
class Office:
    """Many organisations at a sandbox, and a home that is connected to all of them.

    Attributes:
        environment: points the pipeline at them.
    """

    control: ControlClient
    environment: dict[str, str]

    @property
    def settings(self) -> Settings:
        return Settings.model_validate(self.environment)

    def run(self, depth: str) -> tuple[Night, int]:
        """One run in a process of its own. Returns what it took, and the calls it made."""
        self.control.clear_requests()
        finished = subprocess.run(
            [sys.executable, "-m", "xero_pipeline_tests.benchmarks.night", depth],
            env=os.environ | self.environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        calls = [each for each in self.control.requests() if each["path"].startswith("/api.xro/")]
        night = Night(**json.loads(finished.stdout.splitlines()[-1]))
        assert not night.problems, night.problems
        return night, len(calls)

    def change(self, organisations: int) -> None:
        """An invoice of each is due later than before."""
        due = self.control.now().date() + dt.timedelta(days=30)
        for number in range(1, organisations + 1):
            edited = InvoiceDatesChanged(self.control.now(), "INV-00002", due_date=due)
            self.control.apply(f"{_SERIES}:{number}", [edited])


def main(
    count: Annotated[int, typer.Option(min=1, help="Organisations")] = 1000,
    invoices: Annotated[int, typer.Option(min=2, help="Of each")] = 20,
    changed: Annotated[int, typer.Option(min=0, help="Of them have changes in the night")] = 10,
    memory: Annotated[str, typer.Option(help="XERO_PIPELINE_MEMORY of the runs")] = "500MB",
) -> None:
    """Measure a first run, the first night, one like all that follow, and an increment."""
    console = Console(width=140)
    with (
        tempfile.TemporaryDirectory() as folder,
        offices(Path(folder), count, invoices, memory) as office,
    ):
        runs = [("everything", *office.run("full"))]
        for name, later, depth in (
            ("the night after", dt.timedelta(days=1), "nightly"),
            ("the next night", dt.timedelta(days=1), "nightly"),
            ("a quarter of an hour later", dt.timedelta(minutes=15), "increment"),
        ):
            office.change(min(changed, count))
            office.control.advance(later)
            runs.append((name, *office.run(depth)))
        _check(office.settings, count, invoices)
    console.print(
        f"{count:,} organisations with {invoices:,} invoices each, {changed} of them with changes, "
        f"{memory} for DuckDB, {dt.date.today()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}"
    )
    console.print(_table(runs))


@contextmanager
def offices(folder: Path, count: int, invoices: int, memory: str) -> Iterator[Office]:
    """A sandbox with so many organisations, and a home that is connected to them."""
    callback = f"http://localhost:{_free_port()}/callback"
    command = [sys.executable, "-m", "xero_pipeline.sandbox", "serve", "--port", "0"]
    command += ["--no-limits", "--redirect-uri", callback, "--connections", str(count)]
    command += ["--series", f"{_SERIES}:{count}:{invoices}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as sandbox:
        try:
            details = json.loads(list(islice(sandbox.stdout or (), 2))[1])
            environment = {
                "XERO_LOGIN_URL": details["url"],
                "XERO_IDENTITY_URL": details["url"],
                "XERO_API_URL": details["url"],
                "XERO_CLIENT_ID": details["client_id"],
                "XERO_CLIENT_SECRET": details["client_secret"],
                "XERO_REDIRECT_URI": callback,
                "XERO_PIPELINE_HOME": str(folder),
                "XERO_PIPELINE_MEMORY": memory,
            }
            office = Office(ControlClient(details["url"]), environment)
            _connect(office, [f"{_SERIES}:{number}" for number in range(1, count + 1)])
            yield office
        finally:
            sandbox.terminate()


def _connect(office: Office, keys: Sequence[str]) -> None:
    """One user consents to all; the first is connected as always, the others share its tokens."""
    office.control.consent(keys)
    tenants = {
        each["tenant_id"]: each["name"]
        for each in office.control.overview()["organisations"]
        if each["key"] in keys
    }
    with Connections.open(office.settings) as connections:
        first = connections.connect(
            "offices",
            Purpose.CLIENT,
            open_browser=_browse,
            choose=lambda offered: offered[0],
            confirm=lambda found: True,
        )
    engine = sa.create_engine(f"sqlite:///{office.settings.home / 'state.db'}")
    with engine.begin() as state:
        query = sa.select(connections_table)
        row = state.execute(query).mappings().one()
        others = [
            {
                **row,
                "organisation_id": id,
                "organisation_key": organisation_key(id, name),
                "xero_organisation_id": id,
                "name": name,
            }
            for id, name in tenants.items()
            if id != first.organisation_id
        ]
        if others:
            state.execute(sa.insert(connections_table), others)
    engine.dispose()


def _browse(url: str) -> None:
    requests.get(url, timeout=60)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _table(runs: Sequence[tuple[str, Night, int]]) -> Table:
    table = Table(box=box.MARKDOWN)
    table.add_column("")
    headings = ("seconds", "CPU", "calls", "calls/s", "peak MB")
    parts = ("reading", "loading", "models", "publishing", "of it events")
    for heading in (*headings, *parts):
        table.add_column(heading, justify="right")
    for name, night, calls in runs:
        table.add_row(
            name,
            f"{night.seconds:.1f}",
            f"{night.cpu_seconds:.1f}",
            f"{calls:,}",
            f"{calls / night.steps['xero']:.0f}",
            f"{night.peak_memory / _MEGABYTE:,.0f}",
            *(f"{part:.1f}" for part in _parts(night)),
        )
    return table


def _parts(night: Night) -> Iterator[float]:
    loading = night.shares["loading"]
    yield night.steps["xero"] - loading
    yield loading
    yield sum(night.steps[step] for step in ("staging", "intermediate", "marts"))
    yield night.steps["warehouse__published"]
    yield night.shares["events"]


def _check(settings: Settings, count: int, invoices: int) -> None:
    """A fast night that missed something would be worth nothing."""
    with duckdb.connect(settings.published_database, read_only=True) as published:
        found = published.execute(
            "select count(distinct organisation_id), count(*) from staging.invoices"
        ).fetchone()
    assert found is not None
    assert found[0] == count, f"{found[0]} organisations arrived"
    assert found[1] >= count * invoices, f"{found[1]} invoices arrived"


if __name__ == "__main__":
    typer.run(main)
