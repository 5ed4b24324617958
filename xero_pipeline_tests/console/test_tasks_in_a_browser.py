"""A task in a real browser: found, answered, approved; by keyboard, on a phone, in the dark."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from xero_pipeline.settings import Settings
from xero_pipeline_tests.console.shown import CHROMIUM, chromium, shown
from xero_pipeline_tests.console.test_in_a_browser import Visit
from xero_pipeline_tests.studio import NOW
from xero_pipeline_tests.xero.double import TestClock

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no {CHROMIUM}"),
]


@pytest.fixture(scope="module")
def visit(
    home_copy: Callable[[Path], Settings], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Visit]:
    settings = home_copy(tmp_path_factory.mktemp("tasks") / "home")
    with shown(settings, TestClock(NOW)) as url, chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="en-GB")
        tab = Visit(page, url)
        page.on("console", lambda said: tab.complaints.append(said.text))
        page.on("pageerror", lambda error: tab.complaints.append(str(error)))
        yield tab


def test_a_task_opens_beside_the_list_and_has_an_address(visit: Visit) -> None:
    visit.open("/tasks")
    visit.follow("Pier Properties")
    visit.sees("Lines to explain")
    expect(visit.page.locator("#panel-title")).to_be_focused()
    expect(visit.page.locator("a.task-link")).to_have_attribute("aria-current", "true")
    assert re.search(r"/tasks/[0-9a-f-]{36}$", visit.page.url)
    visit.is_accessible()
    visit.can_be_read_in_the_dark()
    visit.page.reload()
    visit.sees("Lines to explain")


def test_a_refusal_leaves_what_was_typed_and_chosen(visit: Visit, tmp_path: Path) -> None:
    receipt = tmp_path / "receipt.pdf"
    receipt.write_bytes(b"%PDF-1.4")
    visit.page.get_by_label("Comment").fill("Deposit for the hall")
    visit.page.get_by_label("Files").set_input_files(receipt)
    visit.page.locator("summary", has_text="Contact").click()
    visit.page.locator("[name=contact]").fill("Nobody")
    visit.page.get_by_label("Your name").first.fill("Ada")
    visit.press("Answer")
    visit.sees("There is no contact 'Nobody'")
    expect(visit.page.get_by_label("Comment")).to_have_value("Deposit for the hall")
    assert visit.page.get_by_label("Files").evaluate("input => input.files.length") == 1
    visit.is_accessible()
    # The browser tells of every answer that is an error; this one was meant.
    assert [each for each in visit.complaints if "422" not in each] == []
    visit.complaints.clear()


def test_an_answer_is_given_and_approved(visit: Visit) -> None:
    visit.page.locator("[name=contact]").fill("")
    visit.page.locator("#panel [name=account]").select_option(index=1)
    visit.press("Answer")
    visit.sees("Done. Answered.")
    visit.sees("receipt.pdf")
    visit.is_accessible()
    visit.press("Approve")
    visit.sees("Done. Approved.")
    visit.sees("connected for reading only")


def test_a_task_fits_a_phone(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 360, "height": 740})
    visit.page.reload()
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360
    visit.page.set_viewport_size({"width": 1280, "height": 900})


def test_the_browser_had_nothing_to_complain_of(visit: Visit) -> None:
    assert visit.complaints == []
