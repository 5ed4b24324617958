"""Write-backs in processes of their own, to be killed; run as a module.

Their effects are that a request leaves, that an answer has come, and that the state is about to be
committed, or was.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from xero_pipeline.connections import Connections
from xero_pipeline.connections.database import Database
from xero_pipeline.settings import Settings
from xero_pipeline.tasks import Answer, TaskRecords
from xero_pipeline.tasks.journal import Journal
from xero_pipeline.tasks.recoding import Contents
from xero_pipeline.tasks.seen import Seen
from xero_pipeline.tasks.writeback import WriteBack
from xero_pipeline.xero.exchange import Exchange
from xero_pipeline_tests.proof.forking import Effects, Forks, Mortal, serve


class Sending(Mortal):
    """One write-back.

    Attributes:
        environment: of the pipeline: where Xero is, and the home.
        contents: what the client saw.
        task_lines: numbers of the task's lines.
    """

    environment: dict[str, str]
    organisation_id: str
    contents: Contents
    task_lines: tuple[int, ...]
    now: dt.datetime


def senders() -> Forks[Sending]:
    """The process that forks write-backs."""
    return Forks(__name__)


def _send(sending: Sending, effects: Effects) -> None:
    settings, clock = Settings.model_validate(sending.environment), _Clock(sending.now)

    def seen(answer: Answer) -> Seen:
        return Seen(answer.seen_contents_hash, sending.contents, sending.task_lines)

    with (
        Connections.open(settings, clock) as connections,
        closing(TaskRecords.open(settings)) as records,
        closing(Journal.open(settings)) as journal,
    ):
        _watch(effects)
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


def _watch(effects: Effects) -> None:
    """From here on."""
    writing, answer = Database.writing, Exchange.answer

    @contextmanager
    def watched(database: Database, *, durable: bool = False) -> Iterator[Any]:
        with writing(database, durable=durable) as connection:
            yield connection
            if durable:
                effects.before("the state is committed")
        if durable:
            effects.before("the next thing after a commit")

    def answered(exchange: Exchange, *asked: Any) -> Any:  # noqa: ANN401
        found = answer(exchange, *asked)
        effects.before("an answer is used")
        return found

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "http.client.send":
            effects.before("a request leaves")

    setattr(Database, "writing", watched)  # noqa: B010
    setattr(Exchange, "answer", answered)  # noqa: B010
    sys.addaudithook(audit)


if __name__ == "__main__":
    serve(Sending, _send)
