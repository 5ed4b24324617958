"""A lock has one holder, whatever thread, process or machine asks."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from xero_pipeline.connections.database import Database
from xero_pipeline.connections.locks import Locks
from xero_pipeline.settings import Settings
from xero_pipeline_tests.postgres import on_both

pytestmark = on_both

HOLD = """
import sys
from xero_pipeline.connections.database import Database
from xero_pipeline.settings import Settings
settings = Settings.model_validate({"home": sys.argv[1], "state_url": sys.argv[2]})
held = Database.open(settings).locks.take("sync-harbour")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def locks(tmp_path: Path, state_url: str | None) -> Iterator[Locks]:
    settings = Settings.model_validate({"home": tmp_path, "state_url": state_url})
    with closing(Database.open(settings)) as database:
        yield database.locks


def test_a_lock_that_is_held_is_not_taken_until_it_is_released(locks: Locks) -> None:
    held = locks.take("sync-harbour")
    assert held is not None

    assert locks.take("sync-harbour", seconds=0) is None
    assert locks.take("sync-harbour", seconds=0.01) is None
    held.release()

    again = locks.take("sync-harbour", seconds=0)
    assert again is not None
    again.release()


def test_locks_of_other_names_are_free(locks: Locks) -> None:
    with locks.take("sync-harbour") or pytest.fail():
        other = locks.take("sync-cafe", seconds=0)
        assert other is not None
        other.release()


def test_whoever_waits_gets_it_next(locks: Locks) -> None:
    held = locks.take("sync-harbour")
    assert held is not None
    got: list[bool] = []

    def wait() -> None:
        with locks.take("sync-harbour") or pytest.fail():
            got.append(True)

    waiting = threading.Thread(target=wait)
    waiting.start()
    assert got == []
    held.release()
    waiting.join(timeout=30)
    assert got == [True]


def test_a_process_that_is_killed_holds_nothing(
    locks: Locks, tmp_path: Path, state_url: str | None
) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path), state_url or ""]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        assert locks.take("sync-harbour", seconds=0) is None
        other.send_signal(signal.SIGKILL)
        other.wait()
        freed = locks.take("sync-harbour", seconds=30)
        assert freed is not None
        freed.release()
