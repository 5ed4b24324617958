"""How syncs are launched and followed, in Dagster and in processes of our own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from xero_pipeline.assets.extraction import EXTRACTION_OP
from xero_pipeline.assets.keys import ORGANISATION_PARTITIONS_NAME, PUBLISHED
from xero_pipeline.assets.writeback import WRITEBACK_OP
from xero_pipeline.automation.jobs import REFRESH, TASK_WRITEBACK
from xero_pipeline.console.errors import SyncNotStarted
from xero_pipeline.console.runs import Progress, Work, dagster, in_plain_words
from xero_pipeline.console.runs.dagster import DagsterRuns, Run, progress_of
from xero_pipeline.console.runs.process import OwnProcesses
from xero_pipeline.console.syncing import Syncs
from xero_pipeline_tests.console.conftest import Browser, words
from xero_pipeline_tests.studio import AGENCY, Studio, free_port

ADDRESS = "http://localhost:3000/runs/1"


def run(status: str, **steps: str) -> Run:
    return Run.model_validate(
        {
            "status": status,
            "stepKeysToExecute": [str(n) for n in range(6)],
            "stepStats": [{"stepKey": key, "status": how} for key, how in steps.items()],
        }
    )


@pytest.mark.parametrize(
    ("looked", "doing", "done"),
    [
        (run("QUEUED"), "Waiting for its turn.", 0),
        (run("STARTED"), "Getting ready.", 0),
        (run("STARTED", tasks__writeback="IN_PROGRESS"), "Sending to Xero.", 0),
        (run("STARTED", xero="IN_PROGRESS"), "Reading from Xero.", 0),
        (
            run("STARTED", xero="SUCCESS", marts="IN_PROGRESS"),
            "Building and checking the figures.",
            1,
        ),
        (run("STARTED", xero="SUCCESS", warehouse__published="IN_PROGRESS"), "Publishing.", 1),
    ],
)
def test_a_run_under_way_is_told_in_plain_words(looked: Run, doing: str, done: int) -> None:
    told = progress_of(looked, "", ADDRESS)
    assert told == Progress(doing, done=done, steps=6, address=ADDRESS)


def test_a_run_that_ended_says_how() -> None:
    assert progress_of(run("SUCCESS"), "", ADDRESS).doing == "Done."
    failed = progress_of(run("FAILURE"), "Xero did not answer.", ADDRESS)
    assert (failed.is_over, failed.problem) == (True, "Xero did not answer.")


def test_the_names_of_dagsters_things_are_those_of_the_pipeline() -> None:
    assert {Work.SYNC: REFRESH.name, Work.SEND: TASK_WRITEBACK.name} == dagster.JOBS
    assert dagster.SENDING == WRITEBACK_OP
    assert dagster.OPERATION == EXTRACTION_OP
    assert dagster.PARTITIONS == ORGANISATION_PARTITIONS_NAME
    assert "published" in PUBLISHED.to_python_identifier()


@pytest.mark.parametrize("question", ["WHO", "ADD_PARTITION", "LAUNCH", "LOOK", "WHY"])
def test_dagsters_schema_knows_what_it_is_asked(question: str) -> None:
    from dagster_graphql.schema import create_schema
    from graphql import parse, validate

    schema = create_schema().graphql_schema
    assert validate(schema, parse(getattr(dagster, question))) == []


def test_where_no_dagster_answers_none_is_running(tmp_path: Path) -> None:
    assert not DagsterRuns(f"http://localhost:{free_port()}", tmp_path).is_running()


def test_something_else_at_that_address_is_not_taken_for_it(studio: Studio) -> None:
    assert not DagsterRuns(studio.sandbox.url, studio.settings.home / "dagster").is_running()


def test_a_dagster_that_does_not_answer_in_time_is_a_sync_that_was_not_started(
    tmp_path: Path,
) -> None:
    with pytest.raises(SyncNotStarted, match="it did not answer within 30 seconds"):
        DagsterRuns(f"http://localhost:{free_port()}", tmp_path).launch("cafe")


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[OwnProcesses]:
    own = OwnProcesses({"XERO_PIPELINE_HOME": str(tmp_path / "home"), "PATH": ""})
    yield own
    own.close()


def when_over(processes: OwnProcesses, id: str) -> Progress:
    until_over = Retrying(
        retry=retry_if_result(lambda told: not told.is_over),
        stop=stop_after_delay(60),
        wait=wait_fixed(0.1),
    )
    return until_over(processes.progress, id)


def test_a_process_that_fails_says_why_in_its_own_words(processes: OwnProcesses) -> None:
    ended = when_over(processes, processes.launch("nobody"))
    assert ended.problem.startswith("No organisation 'nobody' is connected.")


def test_one_does_not_wait_for_another(processes: OwnProcesses) -> None:
    """Each says for itself how it ended; a run builds what another has read meanwhile."""
    ids = [processes.launch("nobody"), processes.launch("nobody either")]
    ended = [when_over(processes, id) for id in ids]
    assert [each.problem.split(" is ")[0] for each in ended] == [
        "No organisation 'nobody'",
        "No organisation 'nobody either'",
    ]


def test_of_failed_checks_a_page_says_what_became_of_the_figures() -> None:
    dagsters = (
        "DagsterAssetCheckFailedError: 2 blocking asset checks failed with ERROR severity:\n"
        "marts/ap_aging_totals: ap_total_equals_control_account\n"
        "marts/ar_aging_totals: ar_total_equals_control_account"
    )
    assert in_plain_words(dagsters).startswith(
        "Figures did not pass their checks (ap total equals control account, "
        "ar total equals control account), so the earlier ones stay published."
    )
    assert in_plain_words("Xero did not answer.") == "Xero did not answer."


@dataclass
class Place:
    """Somewhere to run, as the test has it."""

    up: bool = True
    launched: list[str] = field(default_factory=list)
    told: Progress = field(default_factory=lambda: Progress("Reading from Xero."))

    def is_running(self) -> bool:
        return self.up

    def launch(self, organisation_key: str, work: Work = Work.SYNC) -> str:
        self.launched.append(f"{'' if work is Work.SYNC else 'send '}{organisation_key}")
        return organisation_key

    def progress(self, id: str) -> Progress:
        return self.told

    def close(self) -> None:
        self.up = False


def test_the_first_place_that_is_running_is_taken() -> None:
    down, up = Place(up=False), Place()
    Syncs([down, up]).start("cafe")
    assert (down.launched, up.launched) == ([], ["cafe"])


def test_a_second_click_starts_no_second_sync_but_one_afterwards_does() -> None:
    place = Place()
    syncs = Syncs([place])
    syncs.start("cafe")
    syncs.start("cafe")
    assert place.launched == ["cafe"]
    place.told = Progress("Done.", is_over=True)
    syncs.start("cafe")
    assert place.launched == ["cafe", "cafe"]


def test_sending_answers_is_other_work_than_a_sync() -> None:
    place = Place()
    syncs = Syncs([place])
    syncs.start("cafe")
    syncs.start("cafe", Work.SEND)
    assert place.launched == ["cafe", "send cafe"]
    syncs.forget("cafe")
    assert syncs.progress("cafe") is None
    assert syncs.progress("cafe", Work.SEND) is not None


def test_the_row_follows_a_sync_and_shows_once_how_it_ended(
    browser: Browser, connected: Studio
) -> None:
    place = Place(told=Progress("Reading from Xero.", done=2, steps=6))
    object.__setattr__(browser.console, "syncs", Syncs([place]))
    key = connected.connection(AGENCY).organisation_key

    started = browser.send(f"/connections/{key}/sync")
    assert "Reading from Xero. step 2 of 6" in words(started)
    assert f'hx-get="/connections/{key}/row"' in started.text

    place.told = Progress("Failed.", is_over=True, problem="Xero did not answer.")
    over = browser.get(f"/connections/{key}/row", HX_Request="true").text
    assert "Sync failed.</strong> Xero did not answer." in over
    assert "hx-trigger" not in over
    assert "Sync failed" not in browser.get("/connections").text
