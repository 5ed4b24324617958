"""How long does a page take? `python -m xero_pipeline_tests.benchmarks.console`

The console over the published books of the models' benchmark: 300,000 invoices with payments and
78,000 bank transactions of 100 organisations, all of them connected. Each page is asked for of
several organisations, one after the other, none of them twice. The books are copied, 600 MB.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Annotated

import sqlalchemy as sa
import typer
from rich import box
from rich.console import Console
from rich.table import Table
from starlette.testclient import TestClient

from xero_pipeline.connections import Connections, Purpose, Status
from xero_pipeline.connections import tables as state
from xero_pipeline.connections.database import Database
from xero_pipeline.console.app import console_app
from xero_pipeline.console.security import Access
from xero_pipeline.console.serve import opened, ready
from xero_pipeline.settings import Settings
from xero_pipeline.warehouse import (
    open_warehouse,
    publish,
    read_published,
    replace_ops_table,
)
from xero_pipeline.xero.limits import SystemClock

PAGES: Mapping[str, str] = {
    "signals": "/signals?organisation={key}",
    "signals as of a day in the past": "/signals?organisation={key}&as_of=2026-03-31",
    "open receivables": "/signals/documents/receivables?organisation={key}",
    "receivables as CSV": "/signals/csv/receivables?organisation={key}",
    "connections, 100 of them": "/connections",
    "tasks, the newest 200": "/tasks",
    "tasks of one client": "/tasks?organisation={key}",
}
_ADDRESS = "http://localhost"


@dataclass(frozen=True)
class Asked:
    """One answer; CPU seconds count all threads."""

    seconds: float
    cpu_seconds: float
    size: int


def main(
    *,
    home: Annotated[
        Path | None, typer.Option(help="Of an earlier run of the models' benchmark")
    ] = None,
    organisations: Annotated[int, typer.Option(help="That each page is asked for")] = 15,
) -> None:
    """Ask for every page and say how long each took."""
    with TemporaryDirectory() as folder:
        books = home or _books(Path(folder) / "books")
        with _visited(books, Path(folder) / "home") as (client, keys):
            first = _ask(client, PAGES["signals"].format(key=keys[0]))
            answers = {
                name: [_ask(client, path.format(key=key)) for key in keys[1 : organisations + 1]]
                for name, path in PAGES.items()
            }
    Console().print(_table(first, answers))


def _books(home: Path) -> Path:
    models = "xero_pipeline_tests.benchmarks.models"
    subprocess.run(
        [sys.executable, "-m", models, "--home", str(home), "--only", "whole"], check=True
    )
    publish(home / "build.duckdb", home)
    return home


@contextmanager
def _visited(books: Path, home: Path) -> Iterator[tuple[TestClient, list[str]]]:
    """A console over the books, in which all their organisations are connected."""
    settings = Settings.model_validate({"XERO_PIPELINE_HOME": str(home), "XERO_CLIENT_ID": "app"})
    settings.published_database.parent.mkdir(parents=True)
    shutil.copyfile(books / "current" / "warehouse.duckdb", settings.published_database)
    keys = _connect(settings)
    with opened(settings, Access(), SystemClock()) as console, ready(console):
        app = console_app(console, hosts=["localhost"], is_https=False)
        yield TestClient(app, base_url=_ADDRESS, client=("127.0.0.1", 4711)), keys


def _connect(settings: Settings) -> list[str]:
    with read_published(settings.published_database) as published:
        found = published.execute(
            "select organisation_id::varchar, name from staging.organisations order by 1"
        ).fetchall()
    with closing(Database.open(settings)) as database, database.writing() as connection:
        connection.execute(
            sa.insert(state.workspaces).values(workspace_id=1, name="all", purpose=Purpose.CLIENT)
        )
        connection.execute(
            sa.insert(state.token_sets).values(
                token_set_id=1, xero_userid="user", client_id="app", encrypted=b""
            )
        )
        connection.execute(sa.insert(state.connections), [_connection(*each) for each in found])
    with Connections.open(settings) as known, open_warehouse(settings.published_database) as books:
        replace_ops_table(books, "connections", known.connections())
    return [key for key, _ in found]


def _connection(key: str, name: str) -> dict[str, object]:
    return {
        "organisation_id": key,
        "organisation_key": key,
        "workspace_id": 1,
        "token_set_id": 1,
        "connection_id": key,
        "xero_organisation_id": key,
        "name": name,
        "country": "NZ",
        "base_currency": "NZD",
        "short_code": "!",
        "timezone": "NEWZEALANDSTANDARDTIME",
        "connected_by": "Ada Lowe <ada@harbour.example>",
        "connected_at": datetime.now(UTC),
        "scopes": [],
        "status": Status.HEALTHY,
        "status_reason": "",
        "next_step": "",
    }


def _ask(client: TestClient, path: str) -> Asked:
    began, cpu_began = time.perf_counter(), time.process_time()
    answer = client.get(path)
    asked = Asked(time.perf_counter() - began, time.process_time() - cpu_began, len(answer.content))
    if answer.status_code != 200:
        sys.exit(f"{path}: {answer.status_code}")
    return asked


def _table(first: Asked, answers: Mapping[str, Sequence[Asked]]) -> Table:
    table = Table(box=box.MARKDOWN)
    for heading in ("page", "median ms", "worst ms", "CPU ms", "kB"):
        table.add_column(heading, justify="left" if heading == "page" else "right")
    rows = {"signals, the first page after the start": [first], **answers}
    for name, asked in rows.items():
        seconds = [each.seconds for each in asked]
        numbers = (
            median(seconds) * 1000,
            max(seconds) * 1000,
            median(each.cpu_seconds for each in asked) * 1000,
            median(each.size for each in asked) / 1000,
        )
        table.add_row(name, *(f"{number:.0f}" for number in numbers))
    return table


if __name__ == "__main__":
    typer.run(main)
