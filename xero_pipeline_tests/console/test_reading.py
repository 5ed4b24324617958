"""Reading what was published, while it is published anew."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from xero_pipeline.console.reading import Figures
from xero_pipeline.warehouse import NothingPublished, WarehouseUnreadable, open_warehouse, publish


@dataclass(frozen=True)
class Debt:
    customer: str
    amount: int


DEBTS = "select customer, amount from main.debts where amount >= $least order by customer"


def published(home: Path, amount: int) -> Path:
    with open_warehouse(home / "build.duckdb") as build:
        build.execute("create or replace table debts (customer text, amount integer)")
        build.execute("insert into debts values ('Cafe', ?), ('Pier', 1)", [amount])
    publish(home / "build.duckdb", home, keep=1)
    return home / "current" / "warehouse.duckdb"


def test_rows_come_as_what_they_are(tmp_path: Path) -> None:
    with closing(Figures(published(tmp_path, 70))) as figures, figures.reading() as reader:
        assert reader.rows(Debt, DEBTS, least=2) == [Debt("Cafe", 70)]


def test_before_anything_was_published_it_says_so(tmp_path: Path) -> None:
    figures = Figures(tmp_path / "current" / "warehouse.duckdb")
    assert not figures.is_published
    with pytest.raises(NothingPublished), figures.reading():
        pass


def test_a_new_snapshot_is_read_from_the_next_page_on(tmp_path: Path) -> None:
    with closing(Figures(published(tmp_path, 70))) as figures, figures.reading() as before:
        published(tmp_path, 80)
        with figures.reading() as after:
            assert after.rows(Debt, DEBTS, least=2) == [Debt("Cafe", 80)]
        assert before.rows(Debt, DEBTS, least=2) == [Debt("Cafe", 70)]


def test_nothing_can_be_written(tmp_path: Path) -> None:
    with (
        closing(Figures(published(tmp_path, 70))) as figures,
        figures.reading() as reader,
        pytest.raises(duckdb.Error, match="read-only"),
    ):
        reader.rows(Debt, "insert into debts values ('Evil', 1) returning customer, amount")


def test_what_was_published_is_open_before_somebody_asks(tmp_path: Path) -> None:
    with closing(Figures(published(tmp_path, 70))) as figures, figures.kept_ready():
        assert figures.is_ready


def test_so_is_what_is_published_later(tmp_path: Path) -> None:
    figures = Figures(tmp_path / "current" / "warehouse.duckdb")
    with closing(figures), figures.kept_ready(look_every_seconds=0.01):
        assert not figures.is_ready
        published(tmp_path, 80)
        soon = time.monotonic() + 10
        while not figures.is_ready and time.monotonic() < soon:
            time.sleep(0.01)
        assert figures.is_ready


def test_what_cannot_be_opened_is_said_by_the_page_that_needs_it(tmp_path: Path) -> None:
    snapshot = tmp_path / "warehouse.duckdb"
    snapshot.write_text("damaged")
    with (
        closing(Figures(snapshot)) as figures,
        figures.kept_ready(),
        pytest.raises(WarehouseUnreadable),
        figures.reading(),
    ):
        pass
