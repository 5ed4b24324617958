"""What only a real browser can tell of the pages: whether everybody can read them, by keyboard, on
a phone and on paper; what the scripts draw, and what they leave as it was."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from xero_pipeline.settings import Settings
from xero_pipeline.warehouse import read_published
from xero_pipeline_tests.console.visiting import IN_A_BROWSER, Visit, visiting
from xero_pipeline_tests.studio import AGENCY, CLIENT, NOW, Studio
from xero_pipeline_tests.xero.double import TestClock

pytestmark = IN_A_BROWSER


@pytest.fixture(scope="module")
def settings(
    home_copy: Callable[[Path], Settings], tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    return home_copy(tmp_path_factory.mktemp("pages") / "home")


@pytest.fixture(scope="module")
def visit(settings: Settings) -> Iterator[Visit]:
    with visiting(settings, TestClock(NOW)) as tab:
        yield tab


@pytest.fixture(scope="module")
def signals(published_studio: Studio) -> str:
    return f"/signals?organisation={published_studio.connection(AGENCY).organisation_key}"


@pytest.fixture(scope="module")
def addresses(published_studio: Studio, settings: Settings, signals: str) -> dict[str, str]:
    """Page -> its address."""
    agency = signals.partition("?")[2]
    client = f"/connections/{published_studio.connection(CLIENT).organisation_key}"
    with read_published(settings.published_database) as warehouse:
        task = warehouse.execute("select task_id from marts.client_tasks").fetchone()
        contact = warehouse.execute(
            "select contact_id from marts.overdue_risk where organisation_id = $1",
            [published_studio.agency],
        ).fetchone()
    assert task and contact
    return {
        "connections": "/connections",
        "connect": "/connect",
        "accounts": f"{client}/accounts",
        "remove": f"{client}/remove",
        "signals": signals,
        "a day in the past": f"{signals}&as_of=2026-03-10",
        "documents": f"/signals/documents/receivables?{agency}&bucket=1-30",
        "client": f"/signals/client?{agency}&contact={contact[0]}",
        "tasks": "/tasks",
        "task": f"/tasks/{task[0]}",
        "refusal": "/tasks?state=lost",
    }


@pytest.mark.parametrize(
    "name",
    [
        "connections",
        "connect",
        "accounts",
        "remove",
        "signals",
        "a day in the past",
        "documents",
        "client",
        "tasks",
        "task",
        "refusal",
    ],
)
def test_every_page_can_be_read_by_everybody_and_on_a_phone(
    visit: Visit, addresses: dict[str, str], name: str
) -> None:
    visit.open(addresses[name])
    assert visit.accessibility_violations() == []
    assert visit.contrast_violations_in_the_dark() == []
    assert not visit.scrolls_sideways_on_a_phone()


def test_a_whole_form_is_filled_in_by_keyboard_alone(visit: Visit) -> None:
    visit.open("/connect")
    keyboard = visit.page.keyboard
    keyboard.press("Tab")
    expect(visit.page.get_by_text("Skip to the content")).to_be_focused()
    keyboard.press("Enter")
    keyboard.press("Tab")
    keyboard.type("Our books")
    keyboard.press("Tab")
    keyboard.press("ArrowUp")
    expect(visit.page.get_by_label("Workspace")).to_have_value("Our books")
    expect(visit.page.get_by_role("radio", name=re.compile("^Agency"))).to_be_checked()
    keyboard.press("Tab")
    expect(visit.page.get_by_role("checkbox")).to_be_focused()
    keyboard.press("Tab")
    keyboard.press("Enter")
    assert visit.shows("Sign in at Xero")


def test_charts_are_drawn_from_the_tables_beside_them(visit: Visit, signals: str) -> None:
    visit.open(signals)
    chart = visit.page.locator("figure[data-table=aging-days] svg")
    expect(chart).to_be_visible()
    cells = visit.page.locator("#aging-days tbody tr th").all_inner_texts()
    assert "1-30 days" in cells
    assert [each for each in cells if each not in (chart.text_content() or "")] == []


def test_another_day_is_shown_in_place(visit: Visit, signals: str) -> None:
    visit.open(signals)
    visit.page.get_by_label("As of").fill("2026-03-10")
    visit.press("Show")
    assert visit.shows("As of 10 Mar 2026.")
    assert "as_of=2026-03-10" in visit.page.url
    expect(visit.page.locator("figure[data-table=aging-days] svg")).to_be_visible()


def test_signals_print_on_one_sheet(visit: Visit, signals: str) -> None:
    visit.open(signals)
    sheets = re.findall(rb"/Type\s*/Page\b", visit.page.pdf(prefer_css_page_size=True))
    assert len(sheets) == 1


def test_a_table_comes_as_a_file(visit: Visit, signals: str) -> None:
    visit.open(signals)
    with visit.page.expect_download() as coming:
        visit.page.get_by_role("link", name="CSV of receivables by age").click()
    assert coming.value.suggested_filename.endswith("-aging.csv")
    header, *rows = coming.value.path().read_text().splitlines()
    assert header == "bucket,month_bucket,documents,amount_due_base"
    assert rows == ["1-30,< 1 month,3,600.00"]


def test_a_task_opens_beside_the_list_and_has_an_address(visit: Visit) -> None:
    visit.open("/tasks")
    visit.follow("Pier Properties")
    assert visit.shows("Lines to explain")
    expect(visit.page.locator("#panel-title")).to_be_focused()
    expect(visit.page.locator("a.task-link")).to_have_attribute("aria-current", "true")
    assert re.search(r"/tasks/[0-9a-f-]{36}$", visit.page.url)
    visit.page.reload()
    assert visit.shows("Lines to explain")


def test_a_refusal_leaves_what_was_typed_and_chosen(
    visit: Visit, addresses: dict[str, str], tmp_path: Path
) -> None:
    receipt = tmp_path / "receipt.pdf"
    receipt.write_bytes(b"%PDF-1.4")
    visit.open(addresses["task"])
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


def test_the_browser_complains_of_refusals_only(visit: Visit) -> None:
    """Neither of the content security policy nor of a script. Two refusals above were meant."""
    assert [each for each in visit.complaints if not re.search(r"status of (409|422)", each)] == []
