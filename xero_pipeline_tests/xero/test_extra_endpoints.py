"""Endpoints that a setting switches on, over real HTTP."""

from __future__ import annotations

from typing import get_args

import pytest
from pydantic import ValidationError

from xero_pipeline.settings import ExtraEndpoint, Settings
from xero_pipeline.xero.endpoints import ATTACHMENTS, ENDPOINTS, EXTRA_ENDPOINTS, switched_on
from xero_pipeline.xero.errors import MissingScope
from xero_pipeline_tests.xero.double import Double, Reply, Request, TestClock, json_reply
from xero_pipeline_tests.xero.test_client import ROOT, client_of

BY_NAME = {endpoint.name: endpoint for endpoint in EXTRA_ENDPOINTS}
JOURNALS = BY_NAME["journals"]


def settings_of(names: str) -> Settings:
    return Settings.model_validate({"XERO_EXTRA_ENDPOINTS": names})


def test_none_is_read_unless_it_is_named() -> None:
    unnamed = settings_of("").extra_endpoints
    assert switched_on(unnamed, attachments=False) == ENDPOINTS
    named = switched_on(settings_of("Journals, Quotes").extra_endpoints, attachments=False)
    assert [endpoint.name for endpoint in named[len(ENDPOINTS) :]] == ["quotes", "journals"]


def test_files_of_client_tasks_are_listed_unless_they_are_switched_off() -> None:
    assert switched_on(()) == (*ENDPOINTS, ATTACHMENTS)


def test_the_setting_knows_the_catalogue() -> None:
    assert set(get_args(ExtraEndpoint)) == {endpoint.path for endpoint in EXTRA_ENDPOINTS}


def test_an_unknown_name_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValidationError) as refused:
        settings_of("Quotes,Receipts")
    message = str(refused.value)
    assert all(endpoint.path in message for endpoint in EXTRA_ENDPOINTS)


def journals(*numbers: int) -> Reply:
    return json_reply({"Journals": [{"JournalNumber": number} for number in numbers]})


def test_journals_are_walked_by_number_until_a_page_is_empty(
    xero: Double, clock: TestClock
) -> None:
    """A short page in the middle is not the end."""
    pages = {"7": journals(8, 9, 10), "10": journals(12), "12": journals(13, 14), "14": journals()}
    xero.answers(ROOT + "Journals", lambda request: pages[request.query["offset"]])

    read = list(client_of(xero, clock).pages_after(JOURNALS, 7))

    assert [page.number for page in read] == [1, 2, 3]
    assert [request.query for request in xero.requests] == [
        {"offset": offset} for offset in ("7", "10", "12", "14")
    ]
    assert all("if-modified-since" not in request.headers for request in xero.requests)


def test_journals_that_xero_repeats_end_the_walk(xero: Double, clock: TestClock) -> None:
    """It has answered a huge offset with a page instead of nothing."""
    xero.answers(ROOT + "Journals", journals(1, 2))

    assert len(list(client_of(xero, clock).pages_after(JOURNALS, 99))) == 1
    assert len(xero.requests) == 1


def test_a_listing_of_journals_begins_with_the_first(xero: Double, clock: TestClock) -> None:
    pages = {"0": journals(1, 2), "2": journals()}
    xero.answers(ROOT + "Journals", lambda request: pages[request.query["offset"]])

    assert len(list(client_of(xero, clock).pages(JOURNALS))) == 1


def test_journals_that_are_not_granted_say_what_they_need(xero: Double, clock: TestClock) -> None:
    refusal = {"Title": "Unauthorized", "Status": 401, "Detail": "AuthorizationUnsuccessful"}
    xero.answers(ROOT + "Journals", json_reply(refusal, 401))

    with pytest.raises(MissingScope, match=r"also needs Xero's Advanced tier"):
        list(client_of(xero, clock).pages(JOURNALS))


@pytest.mark.parametrize("name", ["quotes", "linked_transactions"])
def test_a_page_size_that_xero_has_fixed_is_not_asked_for(
    xero: Double, clock: TestClock, name: str
) -> None:
    """Without `pagination` in the answer the walk ends with the first empty page."""
    endpoint = BY_NAME[name]

    def answer(request: Request) -> Reply:
        return json_reply({endpoint.list_key: [{}] if int(request.query["page"]) < 3 else []})

    xero.answers(ROOT + endpoint.path, answer)

    assert len(list(client_of(xero, clock).pages(endpoint))) == 2
    assert all("pageSize" not in request.query for request in xero.requests)
