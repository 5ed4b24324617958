"""What only the tables themselves can promise."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from xero_pipeline.connections.store import Store
from xero_pipeline.settings import Settings

DAY = date(2026, 4, 1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.model_validate({"home": tmp_path})


def test_no_call_is_taken_twice_however_many_ask(settings: Settings) -> None:
    stores = [Store.open(settings) for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda n: stores[n % 4].take("org-1", DAY, 50), range(80)))
    assert sum(taken) == 50
    assert stores[0].calls_on("org-1", DAY) == 50
    for store in stores:
        store.close()


def test_every_organisation_and_day_has_calls_of_its_own(settings: Settings) -> None:
    store = Store.open(settings)
    assert store.take("org-1", DAY, 1)
    assert not store.take("org-1", DAY, 1)
    assert store.take("org-2", DAY, 1)
    assert store.take("org-1", date(2026, 4, 2), 1)
    store.close()


def test_bytes_are_added_up_beside_the_calls(settings: Settings) -> None:
    store = Store.open(settings)
    for wire_bytes, body_bytes in ((100, 900), (50, 400)):
        store.take("org-1", DAY, 10)
        store.received("org-1", DAY, wire_bytes, body_bytes)
    store.close()
    with sqlite3.connect(settings.home / "state.db") as database:
        (row,) = database.execute("SELECT calls, wire_bytes, body_bytes FROM api_usage")
    assert row == (2, 150, 1300)


def test_readers_do_not_wait_for_a_writer(settings: Settings) -> None:
    store = Store.open(settings)
    with sqlite3.connect(settings.home / "state.db") as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert store.connections() == []
        writer.rollback()
    store.close()


def test_a_second_opening_finds_what_the_first_left(settings: Settings) -> None:
    first = Store.open(settings)
    first.take("org-1", DAY, 10)
    first.close()
    second = Store.open(settings)
    assert second.calls_on("org-1", DAY) == 1
    second.close()
