"""A person at a real browser, against the sandbox: from an empty console to figures, through a
disconnection, and back."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from xero_pipeline.console.runs import Progress, Work
from xero_pipeline.sandbox.serve import RunningSandbox
from xero_pipeline_tests.console.shown import CHROMIUM, chromium, shown
from xero_pipeline_tests.studio import (
    AGENCY,
    CLIENT,
    MODELLED,
    NOW,
    Studio,
    settings_of,
    small_sandbox,
)
from xero_pipeline_tests.xero.double import TestClock

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no {CHROMIUM}"),
]

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SYNC_MILLISECONDS = 120_000
"""How long a whole sync may take before the test gives up."""


@dataclass
class Visit:
    """One person's tab.

    Attributes:
        complaints: what the browser refused or failed at, as its console says it.
    """

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(self.url + path)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=re.compile(f"^{re.escape(name)}")).first.click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=re.compile(f"^{re.escape(name)}")).first.click()

    def sees(self, text: str, milliseconds: float = 10_000) -> None:
        expect(self.page.locator("main")).to_contain_text(text, timeout=milliseconds)

    def is_accessible(self) -> None:
        """Axe finds nothing."""
        self.page.evaluate(AXE)
        assert self._violations(RULES) == []

    def can_be_read_in_the_dark(self) -> None:
        """After `is_accessible`: the dark colours have enough contrast, too."""
        self.page.emulate_media(color_scheme="dark")
        assert self._violations(["color-contrast"]) == []
        self.page.emulate_media(color_scheme="light")

    def _violations(self, rules: list[str]) -> list[str]:
        options = {"runOnly": rules, "resultTypes": ["violations"]}
        found = self.page.evaluate("options => axe.run(document, options)", options)
        return [
            f"{self.page.url}: {each['id']}: {node['html']}"
            for each in found["violations"]
            for node in each["nodes"]
        ]


class RunsInThreads:
    """Reads, builds and publishes tiny books for real, at a tenth of what Dagster takes for it.

    That Dagster's runs and processes of our own are launched and followed is held elsewhere.
    """

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._threads: dict[str, threading.Thread] = {}

    def is_running(self) -> bool:
        return True

    def launch(self, organisation_key: str, work: Work = Work.SYNC) -> str:
        thread = threading.Thread(target=self._run, args=(organisation_key,))
        thread.start()
        self._threads[organisation_key] = thread
        return organisation_key

    def progress(self, id: str) -> Progress:
        if self._threads[id].is_alive():
            return Progress("Reading from Xero.", done=1, steps=3)
        return Progress("Done.", is_over=True)

    def close(self) -> None:
        for thread in self._threads.values():
            thread.join()

    def _run(self, organisation_key: str) -> None:
        self._studio.sync(organisation_key, only=MODELLED)
        self._studio.publish()


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with small_sandbox() as sandbox:
        home = tmp_path_factory.mktemp("home")
        yield Studio(sandbox, settings_of(sandbox, home), TestClock(NOW))


@pytest.fixture(scope="module")
def visit(studio: Studio) -> Iterator[Visit]:
    with (
        shown(studio.settings, studio.clock, [RunsInThreads(studio)]) as url,
        chromium() as browser,
    ):
        # Axe is put into the page by the debugger's door, which the policy does not govern.
        page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-GB")
        tab = Visit(page, url)
        page.on("console", lambda said: tab.complaints.append(said.text))
        page.on("pageerror", lambda error: tab.complaints.append(str(error)))
        yield tab


def connect(visit: Visit, sandbox: RunningSandbox, key: str, workspace: str, purpose: str) -> None:
    sandbox.control.consent([key])
    visit.open("/connections")
    visit.follow("Connect Xero")
    visit.page.get_by_label("Workspace").fill(workspace)
    visit.page.get_by_role("radio", name=re.compile(f"^{purpose}")).check()
    visit.press("Go on to Xero")
    visit.follow("Continue to Xero")


def test_an_empty_console_says_how_to_begin(visit: Visit) -> None:
    visit.open("/")
    visit.sees("No organisation is connected yet")
    visit.is_accessible()


def test_an_organisation_is_connected_once_it_is_confirmed(visit: Visit, studio: Studio) -> None:
    connect(visit, studio.sandbox, "client", "Clients", "Client")
    visit.sees("Is this the right organisation?")
    visit.sees(CLIENT)
    visit.sees("NZD")
    visit.is_accessible()
    visit.press(f"Connect {CLIENT}")
    visit.sees(f"{CLIENT} is connected")
    visit.is_accessible()


def test_accounts_are_found_and_chosen(visit: Visit) -> None:
    visit.follow("Choose accounts")
    visit.is_accessible()
    visit.can_be_read_in_the_dark()
    visit.page.get_by_label("Search").fill("rent")
    expect(visit.page.locator("#offered tbody tr:visible")).to_have_count(2)  # and "current"
    visit.page.get_by_label("Rent", exact=True).check()
    visit.press("Save")
    visit.sees("watched accounts are now 469")


def test_a_sync_is_followed_to_its_end(visit: Visit, studio: Studio) -> None:
    visit.press("Sync now")
    visit.sees("Syncing")
    visit.is_accessible()
    visit.sees("The figures are published", SYNC_MILLISECONDS)
    assert studio.settings.published_database.exists()


def test_the_second_book_of_an_agency_is_refused(visit: Visit, studio: Studio) -> None:
    connect(visit, studio.sandbox, "agency", "Our books", "Agency")
    visit.press(f"Connect {AGENCY}")
    visit.sees(f"{AGENCY} is connected")
    connect(visit, studio.sandbox, "abroad", "Our books", "Agency")
    visit.sees("an agency workspace has one organisation")
    visit.is_accessible()


def test_what_xero_disconnected_is_reconnected_with_two_clicks(
    visit: Visit, studio: Studio
) -> None:
    studio.sandbox.control.disconnect("agency")
    visit.open("/connections")
    row = visit.page.locator("tbody", has_text=AGENCY)
    row.locator("summary").click()
    row.get_by_role("button", name="Check now").click()
    visit.sees("Needs reconnect")
    visit.is_accessible()
    visit.can_be_read_in_the_dark()

    studio.sandbox.control.consent(["agency"])
    row.get_by_role("button", name="Reconnect").first.click()
    visit.follow("Continue to Xero")
    visit.sees(f"{AGENCY} is connected again")


def test_the_page_fits_a_phone_and_a_keyboard(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 360, "height": 740})
    visit.open("/connections")
    width = visit.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360
    visit.is_accessible()
    visit.page.keyboard.press("Tab")
    expect(visit.page.get_by_text("Skip to the content")).to_be_focused()
    visit.page.set_viewport_size({"width": 1280, "height": 800})


def test_removing_asks_for_the_name(visit: Visit, studio: Studio) -> None:
    visit.open("/connections")
    row = visit.page.locator("tbody", has_text=AGENCY)
    row.locator("summary").click()
    row.get_by_role("link", name="Remove").click()
    visit.is_accessible()
    visit.page.get_by_label("Type its name").fill(AGENCY)
    visit.press("Remove")
    visit.sees(f"Removed {AGENCY}")


def test_the_browser_had_nothing_to_complain_of(visit: Visit) -> None:
    """Neither the content security policy nor any script."""
    assert visit.complaints == []
