"""One measurement of the models, in a process of its own, over the product's own functions.

Arguments: a home, the memory that DuckDB may use ("1GiB"), and what to do (a name in `WORK`). The
report is a file in the home named after the work.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from statistics import median

import duckdb
import pandas  # noqa: F401 - where it is installed, DuckDB imports it at its first parameter

from xero_pipeline.settings import Settings
from xero_pipeline.warehouse import (
    STEPS,
    ModelGraph,
    build_step,
    create_tables,
    open_warehouse,
    publish,
    run_data_tests,
)
from xero_pipeline.warehouse.connection import DEFAULT_CONFIG, Config
from xero_pipeline.warehouse.models.build import build_whole
from xero_pipeline.warehouse.models.parsing import INSTANTS, Kind
from xero_pipeline_tests.benchmarks.books import Books, write_books

_KILOBYTE = 1024
AS_OF_DAYS = ("2026-06-30", "2025-03-31", "2022-12-31")
_AS_OF_RUNS = 20


@dataclass(frozen=True)
class Cost:
    """What something took.

    Attributes:
        cpu_seconds: of all threads.
        rows: that it left behind.
    """

    name: str
    seconds: float
    cpu_seconds: float
    rows: int = 0


@dataclass
class Measured:
    """What one process did.

    Attributes:
        whole: from an open connection to the last committed row.
        parts: what it consists of, or was done besides.
        peak_memory: bytes of the process.
    """

    whole: Cost
    parts: list[Cost] = field(default_factory=list)
    peak_memory: int = 0

    def write(self, home: Path, work: str) -> None:
        self.peak_memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KILOBYTE
        (home / f"{work}.json").write_text(json.dumps(asdict(self)))


def read_measured(home: Path, work: str) -> Measured:
    """The report of one process."""
    written = json.loads((home / f"{work}.json").read_text())
    parts = [Cost(**part) for part in written["parts"]]
    return Measured(Cost(**written["whole"]), parts, written["peak_memory"])


@dataclass(frozen=True)
class Bench:
    """Where a measurement takes place."""

    home: Path
    config: Config

    @property
    def database(self) -> Path:
        return Settings(XERO_PIPELINE_HOME=self.home).build_database

    @contextmanager
    def warehouse(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with open_warehouse(self.database, config=self.config) as connection:
            yield connection


def write(bench: Bench) -> Measured:
    """The raw tables; how many is in the home's `books.json`."""
    books = Books(**json.loads((bench.home / "books.json").read_text()))
    with bench.warehouse() as connection:
        create_tables(connection)
        return Measured(_timed("write", partial(write_books, connection, books)))


def whole(bench: Bench) -> Measured:
    """Every model for every organisation, step by step as Dagster has them built."""
    graph = ModelGraph.discover()
    with bench.warehouse() as connection:
        # What an earlier run has built counts for nothing.
        connection.execute("delete from ops.builds; delete from ops.models")
        steps = [_timed(s.name, partial(build_step, connection, graph, s)) for s in STEPS]
    return Measured(_sum("whole", steps), steps)


def each(bench: Bench) -> Measured:
    """Every table alone."""
    graph = ModelGraph.discover()
    costs = []
    with bench.warehouse() as connection:
        for node in graph.nodes.values():
            build = partial(build_whole, connection, [node], graph.docs)
            cost = _timed(node.relation, build)
            if node.kind is not Kind.MACRO:
                costs.append(_with_rows(cost, connection, node.relation))
    return Measured(_sum("each", costs), costs)


def organisation(bench: Bench) -> Measured:
    """One organisation of all, after a sync that brought it something."""
    graph = ModelGraph.discover()
    with bench.warehouse() as connection:
        connection.execute(
            f"update ops.syncs set loaded_at = loaded_at + interval 1 hour "
            f"where organisation_id = (select min(organisation_id) from {INSTANTS})"
        )
        steps = [_timed(s.name, partial(build_step, connection, graph, s)) for s in STEPS]
    return Measured(_sum("organisation", steps), steps)


def as_of(bench: Bench) -> Measured:
    """Receivables as of three days, all columns, on the published snapshot: the median of 20."""
    published = publish(bench.database, bench.home, keep=1)
    with open_warehouse(published.path, read_only=True, config=bench.config) as connection:
        costs = [_of_day(connection, day) for day in AS_OF_DAYS]
    return Measured(_sum("as_of", costs), costs)


def checks(bench: Bench) -> Measured:
    """All data tests; every table's apart."""
    graph = ModelGraph.discover()
    with bench.warehouse() as connection:
        costs = [
            _timed(relation, partial(run_data_tests, connection, graph, [relation]))
            for relation in graph.nodes
        ]
    return Measured(_sum("checks", costs), costs)


WORK: dict[str, Callable[[Bench], Measured]] = {
    work.__name__: work for work in (write, whole, each, organisation, as_of, checks)
}


def _of_day(connection: duckdb.DuckDBPyConnection, day: str) -> Cost:
    sql = f"create or replace temp table answer as from marts.ar_aging_as_of(date '{day}')"
    connection.execute(sql)
    runs = [_timed(day, partial(connection.execute, sql)) for _ in range(_AS_OF_RUNS)]
    middle = Cost(day, median(r.seconds for r in runs), median(r.cpu_seconds for r in runs))
    return _with_rows(middle, connection, "answer")


def _timed(name: str, work: Callable[[], object]) -> Cost:
    started, cpu_before = time.monotonic(), time.process_time()
    work()
    return Cost(name, time.monotonic() - started, time.process_time() - cpu_before)


def _with_rows(cost: Cost, connection: duckdb.DuckDBPyConnection, relation: str) -> Cost:
    row = connection.execute(f"select count(*) from {relation}").fetchone()
    return Cost(cost.name, cost.seconds, cost.cpu_seconds, row[0] if row else 0)


def _sum(name: str, costs: list[Cost]) -> Cost:
    seconds, cpu_seconds = sum(c.seconds for c in costs), sum(c.cpu_seconds for c in costs)
    return Cost(name, seconds, cpu_seconds, sum(c.rows for c in costs))


if __name__ == "__main__":
    bench = Bench(Path(sys.argv[1]), {**DEFAULT_CONFIG, "memory_limit": sys.argv[2]})
    WORK[sys.argv[3]](bench).write(bench.home, sys.argv[3])
