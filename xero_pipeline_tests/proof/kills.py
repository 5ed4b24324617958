"""Kill -9 at every step, and what an ordinary sync makes of what is left.

A chain is a home in which one sync after the other is killed, and a last one is left alone. Then
the tables must be those of a home where nobody was ever killed, and no page that was whole on the
disk may have been asked for twice where records are walked in the order of their ids.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import duckdb

from xero_pipeline.sync import Depth
from xero_pipeline.warehouse import create_tables, open_warehouse
from xero_pipeline.xero import ENDPOINTS
from xero_pipeline_tests.proof.forking import End, Forks
from xero_pipeline_tests.proof.happenings import Desk
from xero_pipeline_tests.proof.restless import Asked, Company, RestlessXero
from xero_pipeline_tests.proof.truth import BY_NAME, differences
from xero_pipeline_tests.proof.victims import PUBLISHING, Task, victims

PAGE_SIZE = 3
READ = ("items", "payments")
_BY_ID = [BY_NAME[name] for name in READ if BY_NAME[name].paged and BY_NAME[name].order]
_BEGINNING = (
    *["item added", "contact added", "invoice raised", "contact added"] * 5,
    *["part paid"] * 8,
)
_MEANWHILE = ("contact added", "part paid", "contact edited", "payment deleted", "item deleted")

Tables = dict[str, list[Any]]


@dataclass(frozen=True)
class Death:
    """When a sync is killed: before its nth effect of a kind, or so many seconds after its
    beginning."""

    kind: str | None = None
    before_effect: int | None = None
    after_seconds: float | None = None


@dataclass(frozen=True)
class Scene:
    """What a chain begins with.

    Attributes:
        home: to be copied.
        undisturbed: the tables of a copy after a sync that nobody killed.
        end: how that sync ended, which published a snapshot.
    """

    name: str
    home: Path
    undisturbed: Tables
    end: End

    def effects(self, *, publishes: bool) -> Sequence[str]:
        """Of a sync that nobody kills."""
        effects = self.end.effects
        return effects if publishes else effects[: effects.index(PUBLISHING)]

    def is_of_publishing(self, kind: str | None) -> bool:
        """Whether there is no such effect without a snapshot."""
        return kind is not None and kind not in self.effects(publishes=False)


@dataclass(frozen=True)
class Together:
    """What became of several processes that synced at the same time.

    Attributes:
        ended: how each of them did.
        by_id: the pages of walks by id that any of them asked for.
        tables: what they left.
    """

    ended: list[str]
    by_id: list[Asked]
    tables: Tables


@dataclass
class Campaign:
    """One company that is read over and over, in homes of chains.

    Attributes:
        kills: effect that a sync was killed before -> how many were.
        chains: how many were followed to their end.
    """

    xero: RestlessXero
    victims: Forks[Task]
    folder: Path
    desk: Desk = field(default_factory=Desk)
    kills: Counter[str] = field(default_factory=Counter)
    chains: int = 0

    @classmethod
    @contextmanager
    def of(cls, folder: Path) -> Iterator[Campaign]:
        with RestlessXero(1, PAGE_SIZE) as xero, victims() as forks:
            xero.clock.step = timedelta()
            yield cls(xero, forks, folder)

    @property
    def company(self) -> Company:
        return self.xero.companies[0]

    def scenes(self) -> list[Scene]:
        """A first sync, and one after an hour in which things changed."""
        self._begin()
        empty, read = self.folder / "empty", self.folder / "read"
        for home in (empty, read):
            shutil.rmtree(home, ignore_errors=True)
        empty.mkdir(parents=True)
        with open_warehouse(empty / "build.duckdb") as connection:
            create_tables(connection)
            _drop_unread(connection)
        shutil.copytree(empty, read)
        assert self._sync(read).ended == "done"
        self.xero.pass_time(hours=1)
        self._change(_MEANWHILE)
        return [self._scene("a first sync", empty), self._scene("a later sync", read)]

    def follow(
        self, scene: Scene, deaths: Sequence[Death], *, restless: bool, publishes: bool = False
    ) -> None:
        """One chain.

        Args:
            restless: things change at Xero between two syncs; the last sync is compared with the
                books instead of with the undisturbed one.
            publishes: the syncs publish a snapshot, too.
        """
        home = self._copy(scene.home)
        for death in (*deaths, None):
            whole = _whole_pages(home, self.company.tenant_id)
            end = self._sync(home, death, publishes=publishes)
            assert end.ended != "failed", f"{scene.name}, {deaths}: a sync failed by itself"
            self._refuse_asked_twice(whole)
            if death is None or end.ended == "done":  # it was over before it was to die
                break
            self.kills[end.last if death.before_effect else "at a random instant"] += 1
            if restless:
                self._change(_MEANWHILE[:2])
        self._compare(home / "build.duckdb", scene, restless=restless)
        if publishes:
            self._compare(home / "current" / "warehouse.duckdb", scene, restless=restless)
        shutil.rmtree(home)
        self.chains += 1

    def run(self, kills: int, seed: int) -> None:
        """Chains until so many syncs have been killed: in either scene before every kind of effect
        once, then four of five before any effect and one at any instant. Every fourth chain
        publishes; in the last third Xero changes between syncs."""
        scenes, chance = self.scenes(), Random(seed)  # noqa: S311
        firsts = [(scene, kind) for scene in scenes for kind in sorted(set(scene.end.effects))]
        chance.shuffle(firsts)
        while firsts or self.kills.total() < kills:
            scene, kind = firsts.pop() if firsts else (chance.choice(scenes), None)
            publishes = scene.is_of_publishing(kind) or chance.random() < 1 / 4
            effects = scene.effects(publishes=publishes)
            deaths = [_before_any(kind, effects, chance)] if kind else []
            deaths += [_death(effects, scene.end, chance) for _ in range(chance.randint(1, 5))]
            restless = self.kills.total() > kills * 2 / 3
            self.follow(scene, deaths, restless=restless, publishes=publishes)

    def _begin(self) -> None:
        self.xero.begin_anew([0])
        self.desk = Desk()
        self._change(_BEGINNING)

    def _change(self, words: Sequence[str]) -> None:
        """Then some seconds pass: what was edited in a walk's own second is walked again."""
        for number, word in enumerate(words):
            self.desk.let_happen(self.company.book, self.xero.clock.now(), word, number // 4)
        self.xero.pass_time(seconds=7)

    def _copy(self, home: Path) -> Path:
        copied = self.folder / "chain"
        shutil.rmtree(copied, ignore_errors=True)
        shutil.copytree(home, copied)
        return copied

    def _scene(self, name: str, home: Path) -> Scene:
        copied = self._copy(home)
        end = self._sync(copied, publishes=True)
        assert end.ended == "done"
        tables = _tables(copied / "build.duckdb")
        assert _tables(copied / "current" / "warehouse.duckdb") == tables
        return Scene(name, home, tables, end)

    def sync_at_once(self, scene: Scene, syncs: int) -> Together:
        """So many processes at the same time want to read the company."""
        home = self._copy(scene.home)
        self.company.be_quiet()
        ends = self.victims.do_at_once([self._task(home)] * syncs)
        by_id = [each for each in self.company.asked if not each.since and each.page]
        return Together([end.ended for end in ends], by_id, _tables(home / "build.duckdb"))

    def _sync(self, home: Path, death: Death | None = None, *, publishes: bool = False) -> End:
        self.company.be_quiet()
        return self.victims.do(self._task(home, death, publishes=publishes))

    def _task(self, home: Path, death: Death | None = None, *, publishes: bool = False) -> Task:
        return Task(
            url=self.xero.running.url,
            token=self.xero.token.get_secret_value(),
            tenant_id=self.company.tenant_id,
            home=home,
            page_size=PAGE_SIZE,
            depth=Depth.NIGHTLY,
            endpoints=READ,
            publishes=publishes,
            die_before=death.before_effect if death else None,
            counted=death.kind if death else None,
            die_after=death.after_seconds if death else None,
        )

    def _refuse_asked_twice(self, whole: Collection[Asked]) -> None:
        twice = set(self.company.asked) & set(whole)
        assert not twice, f"on the disk, and asked for again: {twice}"

    def _compare(self, database: Path, scene: Scene, *, restless: bool) -> None:
        if not restless:
            tables = _tables(database)
            other = [name for name, rows in tables.items() if rows != scene.undisturbed[name]]
            assert not other, f"{scene.name}: {other} are not as after a sync that nobody killed"
            return
        with open_warehouse(database, read_only=True) as connection:
            found = differences(connection, [self.company.book], READ, announced_only=True)
        assert not found, [str(each) for each in found[self.company.tenant_id]]


def _death(effects: Sequence[str], end: End, chance: Random) -> Death:
    if chance.random() < 4 / 5:
        # Every kind is as likely as any other, since most effects are mere statements.
        return _before_any(chance.choice(sorted(set(effects))), effects, chance)
    return Death(after_seconds=chance.uniform(0, end.seconds))


def _before_any(kind: str, effects: Sequence[str], chance: Random) -> Death:
    return Death(kind, chance.randint(1, effects.count(kind)))


def _drop_unread(connection: duckdb.DuckDBPyConnection) -> None:
    """The large tables that nobody here reads: opening a database takes the longer for them."""
    for endpoint in ENDPOINTS:
        if endpoint.paged and endpoint.name not in (*READ, "invoices"):
            connection.execute(f"drop table raw.{endpoint.name}")


def _tables(database: Path) -> Tables:
    """Everything that a sync writes, but the ids of syncs: killed ones used up some."""
    names = [f"raw.{name}" for name in (*READ, "organisation")]
    with open_warehouse(database, read_only=True) as connection:
        rows = {
            name: connection.execute(f"select * exclude (_sync_id) from {name} order by all")
            for name in names
        }
        tables = {name: cursor.fetchall() for name, cursor in rows.items()}
        cursors = "select * exclude (last_sync_id) from ops.cursors order by all"
        return {**tables, "ops.cursors": connection.execute(cursors).fetchall()}


def _whole_pages(home: Path, tenant_id: str) -> set[Asked]:
    """The pages of walks by id that lie whole on the disk, as the requests that brought them."""
    found: set[Asked] = set()
    for endpoint in _BY_ID:
        for folder in (home / "landing" / endpoint.name / tenant_id).glob("*/"):
            found |= _pages_in(folder, endpoint.path)
    return found


def _pages_in(folder: Path, path: str) -> set[Asked]:
    """Those of a full listing, or of a walk that was broken off: a line of its log for each.

    Not those of an increment that came to its end: the next one may ask from the same second on.
    """
    manifest, log = folder / "batch.json", folder / "walk.jsonl"
    if manifest.exists():
        batch = json.loads(manifest.read_bytes())
        is_full = batch.get("modified_since") is None
        return _asked(path, None, len(batch["pages"])) if is_full else set()
    if not log.exists():
        return set()
    lines = [line for line in log.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]
    if not lines:
        return set()
    question = json.loads(lines[0])["question"]
    return _asked(path, question["modified_since"], len(lines) - 1)


def _asked(path: str, since: str | None, pages: int) -> set[Asked]:
    sent = "" if since is None else since[: len("2026-04-01T12:00:00")]
    return {Asked(path, page, sent) for page in range(1, pages + 1)}
