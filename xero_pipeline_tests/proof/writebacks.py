"""Kill -9 while answers are written to Xero, and what an ordinary run makes of what is left.

Every answer has an account, a comment and a file, for a transaction of its own. It is killed once
or twice, at a step's boundary or at any instant, perhaps while answers of Xero get lost after the
write was done, and perhaps more than six minutes pass, after which Xero has forgotten the keys.
Then it is left alone until it is through.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

from xero_pipeline.tasks import Answer, AnswerState, DecisionKind
from xero_pipeline.tasks.journal import StepState
from xero_pipeline_tests.connected import environment
from xero_pipeline_tests.proof.forking import End, Forks
from xero_pipeline_tests.proof.senders import Sending, senders
from xero_pipeline_tests.sandbox.books.harbour import RENT, bank
from xero_pipeline_tests.sandbox.writable import MIXED, WRITING, accounts
from xero_pipeline_tests.sandbox.xero_client import XeroClient
from xero_pipeline_tests.tasks.client_book import RECEIPT, ClientBook, client_book

_FORGOTTEN = 7
"""Minutes after which Xero does not know a key any more."""
_RUNS = 4
"""After the faults are over an answer must be through by then."""


@dataclass
class Campaign:
    """Attributes:
    kills: what a run was killed before -> how many were.
    found: what the answers met, in plain words -> how many did.
    """

    book: ClientBook
    senders: Forks[Sending]
    kills: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)

    @classmethod
    @contextmanager
    def of(cls, home: Path) -> Iterator[Campaign]:
        with client_book(home) as book, senders() as forks:
            # Who looks at Xero here is not to be signed out while the clock is moved on.
            book.xero.sandbox.control.access_tokens(timedelta(days=365))
            book.xero.client = XeroClient.connected(book.xero.sandbox, scope=WRITING)
            yield cls(book, forks)

    def run(self, kills: int, seed: int) -> None:
        """So many kills.

        Raises:
            AssertionError: something happened twice, or not at all.
        """
        undisturbed = self._undisturbed()
        number = 0
        # Every boundary of a step once, then whatever comes.
        boundaries = list(range(1, len(undisturbed.effects) + 1))
        random = Random(seed)  # noqa: S311
        random.shuffle(boundaries)
        while self.kills.total() < kills:
            number += 1
            first = boundaries.pop() if boundaries else None
            self._one(f"K-{number}", undisturbed, random, first)

    def _undisturbed(self) -> End:
        answer = self._approved("K-0")
        end = self._send(answer)
        assert end.ended == "done", end
        self._check(answer, "K-0")
        return end

    def _one(self, key: str, undisturbed: End, random: Random, first: int | None) -> None:
        self.book.advance(minutes=1)  # and the calls of the minute with it
        answer = self._approved(key)
        if random.random() < 0.3:
            self._lose_answers(random)
        self._kill(answer, undisturbed, random, first)
        if random.random() < 0.5:
            self.book.advance(minutes=_FORGOTTEN)
            self.found["Xero had forgotten the keys"] += 1
        if random.random() < 0.3:
            self._kill(answer, undisturbed, random, None)
        self.book.xero.sandbox.control.clear_faults()
        for _ in range(_RUNS):
            if self.book.records.answers((AnswerState.APPROVED,), task_id=answer.task_id):
                assert self._send(answer).ended == "done"
        self._check(answer, key)

    def _approved(self, key: str) -> Answer:
        self.book.happens(bank(key, "SPEND", 80, lines=MIXED))
        return self.book.approved(key, files=["ticket.pdf"])

    def _lose_answers(self, random: Random) -> None:
        """Of a call and perhaps of its repetitions."""
        method, path = random.choice([("POST", ""), ("PUT", "/Attachments/"), ("PUT", "/History")])
        times = random.choice([1, 2, 3])
        self.book.xero.sandbox.control.fault("dropped", method=method, path=path, times=times)
        self.found["answers were lost after the write was done"] += 1

    def _kill(self, answer: Answer, undisturbed: End, random: Random, before: int | None) -> None:
        at_boundary = before is not None or random.random() < 0.5
        some = random.randint(1, len(undisturbed.effects))
        end = self._send(
            answer,
            die_before=before or some if at_boundary else None,
            die_after=None if at_boundary else random.uniform(0, undisturbed.seconds * 1.2),
        )
        assert end.ended != "failed", end
        if end.ended == "killed":
            self.kills[f"before {end.last}" if at_boundary else "at a random instant"] += 1

    def _send(
        self, answer: Answer, die_before: int | None = None, die_after: float | None = None
    ) -> End:
        seen = self.book.seen[answer.answer_id]
        return self.senders.do(
            Sending(
                environment=_environment(self.book),
                organisation_id=answer.organisation_id,
                contents=seen.contents,
                task_lines=seen.task_lines,
                now=self.book.clock.now(),
                die_before=die_before,
                die_after=die_after,
            )
        )

    def _check(self, answer: Answer, key: str) -> None:
        """Nothing twice, nothing lost, and all of it written down."""
        assert not self.book.records.answers((AnswerState.APPROVED,), task_id=answer.task_id), key
        document = self.book.xero.read("BankTransaction", key)
        assert (accounts(document), document["Total"]) == ([RENT, RENT], 80), key
        assert self.book.files(key) == {"ticket.pdf": RECEIPT}, key
        marked = [each for each in self.book.notes(key) if f"answer {answer.answer_id}]" in each]
        assert len(marked) == 1, (key, marked)
        decisions = self.book.records.decisions(answer.organisation_id, answer.task_id)
        kinds = [each.kind for each in decisions]
        assert kinds == [DecisionKind.SUBMITTED, DecisionKind.APPROVED, DecisionKind.WRITTEN], key
        steps = self.book.steps(answer)
        assert len(steps) == 3, (key, steps)
        assert {each.state for each in steps.values()} == {StepState.DONE}, (key, steps)
        self.found["answers were written once"] += 1


def _environment(book: ClientBook) -> dict[str, str]:
    """As many kills as one likes take more calls than a day has."""
    of_sandbox = environment(book.xero.sandbox, book.settings.home)
    return {**of_sandbox, "XERO_DAILY_CALL_LIMIT": str(10**9)}
