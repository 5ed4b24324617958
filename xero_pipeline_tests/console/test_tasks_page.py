"""Tasks in the console: the list, one task beside it, and what people do with it.

Garage Ltd has one task: 45 dollars spent at Pier Properties on 8 March, coded to rent (469).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from xero_pipeline.console.app import console_app
from xero_pipeline.console.security import Access
from xero_pipeline.console.serve import opened
from xero_pipeline.console.syncing import Syncs
from xero_pipeline.settings import Settings
from xero_pipeline.tasks import AnswerState, NewAnswer, Task
from xero_pipeline.tasks.model import TaskFilter
from xero_pipeline_tests.console.conftest import HOSTS, ORIGIN, Browser, words
from xero_pipeline_tests.console.test_syncing import Place
from xero_pipeline_tests.studio import CLIENT, NOW, Studio
from xero_pipeline_tests.xero.double import TestClock


@contextmanager
def visiting(settings: Settings) -> Iterator[Browser]:
    with opened(settings, Access(), TestClock(NOW)) as console:
        app = console_app(console, hosts=HOSTS, is_https=False)
        yield Browser(TestClient(app, base_url=ORIGIN, raise_server_exceptions=False), console)


@pytest.fixture
def tasks(home_copy: Callable[[Path], Settings], tmp_path: Path) -> Iterator[Browser]:
    """A console over a copy of the studio's home."""
    with visiting(home_copy(tmp_path / "home")) as browser:
        yield browser


@pytest.fixture(scope="module")
def asked(published_studio: Studio) -> Iterator[Browser]:
    """A console over the studio's own home, where nobody has answered: look at it only."""
    with visiting(published_studio.settings) as browser:
        yield browser


def the_task(browser: Browser) -> Task:
    (task,) = browser.console.desk.tasks(TaskFilter())
    return task


def address(browser: Browser, page: str = "") -> str:
    return f"/tasks/{the_task(browser).task_id}{page}"


def account(browser: Browser, code: str) -> str:
    books = browser.console.desk.situation(the_task(browser).task_id).books
    return next(each.account_id for each in books.accounts if each.code == code)


def answered(browser: Browser, by: str = "Ada") -> None:
    new = NewAnswer(answered_by=by, account="815", comment="Deposit for the hall")
    browser.console.desk.answer(the_task(browser).task_id, new)


def act(browser: Browser, page: str, **fields: str) -> Response:
    return browser.send(address(browser, f"/{page}"), {"by": "Bea", **fields})


# --- looking --------------------------------------------------------------------------------------


def test_the_list_shows_what_is_to_do(asked: Browser) -> None:
    text = asked.text("/tasks")
    for shown in ("8 Mar 2026", "Pier Properties", "Spend money", "469", "45.00 NZD", "! Open"):
        assert shown in text
    assert "1 task." in text


@pytest.mark.parametrize(
    "query", ["state=closed", "text=nobody", "account=200", "workspace=elsewhere"]
)
def test_what_the_filters_leave_out_is_not_listed(asked: Browser, query: str) -> None:
    text = asked.text(f"/tasks?{query}")
    assert "No task is like that" in text
    assert "Pier Properties" not in text


def test_filters_stay_as_they_are_beside_a_task(asked: Browser) -> None:
    page = asked.get("/tasks?text=45.00+pier&state=open").text
    link = re.search(r'class="task-link" href="([^"]+)"', page)
    assert link
    beside = asked.get(link[1].replace("&amp;", "&")).text
    assert 'value="45.00 pier"' in beside
    assert 'href="/tasks?state=open&amp;text=45.00+pier">Close' in beside


def test_a_state_that_is_none_is_refused(asked: Browser) -> None:
    answer = asked.get("/tasks?state=lost")
    assert (answer.status_code, "see state" in words(answer)) == (409, True)


def test_a_task_has_an_address_of_its_own_with_all_there_is_to_know(asked: Browser) -> None:
    text = asked.text(address(asked))
    for shown in (CLIENT, "Authorised", "Lines to explain", "469 Rent", "Go to Xero", "Asked"):
        assert shown in text
    assert 'aria-current="true"' in asked.get(address(asked)).text


def test_htmx_gets_the_task_without_the_list_but_all_of_it_when_going_back(asked: Browser) -> None:
    alone = asked.get(address(asked), HX_Request="true").text
    assert alone.lstrip().startswith("<article")
    back = asked.get(address(asked), HX_Request="true", HX_History_Restore_Request="true").text
    assert "<html" in back


def test_a_task_that_is_not_there_is_an_error_with_a_next_step(asked: Browser) -> None:
    answer = asked.get("/tasks/zzz")
    assert answer.status_code == 409
    assert "There is no task zzz among the published ones" in words(answer)


def test_before_anything_is_published_the_page_says_what_to_do(browser: Browser) -> None:
    assert "No client's books are connected yet" in browser.text("/tasks")


def test_connected_books_without_watched_accounts_lead_to_choosing_them(
    browser: Browser, connected: Studio
) -> None:
    assert "No account is watched yet" in browser.text("/tasks")


def test_books_that_were_not_read_for_long_are_said_to_be_old(tasks: Browser) -> None:
    assert "Old tasks" not in tasks.text("/tasks")
    clock = tasks.console.clock
    assert isinstance(clock, TestClock)
    clock.advance(days=3)
    assert f"Old tasks. {CLIENT}" in tasks.text("/tasks")


# --- answering ------------------------------------------------------------------------------------


def test_an_answer_is_given_with_account_comment_and_files(tasks: Browser) -> None:
    token = tasks.token()
    answer = tasks.client.post(
        address(tasks, "/answer"),
        data={
            "csrf_token": token,
            "by": "Ada",
            "account": account(tasks, "815"),
            "comment": "Deposit\r\nfor the hall",
            "seen_version": "1",
        },
        files=[("files", ("ticket.pdf", b"%PDF", "application/pdf"))],
        headers={"Origin": ORIGIN},
    )
    for shown in ("Done. Answered.", "To approve", "Ada", "815", "ticket.pdf"):
        assert shown in words(answer)

    (given,) = tasks.console.desk.answers(the_task(tasks))
    assert (given.account_code, given.comment) == ("815", "Deposit\nfor the hall")
    kept = tasks.get(address(tasks, f"/files/{given.files[0].file_id}"))
    assert kept.content == b"%PDF"
    assert kept.headers["Content-Disposition"] == "attachment; filename*=utf-8''ticket.pdf"
    assert kept.headers["Content-Type"] == "application/octet-stream"


def test_what_the_desk_refuses_stands_beside_what_was_typed(tasks: Browser) -> None:
    refused = act(tasks, "answer", contact="Peer Properties", comment="It was <the> hall")
    assert refused.status_code == 422
    assert "There is no contact 'Peer Properties'" in words(refused)
    assert "It was &lt;the&gt; hall</textarea>" in refused.text
    assert 'value="Peer Properties"' in refused.text
    assert tasks.console.desk.answers(the_task(tasks)) == []


def test_htmx_gets_the_refusal_alone_so_that_chosen_files_stay(tasks: Browser) -> None:
    headers = {"Origin": ORIGIN, "HX-Request": "true", "X-CSRF-Token": tasks.token()}
    path = address(tasks, "/answer")
    refused = tasks.client.post(path, data={"by": "Ada"}, headers=headers)
    assert refused.text.startswith('<div class="message bad">')
    assert "There is nothing in it" in refused.text
    done = tasks.client.post(path, data={"by": "Ada", "comment": "Hall"}, headers=headers)
    assert done.headers["HX-Redirect"] == address(tasks)


def test_files_that_xero_would_not_take_are_refused_by_name(tasks: Browser) -> None:
    refused = tasks.client.post(
        address(tasks, "/answer"),
        data={"csrf_token": tasks.token(), "by": "Ada"},
        files=[("files", ("a.pdf", b"", "application/pdf")), ("files", ("../a.pdf", b"x", "a/b"))],
        headers={"Origin": ORIGIN},
    )
    assert "The file 'a.pdf' is empty" in words(refused)
    assert "Two files are called 'a.pdf'" in words(refused)


def test_only_accounts_that_a_line_can_be_coded_to_are_offered(asked: Browser) -> None:
    page = asked.get(address(asked)).text
    assert f'<option value="{account(asked, "815")}"' in page
    for unusable in ("090", "469", "610"):  # the bank, the watched one, debtors
        assert f'<option value="{account(asked, unusable)}"' not in page


def test_contacts_are_offered_as_they_are_typed(asked: Browser) -> None:
    assert "Pier Properties" in asked.get(address(asked, "/contacts?contact=PROP")).text
    assert "Pier" not in asked.get(address(asked, "/contacts?contact=cafe")).text


def test_who_acts_is_asked_once_where_nobody_signs_in(tasks: Browser) -> None:
    assert 'name="by"' in tasks.get(address(tasks)).text
    act(tasks, "answer", comment="Hall")
    (given,) = tasks.console.desk.answers(the_task(tasks))
    assert given.answered_by == "Bea"
    assert 'name="by"' not in tasks.get(address(tasks)).text
    tasks.send(address(tasks, "/withdraw"), {"by": "Somebody else"})
    (withdrawn,) = tasks.console.desk.answers(the_task(tasks))
    assert withdrawn.decided_by == "Bea"


# --- deciding -------------------------------------------------------------------------------------


def test_an_approved_answer_of_books_that_are_only_read_is_for_a_person(tasks: Browser) -> None:
    answered(tasks)
    approved = words(act(tasks, "approve"))
    assert "Done. Approved. Garage Ltd is connected for reading only" in approved
    assert "Send now" not in approved
    (given,) = tasks.console.desk.answers(the_task(tasks))
    assert (given.state, given.decided_by) == (AnswerState.APPROVED, "Bea")


def test_an_answer_is_sent_back_with_what_is_missing(tasks: Browser) -> None:
    answered(tasks)
    refused = act(tasks, "send-back")
    assert (refused.status_code, "would not know why" in words(refused)) == (422, True)
    sent_back = words(act(tasks, "send-back", note="Which hall?"))
    assert "Sent back: the task is open again." in sent_back
    assert "Which hall?" in sent_back.partition("Earlier answers")[2]


def test_a_task_is_closed_and_asked_again(tasks: Browser) -> None:
    closed = words(act(tasks, "dismiss", note="Paid privately"))
    assert "Closed: somebody dismissed it." in closed
    assert "Paid privately" in closed.partition("History")[2]
    assert "Nothing" in tasks.text("/tasks") or "No task" in tasks.text("/tasks")
    assert "Pier Properties" in tasks.text("/tasks?state=closed")
    assert "The task is open again." in words(act(tasks, "reopen", note="It was not"))


def test_a_decision_that_comes_too_late_says_so(tasks: Browser) -> None:
    refused = act(tasks, "approve")
    assert refused.status_code == 422
    assert "there is no answer to approve" in words(refused)


def test_sending_is_launched_and_followed_like_a_sync(tasks: Browser) -> None:
    place = Place()
    object.__setattr__(tasks.console, "syncs", Syncs([place]))
    answered(tasks)
    act(tasks, "approve")
    act(tasks, "send")
    assert place.launched == [f"send {the_task(tasks).organisation_key}"]
    assert 'hx-trigger="every 2s"' in tasks.get(address(tasks)).text


def test_while_answers_are_sent_no_form_is_taken_from_who_types(tasks: Browser) -> None:
    object.__setattr__(tasks.console, "syncs", Syncs([Place()]))
    act(tasks, "send")
    assert 'hx-trigger="every 2s"' not in tasks.get(address(tasks)).text


def test_nothing_is_done_without_the_token_of_the_page(asked: Browser) -> None:
    for page in ("answer", "approve", "dismiss", "send", "attachments/x"):
        answer = asked.client.post(address(asked, f"/{page}"), data={"by": "Eve", "note": "x"})
        assert answer.status_code == 403
    assert the_task(asked).state == "open"


def test_only_files_of_the_task_are_handed_out(asked: Browser) -> None:
    assert asked.get(address(asked, "/files/4711")).status_code == 404
    assert act(asked, "attachments/4711").status_code == 404
