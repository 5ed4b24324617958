"""Write-backs in processes of their own, to be killed; run as a module.

As `victims.py` does it with syncs: the process that is started here has everything imported and
forks a child for every line on its standard input. A child can be told to kill itself in the moment
before its nth effect: a request leaves, an answer has come, the state is about to be committed, or
was.
"""

from __future__ import annotations

import datetime as dt
import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from types import TracebackType
from typing import Any, Literal, Self

from pydantic import BaseModel

from xero_pipeline.connections import Connections
from xero_pipeline.connections.database import Database
from xero_pipeline.settings import Settings
from xero_pipeline.tasks import Answer, TaskRecords
from xero_pipeline.tasks.journal import Journal
from xero_pipeline.tasks.recoding import Contents
from xero_pipeline.tasks.seen import Seen
from xero_pipeline.tasks.writeback import WriteBack
from xero_pipeline.xero.exchange import Exchange

_FAILED = 3


class Sending(BaseModel):
    """One write-back.

    Attributes:
        environment: of the pipeline: where Xero is, and the home.
        contents: what the client saw.
        task_lines: numbers of the task's lines.
        die_before: the number of the effect, from 1, before which to die; None: live on.
        die_after: seconds after which to die whatever is being done; None: live on.
    """

    environment: dict[str, str]
    organisation_id: str
    contents: Contents
    task_lines: tuple[int, ...]
    now: dt.datetime
    die_before: int | None = None
    die_after: float | None = None


class End(BaseModel):
    """How it ended.

    Attributes:
        effects: how many there were, the one it died before included.
        last: that one.
        seconds: it took.
    """

    ended: Literal["done", "killed", "failed"]
    effects: int
    last: str
    seconds: float


class Senders:
    """The process that forks; ends with the `with` block."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate()

    def send(self, sending: Sending) -> End:
        """Do one, and wait for its end."""
        asks, answers = self._process.stdin, self._process.stdout
        assert asks is not None
        assert answers is not None
        asks.write(sending.model_dump_json() + "\n")
        asks.flush()
        return End.model_validate_json(answers.readline())


# --- in the process that forks -------------------------------------------------------------------


def _serve() -> None:
    gc.freeze()  # so that children share what is imported
    for line in sys.stdin:
        print(_fork(Sending.model_validate_json(line)).model_dump_json(), flush=True)


def _fork(sending: Sending) -> End:
    reading, writing = os.pipe()
    began = time.monotonic()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _live(sending, _Effects(writing, sending.die_before))
    os.close(writing)
    death = threading.Timer(sending.die_after or 0, os.kill, (pid, signal.SIGKILL))
    if sending.die_after is not None:
        death.start()
    with os.fdopen(reading) as told:
        effects = told.read().splitlines()  # until the child is gone
    death.cancel()
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        ended: Literal["done", "killed", "failed"] = "killed"
    else:
        ended = "failed" if os.WEXITSTATUS(status) else "done"
    last = effects[-1] if effects else ""
    seconds = time.monotonic() - began
    return End(ended=ended, effects=len(effects), last=last, seconds=seconds)


# --- in the child --------------------------------------------------------------------------------


def _live(sending: Sending, effects: _Effects) -> None:
    """Send and end; never returns."""
    code = _FAILED
    try:
        _send(sending, effects)
        code = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)


def _send(sending: Sending, effects: _Effects) -> None:
    settings, clock = Settings.model_validate(sending.environment), _Clock(sending.now)

    def seen(answer: Answer) -> Seen:
        return Seen(answer.seen_contents_hash, sending.contents, sending.task_lines)

    with (
        Connections.open(settings, clock) as connections,
        closing(TaskRecords.open(settings)) as records,
        closing(Journal.open(settings)) as journal,
    ):
        effects.watch()
        write_back = WriteBack(
            connections, records, journal, home=settings.home, seen=seen, clock=clock
        )
        for _ in write_back.send(sending.organisation_id):
            pass


class _Clock:
    """Passes only while somebody sleeps, and nobody has to wait for it."""

    def __init__(self, now: dt.datetime) -> None:
        self._now = now

    def now(self) -> dt.datetime:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += dt.timedelta(seconds=seconds)


class _Effects:
    """Counts what can be seen from outside, tells of it, and kills the process when it is time."""

    def __init__(self, tell: int, die_before: int | None) -> None:
        self._tell = tell
        self._numbers = count(1)
        self._die_before = die_before

    def before(self, name: str) -> None:
        os.write(self._tell, f"{name}\n".encode())
        if next(self._numbers) == self._die_before:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self) -> None:
        """From here on."""
        sys.addaudithook(self._audit)
        writing, answer = Database.writing, Exchange.answer

        @contextmanager
        def watched(database: Database, *, durable: bool = False) -> Iterator[Any]:
            with writing(database, durable=durable) as connection:
                yield connection
                if durable:
                    self.before("the state is committed")
            if durable:
                self.before("the next thing after a commit")

        def answered(exchange: Exchange, *asked: Any) -> Any:  # noqa: ANN401
            found = answer(exchange, *asked)
            self.before("an answer is used")
            return found

        setattr(Database, "writing", watched)  # noqa: B010
        setattr(Exchange, "answer", answered)  # noqa: B010

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "http.client.send":
            self.before("a request leaves")


if __name__ == "__main__":
    _serve()
