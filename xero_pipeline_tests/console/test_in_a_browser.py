"""A person at a real browser, against the sandbox: from an empty console to figures, through a
disconnection, and back."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from xero_pipeline.console.runs import Progress, Work
from xero_pipeline.sandbox.serve import RunningSandbox
from xero_pipeline_tests.console.visiting import IN_A_BROWSER, Visit, visiting
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

pytestmark = IN_A_BROWSER

SYNC_SECONDS = 120
"""How long a whole sync may take before the test gives up."""


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
    with visiting(studio.settings, studio.clock, [RunsInThreads(studio)]) as tab:
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
    assert visit.shows("No organisation is connected yet")
    assert visit.accessibility_violations() == []


def test_an_organisation_is_connected_once_it_is_confirmed(visit: Visit, studio: Studio) -> None:
    connect(visit, studio.sandbox, "client", "Clients", "Client")
    assert visit.shows("Is this the right organisation?")
    assert visit.shows(CLIENT)
    assert visit.shows("NZD")
    assert visit.accessibility_violations() == []
    visit.press(f"Connect {CLIENT}")
    assert visit.shows(f"{CLIENT} is connected")
    assert visit.accessibility_violations() == []


def test_accounts_are_found_and_chosen(visit: Visit) -> None:
    visit.follow("Choose accounts")
    assert visit.accessibility_violations() == []
    assert visit.contrast_violations_in_the_dark() == []
    visit.page.get_by_label("Search").fill("rent")
    expect(visit.page.locator("#offered tbody tr:visible")).to_have_count(2)  # and "current"
    visit.page.get_by_label("Rent", exact=True).check()
    visit.press("Save")
    assert visit.shows("watched accounts are now 469")


def test_a_sync_is_followed_to_its_end(visit: Visit, studio: Studio) -> None:
    visit.press("Sync now")
    assert visit.shows("Syncing")
    assert visit.accessibility_violations() == []
    assert visit.shows("The figures are published", within=SYNC_SECONDS)
    assert studio.settings.published_database.exists()


def test_the_second_book_of_an_agency_is_refused(visit: Visit, studio: Studio) -> None:
    connect(visit, studio.sandbox, "agency", "Our books", "Agency")
    visit.press(f"Connect {AGENCY}")
    assert visit.shows(f"{AGENCY} is connected")
    connect(visit, studio.sandbox, "abroad", "Our books", "Agency")
    assert visit.shows("an agency workspace has one organisation")
    assert visit.accessibility_violations() == []


def test_what_xero_disconnected_is_reconnected_with_two_clicks(
    visit: Visit, studio: Studio
) -> None:
    studio.sandbox.control.disconnect("agency")
    visit.open("/connections")
    row = visit.page.locator("tbody", has_text=AGENCY)
    row.locator("summary").click()
    row.get_by_role("button", name="Check now").click()
    assert visit.shows("Needs reconnect")
    assert visit.accessibility_violations() == []
    assert visit.contrast_violations_in_the_dark() == []

    studio.sandbox.control.consent(["agency"])
    row.get_by_role("button", name="Reconnect").first.click()
    visit.follow("Continue to Xero")
    assert visit.shows(f"{AGENCY} is connected again")


def test_the_page_fits_a_phone_and_a_keyboard(visit: Visit) -> None:
    visit.open("/connections")
    assert not visit.scrolls_sideways_on_a_phone()
    visit.page.keyboard.press("Tab")
    expect(visit.page.get_by_text("Skip to the content")).to_be_focused()


def test_removing_asks_for_the_name(visit: Visit, studio: Studio) -> None:
    visit.open("/connections")
    row = visit.page.locator("tbody", has_text=AGENCY)
    row.locator("summary").click()
    row.get_by_role("link", name="Remove").click()
    assert visit.accessibility_violations() == []
    visit.page.get_by_label("Type its name").fill(AGENCY)
    visit.press("Remove")
    assert visit.shows(f"Removed {AGENCY}")


def test_the_browser_had_nothing_to_complain_of(visit: Visit) -> None:
    """Neither the content security policy nor any script."""
    assert visit.complaints == []
