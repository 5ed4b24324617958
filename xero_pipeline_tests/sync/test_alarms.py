"""Less than was to be expected never passes in silence, and a hiccup at Xero deletes nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from xero_pipeline.connections import Purpose, Status
from xero_pipeline.sandbox import events as ev
from xero_pipeline.sync import Depth, Known, Request, SyncFailure, land_organisation
from xero_pipeline.sync.alarms import CountOverPages, is_suspicious
from xero_pipeline.warehouse import PageUnreadable
from xero_pipeline.xero.errors import MissingPermission
from xero_pipeline_tests.sandbox.books.harbour import CHART, invoice
from xero_pipeline_tests.studio import Studio

ACCOUNTS = {"accounts"}
INVOICES = {"invoices"}


@pytest.mark.parametrize(
    ("expected", "actual", "suspicious"),
    [(0, 0, False), (4, 0, False), (5, 0, True), (12, 6, False), (13, 6, True), (9, 200, False)],
)
def test_under_half_of_what_was_there_is_not_believed_at_once(
    expected: int, actual: int, suspicious: bool
) -> None:
    assert is_suspicious(expected, actual) is suspicious


def test_a_count_that_falls_while_it_is_walked_is_noticed() -> None:
    growing, shrinking = CountOverPages(), CountOverPages()
    for count in (250, None, 251):
        growing.see(count)
    for count in (250, 249, 250):
        shrinking.see(count)
    assert (growing.greatest, growing.fell_to) == (251, None)
    assert (shrinking.greatest, shrinking.fell_to) == (250, 249)


def accounts(studio: Studio) -> tuple[int, int]:
    """Those that are there, and those found gone."""
    ((there, gone),) = studio.rows(
        "select count(*) filter (_removed_at is null), count(_removed_at) from raw.accounts"
    )
    return there, gone


def asked(studio: Studio, path: str) -> int:
    return studio.asked().count(path)


def night(studio: Studio) -> None:
    """The chart has been read; the next night comes."""
    studio.sync(only=ACCOUNTS)
    studio.advance(days=1)
    studio.sandbox.control.clear_requests()


def test_a_chart_that_is_empty_once_is_asked_for_again_and_stays(studio: Studio) -> None:
    night(studio)
    studio.sandbox.control.fault("empty", path="/Accounts")
    sync = studio.sync(only=ACCOUNTS)
    assert (accounts(studio), sync.alarms) == ((12, 0), ())
    assert asked(studio, "Accounts") == 2


def test_a_chart_that_is_empty_twice_counts_and_raises_an_alarm(studio: Studio) -> None:
    night(studio)
    studio.sandbox.control.fault("empty", path="/Accounts", times=2)
    (alarm,) = studio.sync(only=ACCOUNTS).alarms
    assert accounts(studio) == (0, 12)
    assert (alarm.endpoint, alarm.expected, alarm.actual) == ("accounts", 12, 0)
    assert "'Harbour Studio' where 12 were known, and said the same when asked" in alarm.sentence
    studio.advance(days=1)
    assert studio.sync(only=ACCOUNTS).alarms == ()
    assert accounts(studio) == (12, 0)


def test_two_short_charts_that_differ_remove_nothing(studio: Studio) -> None:
    """Thirteen accounts, of which none come, and then six."""
    studio.happens(replace(CHART[0], code="093", name="Petty Cash"))
    night(studio)
    studio.sandbox.control.fault("empty", path="/Accounts")
    studio.sandbox.control.fault("fewer_pages", path="/Accounts", skip=1)
    (alarm,) = studio.sync(only=ACCOUNTS).alarms
    assert (alarm.expected, alarm.actual, accounts(studio)) == (13, 6, (13, 0))
    assert "none is marked as removed" in alarm.sentence


def test_an_account_that_was_deleted_goes_without_an_alarm(studio: Studio) -> None:
    night(studio)
    studio.happens(ev.AccountChanged(studio.clock.now(), CHART[-1].code, status="DELETED"))
    assert studio.sync(only=ACCOUNTS).alarms == ()
    assert accounts(studio) == (11, 1)


def test_a_full_walk_that_brings_under_half_leaves_rows_and_cursor_alone(studio: Studio) -> None:
    studio.happens(*(invoice(f"INV-{n}", n) for n in range(4, 8)))
    studio.sync(only=INVOICES)
    cursor = studio.rows("select modified_since from ops.cursors where endpoint = 'invoices'")
    studio.advance(days=1)
    studio.sandbox.control.fault("fewer_pages", path="/Invoices")
    (alarm,) = studio.sync(only=INVOICES, depth=Depth.FULL).alarms
    assert (alarm.endpoint, alarm.expected, alarm.actual) == ("invoices", 7, 3)
    assert studio.rows("select count(*) from raw.invoices where _removed_at is null") == [(7,)]
    assert cursor == studio.rows(
        "select modified_since from ops.cursors where endpoint = 'invoices'"
    )


def test_what_may_not_be_seen_is_tried_at_night_and_named_all_day(studio: Studio) -> None:
    journals = {"contacts", "manual_journals"}
    studio.sandbox.control.fault("no_reports_permission", times=None)
    first = studio.sync(only=journals)
    by_day = studio.sync(only=journals, depth=Depth.INCREMENT)
    for sync in (first, by_day):
        assert isinstance(sync.skipped["manual_journals"], MissingPermission)
        assert [alarm.endpoint for alarm in sync.alarms] == ["manual_journals"]
    assert asked(studio, "ManualJournals") == 1
    assert studio.connection("Harbour Studio").status is Status.DEGRADED
    studio.sandbox.control.clear_faults()
    assert studio.sync(only=journals).skipped == {}
    assert studio.connection("Harbour Studio").status is Status.HEALTHY


def test_a_damaged_page_fails_its_own_organisation_and_no_other(studio: Studio) -> None:
    studio.connect("client", Purpose.CLIENT)
    with studio.connections() as connections, connections.client(studio.agency) as client:
        land_organisation(client, studio.landing, Known(), Request(Depth.NIGHTLY, ACCOUNTS))
    (page,) = next(b for b in studio.landing.all() if b.manifest.endpoint == "accounts").files
    page.write_bytes(b"not what was landed")
    agency, client_ = sorted(
        studio.syncs([studio.agency, studio.client], only=ACCOUNTS),
        key=lambda each: each.organisation_name,
        reverse=True,
    )
    assert isinstance(agency, SyncFailure)
    assert isinstance(agency.error, PageUnreadable)
    assert str(page) in str(agency.error)
    assert client_.organisation_name == "Garage Ltd"
    assert not isinstance(client_, SyncFailure)
    assert client_.endpoints["accounts"].rows_received == 12
