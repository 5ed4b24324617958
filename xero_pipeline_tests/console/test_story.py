"""The whole way at a real browser: from an empty console to figures and a client's answer, through
a disconnection, and back. Xero is the sandbox, syncs and write-backs are runs of Dagster."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import expect

from xero_pipeline.assets.resources import Pipeline
from xero_pipeline.console.runs import dagster as runs_of_dagster
from xero_pipeline.console.runs.dagster import DagsterRuns
from xero_pipeline.sandbox.document_events import FileAttached
from xero_pipeline.warehouse import read_published
from xero_pipeline_tests.connected import environment
from xero_pipeline_tests.console.small_dagster import SmallDagster, small_dagster
from xero_pipeline_tests.console.visiting import IN_A_BROWSER, Visit, visiting
from xero_pipeline_tests.sandbox.books import harbour
from xero_pipeline_tests.studio import AGENCY, CLIENT, NOW, Studio, studio_at

pytestmark = IN_A_BROWSER

BESIDES = (
    harbour.invoice("INV-1", 100, at=NOW),
    harbour.bank("lunch", "SPEND", 20, at=NOW, contact="cafe"),
    FileAttached(NOW, "F-1", "BankTransaction", "lunch", "lunch.pdf", "application/pdf", b"%PDF"),
)
RUN_SECONDS = 120
"""How long a run of Dagster may take before the test gives up."""


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    """Nobody is connected yet. Garage Ltd is owed 100 NZD since 21 March, and spent 45 NZD at Pier
    Properties on the 8th, and 20 NZD at Harbour Cafe, for which it has a receipt."""
    with studio_at(tmp_path / "home") as studio:
        # Steps of Dagster take their settings from the environment, and the time from the machine.
        for name, value in environment(studio.sandbox, studio.settings.home).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(Pipeline, "clock", lambda _: studio.clock)
        studio.sandbox.control.apply("client", BESIDES)
        yield studio


@pytest.fixture
def dagster(studio: Studio) -> Iterator[SmallDagster]:
    with small_dagster(studio.settings) as running:
        yield running


@pytest.fixture
def visit(
    studio: Studio, dagster: SmallDagster, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Visit]:
    # A machine with other tests to run may not answer at once.
    monkeypatch.setattr(runs_of_dagster, "_LOOK_SECONDS", RUN_SECONDS)
    runs = DagsterRuns(dagster.url, studio.settings.home / "dagster")
    with visiting(studio.settings, studio.clock, [runs]) as tab:
        yield tab


def test_from_an_empty_console_to_figures_and_answers_and_back(
    visit: Visit, studio: Studio, dagster: SmallDagster
) -> None:
    visit.open("/")
    assert visit.shows("No organisation is connected yet")
    assert visit.accessibility_violations() == []

    connects_a_client(visit, studio)
    chooses_an_account(visit)
    syncs(visit)
    sees_figures_of_the_warehouse(visit, studio)
    answers_a_task(visit)
    sends_the_answer(visit, studio)
    fetches_the_file_of_another(visit)
    is_disconnected_and_reconnects(visit, studio)

    runs = dagster.instance.get_runs()
    asked = [(run.job_name, run.tags["xero_pipeline/asked_by"]) for run in runs]
    assert asked == [("task_writeback", "console"), ("refresh", "console")]
    assert visit.complaints == []


def connects_a_client(visit: Visit, studio: Studio) -> None:
    """Nothing is saved before the card is confirmed."""
    studio.sandbox.control.consent(["client"])
    visit.follow("Connect Xero")
    visit.page.get_by_label("Workspace").fill("Clients")
    visit.page.get_by_role("radio", name=re.compile("^Client")).check()
    visit.page.get_by_label("Write approved answers back to Xero").check()
    visit.press("Go on to Xero")
    visit.follow("Continue to Xero")
    assert visit.shows("Is this the right organisation?")
    assert visit.shows(f"Organisation{CLIENT}")
    assert visit.shows("Base currencyNZD")
    assert visit.accessibility_violations() == []
    with studio.connections() as connections:
        assert connections.connections() == []
    visit.press(f"Connect {CLIENT}")
    assert visit.shows(f"{CLIENT} is connected")


def chooses_an_account(visit: Visit) -> None:
    visit.follow("Choose accounts")
    visit.page.get_by_label("Search").fill("rent")
    expect(visit.page.locator("#offered tbody tr:visible")).to_have_count(2)  # and "current"
    visit.page.get_by_label("Rent", exact=True).check()
    visit.press("Save")
    assert visit.shows("watched accounts are now 469")


def syncs(visit: Visit) -> None:
    visit.press("Sync now")
    assert visit.shows("of 6", within=RUN_SECONDS), "steps of Dagster's run"
    assert visit.accessibility_violations() == []
    assert visit.shows("Sync now", within=RUN_SECONDS), "again: the run has ended"
    assert visit.shows("The figures are published")


def sees_figures_of_the_warehouse(visit: Visit, studio: Studio) -> None:
    visit.follow("Signals")
    assert visit.shows("100.00 NZD open, 100.00 NZD overdue")
    cells = visit.page.locator("#aging-days [data-value]").all()
    figures = [Decimal(cell.get_attribute("data-value") or "") for cell in cells]
    amounts = "select amount_due_base from marts.ar_aging_summary order by bucket_number"
    assert [(figure,) for figure in figures] == published(studio, amounts)
    assert sum(figures) == 100


def answers_a_task(visit: Visit) -> None:
    visit.follow("Tasks")
    visit.follow("Pier Properties")
    task = visit.page.locator("#panel")
    task.get_by_label("Account").select_option(label="815 Deferred Income")
    visit.page.get_by_label("Comment").fill("Deposit for the hall")
    visit.page.get_by_label("Your name").first.fill("Ada")
    visit.press("Answer")
    assert visit.shows("Done. Answered.")
    assert visit.shows("To approve")
    assert visit.accessibility_violations() == []
    visit.press("Approve")
    assert visit.shows("Done. Approved.")


def sends_the_answer(visit: Visit, studio: Studio) -> None:
    visit.press("Send now")
    assert visit.shows("Closed: recoded", within=RUN_SECONDS)
    closed = "select contact_name, closed_reason from marts.client_tasks where state = 'closed'"
    assert published(studio, closed) == [("Pier Properties", "recoded")]
    listed = studio.sandbox.control.records("client", "BankTransactions", with_records=True)
    spent = [each.record or {} for each in listed["BankTransactions"].values()]
    assert {each["Total"]: each["LineItems"][0]["AccountCode"] for each in spent} == {
        Decimal(45): "815",
        Decimal(20): "469",
    }


def fetches_the_file_of_another(visit: Visit) -> None:
    """The run that sent the answer has listed the files of the tasks that are open."""
    visit.follow("Tasks")
    visit.follow("Harbour Cafe")
    with visit.page.expect_download() as coming:
        visit.press("lunch.pdf")
    assert coming.value.suggested_filename == "lunch.pdf"
    assert coming.value.path().read_bytes() == b"%PDF"


def is_disconnected_and_reconnects(visit: Visit, studio: Studio) -> None:
    studio.sandbox.control.disconnect("client")
    visit.follow("Connections")
    visit.page.locator("summary", has_text="More").click()
    visit.press("Check now")
    assert visit.shows("Needs reconnect")
    assert visit.shows("somebody disconnected it in Xero")
    assert visit.accessibility_violations() == []
    assert visit.contrast_violations_in_the_dark() == []

    studio.sandbox.control.consent(["agency"])
    visit.press("Reconnect")
    visit.follow("Continue to Xero")
    assert visit.shows("Nothing was changed")
    assert visit.accessibility_violations() == []
    assert visit.shows(f"'{CLIENT}' is to be reconnected")
    assert visit.shows(AGENCY)

    studio.sandbox.control.consent(["client"])
    visit.follow("To the connections")
    visit.press("Reconnect")
    visit.follow("Continue to Xero")
    assert visit.shows(f"{CLIENT} is connected again")
    visit.follow("To the connections")
    assert visit.shows("Healthy")


def published(studio: Studio, sql: str) -> list[tuple[object, ...]]:
    with read_published(studio.settings.published_database) as warehouse:
        return warehouse.execute(sql).fetchall()
