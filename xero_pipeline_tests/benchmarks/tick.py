"""How long do the ticks take when very many organisations are connected?

    python -m xero_pipeline_tests.benchmarks.tick --count 10000

Fills the state database of a home, and Dagster's history of runs beside it, and evaluates sensors
and the night's schedule as the daemon does: on a home where nothing was read yet, and on one that
was read a moment ago.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import dagster as dg
import sqlalchemy as sa
import typer
from dagster._core.utils import make_new_run_id
from rich.console import Console
from rich.table import Table

from xero_pipeline.assets.keys import ORGANISATION_PARTITIONS_NAME
from xero_pipeline.assets.resources import Pipeline
from xero_pipeline.automation.alerts import reconnect_alerts
from xero_pipeline.automation.batches import run_requests
from xero_pipeline.automation.instance import dagster_instance
from xero_pipeline.automation.schedules import nightly
from xero_pipeline.automation.sensors import incremental_refresh
from xero_pipeline.automation.webhooks import webhook_refresh
from xero_pipeline.connections import Purpose, Status
from xero_pipeline.connections import tables as state
from xero_pipeline.connections.database import Database
from xero_pipeline.definitions import defs
from xero_pipeline.settings import Settings
from xero_pipeline.sync import Depth
from xero_pipeline.webhooks import Inbox
from xero_pipeline.webhooks.delivery import Event

_TIMEZONES = (
    "NEWZEALANDSTANDARDTIME",
    "AUSEASTERNSTANDARDTIME",
    "GMTSTANDARDTIME",
    "EASTERNSTANDARDTIME",
    "INDIASTANDARDTIME",
)
_IN_NEED_OF_A_PERSON = 100
"""Each of so many connections has died."""


@dataclass(frozen=True)
class Tick:
    """What one evaluation took and came to.

    Attributes:
        seconds: by the clock on the wall.
        cpu_seconds: of this process, whatever else the machine does.
        cursor_bytes: what it has to remember itself.
    """

    name: str
    seconds: float
    cpu_seconds: float
    runs: int
    cursor_bytes: int


@dataclass(frozen=True)
class Crowd:
    """A home with very many organisations, and its Dagster."""

    settings: Settings
    instance: dg.DagsterInstance
    keys: list[str]

    def is_read(self, at: datetime) -> None:
        """All of them a moment ago, by runs that stand in the history."""
        with closing(Database.open(self.settings)) as database, database.writing() as connection:
            connection.execute(sa.update(state.connections).values(last_sync_at=at))
        self.instance.add_dynamic_partitions(ORGANISATION_PARTITIONS_NAME, self.keys)
        for request in run_requests(self.keys, Depth.INCREMENT, at):
            self.instance.add_run(
                dg.DagsterRun(
                    job_name="refresh",
                    run_id=make_new_run_id(),
                    run_config=request.run_config,
                    tags=dict(request.tags),
                    status=dg.DagsterRunStatus.SUCCESS,
                )
            )

    def hears_of_everybody(self, at: datetime) -> None:
        """An event for each organisation."""
        with closing(Inbox.open(self.settings)) as inbox:
            inbox.store((_event(key) for key in self.keys), at)

    def sensor(self, name: str, sensor: Callable[..., Any]) -> Tick:
        context = dg.build_sensor_context(instance=self.instance, resources=_resources())
        return _timed(name, lambda: sensor(context))

    def night(self, name: str, at: datetime) -> Tick:
        with dg.build_schedule_context(
            instance=self.instance,
            scheduled_execution_time=at,
            resources=_resources(),
            repository_def=defs.get_repository_def(),
        ) as context:
            return _timed(name, lambda: nightly.evaluate_tick(context))


def measured(count: int) -> Iterator[Tick]:
    """The ticks one after another, as they end."""
    now = datetime.now(UTC)
    with crowd(count, now) as home:
        yield home.sensor("incremental_refresh, nothing read yet", incremental_refresh)
        home.is_read(now)
        yield home.sensor("incremental_refresh, all just read", incremental_refresh)
        home.hears_of_everybody(now)
        yield home.sensor("webhook_refresh, an event for each", webhook_refresh)
        yield home.sensor("reconnect_alerts, one in a hundred died", reconnect_alerts)
        yield home.sensor("reconnect_alerts, nothing new", reconnect_alerts)
        yield home.night("nightly, everybody's night has come", now + timedelta(days=1))


@contextmanager
def crowd(count: int, now: datetime) -> Iterator[Crowd]:
    """So many organisations, connected a month ago, never read."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        os.environ["XERO_PIPELINE_HOME"] = str(home)
        settings = Settings(home=home)
        keys = [f"organisation-{number}" for number in range(count)]
        _connect(settings, keys, now - timedelta(days=30))
        with dagster_instance(settings) as instance:
            yield Crowd(settings, instance, keys)


def _connect(settings: Settings, keys: list[str], at: datetime) -> None:
    with closing(Database.open(settings)) as database, database.writing() as connection:
        connection.execute(
            sa.insert(state.workspaces).values(workspace_id=1, name="all", purpose=Purpose.CLIENT)
        )
        connection.execute(
            sa.insert(state.token_sets).values(
                token_set_id=1, xero_userid="user", client_id="app", encrypted=b""
            )
        )
        connection.execute(
            sa.insert(state.connections), [_connection(n, key, at) for n, key in enumerate(keys)]
        )
        connection.execute(
            sa.insert(state.day_calls),
            [
                {"organisation_id": key, "day": datetime.now(UTC).date(), "calls": 20}
                for key in keys
            ],
        )


def _connection(number: int, key: str, at: datetime) -> dict[str, object]:
    is_dead = number % _IN_NEED_OF_A_PERSON == 0
    return {
        "organisation_id": key,
        "organisation_key": key,
        "workspace_id": 1,
        "token_set_id": 1,
        "connection_id": key,
        "xero_organisation_id": key,
        "name": f"Organisation {number}",
        "country": "NZ",
        "base_currency": "NZD",
        "short_code": "!",
        "timezone": _TIMEZONES[number % len(_TIMEZONES)],
        "connected_by": "Ada Lowe <ada@harbour.example>",
        "connected_at": at,
        "scopes": ["accounting.transactions.read", "accounting.contacts.read"],
        "status": Status.NEEDS_RECONNECT if is_dead else Status.HEALTHY,
        "status_reason": "Access was revoked in Xero." if is_dead else "",
        "next_step": f"Run: xero-pipeline connections reconnect {key}" if is_dead else "",
    }


def _event(organisation: str) -> Event:
    return Event(
        tenantId=organisation,
        resourceId="invoice",
        eventCategory="INVOICE",
        eventType="UPDATE",
        eventDateUtc="2026-04-01T10:00:00.123",
    )


def _resources() -> dict[str, object]:
    return {"pipeline": Pipeline()}


def _timed(name: str, evaluate: Callable[[], Any]) -> Tick:
    started, cpu_started = time.perf_counter(), time.process_time()
    result = evaluate()
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu_started
    runs, cursor = result.run_requests or [], getattr(result, "cursor", None) or ""
    return Tick(name, seconds, cpu_seconds, len(runs), len(cursor))


def main(
    count: Annotated[int, typer.Option(help="Organisations that are connected.", min=1)] = 10_000,
) -> None:
    """Print a line for each tick."""
    table = Table("Tick", "Seconds", "CPU seconds", "Runs asked for", "Cursor, bytes")
    for tick in measured(count):
        times = (f"{tick.seconds:.2f}", f"{tick.cpu_seconds:.2f}")
        table.add_row(tick.name, *times, f"{tick.runs:,}", f"{tick.cursor_bytes:,}")
    Console(width=100).print(f"{count:,} organisations", table)


if __name__ == "__main__":
    typer.run(main)
