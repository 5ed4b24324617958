"""Reading what was published, while it is published anew."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from xero_pipeline.console.reading import Figures
from xero_pipeline.warehouse import NothingPublished, open_warehouse, publish


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
