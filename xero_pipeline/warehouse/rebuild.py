"""The warehouse again, from the landed pages alone.

Raw tables, `ops.syncs` and `ops.cursors` are loaded sync by sync, as they came, so that every row
and every count is what it was. What no page holds is brought along from the warehouse before: the
history of models (`snapshots.*`), which depends on when an account was watched, too. All of it
happens in a file of its own, which takes the old one's place at the end.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import groupby, zip_longest
from pathlib import Path

import duckdb

from xero_pipeline.warehouse.archives import Contents, laid_out
from xero_pipeline.warehouse.batches import Batch, read_batch
from xero_pipeline.warehouse.connection import DEFAULT_DEADLINE_SECONDS, open_warehouse
from xero_pipeline.warehouse.durable import flush
from xero_pipeline.warehouse.errors import PagesDamaged, PageUnreadable, WarehouseUnreadable
from xero_pipeline.warehouse.landing import Landing
from xero_pipeline.warehouse.load import load
from xero_pipeline.warehouse.repeats import ORGANISATION, record_repeats, without_repeats
from xero_pipeline.warehouse.retention import newest_whole
from xero_pipeline.warehouse.schema import open_build_database
from xero_pipeline.warehouse.shelf import Shelf
from xero_pipeline.warehouse.wire_types import quoted

logger = logging.getLogger(__name__)

# So many archives are unpacked at once.
_SHELVES_AT_ONCE = 100


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuild did.

    Attributes:
        batches: loaded ones.
        rows: records in their pages.
        history: the database that the history of models was taken from; None: there was none, and
            it begins anew.
        left_out: damaged files that were not needed, or that the caller chose to do without.
    """

    batches: int
    rows: int
    history: Path | None
    left_out: tuple[PageUnreadable, ...]
    seconds: float


def rebuild(
    landing: Landing,
    build_database: Path,
    published: Path,
    *,
    without_damaged: bool = False,
    deadline_seconds: float = DEFAULT_DEADLINE_SECONDS,
) -> Rebuilt:
    """Make the build database anew from every landed page, without a call to Xero.

    Syncs may go on meanwhile: what they load is found again in their pages. Killed or failed, the
    warehouse is as it was. Models are not built: that is the next step.

    Args:
        build_database: takes the new tables; it need not exist, nor be readable.
        published: the published snapshot, which has the history where the build database does not.
        without_damaged: leave out what is damaged instead of refusing.
        deadline_seconds: how long to wait for another process to let go of the build database.

    Raises:
        PagesDamaged: names every damaged file that is needed.
        LandingBusy: another rebuild is under way, or the landing zone is being tidied up.
        WarehouseBusy: another program has the build database open.
    """
    started = time.monotonic()
    new = build_database.with_name(build_database.name + ".rebuilding")
    with landing.to_itself() as workspace:
        survey = _survey(landing, workspace)
        if survey.needed and not without_damaged:
            raise PagesDamaged(survey.needed)
        _remove(new)
        replay = _Replay(landing, workspace, survey.damaged)
        with open_build_database(new) as connection:
            replay.load_everything(connection)
        with ExitStack() as stack:
            old = _hold(stack, build_database, deadline_seconds)
            with open_build_database(new) as connection:
                replay.load_new(connection)
            history = _bring_history(old, build_database, published, new)
            _put_in_place(new, build_database)
    return Rebuilt(
        replay.batches,
        replay.rows,
        history,
        (*survey.needed, *survey.unneeded),
        time.monotonic() - started,
    )


@dataclass
class _Survey:
    """What is damaged.

    Attributes:
        needed: without these a rebuild would not give what there was.
        unneeded: a later walk brought everything anew.
        damaged: where they lie.
    """

    needed: list[PageUnreadable] = field(default_factory=list)
    unneeded: list[PageUnreadable] = field(default_factory=list)
    damaged: set[tuple[Shelf, str]] = field(default_factory=set)

    def add(self, shelf: Shelf, contents: Contents) -> None:
        whole = newest_whole(batch.manifest for batch in contents.batches)
        for damage in contents.damages:
            replaced = damage.sync_id < whole.get(damage.as_of_date, "")
            (self.unneeded if replaced else self.needed).append(damage.error)
            self.damaged.add((shelf, damage.sync_id))


def _survey(landing: Landing, workspace: Path) -> _Survey:
    survey = _Survey()
    for shelf in landing.shelves():
        with laid_out(shelf, workspace) as contents:
            contents.verify()
            survey.add(shelf, contents)
    return survey


@dataclass
class _Replay:
    """Loads batches in the order of their syncs.

    An endpoint of an organisation depends on no other, so that the n-th batches of all of them
    are loaded at once.
    """

    landing: Landing
    workspace: Path
    damaged: set[tuple[Shelf, str]]
    batches: int = 0
    rows: int = 0

    def load_everything(self, connection: duckdb.DuckDBPyConnection) -> None:
        for endpoint, shelves in groupby(self.landing.shelves(), lambda shelf: shelf.endpoint):
            for some in _in_groups(list(shelves), _SHELVES_AT_ONCE):
                with ExitStack() as stack:
                    slices = [self._intact(stack, shelf) for shelf in some]
                    if endpoint == ORGANISATION:
                        slices = [self._record_repeats(connection, each) for each in slices]
                    self._load(connection, slices)
            logger.info("%s: rebuilt", endpoint)

    def load_new(self, connection: duckdb.DuckDBPyConnection) -> None:
        """What syncs have landed since; with the old warehouse held, nothing is loaded there."""
        loaded = set(
            connection.execute(
                "select endpoint, organisation_id::varchar, sync_id from ops.syncs "
                "where is_quiet is not true"
            ).fetchall()
        )
        for shelf in self.landing.shelves():
            place = (shelf.endpoint, shelf.organisation_id)
            new = [
                each
                for each in shelf.complete()
                if (*place, each) not in loaded and (shelf, each) not in self.damaged
            ]
            self._load(connection, [[read_batch(shelf.folder / each) for each in new]])

    def _record_repeats(
        self, connection: duckdb.DuckDBPyConnection, batches: Sequence[Batch]
    ) -> list[Batch]:
        """The batches that are left to be loaded."""
        to_load, repeats = without_repeats(batches)
        if repeats:
            record_repeats(connection, repeats)
        self.batches += len(repeats)
        self.rows += len(repeats)
        return to_load

    def _intact(self, stack: ExitStack, shelf: Shelf) -> list[Batch]:
        contents = stack.enter_context(laid_out(shelf, self.workspace))
        return [b for b in contents.batches if (shelf, b.manifest.sync_id) not in self.damaged]

    def _load(
        self, connection: duckdb.DuckDBPyConnection, slices: Sequence[Sequence[Batch]]
    ) -> None:
        for at_once in zip_longest(*slices):
            loaded = load(connection, [batch for batch in at_once if batch is not None])
            self.batches += len(loaded)
            self.rows += sum(each.rows_received for each in loaded)


def _in_groups(shelves: Sequence[Shelf], size: int) -> Iterator[Sequence[Shelf]]:
    return (shelves[start : start + size] for start in range(0, len(shelves), size))


# --- the old warehouse and the new one ------------------------------------------------------------


def _hold(
    stack: ExitStack, build_database: Path, deadline_seconds: float
) -> duckdb.DuckDBPyConnection | None:
    """Keep everybody else out of the old warehouse; None: it cannot be read, by nobody."""
    try:
        old = stack.enter_context(open_warehouse(build_database, deadline_seconds=deadline_seconds))
    except WarehouseUnreadable as error:
        logger.warning("The warehouse so far cannot be read: %s", error)
        return None
    old.execute("checkpoint")  # nothing is left to be written when another file takes its place
    return old


def _bring_history(
    old: duckdb.DuckDBPyConnection | None, build_database: Path, published: Path, new: Path
) -> Path | None:
    """Copy the history of models into the new warehouse.

    Returns:
        The database it was found in: the warehouse so far, or else the last published snapshot.
    """
    if old is not None:
        with _attached(old, new, "") as rebuilt:
            if _copy_history(old, _name_of(old), rebuilt):
                return build_database
    if published.exists():
        with (
            open_warehouse(new) as connection,
            _attached(connection, published, "(read_only)") as earlier,
        ):
            if _copy_history(connection, earlier, _name_of(connection)):
                return published
    return None


def _copy_history(connection: duckdb.DuckDBPyConnection, source: str, target: str) -> bool:
    """From one database of a connection to another; whether there was any."""
    tables = connection.execute(
        "select table_name from duckdb_tables() "
        "where database_name = ? and schema_name = 'snapshots'",
        [source],
    ).fetchall()
    try:
        for (table,) in tables:
            name = f"snapshots.{quoted(table)}"
            connection.execute(
                f"create or replace table {quoted(target)}.{name} as from {quoted(source)}.{name}"
            )
    except duckdb.Error as error:
        logger.warning("The history of models in %s cannot be read: %s", source, error)
        return False
    return bool(tables)


@contextmanager
def _attached(connection: duckdb.DuckDBPyConnection, path: Path, options: str) -> Iterator[str]:
    """Another database beside a connection's own; its name."""
    quoted_path = str(path).replace("'", "''")
    connection.execute(f"attach '{quoted_path}' as beside {options}")
    try:
        yield "beside"
    finally:
        connection.execute("detach beside")


def _name_of(connection: duckdb.DuckDBPyConnection) -> str:
    row = connection.execute("select current_database()").fetchone()
    return str(row[0]) if row else ""


def _remove(database: Path) -> None:
    database.unlink(missing_ok=True)
    _wal(database).unlink(missing_ok=True)


def _wal(database: Path) -> Path:
    return database.with_name(database.name + ".wal")


def _put_in_place(new: Path, build_database: Path) -> None:
    """In one step. What the old file's log still holds must not be replayed into the new one."""
    _wal(build_database).unlink(missing_ok=True)
    new.replace(build_database)
    flush(build_database.parent)
