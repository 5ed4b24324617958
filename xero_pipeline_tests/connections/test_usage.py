"""Calls and bytes are counted exactly, whoever counts beside."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from xero_pipeline.connections.database import Database
from xero_pipeline.connections.errors import HomeUnusable
from xero_pipeline.connections.model import UNATTRIBUTED, EndpointUsage
from xero_pipeline.connections.recent_calls import SharedRecentCalls
from xero_pipeline.connections.usage import DailyUsage, block_size
from xero_pipeline.settings import Settings, Tier
from xero_pipeline_tests.postgres import on_both
from xero_pipeline_tests.xero.double import START, TestClock

DAY = date(2026, 4, 1)


@pytest.fixture
def settings(tmp_path: Path, state_url: str | None) -> Settings:
    return Settings.model_validate({"home": tmp_path, "state_url": state_url})


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    opened = Database.open(settings)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def usage(database: Database, clock: TestClock) -> DailyUsage:
    return DailyUsage(database, clock)


def written(settings: Settings, columns: str, table: str) -> list[tuple[int, ...]]:
    with sqlite3.connect(settings.home / "state.db") as reader:
        return reader.execute(f"SELECT {columns} FROM {table}").fetchall()


@on_both
def test_no_call_is_taken_twice_however_many_ask(settings: Settings, clock: TestClock) -> None:
    opened = [Database.open(settings) for _ in range(4)]
    counts = [DailyUsage(database, clock) for database in opened]
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda n: counts[n % 4].take("org-1", "users", DAY, 50), range(80)))
    assert sum(taken) == 50
    assert counts[0].calls_on("org-1", DAY) == 50
    for database in opened:
        database.close()


@on_both
def test_every_organisation_and_day_has_calls_of_its_own(usage: DailyUsage) -> None:
    assert usage.take("org-1", "users", DAY, 1)
    assert not usage.take("org-1", "users", DAY, 1)
    assert usage.take("org-2", "users", DAY, 1)
    assert usage.take("org-1", "users", date(2026, 4, 2), 1)


@on_both
def test_a_higher_limit_has_calls_where_a_lower_one_has_none(usage: DailyUsage) -> None:
    """The last calls of a day, kept for people."""
    assert usage.take("org-1", "users", DAY, 1)
    assert not usage.take("org-1", "users", DAY, 1)
    assert usage.take("org-1", "users", DAY, 2)


def test_calls_are_set_aside_in_blocks_that_shrink_towards_the_limit() -> None:
    assert [block_size(left) for left in (1000, 256, 64, 31, 1, 0, -5)] == [16, 16, 4, 1, 1, 0, 0]


def test_a_block_costs_one_write_and_what_is_left_of_it_goes_back(
    usage: DailyUsage, settings: Settings
) -> None:
    for _ in range(3):
        assert usage.take("org-1", "users", DAY, 1000)
    assert written(settings, "calls", "day_calls") == [(16,)]
    assert usage.calls_on("org-1", DAY) == 3
    usage.settle("org-1")
    assert written(settings, "calls", "day_calls") == [(3,)]


def test_calls_and_bytes_are_written_by_endpoint_and_day(
    usage: DailyUsage, settings: Settings
) -> None:
    for endpoint, wire_bytes, body_bytes in (("invoices", 100, 900), ("invoices", 50, 400)):
        usage.take("org-1", endpoint, DAY, 1000)
        usage.received("org-1", endpoint, DAY, wire_bytes, body_bytes)
    usage.take("org-1", "users", DAY, 1000)
    usage.settle("org-1")
    assert usage.all_days(Tier.CORE) == [
        EndpointUsage("org-1", "invoices", DAY, 2, 150, 1300, Tier.CORE),
        EndpointUsage("org-1", "users", DAY, 1, 0, 0, Tier.CORE),
    ]


@on_both
def test_earlier_days_can_be_left_out(usage: DailyUsage) -> None:
    yesterday = date(2026, 3, 31)
    for day in (yesterday, DAY):
        usage.take("org-1", "users", day, 1000)
    assert [each.day for each in usage.all_days(Tier.CORE)] == [yesterday, DAY]
    assert [each.day for each in usage.all_days(Tier.CORE, since=DAY)] == [DAY]


def test_bytes_wait_in_memory_for_a_second_at_most(
    usage: DailyUsage, settings: Settings, clock: TestClock
) -> None:
    usage.take("org-1", "invoices", DAY, 1000)
    usage.received("org-1", "invoices", DAY, 100, 900)
    assert written(settings, "wire_bytes", "api_usage") == []
    clock.advance(seconds=1)
    usage.received("org-1", "invoices", DAY, 50, 400)
    assert written(settings, "wire_bytes", "api_usage") == [(150,)]


def test_a_killed_process_loses_no_call(settings: Settings, usage: DailyUsage) -> None:
    """Its block stays counted, for no endpoint in particular."""
    killed = f"""
import os
from datetime import date
from xero_pipeline.connections.database import Database
from xero_pipeline.connections.usage import DailyUsage
from xero_pipeline.settings import Settings
from xero_pipeline.xero.limits import SystemClock

settings = Settings.model_validate({{"home": {str(settings.home)!r}}})
usage = DailyUsage(Database.open(settings), SystemClock())
usage.take("org-1", "invoices", date(2026, 4, 1), 1000)
usage.received("org-1", "invoices", date(2026, 4, 1), 100, 900)
os.kill(os.getpid(), 9)
"""
    result = subprocess.run([sys.executable, "-c", killed], check=False)
    assert result.returncode == -9
    assert usage.calls_on("org-1", DAY) == 16
    assert usage.all_days(Tier.STARTER) == [
        EndpointUsage("org-1", UNATTRIBUTED, DAY, 16, 0, 0, Tier.STARTER)
    ]


def test_readers_do_not_wait_for_a_writer(usage: DailyUsage, settings: Settings) -> None:
    with sqlite3.connect(settings.home / "state.db") as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert usage.calls_on("org-1", DAY) == 0
        writer.rollback()


def test_a_damaged_state_file_is_said_plainly(usage: DailyUsage, settings: Settings) -> None:
    with sqlite3.connect(settings.home / "state.db") as vandal:
        vandal.execute("DROP TABLE day_calls")
    with pytest.raises(HomeUnusable, match=r"state\.db"):
        usage.take("org-1", "users", DAY, 10)


@on_both
def test_processes_hear_of_each_others_calls_of_the_last_minute(
    database: Database, clock: TestClock
) -> None:
    one, other = SharedRecentCalls(database, clock), SharedRecentCalls(database, clock)
    assert one.exchange("org-1", [START]) == []
    assert other.exchange("org-1", []) == [START]
    assert other.exchange("org-2", []) == []
    assert one.exchange("org-1", []) == []
    clock.advance(seconds=61)
    assert other.exchange("org-1", []) == []


def test_a_home_made_by_an_earlier_version_goes_on(tmp_path: Path, clock: TestClock) -> None:
    with sqlite3.connect(tmp_path / "state.db") as earlier:
        earlier.executescript(
            """
            CREATE TABLE api_usage (
                organisation_id VARCHAR NOT NULL,
                day DATE NOT NULL,
                calls INTEGER NOT NULL,
                wire_bytes INTEGER NOT NULL,
                body_bytes INTEGER NOT NULL,
                PRIMARY KEY (organisation_id, day)
            );
            INSERT INTO api_usage VALUES ('org-1', '2026-04-01', 40, 1000, 9000);
            """
        )
    for _ in range(2):  # the second time there is nothing to do
        database = Database.open(Settings.model_validate({"home": tmp_path}))
        usage = DailyUsage(database, clock)
        assert usage.calls_on("org-1", DAY) == 40
        assert usage.all_days(Tier.STARTER) == [
            EndpointUsage("org-1", UNATTRIBUTED, DAY, 40, 1000, 9000, Tier.STARTER)
        ]
        assert not usage.take("org-1", "users", DAY, 40)
        database.close()


def test_a_home_made_by_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "state.db") as newer:
        newer.execute("PRAGMA user_version = 999")
    with pytest.raises(HomeUnusable, match="newer version"):
        Database.open(Settings.model_validate({"home": tmp_path}))
