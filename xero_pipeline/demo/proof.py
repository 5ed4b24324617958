"""Hold the published marts against what the sandbox's events say must be in them.

The truth is computed from the list of events alone. It has never seen the sandbox's ledger, its
answers, or a row of the pipeline.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from xero_pipeline.demo.comparisons import COMPARISONS, Comparison, Rows, Values, open_tasks
from xero_pipeline.sandbox.events import Event, xero_id
from xero_pipeline.sandbox.life import (
    MONITORED_ACCOUNTS,
    agency,
    client_book,
    ground_truth,
    studio,
)
from xero_pipeline.sandbox.life.truth import History, tasks_after

Plan = Callable[[int, dt.date, dt.datetime], list[Event]]

BOOKS: Mapping[str, Plan] = {
    "agency": agency,
    "client": client_book,
    "studio": studio,
}


@dataclass(frozen=True)
class Proof:
    """The outcome of a comparison.

    Attributes:
        figures: how many values were compared, by mart.
        differences: one sentence per row that differs, is missing, or should not be there.
    """

    figures: Mapping[str, int]
    differences: tuple[str, ...]

    @property
    def total(self) -> int:
        return sum(self.figures.values())

    @staticmethod
    def together(proofs: Iterable[Proof]) -> Proof:
        figures: dict[str, int] = {}
        differences: list[str] = []
        for proof in proofs:
            for mart, count in proof.figures.items():
                figures[mart] = figures.get(mart, 0) + count
            differences += proof.differences
        return Proof(figures, tuple(differences))


@dataclass(frozen=True)
class Lived:
    """One book's life as a warehouse has seen it.

    Attributes:
        first, last: its events up to the first and up to the latest sync.
        first_day, as_of: the organisation-local days of those syncs.
        read_at: when repeating invoices were read.
    """

    first: Sequence[Event]
    last: Sequence[Event]
    first_day: dt.date
    as_of: dt.date
    read_at: Sequence[dt.datetime]


def prove(connection: duckdb.DuckDBPyConnection, seed: int, start: dt.date) -> Proof:
    """Compare every mart that has a ground truth, for every organisation of the sandbox.

    Args:
        connection: a published warehouse, or one as good.
        seed, start: what the sandbox's life grew from.
    """
    return Proof.together(
        _prove_book(connection, xero_id(book, "Organisation", book), plan, seed, start)
        for book, plan in BOOKS.items()
    )


def _prove_book(
    connection: duckdb.DuckDBPyConnection,
    organisation_id: str,
    plan: Plan,
    seed: int,
    start: dt.date,
) -> Proof:
    lived = _lived(connection, organisation_id, lambda until: plan(seed, start, until))
    if lived is None:
        return Proof({}, ())
    truth = ground_truth(lived.last, lived.as_of, read_at=lived.read_at)
    return Proof.together(
        _compare(each.mart, each.of_truth(truth), each.of_mart(connection, organisation_id))
        for each in (*COMPARISONS, *_tasks(connection, organisation_id, lived))
    )


def _lived(
    connection: duckdb.DuckDBPyConnection,
    organisation_id: str,
    events: Callable[[dt.datetime], list[Event]],
) -> Lived | None:
    """None when the warehouse does not know the organisation."""
    row = connection.execute(
        """
        select
            min(syncs.started_at),
            max(syncs.started_at),
            (
                min(syncs.started_at)
                at time zone 'UTC' at time zone any_value(organisations.iana_timezone)
            )::date,
            any_value(organisations.as_of_date),
            list(distinct syncs.started_at) filter (where syncs.endpoint = 'repeating_invoices')
        from ops.syncs as syncs
        join staging.organisations as organisations using (organisation_id)
        where organisation_id = ?
        """,
        [organisation_id],
    ).fetchone()
    if row is None or row[0] is None:
        return None
    first, last, *read_at = (
        instant.replace(tzinfo=dt.UTC) for instant in (*row[:2], *(row[4] or ()))
    )
    lived = events(last)
    earlier = [event for event in lived if event.at <= first]
    return Lived(earlier, lived, row[2], row[3], read_at)


def _compare(mart: str, expected: Rows, actual: Rows) -> Proof:
    differences = [
        f"{mart} {_shown(key)}: expected {_shown(expected.get(key))}, "
        f"found {_shown(actual.get(key))}"
        for key in sorted({*expected, *actual}, key=str)
        if expected.get(key) != actual.get(key)
    ]
    return Proof({mart: sum(len(values) for values in expected.values())}, tuple(differences))


def _shown(values: Values | None) -> str:
    return "nothing" if values is None else ", ".join(str(value) for value in values)


def _tasks(
    connection: duckdb.DuckDBPyConnection, organisation_id: str, lived: Lived
) -> list[Comparison]:
    """Open tasks of the accounts that the demo chose; none once somebody has chosen others.

    What was watched and recoded between two syncs leaves no trace to compare.
    """
    watched = connection.execute(
        "select list(account_code) from ops.monitored_accounts where organisation_id = ?",
        [organisation_id],
    ).fetchone()
    if watched is None or set(watched[0] or ()) != set(MONITORED_ACCOUNTS):
        return []
    tasks = tasks_after(
        History(lived.first), History(lived.last), MONITORED_ACCOUNTS, lived.first_day
    )
    return [open_tasks(tasks)]
