"""Xero's aged reports, which it answers for one contact a call: a few are read every night."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from xero_pipeline.connections import Purpose
from xero_pipeline.sandbox import events as ev
from xero_pipeline.sync import Depth
from xero_pipeline.warehouse import rebuild
from xero_pipeline.xero.endpoints import CONTACT_REPORTS
from xero_pipeline.xero.oauth import READ_SCOPES
from xero_pipeline_tests.sandbox.books.harbour import OPENED, bill, invoice
from xero_pipeline_tests.studio import Studio, studio_at

CONTACTS = ("cafe", "kea", "tui")
REPORTS = [report.path for report in CONTACT_REPORTS]
READ = {"contacts", "invoices", *(report.name for report in CONTACT_REPORTS)}


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    """Three customers and a supplier with something open, and two calls a night for each side."""
    with studio_at(tmp_path, aged_contacts=2) as studio:
        studio.connect("agency", Purpose.AGENCY)
        studio.happens(
            ev.ContactAdded(OPENED, "kea", "Kea Tours"),
            ev.ContactAdded(OPENED, "tui", "Tui Books"),
            invoice("INV-7", 70, contact="kea"),
            invoice("INV-8", 80, contact="tui"),
            bill("BILL-1", 50),
        )
        studio.sync(only=READ)
        yield studio


def a_night_later(studio: Studio, depth: Depth = Depth.NIGHTLY) -> list[str]:
    """Whose aged reports that night asks for."""
    studio.advance(days=1)
    studio.sandbox.control.clear_requests()
    studio.sync(depth=depth, only=READ)
    return [path for path in studio.asked() if path in REPORTS]


def checked(studio: Studio) -> list[str]:
    rows = studio.rows(
        """
        select name
        from raw.aged_receivables_by_contact
        join raw.contacts using (organisation_id, contact_id)
        order by name
        """
    )
    return [name for (name,) in rows]


def test_the_first_sync_knows_nobody_to_ask_about(studio: Studio) -> None:
    assert checked(studio) == []


def test_in_two_nights_all_three_customers_had_their_turn(studio: Studio) -> None:
    receivables, payables = REPORTS
    assert a_night_later(studio) == [payables, receivables, receivables]
    assert len(checked(studio)) == 2
    a_night_later(studio)
    assert checked(studio) == ["Harbour Cafe", "Kea Tours", "Tui Books"]


def test_a_full_sync_asks_about_contacts_and_an_increment_does_not(studio: Studio) -> None:
    assert a_night_later(studio, Depth.INCREMENT) == []
    assert len(a_night_later(studio, Depth.FULL)) == 3


def test_a_report_says_in_the_warehouse_whom_and_which_day_it_is_about(studio: Studio) -> None:
    a_night_later(studio)
    (report,) = studio.rows(
        """
        select contacts.name, reports.as_of_date, reports.report_titles[2]
        from raw.aged_payables_by_contact as reports
        join raw.contacts using (organisation_id, contact_id)
        """
    )
    assert report == ("Pier Properties", dt.date(2026, 4, 2), "Pier Properties")


def test_a_rebuild_knows_again_whom_each_report_is_about(studio: Studio) -> None:
    a_night_later(studio)
    a_night_later(studio)
    before = checked(studio)
    settings = studio.settings
    rebuild(studio.landing, settings.build_database, settings.published_database)
    assert checked(studio) == before


def test_without_the_scope_the_sync_is_told_and_goes_on(tmp_path: Path) -> None:
    scopes = " ".join(scope for scope in READ_SCOPES if "aged" not in scope)
    with studio_at(tmp_path, scopes=scopes) as studio:
        studio.connect("agency", Purpose.AGENCY)
        studio.sync(only=READ)
        studio.advance(days=1)
        sync = studio.sync(only=READ)
        assert set(sync.skipped) == {"aged_receivables_by_contact"}
        assert "accounting.reports.aged.read" in str(sync.skipped["aged_receivables_by_contact"])
        assert sync.endpoints["invoices"].calls == 1
