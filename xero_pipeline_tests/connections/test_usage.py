"""Calls and bytes are counted exactly, whoever counts beside."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from xero_pipeline.connections.database import Database
from xero_pipeline.connections.errors import HomeUnusable
from xero_pipeline.connections.usage import DailyUsage
from xero_pipeline.settings import Settings

DAY = date(2026, 4, 1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.model_validate({"home": tmp_path})


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    opened = Database.open(settings)
    yield opened
    opened.close()


def test_no_call_is_taken_twice_however_many_ask(settings: Settings) -> None:
    opened = [Database.open(settings) for _ in range(4)]
    counts = [DailyUsage(database) for database in opened]
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda n: counts[n % 4].take("org-1", DAY, 50), range(80)))
    assert sum(taken) == 50
    assert counts[0].calls_on("org-1", DAY) == 50
    for database in opened:
        database.close()


def test_every_organisation_and_day_has_calls_of_its_own(database: Database) -> None:
    usage = DailyUsage(database)
    assert usage.take("org-1", DAY, 1)
    assert not usage.take("org-1", DAY, 1)
    assert usage.take("org-2", DAY, 1)
    assert usage.take("org-1", date(2026, 4, 2), 1)


def test_bytes_are_added_up_beside_the_calls(database: Database, settings: Settings) -> None:
    usage = DailyUsage(database)
    for wire_bytes, body_bytes in ((100, 900), (50, 400)):
        usage.take("org-1", DAY, 10)
        usage.received("org-1", DAY, wire_bytes, body_bytes)
    with sqlite3.connect(settings.home / "state.db") as reader:
        (row,) = reader.execute("SELECT calls, wire_bytes, body_bytes FROM api_usage")
    assert row == (2, 150, 1300)


def test_readers_do_not_wait_for_a_writer(database: Database, settings: Settings) -> None:
    with sqlite3.connect(settings.home / "state.db") as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert DailyUsage(database).calls_on("org-1", DAY) == 0
        writer.rollback()


def test_a_damaged_state_file_is_said_plainly(database: Database, settings: Settings) -> None:
    with sqlite3.connect(settings.home / "state.db") as vandal:
        vandal.execute("DROP TABLE api_usage")
    with pytest.raises(HomeUnusable, match=r"state\.db"):
        DailyUsage(database).take("org-1", DAY, 10)
