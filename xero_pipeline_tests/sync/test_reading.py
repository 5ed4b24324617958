"""Reading processes: what they bring, and how they end."""

from __future__ import annotations

import datetime as dt
import os
import pickle
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor

import pytest

from xero_pipeline.connections import Purpose, Status
from xero_pipeline.connections.locks import FileLocks
from xero_pipeline.sync import Depth, OrganisationSync, SyncFailure, sync_organisations
from xero_pipeline.sync.plan import Known
from xero_pipeline.sync.reading import ReaderEnded, _ReadersBeside, processes_for, reader
from xero_pipeline.sync.request import Request
from xero_pipeline.warehouse.errors import LandingFailed
from xero_pipeline.xero import Asker
from xero_pipeline.xero.errors import MissingScope, NotEnoughCalls, OrganisationNotConnected
from xero_pipeline_tests.connected import environment
from xero_pipeline_tests.studio import ABROAD, AGENCY, CLIENT, Studio

INVOICES = {"invoices"}


@pytest.fixture
def three(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> Studio:
    """All three organisations, connected by one person, and an environment that points at them."""
    studio.connect("client", Purpose.CLIENT)
    studio.connect("abroad", Purpose.CLIENT)
    for name, value in environment(studio.sandbox, studio.settings.home).items():
        monkeypatch.setenv(name, value)
    studio.sandbox.control.clear_requests()
    return studio


def read_beside(
    studio: Studio, names: Collection[str], only: Collection[str] | None = None
) -> dict[str, OrganisationSync | SyncFailure]:
    with studio.connections() as connections:
        results = sync_organisations(
            connections,
            studio.landing,
            studio.warehouse,
            names,
            depth=Depth.NIGHTLY,
            only=only,
            processes=2,
        )
        return {each.organisation_name: each for each in results}


def test_two_processes_share_the_work_and_count_every_call(three: Studio) -> None:
    """Every endpoint is asked once for each of the two organisations."""
    results = read_beside(three, [AGENCY, ABROAD])
    assert {type(each) for each in results.values()} == {OrganisationSync}
    assert three.rows("select count(*), sum(total) from raw.invoices") == [(4, 670)]
    asked = three.asked()
    assert set(Counter(asked).values()) == {2}
    with three.connections() as connections:
        # They take the system's time, so that the calls of connecting are of an earlier day.
        today = connections.usage(since=dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1))
    assert sum(each.calls for each in today) == len(asked)


def test_what_is_wrong_with_one_organisation_is_told_in_its_own_words(three: Studio) -> None:
    three.sandbox.control.disconnect("client")
    results = read_beside(three, [AGENCY, CLIENT], INVOICES)
    failed = results[CLIENT]
    assert isinstance(failed, SyncFailure)
    assert isinstance(failed.error, OrganisationNotConnected)
    assert "Garage Ltd" in str(failed.error)
    assert isinstance(results[AGENCY], OrganisationSync)
    assert three.connection(CLIENT).status is Status.NEEDS_RECONNECT


def test_a_process_that_is_killed_fails_what_it_read_and_nothing_is_lost(three: Studio) -> None:
    with (
        three.connections() as connections,
        reader(connections, three.landing, 1, 2) as readers,
    ):
        assert isinstance(readers, _ReadersBeside)
        os.kill(readers.processes[0].pid, signal.SIGKILL)
        readers.processes[0].wait()
        with pytest.raises(ReaderEnded, match="run the sync again"):
            for _ in readers.processes:
                readers.read(three.agency, Asker.PERSON, Known(), Request(Depth.FULL, INVOICES))
    assert isinstance(read_beside(three, [AGENCY], INVOICES)[AGENCY], OrganisationSync)
    assert three.rows("select count(*) from raw.invoices") == [(3,)]


_STARTS_READERS = """
import sys, time
from xero_pipeline.connections import Connections
from xero_pipeline.settings import Settings
from xero_pipeline.sync.reading import reader
from xero_pipeline.warehouse import Landing

settings = Settings()
with Connections.open(settings) as connections:
    with reader(connections, Landing(settings.landing), 1, 2):
        print("reading", flush=True)
        sys.stdin.read()
"""


def test_they_end_with_the_process_that_started_them_even_if_it_is_killed(three: Studio) -> None:
    """Their standard error is a pipe: it ends when the last who could write to it is gone."""
    with subprocess.Popen(
        [sys.executable, "-c", _STARTS_READERS],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "reading\n"
        parent.kill()
        _, errors = parent.communicate(timeout=60)
    assert errors == ""


def test_an_organisation_is_read_by_one_process_at_a_time(three: Studio) -> None:
    """One that outlives its killed parent for a moment holds the others back."""
    with (
        three.connections() as connections,
        reader(connections, three.landing, 1, 1) as here,
        ThreadPoolExecutor() as threads,
    ):
        locks = FileLocks(three.settings.home / "locks")
        held = locks.take(f"reading-{three.agency}", 0)
        assert held is not None
        request = Request(Depth.FULL, INVOICES)
        landed = threads.submit(here.read, three.agency, Asker.PERSON, Known(), request)
        assert three.asked() == []
        held.release()
        assert landed.result().failure is None


@pytest.mark.parametrize(
    "error",
    [
        MissingScope("Garage Ltd", "payments", "accounting.payments.read"),
        NotEnoughCalls("Garage Ltd", 30, 12, 100, dt.datetime(2026, 4, 2, tzinfo=dt.UTC)),
        LandingFailed("0a", "invoices", "the disk is full", "Make room."),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_arrive_as_they_left(error: Exception) -> None:
    told = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own
    assert type(told) is type(error)
    assert str(told) == str(error)
    assert vars(told) == vars(error)


@pytest.mark.parametrize(
    ("organisations", "cores", "processes"),
    [(0, 2, 1), (99, 2, 1), (100, 2, 2), (1000, 2, 2), (1000, 1, 1), (5000, 64, 4)],
)
def test_processes_are_started_for_many_organisations_only(
    organisations: int, cores: int, processes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert processes_for(organisations) == processes
