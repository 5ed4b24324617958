"""Random histories of clients' books, many side by side, held against the rules in plain Python.

    python -m xero_pipeline_tests.sql.task_histories --count 2000

Between the builds of a history people post, edit, recode, recode back, void and lose documents,
choose, narrow and drop accounts, and decide about tasks. Builds are whole or of some organisations,
after a sync, a second time from the same one, or killed before the marts.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

from xero_pipeline_tests.sql.client_books import KINDS, ClientBook, ClientBooks, day
from xero_pipeline_tests.sql.task_rules import Happened, Rules, replayed
from xero_pipeline_tests.sql.warehouse import Warehouse

BUILDS = 12
AT_ONCE = 500
_FEW = 4  # documents to a book, so that much happens to each of them
_WATCHABLE = ("998", "999")
_ACCOUNTS = (*_WATCHABLE, "999", "400", "420")
_DECISIONS = (
    "submitted",
    "approved",
    "sent_back",
    "withdrawn",
    "written",
    "refused",
    "conflicted",
    "dismissed",
    "reopened",
)


@dataclass
class History:
    """One book and what happens to it, as its seed decides."""

    book: ClientBook
    random: Random
    rules: Rules
    done: list[str] = field(default_factory=list)
    recorded: list[dict[str, Any]] = field(default_factory=list)
    last_lines: dict[str, tuple[tuple[str, int, str], ...]] = field(default_factory=dict)

    def live_on(self) -> None:
        """One to three things happen before the next build."""
        for _ in range(self.random.randint(1, 3)):
            act = self.random.choice(
                [
                    self._post,
                    self._post,
                    self._post,
                    self._edit,
                    self._recode,
                    self._recode,
                    self._recode_back,
                    self._end,
                    self._choose,
                    self._choose,
                    self._decide,
                    self._decide,
                ]
            )
            act()

    def _note(self, *words: object) -> None:
        self.done.append(" ".join(map(str, words)))

    def _any_document(self) -> str | None:
        return self.random.choice(sorted(self.book.documents)) if self.book.documents else None

    def _post(self) -> None:
        if len(self.book.documents) == _FEW:
            self._recode()
            return
        key = f"document {len(self.book.documents) + 1}"
        accounts = self.random.choices(_ACCOUNTS, k=self.random.randint(1, 3))
        date = day(0).date() - dt.timedelta(days=self.random.choice([1, 30, 89, 90, 91, 200, 1, 2]))
        type_ = self.random.choice(["SPEND", *KINDS])
        self.book.post(key, *accounts, date=date, type=type_)
        self._note("post", key, type_, date, *accounts)

    def _edit(self) -> None:
        if key := self._any_document():
            match self.random.randrange(3):
                case 0:
                    self.book.charge(key, self.random.randint(1, 3))
                case 1:
                    self.book.edit(key, reference=self.random.choice("ABC"))
                case _:
                    self.book.edit(key, contact=self.random.choice(["Landlord", "Tenant"]))
            self._note("edit", key)

    def _recode(self) -> None:
        if key := self._any_document():
            lines = self.book.documents[key].lines
            self.last_lines[key] = lines
            accounts = self.random.choices(_ACCOUNTS, k=len(lines))
            self.book.recode(key, *accounts)
            self._note("recode", key, *accounts)

    def _recode_back(self) -> None:
        if self.last_lines:
            key = self.random.choice(sorted(self.last_lines))
            self.book.edit(key, lines=self.last_lines[key])
            self._note("recode back", key)

    def _end(self) -> None:
        if key := self._any_document():
            if self.random.random() < 0.5:
                self.book.edit(key, is_void=True)
            else:
                self.book.edit(key, is_missing=not self.book.documents[key].is_missing)
            self._note("void, lose or find", key)

    def _choose(self) -> None:
        account = self.random.choice(_WATCHABLE)
        if account in self.book.watched and self.random.random() < 0.4:
            self.book.unwatch(account)
            self._note("unwatch", account)
            return
        types = self.random.choice([None, None, ("SPEND", "SPEND-TRANSFER"), ("ACCPAY",)])
        days = self.random.choice([90, 30])
        self.book.watch(account, types=types, look_back_days=days)
        self._note("watch", account, types, days)

    def _decide(self) -> None:
        if key := self._any_document():
            kind = self.random.choice(_DECISIONS)
            self.book.decide(kind, key)
            self._note(kind, key)


@dataclass
class Campaign:
    """Histories side by side, and what happened in all of them."""

    histories: list[History]
    books: ClientBooks
    random: Random
    counts: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, warehouse: Warehouse, seeds: range) -> Campaign:
        """One history for each seed."""
        books = ClientBooks(warehouse, *(f"history {seed}" for seed in seeds))
        histories = [
            History(book, Random(seed), Rules(book))  # noqa: S311 - data, not secrets
            for book, seed in zip(books, seeds, strict=True)
        ]
        for history in histories:
            history.book.watch("999")
        return cls(histories, books, Random(seeds.start))  # noqa: S311

    def run(self, builds: int = BUILDS) -> None:
        """Raises AssertionError, with all that was done, where SQL and rules come apart."""
        for number in range(1, builds + 1):
            for history in self.histories:
                history.live_on()
            self._build(number)

    def _build(self, number: int) -> None:
        is_first = number == 1
        how = "whole" if is_first else self.random.choice(["whole", "some", "some", "killed"])
        chosen = self.histories
        if how == "some":
            chosen = [each for each in self.histories if self.random.random() < 0.7]
        read = [each for each in chosen if is_first or self.random.random() < 0.8]
        self.books.read(day(number), [each.book for each in read])
        for each in chosen:
            each.done.append(f"-- build {number}, {how}{', read anew' if each in read else ''}")
            each.rules.build()
        self.counts[f"builds: {how}"] += len(chosen)
        books = None if how == "whole" else [each.book for each in chosen]
        if how == "killed":
            self.books.build(books, only="snapshots.task_events")
            return
        self.books.build(books)
        self._compare(chosen)
        for each in chosen:
            each.rules.publish()

    def _compare(self, chosen: list[History]) -> None:
        events = self._by_organisation("marts.client_task_events", "sequence")
        tasks = self._by_organisation("marts.client_tasks", "task_id")
        for each in chosen:
            told = events.get(each.book.organisation_id, [])
            compare_events(each, told)
            compare_tasks(each, tasks.get(each.book.organisation_id, []))
            each.recorded = told
        # Of others a killed build may have left the marts behind.
        ids = {each.book.organisation_id for each in chosen}
        for test, rows in self.books.failures().items():
            found = [row for row in rows if str(row["organisation_id"]) in ids]
            assert not found, f"{test}: {found}"

    def _by_organisation(self, table: str, order: str) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {}
        for row in self.books.warehouse.rows(f"from {table} order by organisation_id, {order}"):
            found.setdefault(str(row["organisation_id"]), []).append(row)
        return found


def compare_events(history: History, told: list[dict[str, Any]]) -> None:
    """Gapless, as the rules say, and what was told before is told again word for word."""
    names = {
        history.book.task_id(document): key for key, document in history.book.documents.items()
    }
    happened = [
        Happened(
            names[row["task_id"]],
            row["event"],
            row["state"],
            row["closed_reason"],
            row["reopened_reason"],
            row["version"],
            tuple(row["changed_fields"]),
            row["actor"],
        )
        for row in told
    ]
    assert happened == history.rules.events, explained(history, happened)
    assert [row["sequence"] for row in told] == list(range(1, len(told) + 1))
    assert len({row["event_id"] for row in told}) == len(told)
    assert told[: len(history.recorded)] == history.recorded, explained(history, happened)


def compare_tasks(history: History, tasks: list[dict[str, Any]]) -> None:
    """One task for each document that was ever asked for, and its events replayed give it."""
    shown = {row["task_id"]: (row["state"], row["version"], row["closed_reason"]) for row in tasks}
    assert len(shown) == len(tasks)
    expected = replayed(history.rules.events)
    assert shown == {
        history.book.task_id(history.book.documents[key]): state for key, state in expected.items()
    }, explained(history, tasks)
    assert expected == {
        key: (task.state, task.version, task.closed_reason)
        for key, task in history.rules.tasks.items()
    }


def explained(history: History, found: object) -> str:
    """All that was done, what the rules say, and what the SQL says."""
    return "\n".join(
        [
            history.book.key,
            *history.done,
            "expected:",
            *map(str, history.rules.events),
            "found:",
            *(map(str, found) if isinstance(found, list) else [str(found)]),
        ]
    )


def main() -> None:
    """As many histories as one likes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    counts: Counter[str] = Counter()
    last = arguments.seed + arguments.count
    for start in range(arguments.seed, last, AT_ONCE):
        campaign = Campaign.of(Warehouse(), range(start, min(start + AT_ONCE, last)))
        campaign.run()
        counts += campaign.counts
        for history in campaign.histories:
            counts.update(event.event for event in history.rules.events)
            counts["histories"] += 1
            counts["tasks"] += len(history.rules.tasks)
    for name, number in counts.most_common():
        print(f"{number:>9,}  {name}")


if __name__ == "__main__":
    main()
