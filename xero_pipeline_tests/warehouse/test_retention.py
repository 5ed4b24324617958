from __future__ import annotations

import datetime as dt
import importlib
import subprocess
from pathlib import Path

import pytest
import zstandard

from xero_pipeline.warehouse import Batch, Keeping, Landing, Tidied, tidy
from xero_pipeline.warehouse.archives import laid_out, unpack
from xero_pipeline.warehouse.landing import Manifest
from xero_pipeline.warehouse.retention import lists_everything
from xero_pipeline.warehouse.shelf import Shelf
from xero_pipeline_tests.warehouse.desk import HARBOUR, Desk, at, guid, invoice

MODULE = importlib.import_module("xero_pipeline.warehouse.retention")
DAY = 24 * 60
"""In minutes."""


def tidied(
    landing: Landing, *, day: int, keep: int | None = None, archive: int | None = 7
) -> Tidied:
    """Tidied up that many days after 1 March."""
    return tidy(landing, Keeping(keep, archive), at(day * DAY))


def increments(desk: Desk, *days: int) -> list[Batch]:
    """A small batch of invoices on each of these days, loaded."""
    batches = []
    for day in days:
        with desk.landing.begin(
            organisation_id=HARBOUR,
            endpoint="invoices",
            started_at=at(day * DAY),
            modified_since=at(day * DAY - 1),
        ) as writer:
            writer.write(b'{"Invoices": [{"InvoiceID": "%s"}]}' % guid(day).encode())
            batches.append(writer.finish(calls=1, wire_bytes=10, next_cursor=at(day * DAY)))
    desk.landing.mark_loaded(batches)
    return batches


def full(desk: Desk, day: int) -> Batch:
    batch = desk.land("invoices", [invoice(1)], minute=day * DAY, next_cursor=at(day * DAY))
    desk.landing.mark_loaded([batch])
    return batch


def shelf(landing: Landing, endpoint: str = "invoices") -> Shelf:
    return Shelf(landing.root, endpoint, str(HARBOUR))


def kept(landing: Landing, tmp_path: Path, endpoint: str = "invoices") -> list[Manifest]:
    """Manifests of everything that can be replayed, oldest first; every page is what it was."""
    with laid_out(shelf(landing, endpoint), tmp_path / "work") as contents:
        contents.verify()
        assert contents.damages == []
        return [batch.manifest for batch in contents.batches]


def told(manifests: list[Manifest]) -> list[tuple[str, int, dt.datetime | None]]:
    return [(each.sync_id, each.body_bytes, each.next_cursor) for each in manifests]


# --- archives -------------------------------------------------------------------------------------


def test_old_small_batches_become_one_file_and_stay_replayable(
    desk: Desk, landing: Landing, tmp_path: Path
) -> None:
    batches = increments(desk, 1, 2, 3, 20)

    done = tidied(landing, day=21)

    assert (done.archived, done.deleted) == (3, 0)
    (archive,) = shelf(landing).archives()
    assert archive.path.name == "20260302T090000Z-000_20260304T090000Z-000_3.tar.zst"
    assert shelf(landing).complete() == [batches[3].manifest.sync_id]
    assert told(kept(landing, tmp_path)) == told([batch.manifest for batch in batches])


def test_pages_come_out_of_an_archive_byte_for_byte(
    desk: Desk, landing: Landing, tmp_path: Path
) -> None:
    bodies = [b'{ "Invoices" : [ {"Total": 10.50} ] }\r\n', b'{"Invoices": []}']
    landing.mark_loaded([desk.land_bodies("invoices", *bodies), *increments(desk, 1)])

    tidied(landing, day=21)

    (archive,) = shelf(landing).archives()
    first, _ = unpack(shelf(landing), archive, tmp_path / "work")
    assert [file.read_bytes() for file in first.files] == bodies


def test_an_archive_is_an_ordinary_tar(desk: Desk, landing: Landing, tmp_path: Path) -> None:
    increments(desk, 1, 2)
    tidied(landing, day=21)

    (archive,) = shelf(landing).archives()
    (tmp_path / "plain.tar").write_bytes(
        zstandard.ZstdDecompressor().stream_reader(archive.path.read_bytes()).read()
    )
    listed = subprocess.run(
        ["tar", "tf", str(tmp_path / "plain.tar")], capture_output=True, text=True, check=True
    )
    assert listed.stdout.split() == [
        "20260302T090000Z-000/00001.json",
        "20260302T090000Z-000/batch.json",
        "20260303T090000Z-000/00001.json",
        "20260303T090000Z-000/batch.json",
    ]


def test_an_archive_grows_until_it_is_full(
    desk: Desk, landing: Landing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches = increments(desk, 1, 2, 11, 12)
    tidied(landing, day=10, archive=5)
    tidied(landing, day=20, archive=5)
    assert [archive.count for archive in shelf(landing).archives()] == [4]

    monkeypatch.setattr(MODULE, "_FULL_ARCHIVE_BYTES", 1)
    batches += increments(desk, 21, 22)
    tidied(landing, day=30, archive=5)

    assert [archive.count for archive in shelf(landing).archives()] == [4, 2]
    assert told(kept(landing, tmp_path)) == told([batch.manifest for batch in batches])


def test_large_batches_stay_as_they_are(
    desk: Desk, landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    increments(desk, 1, 2)
    monkeypatch.setattr(MODULE, "_SMALL_BATCH_BYTES", 10)

    assert tidied(landing, day=21).archived == 0


def test_what_waits_for_loading_is_left_alone(desk: Desk, landing: Landing) -> None:
    loaded = increments(desk, 1, 2)
    waiting = desk.land("invoices", [invoice(1)], minute=3 * DAY)

    tidied(landing, day=21, keep=1)

    assert landing.unloaded() == [waiting]
    assert waiting.files[0].exists()
    assert not loaded[0].folder.exists()


def test_nothing_is_archived_where_a_setting_says_so(desk: Desk, landing: Landing) -> None:
    increments(desk, 1, 2)

    assert tidied(landing, day=21, archive=None).archived == 0


def test_tidying_that_is_killed_is_finished_by_the_next(
    desk: Desk, landing: Landing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Archived, and the folders not deleted yet: every batch is there once."""
    batches = increments(desk, 1, 2, 3)

    def killed(_: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(MODULE, "_delete", killed)
        tidied(landing, day=21)
    assert len(shelf(landing).complete()) == 3
    assert told(kept(landing, tmp_path)) == told([batch.manifest for batch in batches])

    tidied(landing, day=21)

    assert shelf(landing).complete() == []
    assert told(kept(landing, tmp_path)) == told([batch.manifest for batch in batches])


def test_a_damaged_page_is_told_and_left_for_a_rebuild_to_name(
    desk: Desk, landing: Landing
) -> None:
    damaged, *_ = increments(desk, 1, 2, 3)
    damaged.files[0].write_bytes(b"something else")

    done = tidied(landing, day=21)

    assert [error.file for error in done.damaged] == [damaged.files[0]]
    assert done.archived == 2
    assert damaged.folder.exists()


@pytest.mark.parametrize("cut", [1, 40])
def test_a_damaged_archive_is_noticed_and_not_written_to(
    desk: Desk, landing: Landing, tmp_path: Path, cut: int
) -> None:
    increments(desk, 1, 2)
    tidied(landing, day=21)
    (archive,) = shelf(landing).archives()
    archive.path.write_bytes(archive.path.read_bytes()[:-cut])
    increments(desk, 22, 23)

    done = tidied(landing, day=40)

    assert [error.file for error in done.damaged] == [archive.path]
    assert archive in shelf(landing).archives()
    with laid_out(shelf(landing), tmp_path / "work") as contents:
        assert [damage.sync_id for damage in contents.damages] == [archive.last]
        assert len(contents.batches) == 2


# --- retention ------------------------------------------------------------------------------------


def test_by_default_nothing_is_ever_deleted(desk: Desk, landing: Landing, tmp_path: Path) -> None:
    increments(desk, 1, 2)
    full(desk, 3)

    assert tidied(landing, day=4000).deleted == 0
    assert len(kept(landing, tmp_path)) == 3


def test_what_a_later_full_listing_replaced_goes_when_it_is_old_enough(
    desk: Desk, landing: Landing, tmp_path: Path
) -> None:
    increments(desk, 1, 2)
    replacing = full(desk, 3)
    since = increments(desk, 4, 50)

    done = tidied(landing, day=60, keep=30)

    assert done.deleted == 2
    assert told(kept(landing, tmp_path)) == told([b.manifest for b in (replacing, *since)])


def test_what_no_listing_replaced_stays_however_old(
    desk: Desk, landing: Landing, tmp_path: Path
) -> None:
    full(desk, 0)
    increments(desk, 1, 2)

    assert tidied(landing, day=400, keep=30).deleted == 0
    assert len(kept(landing, tmp_path)) == 3


def test_what_is_unneeded_goes_out_of_an_archive_too(
    desk: Desk, landing: Landing, tmp_path: Path
) -> None:
    increments(desk, 1, 2)
    tidied(landing, day=21, keep=100)
    replacing = full(desk, 22)

    assert tidied(landing, day=150, keep=100).deleted == 2
    assert told(kept(landing, tmp_path)) == told([replacing.manifest])


def test_every_day_of_a_report_stays(desk: Desk, landing: Landing, tmp_path: Path) -> None:
    days = [dt.date(2026, 3, 1), dt.date(2026, 3, 1), dt.date(2026, 3, 2)]
    batches = [
        desk.land("trial_balance", [{"Rows": []}], minute=minute, as_of_date=day)
        for minute, day in enumerate(days)
    ]
    landing.mark_loaded(batches)

    assert tidied(landing, day=400, keep=30).deleted == 1
    assert [m.as_of_date for m in kept(landing, tmp_path, "trial_balance")] == days[1:]


@pytest.mark.parametrize(
    ("manifest", "everything"),
    [
        ({"endpoint": "organisation"}, True),
        ({"endpoint": "items", "complete_listing": True}, True),
        ({"endpoint": "invoices", "next_cursor": at(0)}, True),
        ({"endpoint": "invoices", "next_cursor": at(0), "modified_since": at(-1)}, False),
        # Too short to be believed: it moved no cursor.
        ({"endpoint": "invoices"}, False),
        ({"endpoint": "items"}, False),
        # Asked for from an offset on.
        ({"endpoint": "journals", "next_cursor": at(0)}, False),
    ],
)
def test_only_a_walk_that_brought_everything_replaces_others(
    manifest: dict[str, object], everything: bool
) -> None:
    common = {"organisation_id": HARBOUR, "sync_id": "20260301T090000Z-000", "started_at": at(0)}
    assert lists_everything(Manifest.model_validate(common | manifest)) is everything
