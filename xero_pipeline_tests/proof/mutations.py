"""Ways to read Xero that look right and lose records: the schedules must catch each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from xero_pipeline.sync import OVERLAP
from xero_pipeline.sync.plan import Plan
from xero_pipeline.sync.walk import Walker
from xero_pipeline.warehouse import BatchWriter, Landing
from xero_pipeline.xero import Endpoint, Page
from xero_pipeline_tests.proof.playing import COMPANIES, play
from xero_pipeline_tests.proof.restless import RestlessXero
from xero_pipeline_tests.proof.stage import Stage

Mutation = Callable[[RestlessXero], AbstractContextManager[Any]]


def _order_by_last_edit(xero: RestlessXero) -> AbstractContextManager[Any]:
    def order(endpoint: Endpoint) -> str | None:
        return "UpdatedDateUTC" if endpoint.__dict__["order"] else None

    return patch.object(Endpoint, "order", property(order), create=True)


def _cursor_from_the_end(xero: RestlessXero) -> AbstractContextManager[Any]:
    def cursor(
        walker: Walker, endpoint: Endpoint, started_at: datetime | None = None
    ) -> datetime | None:
        return xero.clock.now() - OVERLAP if endpoint.modified_since else None

    return patch.object(Walker, "_cursor", cursor)


def _overlap_the_wrong_way(xero: RestlessXero) -> AbstractContextManager[Any]:
    return patch("xero_pipeline.sync.walk.OVERLAP", -timedelta(seconds=60))


def _walk_by_last_edit_once(xero: RestlessXero) -> AbstractContextManager[Any]:
    return patch.object(Walker, "_steady", _straight_on)


def _straight_on(walker: Walker, endpoint: Endpoint, since: datetime | None) -> Iterator[Page]:
    return walker.client.pages(endpoint, since)


@contextmanager
def _go_on_in_any_order(xero: RestlessXero) -> Iterator[None]:
    begin = Landing.begin

    def resumable(landing: Landing, **about: Any) -> BatchWriter:  # noqa: ANN401
        return begin(landing, **{**about, "resumable": about.get("page_size") is not None})

    def listed(
        walker: Walker, endpoint: Endpoint, since: datetime | None, first_page: int
    ) -> Iterator[Page]:
        return walker.client.pages(endpoint, since, first_page=first_page)

    with ExitStack() as mutated:
        mutated.enter_context(patch.object(Landing, "begin", resumable))
        mutated.enter_context(patch.object(Walker, "_listed", listed))
        yield


def _forget_when_the_walk_began(xero: RestlessXero) -> AbstractContextManager[Any]:
    """A walk that goes on after a break takes its cursor from the second beginning."""
    go_on = BatchWriter.go_on

    def forgetful(writer: BatchWriter, *about: Any) -> None:  # noqa: ANN401
        started_at = writer.started_at
        go_on(writer, *about)
        writer.started_at = started_at

    return patch.object(BatchWriter, "go_on", forgetful)


def _trust_the_increment_with_due_dates(xero: RestlessXero) -> AbstractContextManager[Any]:
    return patch.object(Plan, "silently_changed", lambda plan, source: ())


def _never_compare_listings(xero: RestlessXero) -> AbstractContextManager[Any]:
    return patch.object(Plan, "is_complete_listing", lambda plan, endpoint: False)


MUTATIONS: Mapping[str, Mutation] = {
    "order by UpdatedDateUTC instead of the id": _order_by_last_edit,
    "cursor from the end of the walk instead of its start": _cursor_from_the_end,
    "overlap in the wrong direction": _overlap_the_wrong_way,
    "walk by UpdatedDateUTC once, whatever was edited": _walk_by_last_edit_once,
    "go on with a walk that is not in the order of an id": _go_on_in_any_order,
    "forget when a walk that is gone on with began": _forget_when_the_walk_began,
    "part-paid invoices not read again": _trust_the_increment_with_due_dates,
    "listings not compared with what was there": _never_compare_listings,
}


def caught_after(mutation: Mutation, folder: Path, schedules: int) -> int | None:
    """How many schedules were played until one lost something; None: none of so many did."""
    with Stage.of(COMPANIES, folder) as stage, mutation(stage.xero):
        loss = play(stage, schedules)
        return None if loss is None else stage.exercised.counts["schedules"]
