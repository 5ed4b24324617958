"""What client tasks cost in calls and bytes, and how soon they are there.

    python -m xero_pipeline_tests.benchmarks.tasks            # calls and bytes of each step
    python -m xero_pipeline_tests.benchmarks.tasks --minute   # from posting to the published task

A client's book at the sandbox, over real HTTP. For the minute Dagster's own daemon runs with its
sensors as they are, and looks once a minute.
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Annotated, Any
from unittest.mock import patch

import duckdb
import typer
from rich.console import Console
from rich.table import Table

from xero_pipeline.automation import refresh_in_process, write_back_in_process
from xero_pipeline.automation.instance import ensure_dagster_home
from xero_pipeline.connections import Connection, Connections, MonitoredAccount, Purpose
from xero_pipeline.sandbox.books import Book
from xero_pipeline.sandbox.document_events import FileAttached
from xero_pipeline.sandbox.events import AccountAdded, Event, UserAdded
from xero_pipeline.sandbox.serve import RunningSandbox, SandboxSettings, start
from xero_pipeline.sandbox.world import Organisation
from xero_pipeline.settings import Settings
from xero_pipeline.sync import Depth
from xero_pipeline.sync.peek import Peek, endpoints_of, peek
from xero_pipeline.tasks import NewAnswer, Task
from xero_pipeline.tasks.desk import TaskDesk
from xero_pipeline.tasks.files import attachments_of, fetch_attachments
from xero_pipeline.tasks.model import TaskFilter
from xero_pipeline.xero import SystemClock
from xero_pipeline_tests.connected import connect, environment
from xero_pipeline_tests.sandbox.books.harbour import (
    KEY,
    OPENED,
    RENT,
    bank,
    line,
    new_book,
)
from xero_pipeline_tests.studio import free_port

SUSPENSE = "850"
_RECEIPT = b"%PDF-1.4" + bytes(20_000)
_TASKS = "select count(*) from marts.client_tasks"
_PATIENCE = 300.0


@dataclass(frozen=True)
class Client:
    """A client's book at a sandbox, and the home that watches one of its accounts."""

    sandbox: RunningSandbox
    settings: Settings

    @property
    def connection(self) -> Connection:
        with Connections.open(self.settings) as connections:
            return connections.connections()[0]

    def connect(self) -> None:
        with Connections.open(self.settings) as connections:
            client = connect(connections, self.sandbox, KEY, Purpose.CLIENT, write_back=True)
            id = client.organisation_id
            account = connections.chart_of_accounts(id).find(SUSPENSE)
            watched = MonitoredAccount(account.account_id, account.code, account.name)
            connections.monitor_accounts(id, [watched])

    def spends(self, *keys: str) -> None:
        """On the watched account, at this moment."""
        self.happens(*(spent(key, self.sandbox.control.now()) for key in keys))

    def attaches(self, key: str) -> None:
        at = self.sandbox.control.now()
        name = f"{key}.pdf"
        self.happens(
            FileAttached(at, name, "BankTransaction", key, name, "application/pdf", _RECEIPT)
        )

    def happens(self, *events: Event) -> None:
        self.sandbox.control.apply(KEY, events)

    def sync(self, depth: Depth = Depth.INCREMENT) -> None:
        key = self.connection.organisation_key
        outcome = refresh_in_process(self.settings, [key], depth=depth)
        assert outcome.is_published, outcome.problems

    def task(self) -> Task:
        with TaskDesk.open(self.settings) as desk:
            return next(task for task in desk.tasks(TaskFilter()) if task.has_attachments)

    def tasks(self) -> int:
        """In what is published."""
        if not self.settings.published_database.exists():
            return 0
        with duckdb.connect(str(self.settings.published_database), read_only=True) as warehouse:
            row = warehouse.execute(_TASKS).fetchone()
        return int(row[0]) if row else 0


def spent(key: str, at: dt.datetime) -> Event:
    lines = (line(45, SUSPENSE, description=f"Card payment {key}"),)
    return replace(bank(key, "SPEND", 45, lines=lines), at=at, date=at.date())


@contextmanager
def client(count: int, **settings: Any) -> Iterator[tuple[Client, dict[str, str]]]:  # noqa: ANN401
    """A book with so many transactions of the last month that nobody could place."""
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    events = [
        UserAdded(OPENED, "owner", "owner@harbour.example", "Ada", "Reeve", "STANDARD", True),
        AccountAdded(OPENED, SUSPENSE, "Suspense", "CURRLIAB"),
        *(spent(f"T-{n}", now - dt.timedelta(days=n % 30 + 1)) for n in range(count)),
    ]
    book: Book = new_book(*events)
    redirect = f"http://localhost:{free_port()}/callback"
    options = SandboxSettings(auto_consent=(KEY,), tier="core", redirect_uris=(redirect,))
    with ExitStack() as running:
        home = Path(running.enter_context(tempfile.TemporaryDirectory()))
        life = [Organisation(book, lambda until: [])]
        sandbox = running.enter_context(start(options, lambda seed, first_day: life))
        sandbox.control.set_clock(now, frozen=False)
        named = {str(Settings.model_fields[name].alias): str(v) for name, v in settings.items()}
        names = environment(sandbox, home) | {"XERO_TIER": "core"} | named
        running.enter_context(patch.dict(os.environ, names))
        found = Client(sandbox, Settings())
        found.connect()
        yield found, names


# --- calls and bytes ------------------------------------------------------------------------------


@dataclass
class Meter:
    """What the sandbox was asked since the last look."""

    client: Client
    table: Table

    def row(self, what: str, tasks: int = 0) -> None:
        asked = [
            each
            for each in self.client.sandbox.control.requests()
            if each["path"].startswith("/api.xro/")
        ]
        calls, size = len(asked), sum(each["bytes_sent"] for each in asked)
        each_task = (f"{calls / tasks:.2f}", f"{size / tasks:,.0f}") if tasks else ("", "")
        self.table.add_row(what, f"{calls:,}", f"{size:,}", *each_task)
        self.client.sandbox.control.clear_requests()


def costs(count: int) -> Table:
    """Every step of a task's life, one after the other."""
    table = Table("step", "calls", "bytes as sent", "calls a task", "bytes a task")
    with client(count) as (book, _):
        meter = Meter(book, table)
        book.sandbox.control.clear_requests()
        book.sync(Depth.NIGHTLY)
        assert book.tasks() == count
        meter.row(f"the book is read, {count} tasks appear", count)
        _look(book)
        meter.row("a look at all four kinds of documents, nothing new")
        book.sync()
        meter.row("an increment, nothing new")
        book.spends("new")
        book.sync()
        assert book.tasks() == count + 1
        meter.row("an increment, one new task", 1)
        book.attaches("new")
        book.sync()
        book.sandbox.control.clear_requests()
        book.sync()
        meter.row("an increment that lists its file, too", 1)
        task = book.task()
        with Connections.open(book.settings) as connections:
            listed = attachments_of(book.settings, task)
            fetch_attachments(book.settings, connections, SystemClock(), task, listed)
        meter.row(f"the file is fetched ({len(_RECEIPT):,} bytes)", 1)
        _answer(book, task)
        outcome = write_back_in_process(book.settings, [book.connection.organisation_key])
        assert outcome.is_published, outcome.problems
        meter.row("answer with note and file written back, read and published", 1)
    return table


def _look(book: Client) -> None:
    with Connections.open(book.settings) as connections:
        before = Peek.beginning(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=2))
        with connections.client(book.connection.organisation_id) as asking:
            peek(asking, endpoints_of([None]), before)


def _answer(book: Client, task: Task) -> None:
    with tempfile.TemporaryDirectory() as folder, TaskDesk.open(book.settings) as desk:
        ticket = Path(folder) / "ticket.pdf"
        ticket.write_bytes(_RECEIPT)
        desk.answer(
            task.task_id, NewAnswer("Ada", account=RENT, comment="Storage", files=(ticket,))
        )
        desk.approve(task.task_id, "Bea")


# --- how soon -------------------------------------------------------------------------------------


def seconds_to_task(times: int) -> list[float]:
    """From posting to the task in the published warehouse, with the daemon running."""
    taken = []
    with client(5, task_poll_seconds=60) as (book, names):
        book.sync(Depth.NIGHTLY)
        ensure_dagster_home(book.settings)
        with _daemon(os.environ | names):
            time.sleep(60)  # its first ticks
            for number in range(times):
                before = book.tasks()
                book.spends(f"posted-{number}")
                began = time.monotonic()
                while book.tasks() == before:
                    if time.monotonic() - began > _PATIENCE:
                        raise TimeoutError(f"No task after {_PATIENCE:.0f} seconds")
                    time.sleep(0.5)
                taken.append(time.monotonic() - began)
                time.sleep(17)  # so that postings fall on different moments between two looks
    return taken


@contextmanager
def _daemon(environment: dict[str, str]) -> Iterator[None]:
    program = str(Path(sys.executable).parent / "dagster-daemon")
    command = [program, "run", "--module-name", "xero_pipeline.definitions"]
    quiet = subprocess.DEVNULL
    daemon = subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet)
    try:
        yield
    finally:
        daemon.terminate()
        daemon.wait()


def main(
    count: Annotated[int, typer.Option(min=1, help="Transactions nobody could place")] = 100,
    minute: Annotated[bool, typer.Option("--minute", help="How soon instead")] = False,
    times: Annotated[int, typer.Option(min=1, help="Postings, with --minute")] = 3,
) -> None:
    """Print what it costs, or how long it takes."""
    console = Console(width=120)
    if not minute:
        console.print(costs(count))
        return
    taken = seconds_to_task(times)
    each = ", ".join(f"{seconds:.0f}" for seconds in taken)
    console.print(f"Seconds from posting to the published task: {each}; median {median(taken):.0f}")


if __name__ == "__main__":
    typer.run(main)
