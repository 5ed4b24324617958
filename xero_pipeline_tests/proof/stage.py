"""Where schedules are played: companies change while they are synced, and nothing may be lost.

Before a sync some things happen, while it runs others happen between its requests, and it may
break off because the organisation goes offline. A last sync of a quiet Xero follows, and then every
raw table must say what the books say.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import duckdb

from xero_pipeline.sandbox.books import Book
from xero_pipeline.sync import Depth, Request
from xero_pipeline.warehouse import Landing, create_tables
from xero_pipeline.xero import OrganisationClient
from xero_pipeline.xero.limits import CALLS_AT_ONCE
from xero_pipeline_tests.proof.happenings import Desk
from xero_pipeline_tests.proof.restless import Company, RestlessXero
from xero_pipeline_tests.proof.schedules import Fleet, Interlude, Part
from xero_pipeline_tests.proof.together import sync_together
from xero_pipeline_tests.proof.truth import Difference, differences

PAGE_SIZE = 3
_QUIET = Part()


class Lost(AssertionError):
    """The warehouse says something else than a company's books.

    Attributes:
        number: of the company.
    """

    def __init__(self, fleet: Fleet, number: int, found: Sequence[Difference]) -> None:
        self.number = number
        lines = [f"Lost in {', '.join(fleet.endpoints)}:", *map(str, found), "after this:"]
        super().__init__("\n  ".join([*lines, *fleet.story(number)]))


@dataclass
class Exercised:
    """What the schedules that were played made happen.

    Attributes:
        counts: in plain words.
        happenings: word -> how often it happened.
    """

    counts: Counter[str] = field(default_factory=Counter)
    happenings: Counter[str] = field(default_factory=Counter)

    def add_sync(self, companies: Collection[Company], failed: int) -> None:
        self.counts["syncs"] += len(companies)
        self.counts["syncs broken off"] += failed
        for company in companies:
            self.counts["requests"] += len(company.asked)
            self.counts["changes between requests"] += company.happened
            self.counts["walks gone on with at their page"] += company.walks_gone_on_with
            self.counts["walks begun again"] += company.walks_begun_again


@dataclass(frozen=True)
class Stage:
    """One sandbox and one warehouse for all fleets, emptied for each.

    Attributes:
        folder: for landed pages.
        warehouse: in memory: what is proved here is what is asked and how it is merged.
    """

    xero: RestlessXero
    folder: Path
    warehouse: duckdb.DuckDBPyConnection
    threads: ThreadPoolExecutor
    exercised: Exercised = field(default_factory=Exercised)

    @classmethod
    @contextmanager
    def of(cls, companies: int, folder: Path) -> Iterator[Stage]:
        """A stage for fleets of at most so many companies."""
        with (
            RestlessXero(companies, PAGE_SIZE) as xero,
            duckdb.connect(":memory:", config={"threads": 1}) as warehouse,
            ThreadPoolExecutor(CALLS_AT_ONCE) as threads,
        ):
            warehouse.execute("set TimeZone = 'UTC'")
            create_tables(warehouse)
            yield cls(xero, folder, warehouse, threads)

    def play(self, fleet: Fleet) -> None:
        """Let a fleet live through its schedules.

        Raises:
            Lost: at least one record is missing, stale or duplicated in the end.
        """
        self._clear(fleet)
        desks = {number: Desk(counts=self.exercised.happenings) for number in fleet.schedules}
        for number, schedule in fleet.schedules.items():
            self._let_happen(self._book(number), desks[number], schedule.beginning, fleet.makes)
        for sync, depth in enumerate(fleet.depths):
            parts = {number: each.parts[sync] for number, each in fleet.schedules.items()}
            self._sync(fleet, depth, parts, desks)
        quiet = dict.fromkeys(fleet.schedules, _QUIET)
        failed = self._sync(fleet, fleet.last, quiet, desks)
        assert not failed, f"a sync of a quiet Xero failed: {failed}"
        self.exercised.counts["schedules"] += len(fleet.schedules)
        self._compare(fleet)

    def _clear(self, fleet: Fleet) -> None:
        self.xero.begin_anew(fleet.schedules)
        shutil.rmtree(self.folder, ignore_errors=True)
        raw = [f"raw.{endpoint}" for endpoint in (*fleet.endpoints, "organisation")]
        for table in (*raw, "ops.syncs", "ops.cursors"):
            self.warehouse.execute(f"truncate {table}")

    def _sync(
        self, fleet: Fleet, depth: Depth, parts: Mapping[int, Part], desks: Mapping[int, Desk]
    ) -> list[Exception]:
        self.xero.be_quiet()
        clients = {
            self.xero.companies[number].tenant_id: partial(
                self._begin, number, part, desks[number], fleet.words
            )
            for number, part in parts.items()
        }
        request = Request(depth, fleet.endpoints)
        landing = Landing(self.folder)
        syncs = sync_together(clients, landing, self.warehouse, self.threads, request)
        failed = [each for each in syncs.values() if isinstance(each, Exception)]
        self.exercised.add_sync([self.xero.companies[number] for number in parts], len(failed))
        return failed

    def _begin(
        self, number: int, part: Part, desk: Desk, words: Sequence[str]
    ) -> OrganisationClient:
        """It is this company's turn."""
        company = self.xero.companies[number]
        self.xero.pass_time(minutes=2)
        self._let_happen(company.book, desk, part.before, words)
        for interlude in part.during:
            happening = partial(self._happen, desk=desk, interlude=interlude, words=words)
            company.interludes.setdefault(interlude.request, []).append(happening)
        if part.offline_after is not None:
            self.xero.go_offline(company, after=part.offline_after)
        return self.xero.client(company)

    def _let_happen(
        self, book: Book, desk: Desk, interludes: Sequence[Interlude], words: Sequence[str]
    ) -> None:
        for interlude in interludes:
            self._happen(book, desk, interlude, words)

    def _happen(self, book: Book, desk: Desk, interlude: Interlude, words: Sequence[str]) -> None:
        self.xero.pass_time(seconds=interlude.seconds)
        now = self.xero.clock.now()
        desk.let_happen(book, now, interlude.word(words), interlude.number)

    def _book(self, number: int) -> Book:
        return self.xero.companies[number].book

    def _compare(self, fleet: Fleet) -> None:
        books = {number: self._book(number) for number in fleet.schedules}
        found = differences(
            self.warehouse,
            books.values(),
            fleet.endpoints,
            announced_only=fleet.last is not Depth.FULL,
            gone_on_with=[
                company.tenant_id for company in self.xero.companies if company.walks_gone_on_with
            ],
        )
        for number, book in books.items():
            if book.tenant_id in found:
                raise Lost(fleet, number, found[book.tenant_id])


def simplest(stage: Stage, fleet: Fleet, lost: Lost) -> Lost:
    """The same loss with as little happening as is needed for it, for people to read."""
    alone = replace(fleet, schedules={lost.number: fleet.schedules[lost.number]})
    found = _loss(stage, alone)
    if found is None:
        return lost
    while simpler := next(filter(None, (_try(stage, each) for each in alone.simpler())), None):
        alone, found = simpler
    return found


def _try(stage: Stage, fleet: Fleet) -> tuple[Fleet, Lost] | None:
    lost = _loss(stage, fleet)
    return None if lost is None else (fleet, lost)


def _loss(stage: Stage, fleet: Fleet) -> Lost | None:
    try:
        stage.play(fleet)
    except Lost as lost:
        return lost
    return None
