from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest
import zstandard

from xero_pipeline.warehouse import Landing, LandingFailed, PageUnreadable
from xero_pipeline_tests.warehouse.desk import HARBOUR, KOWHAI, Desk, at, die


def test_a_page_lies_on_the_disk_byte_for_byte(desk: Desk) -> None:
    body = b'{ "Invoices" : [ {"Total": 10.50} ] }\r\n'

    batch = desk.land_bodies("invoices", body)

    (file,) = batch.files
    assert file.name == "00001.json.zst"
    assert zstandard.decompress(file.read_bytes()) == body
    assert file.parent.parent.parts[-2:] == ("invoices", str(HARBOUR))


def test_the_manifest_says_what_the_batch_is(landing: Landing) -> None:
    with landing.begin(
        organisation_id=HARBOUR,
        endpoint="invoices",
        started_at=at(0),
        modified_since=at(-60),
    ) as writer:
        writer.write(b'{"Invoices": []}')
        writer.write(b'{"Invoices": [ ]}')
        batch = writer.finish(calls=3, wire_bytes=40, next_cursor=at(-1), finished_at=at(1))

    written = json.loads((batch.folder / "batch.json").read_text())
    assert written["organisation_id"] == str(HARBOUR)
    assert written["started_at"] == "2026-03-01T09:00:00Z"
    assert written["modified_since"] == "2026-03-01T08:00:00Z"
    assert written["next_cursor"] == "2026-03-01T08:59:00Z"
    assert (written["calls"], written["wire_bytes"], written["body_bytes"]) == (3, 40, 33)
    assert [page["bytes"] for page in written["pages"]] == [16, 17]
    assert landing.all() == [batch]


def test_a_batch_without_manifest_does_not_exist_and_the_next_sync_removes_it(
    desk: Desk, landing: Landing
) -> None:
    killed = landing.begin(organisation_id=HARBOUR, endpoint="invoices", started_at=at(0))
    killed.write(b'{"Invoices": []}')
    (folder,) = killed.shelf.folder.iterdir()
    die(killed)
    assert landing.all() == []
    assert folder.exists()

    finished = desk.land("invoices", [], minute=5)

    assert not folder.exists()
    assert landing.all() == [finished]


def test_a_sync_that_fails_leaves_nothing(landing: Landing) -> None:
    writer = landing.begin(organisation_id=HARBOUR, endpoint="invoices", started_at=at(0))
    with pytest.raises(RuntimeError), writer:
        writer.write(b'{"Invoices": []}')
        raise RuntimeError("Xero went away")

    assert list(writer.shelf.folder.iterdir()) == []


def test_sync_ids_sort_by_time_also_within_one_second(desk: Desk) -> None:
    later = desk.land("invoices", [], minute=10)
    first = desk.land("invoices", [], minute=0)
    second = desk.land("invoices", [], minute=0)

    ids = [batch.manifest.sync_id for batch in (first, second, later)]
    assert ids == sorted(set(ids))


def test_two_syncs_of_one_endpoint_cannot_land_at_once(landing: Landing) -> None:
    with (
        landing.begin(organisation_id=HARBOUR, endpoint="invoices", started_at=at(0)) as batch,
        landing.begin(organisation_id=KOWHAI, endpoint="invoices", started_at=at(0)) as other,
    ):
        batch.write(b'{"Invoices": []}')
        other.write(b'{"Invoices": []}')
        with pytest.raises(LandingFailed, match=f"organisation {HARBOUR}.*another sync"):
            landing.begin(organisation_id=HARBOUR, endpoint="invoices", started_at=at(1))
        other.finish(calls=1, wire_bytes=0)
        batch.finish(calls=1, wire_bytes=0)


def test_unloaded_leaves_out_what_is_loaded(desk: Desk, landing: Landing) -> None:
    old = desk.land("invoices", [], minute=0)
    new = desk.land("invoices", [], minute=1)
    foreign = desk.land("invoices", [], minute=2, organisation=KOWHAI)

    landing.mark_loaded([old])

    assert landing.unloaded() == [new, foreign]
    assert landing.unloaded([KOWHAI]) == [foreign]


def test_a_complete_listing_without_a_page_is_refused(landing: Landing) -> None:
    """It would declare every record gone."""
    with (
        landing.begin(
            organisation_id=HARBOUR, endpoint="items", started_at=at(0), complete_listing=True
        ) as batch,
        pytest.raises(ValueError, match="at least one page"),
    ):
        batch.finish(calls=1, wire_bytes=0)


def test_an_empty_answer_is_refused(landing: Landing) -> None:
    with (
        landing.begin(organisation_id=HARBOUR, endpoint="items", started_at=at(0)) as batch,
        pytest.raises(LandingFailed, match="empty page"),
    ):
        batch.write(b" \n")


def test_a_full_disk_is_said_in_plain_words_and_loses_nothing(
    desk: Desk, landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = desk.land("invoices", [], minute=0)

    def no_space(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("xero_pipeline.warehouse.durable.os.fsync", no_space)
    with pytest.raises(LandingFailed, match=r"invoices of organisation .* disk .* is full"):
        desk.land("invoices", [], minute=1)

    assert landing.all() == [before]
    before.verify()


def test_a_landing_zone_that_cannot_be_written_to_is_said_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "landing").write_text("a file where the folder should be")

    with pytest.raises(LandingFailed, match=str(HARBOUR)):
        Desk(Landing(tmp_path / "landing")).land("invoices", [])


def test_a_page_that_changed_on_the_disk_is_noticed(desk: Desk) -> None:
    batch = desk.land("invoices", [])
    batch.files[0].write_bytes(b"something else")

    with pytest.raises(PageUnreadable, match="changed since it was landed"):
        batch.verify()


def test_a_damaged_manifest_names_the_organisation(desk: Desk, landing: Landing) -> None:
    batch = desk.land("invoices", [])
    (batch.folder / "batch.json").write_text("{")

    with pytest.raises(PageUnreadable, match=str(HARBOUR)):
        landing.all()
