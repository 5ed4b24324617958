"""A walk that is broken off and gone on with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict, Unpack

import pytest
import zstandard

from xero_pipeline.warehouse import BatchWriter, Landing, LandingFailed
from xero_pipeline_tests.warehouse.desk import HARBOUR, at, die


class Asked(TypedDict, total=False):
    """What decides whether a walk may go on with another."""

    modified_since: dt.datetime | None
    page_size: int
    params: Mapping[str, str]
    resumable: bool
    complete_listing: bool


USUAL: Asked = {
    "modified_since": at(-60),
    "page_size": 2,
    "params": {"order": "InvoiceID"},
    "resumable": True,
}


def walk(landing: Landing, minute: int, **different: Unpack[Asked]) -> BatchWriter:
    asked: Asked = {**USUAL, **different}
    return landing.begin(
        organisation_id=HARBOUR, endpoint="invoices", started_at=at(minute), **asked
    )


def page(number: int) -> bytes:
    return b'{"Invoices": [{"InvoiceID": "%d"}]}' % number


def killed_after(landing: Landing, pages: int) -> Path:
    """A walk from minute 0 that was killed after so many pages; its folder."""
    writer = walk(landing, 0)
    for number in range(1, pages + 1):
        writer.write(page(number), calls=2, wire_bytes=100)
    die(writer)
    (folder,) = writer.shelf.folder.iterdir()
    return folder


def test_a_killed_walk_goes_on_after_its_last_whole_page(landing: Landing) -> None:
    killed_after(landing, 2)

    with walk(landing, 30) as writer:
        assert writer.pages_landed == 2
        writer.write(page(3), wire_bytes=100)
        batch = writer.finish(calls=1, wire_bytes=100)

    assert [zstandard.decompress(file.read_bytes()) for file in batch.files] == [
        page(1),
        page(2),
        page(3),
    ]
    batch.verify()
    assert landing.unloaded() == [batch]


def test_it_keeps_its_first_start_so_that_the_next_increment_sees_what_was_edited_meanwhile(
    landing: Landing,
) -> None:
    killed_after(landing, 1)

    with walk(landing, 30) as writer:
        assert writer.started_at == at(0)
        batch = writer.finish(calls=0, wire_bytes=0)

    assert batch.manifest.started_at == at(0)
    assert batch.manifest.sync_id.startswith("20260301T090000Z")


def test_what_the_killed_attempt_cost_is_counted_in(landing: Landing) -> None:
    killed_after(landing, 2)  # two calls and 100 bytes each

    with walk(landing, 30) as writer:
        writer.write(page(3), calls=1, wire_bytes=70)
        batch = writer.finish(calls=1, wire_bytes=70)

    assert (batch.manifest.calls, batch.manifest.wire_bytes) == (5, 270)
    assert batch.manifest.body_bytes == 3 * len(page(1))


def test_a_walk_that_fails_keeps_its_pages_too(landing: Landing) -> None:
    with pytest.raises(RuntimeError), walk(landing, 0) as writer:
        writer.write(page(1))
        raise RuntimeError("the day's calls are used up")

    assert walk(landing, 30).pages_landed == 1


def test_a_walk_may_be_broken_off_again_and_again(landing: Landing) -> None:
    killed_after(landing, 1)
    again = walk(landing, 30)
    again.write(page(2), calls=1, wire_bytes=70)
    die(again)

    with walk(landing, 60) as writer:
        assert writer.pages_landed == 2
        batch = writer.finish(calls=0, wire_bytes=0)

    assert (batch.manifest.calls, batch.manifest.wire_bytes) == (3, 170)


@pytest.mark.parametrize(
    "different",
    [
        {"modified_since": None},
        {"modified_since": at(-30)},
        {"page_size": 1000},
        {"params": {}},
        {"resumable": False},
    ],
)
def test_a_walk_that_asks_something_else_begins_anew(landing: Landing, different: Asked) -> None:
    folder = killed_after(landing, 2)

    with walk(landing, 30, **different) as writer:
        assert writer.pages_landed == 0
        assert writer.started_at == at(30)
        assert not folder.exists()
        writer.write(page(1))
        batch = writer.finish(calls=1, wire_bytes=0)

    assert landing.all() == [batch]


@pytest.mark.parametrize("damage", [b"", b"\0" * 40])
def test_a_page_that_the_power_failed_over_is_fetched_again_and_all_after_it(
    landing: Landing, damage: bytes
) -> None:
    folder = killed_after(landing, 3)
    (folder / "00002.json.zst").write_bytes(damage)

    with walk(landing, 30) as writer:
        assert writer.pages_landed == 1
        batch = writer.finish(calls=0, wire_bytes=0)

    assert sorted(file.name for file in folder.iterdir()) == ["00001.json.zst", "batch.json"]
    batch.verify()


def test_a_page_without_its_line_in_the_log_is_fetched_again(landing: Landing) -> None:
    """Killed between the page and the log, or in the middle of a line."""
    folder = killed_after(landing, 2)
    log = folder / "walk.jsonl"
    log.write_bytes(log.read_bytes()[:-20])

    assert walk(landing, 30).pages_landed == 1


def test_a_damaged_log_means_beginning_anew(landing: Landing) -> None:
    folder = killed_after(landing, 2)
    (folder / "walk.jsonl").write_bytes(b"{")

    assert walk(landing, 30).pages_landed == 0


def test_a_walk_that_another_sync_still_lands_is_not_taken_over(landing: Landing) -> None:
    with walk(landing, 0) as living:
        living.write(page(1))
        with pytest.raises(LandingFailed, match="another sync is landing it"):
            walk(landing, 30)
        assert living.finish(calls=1, wire_bytes=0).files[0].exists()


def test_a_finished_walk_leaves_no_log(landing: Landing) -> None:
    with walk(landing, 0) as writer:
        writer.write(page(1))
        batch = writer.finish(calls=1, wire_bytes=0)

    assert sorted(file.name for file in batch.folder.iterdir()) == ["00001.json.zst", "batch.json"]
    assert walk(landing, 30).pages_landed == 0


def test_a_complete_listing_cannot_be_gone_on_with(landing: Landing) -> None:
    """A record that vanished from a page already read pulls another past the next page."""
    with pytest.raises(ValueError, match="in one go"):
        walk(landing, 0, complete_listing=True)


def test_an_instant_says_the_same_in_every_timezone(landing: Landing) -> None:
    killed_after(landing, 1)
    auckland = dt.timezone(dt.timedelta(hours=13))

    assert walk(landing, 30, modified_since=at(-60).astimezone(auckland)).pages_landed == 1
