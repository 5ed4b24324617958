"""What can go wrong on the way: connections, tokens, limits, shrinking lists, edits in between."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
import requests

from xero_pipeline.sandbox.api.wire import milliseconds
from xero_pipeline.sandbox.events import ContactChanged
from xero_pipeline.sandbox.faults import FaultKind
from xero_pipeline.sandbox.serve import RunningSandbox
from xero_pipeline_tests.sandbox.conftest import NOW
from xero_pipeline_tests.sandbox.xero_client import XeroClient, sign_in, token

# --- connections ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "words"), [("connection_closed", "IncompleteRead"), ("connection_reset", "reset")]
)
def test_a_connection_ends_in_the_middle_of_a_body(
    sandbox: RunningSandbox, xero: XeroClient, kind: FaultKind, words: str
) -> None:
    sandbox.control.fault(kind, path="Invoices")

    with pytest.raises(requests.exceptions.RequestException, match=words):
        xero.get("Invoices?page=1", **{"Accept-Encoding": "identity"})
    assert xero.get("Invoices?page=1").status_code == 200


def test_a_connection_may_end_before_the_answer_begins(
    sandbox: RunningSandbox, xero: XeroClient
) -> None:
    sandbox.control.fault("dropped", path="Invoices")

    with pytest.raises(requests.exceptions.ConnectionError, match="without response"):
        xero.get("Invoices")


def test_an_answer_that_never_comes_ends_with_the_clients_patience(
    sandbox: RunningSandbox, xero: XeroClient
) -> None:
    sandbox.control.fault("no_answer", path="Users")

    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.get(
            f"{xero.url}/api.xro/2.0/Users",
            headers={
                "Authorization": f"Bearer {xero.access_token}",
                "Xero-Tenant-Id": str(xero.tenant),
            },
            timeout=0.05,
        )
    assert xero.get("Users").status_code == 200


def test_answers_held_back_are_given_once_the_faults_are_cleared(
    sandbox: RunningSandbox, xero: XeroClient
) -> None:
    sandbox.control.fault("no_answer", path="Users")
    answers: list[int] = []
    asking = threading.Thread(target=lambda: answers.append(xero.get("Users").status_code))
    asking.start()
    while not sandbox.control.requests() or "Users" not in sandbox.control.requests()[-1]["path"]:
        pass

    assert answers == []
    sandbox.control.clear_faults()
    asking.join()

    assert answers == [200]


# --- tokens ---------------------------------------------------------------------------------------


def test_tokens_expire_in_the_middle_of_a_walk_and_a_refresh_goes_on(
    sandbox: RunningSandbox,
) -> None:
    tokens = sign_in(sandbox)
    xero = XeroClient.connected(sandbox)
    sandbox.control.fault("token_expired", path="page=", skip=1)

    answers = [xero.get(f"Invoices?page={page}").status_code for page in (1, 2, 3)]
    refreshed = token(
        sandbox, grant_type="refresh_token", refresh_token=str(tokens["refresh_token"])
    ).json()
    xero.access_token = str(refreshed["access_token"])

    assert answers == [200, 401, 401]
    assert xero.get("Invoices?page=2").status_code == 200


def test_the_life_of_access_tokens_can_be_short(sandbox: RunningSandbox) -> None:
    sandbox.control.access_tokens(dt.timedelta(seconds=20))
    tokens = sign_in(sandbox)
    xero = XeroClient.connected(sandbox)

    sandbox.control.advance(dt.timedelta(seconds=19))
    assert xero.get("Users").status_code == 200
    sandbox.control.advance(dt.timedelta(seconds=1))

    assert tokens["expires_in"] == 20
    assert xero.get("Users").json()["Detail"].startswith("TokenExpired: token expired at")


def test_all_tokens_given_out_expire_at_a_word(sandbox: RunningSandbox, xero: XeroClient) -> None:
    sandbox.control.expire_access_tokens()

    assert xero.get("Users").status_code == 401
    assert XeroClient.connected(sandbox).get("Users").status_code == 200


# --- limits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "headers"),
    [
        ("rate_limit_minute", ("minute", "30", "X-MinLimit-Remaining")),
        ("rate_limit_day", ("day", "30", "X-DayLimit-Remaining")),
        ("rate_limit_concurrent", ("concurrent", None, None)),
        ("rate_limit_app_minute", ("appminute", None, "X-AppMinLimit-Remaining")),
    ],
)
def test_the_four_limits(
    sandbox: RunningSandbox,
    xero: XeroClient,
    kind: FaultKind,
    headers: tuple[str, str | None, str | None],
) -> None:
    problem, retry_after, remaining = headers
    sandbox.control.fault(kind, path="Users", seconds=30)

    refused = xero.get("Users")

    assert (refused.status_code, refused.content) == (429, b"")
    assert refused.headers["X-Rate-Limit-Problem"] == problem
    assert refused.headers.get("Retry-After") == retry_after
    assert remaining is None or refused.headers[remaining] == "0"


def test_one_organisations_day_can_end_at_a_call_of_ones_choice(
    sandbox: RunningSandbox, xero: XeroClient
) -> None:
    sandbox.control.limit("agency", day=2)

    answers = [xero.get("Users") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].headers["X-Rate-Limit-Problem"] == "day"
    use = sandbox.control.limit_use()["agency"]
    assert (use.calls, use.busiest_minute, use.most_in_flight) == (2, 2, 1)
    assert use.refused == {"day": 1}


# --- lists ----------------------------------------------------------------------------------------


def test_a_listing_comes_back_empty(sandbox: RunningSandbox, xero: XeroClient) -> None:
    sandbox.control.fault("empty", path="Invoices", times=2)

    paged, unpaged = xero.get("Invoices?page=1"), xero.get("Invoices")

    assert (paged.status_code, paged.json()["Invoices"]) == (200, [])
    assert paged.json()["pagination"] == {
        "page": 1, "pageSize": 100, "pageCount": 0, "itemCount": 0,
    }  # fmt: skip
    assert unpaged.json()["Invoices"] == []
    assert len(xero.get("Invoices").json()["Invoices"]) == 3


def test_a_page_count_shrinks(sandbox: RunningSandbox, xero: XeroClient) -> None:
    def counted(page: int) -> tuple[int, int]:
        answer = xero.get(f"Invoices?page={page}&pageSize=1").json()
        return answer["pagination"]["pageCount"], len(answer["Invoices"])

    before = counted(1)
    sandbox.control.fault("fewer_pages", path="Invoices", times=2)

    assert (before, counted(1), counted(2)) == ((3, 1), (1, 1), (1, 0))


# --- edits in between -----------------------------------------------------------------------------


def test_edits_are_scheduled_by_the_count_of_requests_and_happen_at_that_instant(
    edited_sandbox: RunningSandbox,
) -> None:
    """The clock moves on a second with every request, so that the third one is at 10:00:03."""
    sandbox, xero = edited_sandbox, XeroClient.connected(edited_sandbox)
    sandbox.control.tick(dt.timedelta(seconds=1))
    sandbox.control.edits(
        "agency",
        {
            2: [ContactChanged(NOW, "Ada", "Ada B"), ContactChanged(NOW, "Nobody", "Refused")],
            3: [ContactChanged(NOW, "Ada", "Ada")],
        },
    )

    def names() -> set[str]:
        return {row["Name"] for row in xero.get("Contacts").json()["Contacts"]}

    assert [names() for _ in range(4)] == [
        {"Ada", "Bea"},
        {"Ada", "Bea"},
        {"Ada B", "Bea"},
        {"Ada", "Bea"},
    ]
    (ada,) = xero.get('Contacts?where=Name=="Ada"').json()["Contacts"]
    assert ada["UpdatedDateUTC"] == f"/Date({milliseconds(NOW) + 3000}+0000)/"


def test_events_happen_before_an_answer(edited_sandbox: RunningSandbox) -> None:
    xero = XeroClient.connected(edited_sandbox)
    rename = ContactChanged(NOW, "Bea", "Bea B")
    edited_sandbox.control.fault("edit_before", path="Contacts", events=[rename])

    names = {row["Name"] for row in xero.get("Contacts").json()["Contacts"]}

    assert names == {"Ada", "Bea B"}


def test_what_the_book_refuses_may_be_left_out(edited_sandbox: RunningSandbox) -> None:
    nobody = ContactChanged(NOW, "Nobody", "Refused")
    same = ContactChanged(NOW, "Bea", "Bea")

    assert edited_sandbox.control.attempt("agency", [nobody, same]) == 1
    with pytest.raises(ValueError, match="Not here"):
        edited_sandbox.control.apply("agency", [nobody])
