"""Many organisations' syncs at once.

Threads, or processes beside this one, read organisations side by side; the warehouse is opened once
for a group of them, to load what has been landed and to look up what the next ones have to ask.
Nothing here holds a page: they lie in the landing folder.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import duckdb

from xero_pipeline.connections import Connection, Connections
from xero_pipeline.sync.depth import Depth
from xero_pipeline.sync.known import read_known
from xero_pipeline.sync.landing import LandedOrganisation
from xero_pipeline.sync.loading import Loaded, brought, failure_of, load_waiting
from xero_pipeline.sync.one_at_a_time import Turn, Turns, still_needed
from xero_pipeline.sync.organisation import (
    OpenWarehouse,
    done_by_another,
    log_end,
    request_for,
    turns_beside,
)
from xero_pipeline.sync.plan import Known, unless_all
from xero_pipeline.sync.reading import Reader, reader
from xero_pipeline.sync.request import Request, denials
from xero_pipeline.sync.results import OrganisationSync, SyncFailure
from xero_pipeline.warehouse import (
    Landing,
    WarehouseBusy,
    WarehouseUnreadable,
    create_tables,
)
from xero_pipeline.xero import Asker, OrganisationClient, XeroError

_AT_ONCE = 16
_GROUP = 64
_PATIENCE_SECONDS = 5.0
"""How long a landed organisation waits for others before the warehouse is opened for it."""

Result = OrganisationSync | SyncFailure


def sync_organisations(
    connections: Connections,
    landing: Landing,
    open_warehouse: OpenWarehouse,
    organisations: Collection[str],
    *,
    depth: Depth,
    only: Collection[str] | None = None,
    asker: Asker = Asker.PERSON,
    processes: int = 1,
) -> Iterator[Result]:
    """Read what changed in these organisations; one that fails does not stop the others.

    Each sync is what `sync_organisation` does, and how it ends is how the connection is
    afterwards. Results come in the order in which groups of organisations are loaded; the
    warehouse is closed whenever one is handed over.

    Args:
        connections: shared by all threads.
        landing: where pages go; what syncs tell each other lies in `locks` beside it.
        open_warehouse: opens the build database, for a moment at a time.
        organisations: their keys, names or ids.
        depth: how much to ask for.
        only: names of endpoints and reports; None: all.
        asker: who wants to know; a schedule leaves the last calls of a day to people.
        processes: how many share the reading, see `processes_for`.
    """
    with (
        reader(connections, landing, _AT_ONCE, processes) as reading,
        ThreadPoolExecutor(_AT_ONCE) as threads,
    ):
        many = _Many(
            connections,
            landing,
            open_warehouse,
            depth,
            unless_all(only),
            asker,
            turns_beside(landing, connections.locks),
            reading,
            threads,
        )
        with closing(many):
            yield from many.run(organisations)


@dataclass
class _Sync:
    """One organisation on its way through.

    Attributes:
        left: what a killed sync had left behind and was loaded before this one.
    """

    connection: Connection
    client: OrganisationClient
    turn: Turn
    request: Request
    left: Loaded = field(default_factory=Loaded)

    @property
    def id(self) -> str:
        return self.connection.organisation_id


@dataclass
class _Many:
    connections: Connections
    landing: Landing
    open_warehouse: OpenWarehouse
    depth: Depth
    only: Collection[str] | None
    asker: Asker
    turns: Turns
    reader: Reader
    threads: ThreadPoolExecutor
    _requested_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    _waiting: deque[Connection] = field(default_factory=deque)
    _taken: dict[str, Turn] = field(default_factory=dict)
    _under_way: dict[Future[LandedOrganisation], _Sync] = field(default_factory=dict)
    _is_prepared: bool = False

    def run(self, organisations: Collection[str]) -> Iterator[Result]:
        yield from self._find(organisations)
        while self._waiting or self._under_way:
            landed = self._landed()
            yield from self._load_and_begin(landed)
            if not self._under_way and self._waiting:
                first = self._waiting[0]
                self._taken[first.organisation_id] = self.turns.take(
                    first.organisation_id, first.organisation_name
                )

    def close(self) -> None:
        """Whoever takes no more results leaves nothing locked."""
        for future in self._under_way:
            future.cancel()
        wait(self._under_way)
        for turn in self._taken.values():
            turn.release()

    # --- the organisations ------------------------------------------------------------------------

    def _find(self, organisations: Collection[str]) -> Iterator[SyncFailure]:
        known = {each.organisation_key: each for each in self.connections.connections()}
        for organisation in organisations:
            try:
                found = known.get(organisation) or self.connections.find(organisation)
            except XeroError as error:
                yield SyncFailure("", organisation, organisation, error)
            else:
                self._waiting.append(found)

    def _landed(self) -> list[Future[LandedOrganisation]]:
        """Those that have been read: enough for a group, or all that came within a while."""
        if not self._under_way:
            return []
        done, _ = wait(self._under_way, return_when=FIRST_COMPLETED)
        until = time.monotonic() + _PATIENCE_SECONDS
        while (left := len(self._under_way) - len(done)) and (
            left >= _AT_ONCE or not self._waiting
        ):
            patience = until - time.monotonic()
            if patience <= 0:
                break
            pending = [future for future in self._under_way if future not in done]
            more, _ = wait(pending, timeout=patience, return_when=FIRST_COMPLETED)
            done |= more
        return [future for future in self._under_way if future in done]

    # --- the warehouse ----------------------------------------------------------------------------

    def _load_and_begin(self, landed: Sequence[Future[LandedOrganisation]]) -> list[Result]:
        """One opening of the warehouse: load these, look up what the next ones have to ask."""
        ended = [(self._under_way.pop(future), future) for future in landed]
        beginning, results = self._next()
        try:
            with self.open_warehouse() as connection:
                if not self._is_prepared:
                    create_tables(connection)
                    self._is_prepared = True
                ids = [sync.id for sync, _ in ended]
                loaded = load_waiting(connection, self.landing, ids)
                known = self._prepare(connection, beginning)
        except Exception as error:  # whatever the warehouse has, it is not one organisation's fault
            failed = [sync for sync, _ in ended] + beginning
            results += [self._failed(sync, error, None) for sync in failed]
            return results + (self._give_up(error) if _is_hopeless(error) else [])
        for sync in beginning:
            future = self.threads.submit(
                self.reader.read, sync.id, self.asker, known[sync.id], sync.request
            )
            self._under_way[future] = sync
        return results + self._results(ended, loaded)

    def _next(self) -> tuple[list[_Sync], list[Result]]:
        """As many waiting organisations as a group has room for, whose turn it is."""
        beginning: list[_Sync] = []
        results: list[Result] = []
        busy: list[Connection] = []
        while self._waiting and len(self._under_way) + len(beginning) < _GROUP:
            connection = self._waiting.popleft()
            turn = self._taken.get(connection.organisation_id) or self.turns.try_to_take(
                connection.organisation_id
            )
            if turn is None:
                busy.append(connection)
                continue
            self._taken[connection.organisation_id] = turn
            begun = self._begin(connection, turn)
            if isinstance(begun, _Sync):
                beginning.append(begun)
            else:
                results.append(begun)
        self._waiting.extend(busy)
        return beginning, results

    def _begin(self, connection: Connection, turn: Turn) -> _Sync | Result:
        try:
            client = self.connections.client(connection.organisation_id, self.asker)
        except XeroError as error:
            self._release(connection)
            return _failure(connection, error, None)
        needed = still_needed(self.depth, self.only, self._requested_at, turn.ended)
        if needed is None:
            self._release(connection)
            done = done_by_another(client, self._requested_at)
            return replace(done, organisation_key=connection.organisation_key)
        turn.begin(needed, self.only)
        request = request_for(turn, client, needed, self.only, connection.xero_organisation_id)
        return _Sync(connection, client, turn, request)

    def _prepare(
        self, connection: duckdb.DuckDBPyConnection, beginning: Sequence[_Sync]
    ) -> dict[str, Known]:
        known: dict[str, Known] = {}
        ids = [sync.id for sync in beginning]
        left = load_waiting(connection, self.landing, ids)
        for depth in {sync.request.depth for sync in beginning}:
            alike = [sync for sync in beginning if sync.request.depth is depth]
            ids_alike, client = [sync.id for sync in alike], alike[0].client
            known |= read_known(
                connection, ids_alike, client.endpoints, depth, client.aged_contacts
            )
        for sync in beginning:
            sync.left = left
        return known

    # --- how it ended -----------------------------------------------------------------------------

    def _results(
        self, ended: Sequence[tuple[_Sync, Future[LandedOrganisation]]], loaded: Loaded
    ) -> list[Result]:
        results = [self._result(sync, future, loaded) for sync, future in ended]
        done = [each for each in results if isinstance(each, OrganisationSync)]
        self.connections.record_syncs(
            {each.organisation_id: list(each.skipped.values()) for each in done}
        )
        return results

    def _result(
        self, sync: _Sync, future: Future[LandedOrganisation], loaded: Loaded
    ) -> OrganisationSync | SyncFailure:
        error = future.exception()
        if isinstance(error, Exception):
            return self._failed(sync, error, None)
        landed = future.result()
        result = replace(
            brought(landed, sync.left, loaded), organisation_key=sync.connection.organisation_key
        )
        if failure := failure_of(landed, loaded):
            return self._failed(sync, failure, result)
        sync.turn.complete(denials(landed.skipped))
        self._release(sync.connection)
        log_end(result)
        return result

    def _failed(
        self, sync: _Sync, error: Exception, result: OrganisationSync | None
    ) -> SyncFailure:
        if isinstance(error, XeroError):
            self.connections.mark(sync.id, error)
        self._release(sync.connection)
        return _failure(sync.connection, error, result)

    def _give_up(self, error: Exception) -> list[Result]:
        """Those that have not begun would wait in vain, too, each group as long as this one."""
        waiting = list(self._waiting)
        self._waiting.clear()
        return [_failure(connection, error, None) for connection in waiting]

    def _release(self, connection: Connection) -> None:
        self._taken.pop(connection.organisation_id).release()


def _is_hopeless(error: Exception) -> bool:
    return isinstance(error, WarehouseBusy | WarehouseUnreadable)


def _failure(
    connection: Connection, error: Exception, result: OrganisationSync | None
) -> SyncFailure:
    return SyncFailure(
        connection.organisation_id,
        connection.organisation_key,
        connection.organisation_name,
        error,
        result,
    )
