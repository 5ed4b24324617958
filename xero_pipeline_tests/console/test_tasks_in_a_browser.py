"""A task in a real browser: found, answered, approved; by keyboard, on a phone, in the dark."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from xero_pipeline.settings import Settings
from xero_pipeline_tests.console.visiting import IN_A_BROWSER, Visit, visiting
from xero_pipeline_tests.studio import NOW
from xero_pipeline_tests.xero.double import TestClock

pytestmark = IN_A_BROWSER


@pytest.fixture(scope="module")
def visit(
    home_copy: Callable[[Path], Settings], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Visit]:
    settings = home_copy(tmp_path_factory.mktemp("tasks") / "home")
    with visiting(settings, TestClock(NOW)) as tab:
        yield tab


def test_a_task_opens_beside_the_list_and_has_an_address(visit: Visit) -> None:
    visit.open("/tasks")
    visit.follow("Pier Properties")
    assert visit.shows("Lines to explain")
    expect(visit.page.locator("#panel-title")).to_be_focused()
    expect(visit.page.locator("a.task-link")).to_have_attribute("aria-current", "true")
    assert re.search(r"/tasks/[0-9a-f-]{36}$", visit.page.url)
    assert visit.accessibility_violations() == []
    assert visit.contrast_violations_in_the_dark() == []
    visit.page.reload()
    assert visit.shows("Lines to explain")


def test_a_refusal_leaves_what_was_typed_and_chosen(visit: Visit, tmp_path: Path) -> None:
    receipt = tmp_path / "receipt.pdf"
    receipt.write_bytes(b"%PDF-1.4")
    visit.page.get_by_label("Comment").fill("Deposit for the hall")
    visit.page.get_by_label("Files").set_input_files(receipt)
    visit.page.locator("summary", has_text="Contact").click()
    visit.page.locator("[name=contact]").fill("Nobody")
    visit.page.get_by_label("Your name").first.fill("Ada")
    visit.press("Answer")
    assert visit.shows("There is no contact 'Nobody'")
    expect(visit.page.get_by_label("Comment")).to_have_value("Deposit for the hall")
    assert visit.page.get_by_label("Files").evaluate("input => input.files.length") == 1
    assert visit.accessibility_violations() == []
    # The browser tells of every answer that is an error; this one was meant.
    assert [each for each in visit.complaints if "422" not in each] == []
    visit.complaints.clear()


def test_an_answer_is_given_and_approved(visit: Visit) -> None:
    visit.page.locator("[name=contact]").fill("")
    visit.page.locator("#panel [name=account]").select_option(index=1)
    visit.press("Answer")
    assert visit.shows("Done. Answered.")
    assert visit.shows("receipt.pdf")
    assert visit.accessibility_violations() == []
    visit.press("Approve")
    assert visit.shows("Done. Approved.")
    assert visit.shows("connected for reading only")


def test_a_task_fits_a_phone(visit: Visit) -> None:
    assert not visit.scrolls_sideways_on_a_phone()


def test_the_browser_had_nothing_to_complain_of(visit: Visit) -> None:
    assert visit.complaints == []
