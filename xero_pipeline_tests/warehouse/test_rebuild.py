from __future__ import annotations

import datetime as dt
import importlib
import shutil
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from xero_pipeline.warehouse import (
    Keeping,
    Landing,
    LandingBusy,
    PagesDamaged,
    Rebuilt,
    WarehouseBusy,
    open_build_database,
    open_warehouse,
    publish,
    rebuild,
    tidy,
)
from xero_pipeline.warehouse.landing import QuietWalk
from xero_pipeline.warehouse.raw_tables import RAW_TABLES
from xero_pipeline_tests.empty_warehouse import put_empty_warehouse
from xero_pipeline_tests.warehouse.desk import (
    HARBOUR,
    KOWHAI,
    Desk,
    at,
    die,
    guid,
    invoice,
    load_waiting,
    rows,
)
from xero_pipeline_tests.warehouse.project import CONTACTS, ORGANISATIONS, sync, write_project

pytestmark = pytest.mark.long

MODULE = importlib.import_module("xero_pipeline.warehouse.rebuild")

Tables = dict[str, list[tuple[Any, ...]]]


class Home:
    """A landing zone and the warehouse that was loaded from it, closed between uses."""

    def __init__(self, folder: Path, landing: Landing) -> None:
        self.folder, self.landing = folder, landing
        self.build_database = folder / "build.duckdb"
        self.published = folder / "current" / "warehouse.duckdb"

    def load(self) -> None:
        with open_build_database(put_empty_warehouse(self.build_database)) as connection:
            load_waiting(connection, self.landing)

    def rebuild(self, *, without_damaged: bool = False) -> Rebuilt:
        return rebuild(
            self.landing,
            self.build_database,
            self.published,
            without_damaged=without_damaged,
            deadline_seconds=0.2,
        )

    def tables(self, *without: str) -> Tables:
        """Everything that comes from pages. `loaded_at` is when the computer got round to it."""
        left_out = ", ".join(f"'{column}'" for column in ("loaded_at", *without))
        relations = [f"raw.{endpoint}" for endpoint in RAW_TABLES] + [
            "ops.syncs",
            "ops.cursors",
            "ops.unknown_fields",
        ]
        with open_warehouse(self.build_database) as connection:
            return {
                each: rows(
                    connection,
                    f"select columns(c -> c not in ({left_out})) from {each} order by all",
                )
                for each in relations
            }


@pytest.fixture
def home(tmp_path: Path, landing: Landing) -> Home:
    return Home(tmp_path, landing)


def organisation(desk: Desk, minute: int, *quiet: QuietWalk, of: UUID = HARBOUR) -> None:
    """The organisation's own batch, which tells of its sync's quiet walks."""
    with desk.landing.begin(
        organisation_id=of, endpoint="organisation", started_at=at(minute)
    ) as batch:
        batch.write(b'{"Organisations": [{"OrganisationID": "%s", "New": 1}]}' % str(of).encode())
        batch.finish(calls=1, wire_bytes=10, quiet=quiet)


def broken_off_and_gone_on_with(desk: Desk, minute: int) -> None:
    """Invoices 4 and 5 from a walk that was killed after its first page, an hour earlier."""

    def walk(started_at: dt.datetime) -> Any:  # noqa: ANN401
        return desk.landing.begin(
            organisation_id=HARBOUR,
            endpoint="invoices",
            started_at=started_at,
            modified_since=at(0),
            resumable=True,
            page_size=1,
        )

    killed = walk(at(minute - 60))
    killed.write(b'{"Invoices": [{"InvoiceID": "%s"}]}' % guid(4).encode(), wire_bytes=50)
    die(killed)
    with walk(at(minute)) as writer:
        writer.write(b'{"Invoices": [{"InvoiceID": "%s"}]}' % guid(5).encode(), wire_bytes=50)
        writer.finish(calls=1, wire_bytes=50, next_cursor=writer.started_at)


def live(desk: Desk, home: Home) -> None:
    """Syncs with edits, removed and returning rows, quiet walks, a resumed walk, reports, and an
    organisation that stays the same and has a field that nobody knows."""
    items = {number: {"ItemID": guid(number), "Code": f"I{number}"} for number in (1, 2)}
    organisation(desk, 0)
    desk.land("invoices", [invoice(1), invoice(2)], [invoice(3)], minute=0, next_cursor=at(0))
    desk.land("items", [items[1], items[2]], minute=0, complete=True)
    desk.land("invoices", [invoice(1)], minute=0, organisation=KOWHAI, next_cursor=at(0))
    home.load()
    organisation(
        desk,
        100,
        QuietWalk(endpoint="items", same_as="20260301T090000Z-000", calls=1),
        QuietWalk(endpoint="contacts", modified_since=at(0), next_cursor=at(99), calls=1),
    )
    desk.land("invoices", [invoice(1, edited=90, Reference="A")], minute=100, next_cursor=at(100))
    home.load()
    desk.land("items", [items[1]], minute=200, complete=True)  # 2 is gone
    desk.land("invoices", [invoice(1, edited=190, Reference="B")], minute=200)
    desk.land("trial_balance", [{"Rows": []}], minute=200, as_of_date=dt.date(2026, 3, 1))
    organisation(desk, 200, of=KOWHAI)
    home.load()
    organisation(desk, 210, QuietWalk(endpoint="items", same_as="20260301T122000Z-000", calls=1))
    organisation(desk, 220)
    broken_off_and_gone_on_with(desk, minute=300)
    desk.land("items", [items[1], items[2] | {"Code": "I2b"}], minute=300, complete=True)
    desk.land("trial_balance", [{"Rows": []}], minute=300, as_of_date=dt.date(2026, 3, 2))
    home.load()
    desk.land("items", [items[2]], minute=400, complete=True)
    home.load()


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Tables]:
    """A home in which syncs have been going on, and its tables."""
    folder = tmp_path_factory.mktemp("life")
    landing = Landing(folder / "landing")
    home = Home(folder, landing)
    live(Desk(landing), home)
    return folder, home.tables()


@pytest.fixture
def before(life: tuple[Path, Tables], home: Home) -> Tables:
    """The home has seen that life; its tables."""
    folder, tables = life
    shutil.copytree(folder, home.folder, dirs_exist_ok=True)
    return tables


def test_everything_is_rebuilt_from_the_pages_alone(before: Tables, home: Home) -> None:
    changed = {
        (endpoint, sync_id): (changed, removed)
        for sync_id, endpoint, changed, removed in counts(home)
    }
    assert changed["items", "20260301T122000Z-000"] == (0, 1)  # minute 200
    assert changed["invoices", "20260301T122000Z-000"] == (1, 0)
    assert changed["items", "20260301T140000Z-000"] == (1, 0)  # minute 300: back, and edited

    home.rebuild()

    assert home.tables() == before


def counts(home: Home) -> list[tuple[Any, ...]]:
    with open_warehouse(home.build_database) as connection:
        return rows(
            connection,
            "select sync_id, endpoint, rows_changed, rows_removed from ops.syncs "
            "where is_quiet is not true and organisation_id = '" + str(HARBOUR) + "'",
        )


def test_archived_batches_are_rebuilt_as_if_they_lay_where_they_were(
    before: Tables, home: Home
) -> None:
    assert tidy(home.landing, Keeping(archive_days=1), at(30 * 24 * 60)).archived > 5

    home.rebuild()

    assert home.tables() == before


def test_what_retention_deletes_takes_no_row_that_xero_still_shows(desk: Desk, home: Home) -> None:
    desk.land("invoices", [invoice(1)], minute=0, next_cursor=at(0))
    desk.land("invoices", [invoice(1, edited=5), invoice(2)], minute=10, next_cursor=at(10))
    home.load()
    before = home.tables("_first_seen_at")
    assert tidy(home.landing, Keeping(keep_days=1), at(30 * 24 * 60)).deleted == 1

    home.rebuild()

    after = home.tables("_first_seen_at")
    assert after["raw.invoices"] == before["raw.invoices"]
    assert after["ops.cursors"] == before["ops.cursors"]
    assert len(after["ops.syncs"]) == 1


def test_nothing_of_the_old_warehouse_is_needed(before: Tables, home: Home) -> None:
    home.build_database.unlink()

    rebuilt = home.rebuild()

    assert home.tables() == before
    assert rebuilt.history is None


def test_a_warehouse_that_cannot_be_opened_is_replaced(before: Tables, home: Home) -> None:
    home.build_database.write_bytes(b"not a database")

    home.rebuild()

    assert home.tables() == before


def test_what_waits_for_loading_is_loaded_and_not_loaded_again(desk: Desk, home: Home) -> None:
    home.load()
    desk.land("invoices", [invoice(1)])

    rebuilt = home.rebuild()
    home.load()

    assert (rebuilt.batches, rebuilt.rows) == (1, 1)
    assert len(home.tables()["ops.syncs"]) == 1


def test_syncs_go_on_while_the_warehouse_is_rebuilt(
    desk: Desk, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch that is loaded into the old warehouse in the meantime is found in its pages."""
    desk.land("invoices", [invoice(1)])
    home.load()

    def hold_after_a_sync(*arguments: Any) -> Any:  # noqa: ANN401
        desk.land("invoices", [invoice(9)], minute=500)
        home.load()
        return original(*arguments)

    original = MODULE._hold
    monkeypatch.setattr(MODULE, "_hold", hold_after_a_sync)
    home.rebuild()

    rebuilt = home.tables()
    assert UUID(guid(9)) in {row[1] for row in rebuilt["raw.invoices"]}
    assert home.landing.unloaded() == []


# --- killed, or refused ---------------------------------------------------------------------------


def test_a_rebuild_that_dies_leaves_the_warehouse_as_it_was_and_the_next_one_succeeds(
    before: Tables, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:

    class Killed(BaseException):
        """Nothing may catch it, as nothing can when the process is gone."""

    def dies(*_: object) -> None:
        raise Killed

    for step in ("_hold", "_put_in_place"):
        with monkeypatch.context() as patch, pytest.raises(Killed):
            patch.setattr(MODULE, step, dies)
            home.rebuild()
        assert home.tables() == before

    home.rebuild()
    assert home.tables() == before
    assert list(home.folder.glob("*.rebuilding*")) == []


def test_every_damaged_file_is_named_with_what_to_do(desk: Desk, home: Home) -> None:
    flipped = desk.land("invoices", [invoice(1)], minute=0)
    gone = desk.land("contacts", [], minute=0, organisation=KOWHAI)
    manifest = desk.land("payments", [], minute=0)
    home.load()
    before = home.tables()
    flipped.files[0].write_bytes(b"something else")
    gone.files[0].unlink()
    (manifest.folder / "batch.json").write_text("{")

    with pytest.raises(PagesDamaged) as refused:
        home.rebuild()

    message = str(refused.value)
    assert (
        f"invoices of organisation {HARBOUR}: {flipped.files[0]} (the file has changed" in message
    )
    assert f"contacts of organisation {KOWHAI}: {gone.files[0]} (the file is gone" in message
    assert f"payments of organisation {HARBOUR}: {manifest.folder / 'batch.json'}" in message
    assert f"sync --full --organisation {HARBOUR} --organisation {KOWHAI}" in message
    assert home.tables() == before


def test_a_full_sync_makes_a_damaged_batch_unneeded(desk: Desk, home: Home) -> None:
    damaged = desk.land("invoices", [invoice(1)], minute=0, next_cursor=at(0))
    desk.land("invoices", [invoice(1), invoice(2)], minute=10, next_cursor=at(10))
    damaged.files[0].write_bytes(b"something else")

    rebuilt = home.rebuild()

    assert [error.file for error in rebuilt.left_out] == [damaged.files[0]]
    assert len(home.tables()["raw.invoices"]) == 2


def test_an_increment_after_it_does_not(desk: Desk, home: Home) -> None:
    damaged = desk.land("invoices", [invoice(1)], minute=0, next_cursor=at(0))
    with desk.landing.begin(
        organisation_id=HARBOUR, endpoint="invoices", started_at=at(10), modified_since=at(0)
    ) as increment:
        increment.write(b'{"Invoices": []}')
        increment.finish(calls=1, wire_bytes=1, next_cursor=at(10))
    damaged.files[0].write_bytes(b"something else")

    with pytest.raises(PagesDamaged):
        home.rebuild()

    assert len(home.rebuild(without_damaged=True).left_out) == 1


def test_a_damaged_report_is_only_replaced_by_one_of_the_same_day(desk: Desk, home: Home) -> None:
    first, second = dt.date(2026, 3, 1), dt.date(2026, 3, 2)
    lost = desk.land("trial_balance", [{"Rows": []}], minute=0, as_of_date=first)
    replaced = desk.land("trial_balance", [{"Rows": []}], minute=10, as_of_date=second)
    desk.land("trial_balance", [{"Rows": []}], minute=20, as_of_date=second)
    for batch in (lost, replaced):
        batch.files[0].unlink()

    with pytest.raises(PagesDamaged) as refused:
        home.rebuild()

    assert [error.file for error in refused.value.pages] == [lost.files[0]]


def test_two_rebuilds_do_not_get_into_each_others_way(home: Home) -> None:
    with home.landing.to_itself(), pytest.raises(LandingBusy, match="Wait until it has ended"):
        home.rebuild()


def test_a_warehouse_in_use_is_waited_for_and_named(
    desk: Desk, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.land("invoices", [invoice(1)])

    def busy(*_: object, **__: object) -> None:
        raise WarehouseBusy(home.build_database, "a notebook (PID 42)", 300.0)

    monkeypatch.setattr(MODULE, "_hold", busy)
    with pytest.raises(WarehouseBusy, match="notebook"):
        home.rebuild()
    assert not home.build_database.exists()


# --- the history of models ------------------------------------------------------------------------


def contact_history(home: Home, desk: Desk) -> Tables:
    """A model's history over three syncs in which a contact is renamed and another goes."""
    graph = write_project(
        home.folder / "models",
        staging__organisations=ORGANISATIONS,
        staging__contacts=CONTACTS,
        snapshots__contacts="select organisation_id, contact_id, name from staging.contacts",
        yml__snapshots="""
            version: 2
            snapshots:
              - name: contacts
                config:
                  unique_key: [organisation_id, contact_id]
        """,
    )
    with open_build_database(home.build_database) as connection:
        for minute, contacts in ((0, {1: "A", 2: "B"}), (10, {1: "A2", 2: "B"}), (20, {1: "A2"})):
            sync(connection, desk, contacts, minute=minute)
            graph.build(connection)
    return history(home)


def history(home: Home) -> Tables:
    with open_warehouse(home.build_database) as connection:
        return {"snapshots.contacts": rows(connection, "from snapshots.contacts order by all")}


def test_the_history_of_models_stays_as_it_is(desk: Desk, home: Home) -> None:
    before = contact_history(home, desk)
    assert len(before["snapshots.contacts"]) == 3

    assert home.rebuild().history == home.build_database

    assert history(home) == before


def test_the_history_is_taken_from_the_published_snapshot_when_the_warehouse_is_lost(
    desk: Desk, home: Home
) -> None:
    before = contact_history(home, desk)
    publish(home.build_database, home.folder)
    home.build_database.unlink()

    assert home.rebuild().history == home.published

    assert history(home) == before
