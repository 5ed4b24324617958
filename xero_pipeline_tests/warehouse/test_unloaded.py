from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import duckdb
import pytest

from xero_pipeline.warehouse import Landing, load
from xero_pipeline_tests.warehouse.desk import HARBOUR, Desk, at, die, invoice, load_waiting, rows

LOOKS = ("open", "os.listdir", "os.scandir")


class Looks:
    """Counts what this process opens and lists below a folder, by Python's audit events."""

    def __init__(self) -> None:
        self._below: str | None = None
        self._count = 0
        sys.addaudithook(self._hook)

    @contextmanager
    def counted(self, below: os.PathLike[str]) -> Iterator[Callable[[], int]]:
        self._below, self._count = str(below), 0
        try:
            yield lambda: self._count
        finally:
            self._below = None

    def _hook(self, event: str, arguments: tuple[object, ...]) -> None:
        if self._below and event in LOOKS and str(arguments[0]).startswith(self._below):
            self._count += 1


@pytest.fixture(scope="session")
def looks() -> Looks:
    """For the whole session: an audit hook cannot be taken away again."""
    return Looks()


def archive(desk: Desk, landing: Landing, syncs: int) -> None:
    """Batches that are loaded."""
    landing.mark_loaded([desk.land("invoices", [], minute=minute) for minute in range(syncs)])


def test_finding_what_is_not_loaded_costs_the_same_however_large_the_archive_is(
    desk: Desk, landing: Landing, looks: Looks
) -> None:
    costs = []
    for syncs in (1, 40):
        archive(desk, landing, syncs)
        new = desk.land("invoices", [], minute=100 + syncs)
        with looks.counted(landing.root) as so_far:
            assert landing.unloaded() == [new]
            costs.append(so_far())
        landing.mark_loaded([new])

    assert costs[0] == costs[1] <= 3  # the organisations, one's marks, one manifest


def test_beginning_a_batch_costs_the_same_however_large_the_archive_is(
    desk: Desk, landing: Landing, looks: Looks
) -> None:
    costs = []
    for syncs in (1, 40):
        archive(desk, landing, syncs)
        with looks.counted(landing.root) as so_far:
            landing.begin(organisation_id=HARBOUR, endpoint="invoices", started_at=at(0))
            costs.append(so_far())

    assert costs[0] == costs[1] == 1  # the marks


def test_an_endpoint_that_brings_nothing_leaves_nothing_on_the_disk(landing: Landing) -> None:
    with landing.begin(organisation_id=HARBOUR, endpoint="invoices", started_at=at(0)):
        pass

    assert not landing.root.exists()


def test_a_walk_that_turns_out_quiet_is_discarded(landing: Landing) -> None:
    with landing.begin(
        organisation_id=HARBOUR, endpoint="items", started_at=at(0), complete_listing=True
    ) as writer:
        writer.write(b'{"Items": []}')
        writer.discard()

    assert landing.unloaded() == []
    assert list(landing.root.glob("items/*/*")) == []


def test_what_is_loaded_waits_no_longer(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk, landing: Landing
) -> None:
    desk.land("invoices", [invoice(1)])

    (loaded,) = load_waiting(warehouse, landing)

    assert loaded.rows_received == 1
    assert landing.unloaded() == []


def test_a_crash_between_commit_and_unmarking_loads_nothing_twice(
    warehouse: duckdb.DuckDBPyConnection, desk: Desk, landing: Landing
) -> None:
    batch = desk.land("invoices", [invoice(1)])
    load(warehouse, [batch])
    assert landing.unloaded() == [batch]

    assert load_waiting(warehouse, landing) == []

    assert landing.unloaded() == []
    assert rows(warehouse, "select count(*) from ops.syncs") == [(1,)]


def test_an_unfinished_batch_does_not_wait_for_loading(landing: Landing) -> None:
    killed = landing.begin(organisation_id=HARBOUR, endpoint="invoices", started_at=at(0))
    killed.write(b'{"Invoices": []}')
    die(killed)

    assert landing.unloaded() == []
