"""What the pages of tasks show, worked out without a browser."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from xero_pipeline.connections import Purpose
from xero_pipeline.console.views.task import answer_form, given_answer, happenings, only_read
from xero_pipeline.console.views.tasks import (
    TasksView,
    Wanted,
    Which,
    clients_of,
    standing_of,
    tasks_view,
    with_words,
)
from xero_pipeline.tasks import DecisionKind, Task, TaskEvent
from xero_pipeline.tasks.rules import Situation
from xero_pipeline_tests.console.test_views import CAFE, NOW
from xero_pipeline_tests.tasks import samples
from xero_pipeline_tests.tasks.samples import BOOKS, NOON

TASK = samples.task()
CLIENTS = clients_of([CAFE, replace(CAFE, purpose=Purpose.AGENCY)], [], NOW)


def listed(tasks: Sequence[Task], wanted: Wanted) -> TasksView:
    return tasks_view(CLIENTS, with_words(tasks, wanted), wanted)


@pytest.mark.parametrize(
    ("changed", "tone", "word"),
    [
        ({}, "warn", "Open"),
        ({"open_reason": "Bea sent it back."}, "warn", "Open again"),
        ({"reopened_reason": "conflict", "open_reason": "It changed."}, "bad", "Conflict"),
        ({"state": "submitted", "answer_state": "submitted"}, "warn", "To approve"),
        ({"state": "submitted", "answer_state": "approved"}, "good", "Approved"),
        ({"state": "closed", "closed_reason": "recoded"}, "good", "Closed: recoded"),
    ],
)
def test_a_colour_never_stands_without_its_word(
    changed: dict[str, Any], tone: str, word: str
) -> None:
    standing = standing_of(replace(TASK, **changed))
    assert (standing.tone, standing.word) == (tone, word)


def test_states_are_counted_among_what_the_other_filters_leave() -> None:
    closed = replace(TASK, task_id="2", state="closed", contact_name="Old Cabs")
    view = listed([TASK, closed], Wanted(text="cabs"))
    assert [each.title for each in view.states] == [
        "Open and answered (1)",
        "Open (1)",
        "Answered (0)",
        "Closed (1)",
        "All (2)",
    ]
    assert [row.task for row in view.rows] == [TASK]


@pytest.mark.parametrize("text", ["city", "33.00 nzd", "CABS taxi", "garage spend"])
def test_a_task_is_found_by_words_in_any_order(text: str) -> None:
    assert listed([TASK], Wanted(text=text)).found == 1
    assert listed([TASK], Wanted(text=f"{text} rent")).found == 0


def test_books_of_agencies_are_no_choice() -> None:
    view = listed([TASK], Wanted())
    assert [each.title for each in view.organisations] == ["Any", "Cafe Ltd"]
    assert not view.has_several


def test_an_address_says_what_was_asked_for_and_nothing_else() -> None:
    assert Wanted().address() == "/tasks"
    assert Wanted(state=Which.CLOSED).address("7", "/reopen") == "/tasks/7/reopen?state=closed"


def test_the_suggested_account_comes_first_and_unusable_ones_not_at_all() -> None:
    task = replace(TASK, suggested_account_code="493", suggested_by_documents=3)
    form = answer_form(Situation(task, [], BOOKS))
    assert form is not None
    assert form.suggested is not None
    assert (form.suggested.title, form.because) == ("493 Travel", "3 documents of this contact")
    assert [each.title for each in form.accounts] == ["420 Entertainment"]
    assert [(each.name, each.options) for each in form.categories] == [("Region", {"n": "North"})]


def test_what_cannot_be_recoded_takes_words_and_files_only() -> None:
    task = replace(TASK, recoding_obstacle="reconciled", recoding_note="It is reconciled.")
    form = answer_form(Situation(task, [], BOOKS))
    assert form is not None
    assert (form.obstacle, form.accounts, form.categories) == ("It is reconciled.", (), ())
    assert not form.takes_contact


def test_an_answered_or_closed_task_takes_no_other_answer() -> None:
    assert answer_form(Situation(TASK, [], BOOKS, standing=samples.answer())) is None
    assert answer_form(Situation(replace(TASK, state="closed"), [], BOOKS)) is None


def test_an_answer_says_what_it_asks_to_change() -> None:
    told = given_answer(samples.answer(), {samples.TRAVEL: "493 Travel"})
    assert told.changes == ("Line 2: 493 Travel", "Region: North")
    whole = given_answer(replace(samples.answer(), lines=None, tracking=()), {})
    assert whole.changes == ("Account 493",)


def test_what_was_decided_since_the_last_build_is_told_once() -> None:
    published = samples.decision(DecisionKind.SUBMITTED, actor="Ada")
    columns = {
        "event_id": published.event_id,
        "event": "submitted",
        "occurred_at": NOON,
        "actor": "Ada",
        "note": None,
        "closed_reason": None,
        "reopened_reason": None,
        "changed_fields": [],
    }
    event = TaskEvent(samples.ORGANISATION, 1, published.event_id, columns)
    later = samples.decision(DecisionKind.SENT_BACK, note="Which ride?")
    told = happenings([event], [published, later])
    assert [(each.word, each.actor, each.detail) for each in told] == [
        ("Sent back", "Bea", "Which ride?"),
        ("Answered", "Ada", ""),
    ]
    assert told[0].at == NOON.astimezone(dt.UTC)


def test_books_that_are_only_read_or_gone_say_so() -> None:
    assert "Cafe Ltd is connected for reading only" in only_read(CAFE)
    assert "not connected any more" in only_read(None)
