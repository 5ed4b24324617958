"""One organisation's sync, over HTTP, from the sandbox's books into a real warehouse."""

from __future__ import annotations

import datetime as dt
import errno
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest

from xero_pipeline.connections import Purpose, Status, WrongOrganisation
from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.events import xero_id
from xero_pipeline.sync import (
    OVERLAP,
    Depth,
    Known,
    OrganisationSync,
    Request,
    land_organisation,
)
from xero_pipeline.warehouse import LandingFailed, read_cursors
from xero_pipeline.xero.errors import (
    MissingScope,
    NotEnoughCalls,
)
from xero_pipeline.xero.oauth import READ_SCOPES
from xero_pipeline_tests.sandbox.books.harbour import day, invoice, payment
from xero_pipeline_tests.studio import NOW, Studio, studio_at

INVOICES = {"invoices"}
SALES = {"contacts", "invoices", "payments"}


def raised(studio: Studio, number: str, amount: int) -> ev.InvoiceRaised:
    """An invoice that becomes known at Xero now."""
    return invoice(number, amount, at=studio.clock.now())


def moved(studio: Studio, number: str, due: str) -> ev.InvoiceDatesChanged:
    return ev.InvoiceDatesChanged(studio.clock.now(), number, due_date=day(due))


def numbers(studio: Studio) -> list[str]:
    rows = studio.rows("select invoice_number from raw.invoices order by all")
    return [number for (number,) in rows]


def due_dates(studio: Studio) -> dict[str, dt.date]:
    return dict(studio.rows("select invoice_number, due_date from raw.invoices"))


def invoice_cursor(studio: Studio) -> dt.datetime | None:
    with studio.warehouse() as connection:
        return read_cursors(connection, studio.agency).get("invoices")


@dataclass(frozen=True)
class ThreeSyncs:
    """A first one, an increment an hour later, and a full one after that.

    Attributes:
        cursor: the increment's `If-Modified-Since` for invoices.
        asked: what the first one asked for.
    """

    first: OrganisationSync
    increment: OrganisationSync
    full: OrganisationSync
    cursor: dt.datetime | None
    asked: list[str]
    numbers: list[str]


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> ThreeSyncs:
    with studio_at(tmp_path_factory.mktemp("home")) as studio:
        studio.connect("agency", Purpose.AGENCY)
        studio.sandbox.control.clear_requests()
        first = studio.sync(only=INVOICES)
        asked, cursor = studio.asked(), invoice_cursor(studio)
        studio.advance(hours=1)
        studio.happens(raised(studio, "INV-4", 50))
        increment = studio.sync(only=INVOICES)
        full = studio.sync(only=INVOICES, depth=Depth.FULL)
        return ThreeSyncs(first, increment, full, cursor, asked, numbers(studio))


def test_the_first_sync_reads_everything(three: ThreeSyncs) -> None:
    read = three.first.endpoints["invoices"]
    assert (read.is_full, read.rows_received, read.rows_changed) == (True, 3, 3)


def test_the_next_sync_reads_what_changed_since(three: ThreeSyncs) -> None:
    read = three.increment.endpoints["invoices"]
    assert (read.is_full, read.rows_received, read.rows_changed, read.calls) == (False, 1, 1, 1)
    assert three.numbers == ["INV-1", "INV-2", "INV-3", "INV-4"]


def test_a_full_sync_reads_everything_again_and_changes_nothing(three: ThreeSyncs) -> None:
    read = three.full.endpoints["invoices"]
    assert (read.is_full, read.rows_received, read.rows_changed) == (True, 4, 0)


def test_the_organisation_always_comes_along(three: ThreeSyncs) -> None:
    assert set(three.first.endpoints) == {"organisation", "invoices"}
    assert three.asked == ["Invoices", "Organisation"]


def test_an_increment_begins_a_minute_before_the_sync_before_it_did(three: ThreeSyncs) -> None:
    assert three.first.started_at == NOW
    assert three.cursor == NOW - OVERLAP == NOW - dt.timedelta(minutes=1)


def test_reports_are_of_the_organisations_own_calendar_day(studio: Studio) -> None:
    """21:00 UTC on 1 April is 10 in the morning of the 2nd in New Zealand."""
    studio.advance(hours=11)
    studio.sync(only={"trial_balance"})
    assert studio.rows("select distinct as_of_date from raw.trial_balance") == [
        (dt.date(2026, 4, 2),)
    ]


def test_an_edit_between_two_pages_is_known_after_the_next_increment(tmp_path: Path) -> None:
    with studio_at(tmp_path, page_size=1) as studio:
        studio.connect("agency", Purpose.AGENCY)
        by_id = {xero_id("agency", "Invoice", f"INV-{n}"): f"INV-{n}" for n in (1, 2, 3)}
        first_page = by_id[min(by_id)]
        edit = moved(studio, first_page, "06-30")
        studio.sandbox.control.fault("edit_after", path="/Invoices", events=[edit])
        studio.sync(only=INVOICES)
        assert due_dates(studio) == dict.fromkeys(by_id.values(), day("03-21"))
        studio.advance(minutes=10)
        studio.sync(only=INVOICES)
        assert due_dates(studio)[first_page] == day("06-30")


def test_a_due_date_moved_in_silence_costs_one_call_to_know(studio: Studio) -> None:
    """Xero leaves UpdatedDateUTC of a part-paid invoice as it was when its due date is moved."""
    studio.happens(payment("PAY-1", "INV-1", 40))
    studio.sync(only=INVOICES)
    studio.advance(hours=1)
    studio.happens(moved(studio, "INV-1", "06-30"))
    read = studio.sync(only=INVOICES).endpoints["invoices"]
    assert due_dates(studio)["INV-1"] == day("06-30")
    assert (read.rows_received, read.rows_changed, read.calls) == (1, 1, 2)


def test_an_endpoint_without_scope_is_left_out_with_its_reason(tmp_path: Path) -> None:
    scopes = " ".join(scope for scope in READ_SCOPES if "payments" not in scope)
    with studio_at(tmp_path, scopes=scopes) as studio:
        studio.connect("agency", Purpose.AGENCY)
        sync = studio.sync(only=SALES)
        assert set(sync.endpoints) == {"organisation", "contacts", "invoices"}
        assert set(sync.skipped) == {"payments"}
        reason = sync.skipped["payments"]
        assert isinstance(reason, MissingScope)
        assert "accounting.payments.read" in str(reason)
        assert studio.connection("Harbour Studio").status is Status.DEGRADED


def test_a_sync_that_the_days_calls_cannot_finish_is_not_begun(tmp_path: Path) -> None:
    """It needs four calls. Of the day's four one went into connecting."""
    midnight = dt.datetime(2026, 4, 2, tzinfo=dt.UTC)
    with studio_at(tmp_path, daily_call_limit=4) as studio:
        studio.connect("agency", Purpose.AGENCY)
        studio.sandbox.control.clear_requests()
        with pytest.raises(NotEnoughCalls, match="2026-04-02 00:00 UTC") as stopped:
            studio.sync(only=SALES)
        assert stopped.value.resume_at == midnight
        assert studio.asked() == []
        waiting = studio.connection("Harbour Studio")
        assert (waiting.status, waiting.resume_at) == (Status.RATE_LIMITED, midnight)
        studio.advance(days=1)
        studio.sync(only=SALES)
        assert studio.connection("Harbour Studio").status is Status.HEALTHY


def test_a_full_disk_is_said_plainly_and_loses_nothing(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.sync(only=INVOICES)
    before = invoice_cursor(studio)
    studio.advance(hours=1)
    studio.happens(raised(studio, "INV-4", 50))
    with monkeypatch.context() as full:
        full.setattr(os, "fsync", _no_space)
        with pytest.raises(LandingFailed, match=r"is full.*Nothing landed before is lost"):
            studio.sync(only=INVOICES)
    assert (numbers(studio), invoice_cursor(studio)) == (["INV-1", "INV-2", "INV-3"], before)
    studio.sync(only=INVOICES)
    assert numbers(studio) == ["INV-1", "INV-2", "INV-3", "INV-4"]


def _no_space(descriptor: int) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_pages_that_were_landed_but_not_loaded_are_loaded_first_by_the_next_sync(
    studio: Studio,
) -> None:
    """As a killed sync leaves them: they are not asked for again."""
    with studio.connections() as connections, connections.syncing(studio.agency) as client:
        land_organisation(client, studio.landing, Known(), Request(Depth.NIGHTLY, INVOICES))
    read = studio.sync(only=INVOICES).endpoints["invoices"]
    assert numbers(studio) == ["INV-1", "INV-2", "INV-3"]
    assert (read.rows_received, read.rows_changed) == (3, 3)
    assert studio.asked().count("Invoices") == 2


def test_another_organisation_that_answers_is_refused_before_anything_is_landed(
    studio: Studio,
) -> None:
    _known_to_xero_as(studio, "00000000-0000-4000-8000-000000000000")
    with pytest.raises(WrongOrganisation, match="Harbour Studio"):
        studio.sync(only=INVOICES)
    assert studio.landing.all() == []
    assert studio.connection("Harbour Studio").status is Status.NEEDS_RECONNECT


def _known_to_xero_as(studio: Studio, xero_organisation_id: str) -> None:
    with sqlite3.connect(studio.settings.home / "state.db") as state:
        state.execute("update connections set xero_organisation_id = ?", [xero_organisation_id])
