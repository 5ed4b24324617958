"""Two syncs of one organisation queue up, over threads and over processes."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from xero_pipeline.sync import Depth
from xero_pipeline.sync.one_at_a_time import Attempt, Turns, still_needed
from xero_pipeline_tests.connected import environment
from xero_pipeline_tests.studio import Studio

ORGANISATION = "f8874d2f-e04b-5448-9a47-707d0c309742"


def at(minute: int) -> dt.datetime:
    return dt.datetime(2026, 4, 1, 10, minute, tzinfo=dt.UTC)


def sync(depth: Depth, began: int, ended: int | None, only: Sequence[str] | None = None) -> Attempt:
    return Attempt(
        process=7,
        depth=depth,
        only=None if only is None else tuple(only),
        began_at=at(began),
        ended_at=None if ended is None else at(ended),
    )


INCREMENT, NIGHTLY, FULL = Depth.INCREMENT, Depth.NIGHTLY, Depth.FULL


@pytest.mark.parametrize(
    ("asked", "only", "ended", "needed"),
    [
        pytest.param(INCREMENT, None, [], INCREMENT, id="nobody else"),
        pytest.param(INCREMENT, None, [sync(FULL, 1, 4)], INCREMENT, id="ended before"),
        pytest.param(INCREMENT, None, [sync(INCREMENT, 4, 6)], INCREMENT, id="was under way"),
        pytest.param(INCREMENT, None, [sync(INCREMENT, 6, 7)], None, id="began afterwards"),
        pytest.param(INCREMENT, None, [sync(NIGHTLY, 6, 7)], None, id="a deeper one"),
        pytest.param(NIGHTLY, None, [sync(INCREMENT, 6, 7)], NIGHTLY, id="not as deep"),
        pytest.param(NIGHTLY, None, [sync(NIGHTLY, 4, 6)], NIGHTLY, id="a nightly under way"),
        pytest.param(FULL, None, [sync(FULL, 4, 6)], NIGHTLY, id="all is listed already"),
        pytest.param(FULL, None, [sync(FULL, 6, 7)], None, id="all, and afterwards"),
        pytest.param(FULL, None, [sync(FULL, 1, 4)], FULL, id="all, but before"),
        pytest.param(NIGHTLY, None, [sync(NIGHTLY, 6, 7, ["users"])], NIGHTLY, id="a part"),
        pytest.param(NIGHTLY, ["users"], [sync(NIGHTLY, 6, 7, ["users"])], None, id="this part"),
        pytest.param(NIGHTLY, ["users"], [sync(NIGHTLY, 6, 7)], None, id="all parts"),
        pytest.param(NIGHTLY, ["items"], [sync(NIGHTLY, 6, 7, ["users"])], NIGHTLY, id="another"),
    ],
)
def test_what_is_left_to_do_for_one_that_asked_at_five_past(
    asked: Depth, only: Sequence[str] | None, ended: Sequence[Attempt], needed: Depth | None
) -> None:
    assert still_needed(asked, only, at(5), ended) is needed


def test_a_turn_is_not_given_twice(tmp_path: Path) -> None:
    turns = Turns.of_this_machine(tmp_path)
    with turns.take(ORGANISATION, "Harbour Studio"):
        assert turns.try_to_take(ORGANISATION) is None
        other = turns.try_to_take("another organisation")
        assert other is not None
        other.release()
    with turns.take(ORGANISATION, "Harbour Studio"):
        pass


def test_a_sync_is_remembered_with_what_it_was_refused(tmp_path: Path) -> None:
    turns = Turns.of_this_machine(tmp_path)
    with turns.take(ORGANISATION, "Harbour Studio") as turn:
        turn.begin(NIGHTLY, None)
        turn.complete({"manual_journals": "MissingPermission"})
    with turns.take(ORGANISATION, "Harbour Studio") as turn:
        assert [each.depth for each in turn.ended] == [NIGHTLY]
        turn.begin(INCREMENT, None)
        turn.complete({})
        assert turn.refused == {"manual_journals": "MissingPermission"}
        turn.begin(NIGHTLY, None)
        turn.complete({})
        assert turn.refused == {}


def test_a_sync_that_broke_off_has_not_ended(tmp_path: Path) -> None:
    turns = Turns.of_this_machine(tmp_path)
    with turns.take(ORGANISATION, "Harbour Studio") as turn:
        turn.begin(NIGHTLY, None)
    with turns.take(ORGANISATION, "Harbour Studio") as turn:
        assert list(turn.ended) == []


HOLD = """
import sys
from pathlib import Path
from xero_pipeline.sync.depth import Depth
from xero_pipeline.sync.one_at_a_time import Turns
turn = Turns.of_this_machine(Path(sys.argv[1])).take(sys.argv[2], "Harbour Studio")
turn.begin(Depth.FULL, None)
print("held", flush=True)
sys.stdin.read()
"""


def test_a_turn_is_free_when_its_process_is_killed(tmp_path: Path) -> None:
    turns = Turns.of_this_machine(tmp_path)
    with running(HOLD, str(tmp_path), ORGANISATION) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        assert turns.try_to_take(ORGANISATION) is None
        assert f"the full sync of process {process.pid}" in turns.who_is_first(ORGANISATION)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        with turns.take(ORGANISATION, "Harbour Studio"):
            pass


SYNC = """
import logging, sys
from xero_pipeline.connections import Connections
from xero_pipeline.settings import Settings
from xero_pipeline.sync import Depth, sync_organisations
from xero_pipeline.warehouse import Landing, open_warehouse
from xero_pipeline_tests.studio import NOW
from xero_pipeline_tests.xero.double import TestClock
logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
settings = Settings()
with Connections.open(settings, TestClock(NOW)) as connections:
    (result,) = sync_organisations(
        connections,
        Landing(settings.landing),
        lambda: open_warehouse(settings.build_database),
        [sys.argv[1]],
        depth=Depth.FULL,
        only={"invoices"},
    )
print("done by another" if result.was_done_by_another else f"{result.calls} calls", flush=True)
"""


def test_processes_that_sync_at_once_queue_up_and_one_does_it_for_both(studio: Studio) -> None:
    """As a schedule and the command line would, behind a third one that is still busy."""
    env = {**os.environ, **environment(studio.sandbox, studio.settings.home), "PYTHONPATH": "."}
    turn = Turns.of_this_machine(studio.settings.home / "locks").take(
        studio.agency, "Harbour Studio"
    )
    turn.begin(NIGHTLY, None)
    with running(SYNC, studio.agency, env=env) as one, running(SYNC, studio.agency, env=env) as two:
        for process in (one, two):
            assert process.stdout is not None
            waiting = next(line for line in process.stdout if "waiting" in line)
            assert f"the nightly sync of process {os.getpid()}" in waiting
        turn.release()
        said = sorted(process.communicate()[0].splitlines()[-1] for process in (one, two))
    assert said == ["2 calls", "done by another"]
    assert studio.asked() == ["Invoices", "Organisation"]
    assert studio.rows("select count(*) from raw.invoices") == [(3,)]


@contextmanager
def running(
    script: str, *arguments: str, env: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=env,
        cwd=Path(__file__).parents[2],
    ) as process:
        yield process
        process.kill()
