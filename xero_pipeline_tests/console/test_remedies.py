"""On a page, what to do is said by its buttons and links, never by commands to type."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from xero_pipeline.connections import Cause, Status
from xero_pipeline.connections import errors as of_connections
from xero_pipeline.connections.health import health_after
from xero_pipeline.console.remedies import remedy, step_for
from xero_pipeline.console.views.connections import Fix, state_of
from xero_pipeline.tasks import errors as of_tasks
from xero_pipeline.xero import XeroError
from xero_pipeline.xero import errors as of_xero
from xero_pipeline_tests.console.test_views import CAFE, NOW

NOT_ON_PAGES = {
    of_connections.NoNewKey,
    of_connections.SecretKeyUnusable,
    of_tasks.UnknownBooks,
}
"""Those that only a command meets, or that keep the console from starting."""

ARGUMENTS: dict[object, Any] = {
    "str": "Garage",
    "str | None": "Garage",
    "int": 3,
    "float": 3.0,
    "bool": True,
    "datetime": NOW,
    "Path": Path("home"),
    "Sequence[str]": ["Garage"],
    "Sequence[Act]": [of_tasks.Act.WITHDRAW],
}
PURPOSES = {"is_for": "agency", "asked_for": "client"}


def kinds() -> Iterator[type[XeroError]]:
    for room in (of_xero, of_connections, of_tasks):
        for _, kind in inspect.getmembers(room, inspect.isclass):
            if issubclass(kind, XeroError) and kind.__module__ == room.__name__:
                yield kind


@pytest.mark.parametrize("kind", sorted(set(kinds()) - NOT_ON_PAGES, key=str))
def test_no_failure_tells_a_page_to_type_a_command(kind: type[XeroError]) -> None:
    needed = list(inspect.signature(kind.__init__).parameters.values())[1:]
    given = {each.name: ARGUMENTS[each.annotation] for each in needed}
    made = kind(**given | {name: word for name, word in PURPOSES.items() if name in given})
    assert_names_no_command(remedy(made))
    health = health_after(made)
    if health is not None:
        cafe = replace(CAFE, status_cause=health.cause, next_step=health.next_step)
        assert_names_no_command(step_for(cafe))


def test_books_that_xero_keeps_closed_are_renewed_there_and_checked_here() -> None:
    closed = replace(CAFE, status=Status.NEEDS_RECONNECT, status_cause=Cause.TRIAL_ENDED)
    state = state_of(closed)
    assert (state.fix, state.tone) == (Fix.CHECK, "bad")
    assert "in Xero, then press Check now" in state.step


def test_a_demo_company_that_was_reset_is_removed() -> None:
    reset = replace(CAFE, status=Status.NEEDS_RECONNECT, status_cause=Cause.DEMO_COMPANY_RESET)
    assert state_of(reset).fix is Fix.REMOVE


def assert_names_no_command(sentence: str) -> None:
    assert not [word for word in ("xero-pipeline", " --", "command") if word in sentence], sentence
