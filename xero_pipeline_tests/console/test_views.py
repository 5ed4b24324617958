"""What pages show, worked out without a browser."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from xero_pipeline.connections import (
    Account,
    Cause,
    ChartOfAccounts,
    Choice,
    Connection,
    EndpointUsage,
    MonitoredAccount,
    Purpose,
    Status,
    WatchedAccount,
)
from xero_pipeline.console import formats
from xero_pipeline.console.views.accounts import FilledIn, accounts_view, as_filled_in
from xero_pipeline.console.views.connections import Fix, connections_view, stale, state_of
from xero_pipeline.settings import Tier

NOW = dt.datetime(2026, 11, 22, 14, 5, tzinfo=dt.UTC)
CAFE = Connection(
    workspace="Clients",
    purpose=Purpose.CLIENT,
    organisation_id="id-1",
    organisation_key="cafe-id1",
    xero_organisation_id="id-1",
    organisation_name="Cafe Ltd",
    country="NZ",
    base_currency="NZD",
    short_code="!cafe",
    timezone="NEWZEALANDSTANDARDTIME",
    connected_by="Olga Lowe <olga@example.com>",
    connected_at=NOW - dt.timedelta(days=30),
    status=Status.HEALTHY,
    status_reason="",
    next_step="",
    resume_at=None,
    last_sync_at=NOW - dt.timedelta(minutes=12),
    scopes=(),
)


def test_a_healthy_connection_needs_no_words() -> None:
    state = state_of(CAFE)
    assert (state.tone, state.word, state.sentence, state.fix) == ("good", "Healthy", "", Fix.NONE)


@pytest.mark.parametrize(
    ("status", "cause", "tone", "fix"),
    [
        (Status.NEEDS_RECONNECT, Cause.ACCESS_REVOKED, "bad", Fix.RECONNECT),
        (Status.MISCONFIGURED, Cause.APP_MISCONFIGURED, "bad", Fix.CHECK),
        (Status.DEGRADED, Cause.SCOPE_MISSING, "warn", Fix.RECONNECT),
        (Status.DEGRADED, Cause.ROLE_TOO_LOW, "warn", Fix.CHECK),
        (Status.UNREACHABLE, Cause.XERO_MAINTENANCE, "warn", Fix.CHECK),
        (Status.EXPIRING, Cause.UNUSED, "warn", Fix.CHECK),
        (Status.RATE_LIMITED, Cause.DAILY_LIMIT, "warn", Fix.NONE),
    ],
)
def test_every_other_state_has_its_colour_and_its_button(
    status: Status, cause: Cause, tone: str, fix: Fix
) -> None:
    state = state_of(replace(CAFE, status=status, status_cause=cause, status_reason="Why."))
    assert (state.tone, state.sentence, state.fix) == (tone, "Why.", fix)


def test_a_button_takes_the_place_of_the_command_that_does_the_same() -> None:
    broken = replace(
        CAFE,
        status=Status.NEEDS_RECONNECT,
        status_cause=Cause.ACCESS_REVOKED,
        next_step="`xero-pipeline reconnect`",
    )
    assert state_of(broken).step == ""
    offline = replace(CAFE, status=Status.UNREACHABLE, next_step="Wait an hour.")
    assert state_of(offline).step == "Wait an hour."


def test_a_limit_says_until_when() -> None:
    limited = replace(CAFE, status=Status.RATE_LIMITED, resume_at=NOW)
    assert state_of(limited).word == "Rate-limited until 22 Nov 2026, 14:05 UTC"


def test_a_row_sums_the_months_calls_and_bytes_of_its_organisation() -> None:
    day = NOW.date()
    usage = [
        EndpointUsage("id-1", "invoices", day, 3, 1_000, 9_000, Tier.STARTER),
        EndpointUsage("id-1", "contacts", day, 2, 500, 4_000, Tier.STARTER),
        EndpointUsage("id-2", "contacts", day, 7, 700, 700, Tier.STARTER),
    ]
    watched = [
        WatchedAccount("id-1", "a2", "998", 90, None, NOW),
        WatchedAccount("id-1", "a1", "469", 90, None, NOW),
    ]
    other = replace(CAFE, organisation_id="id-2", organisation_key="other", purpose=Purpose.AGENCY)
    view = connections_view([CAFE, other], watched, usage, {}, NOW)
    cafe, agency = view.rows
    assert (cafe.calls, cafe.bytes, cafe.accounts) == (5, 1_500, ("469", "998"))
    assert (agency.calls, agency.accounts) == (7, None)
    assert (cafe.connected_by, cafe.last_sync) == ("Olga Lowe", "12 minutes ago")
    assert (view.calls, view.bytes) == (12, 2_200)


def test_books_are_old_after_twenty_six_hours() -> None:
    at_the_limit = replace(CAFE, last_sync_at=NOW - dt.timedelta(hours=26))
    assert stale([at_the_limit], NOW) is None
    late = replace(CAFE, last_sync_at=NOW - dt.timedelta(hours=27))
    found = stale([CAFE, late], NOW)
    assert found is not None
    assert (found.organisations, found.since) == (("Cafe Ltd",), late.last_sync_at)


def test_books_that_were_never_read_are_old_when_their_connection_is() -> None:
    never = replace(CAFE, last_sync_at=None)
    found = stale([never], NOW)
    assert found is not None
    assert found.since is None
    assert stale([replace(never, connected_at=NOW)], NOW) is None


# --- accounts -------------------------------------------------------------------------------------

RENT = Account("a1", "469", "Rent", "OVERHEADS")
UNCLEAR = Account("a2", "998", "Uncategorised Expense", "EXPENSE")
CHART = ChartOfAccounts([RENT, UNCLEAR])
WATCHED_RENT = MonitoredAccount("a1", "469", "Rent", 30, ("SPEND",))


def test_suggested_accounts_are_offered_first_and_watched_ones_not_again() -> None:
    assert [each.code for each in accounts_view(CAFE, CHART, []).offered] == ["998", "469"]
    view = accounts_view(CAFE, CHART, [WATCHED_RENT])
    assert [each.code for each in view.offered] == ["998"]
    assert [(each.label, each.types) for each in view.watched] == [("469 Rent", ("SPEND",))]


def test_an_archived_account_that_is_watched_is_still_shown() -> None:
    (row,) = accounts_view(CAFE, ChartOfAccounts([]), [WATCHED_RENT]).watched
    assert not row.is_active


def test_what_is_ticked_is_added_kept_as_the_form_says_and_dropped() -> None:
    form = FilledIn(
        kept={"a1": Choice(60, None)}, added=["a2"], choice=Choice(14, ("ACCPAY",)), dropped=[]
    )
    assert as_filled_in([WATCHED_RENT], CHART, form) == [
        MonitoredAccount("a1", "469", "Rent", 60, None),
        MonitoredAccount("a2", "998", "Uncategorised Expense", 14, ("ACCPAY",)),
    ]
    assert as_filled_in([WATCHED_RENT], CHART, FilledIn({}, [], Choice(), ["a1"])) == []


def test_an_account_of_other_books_is_not_watched() -> None:
    form = FilledIn(kept={}, added=["elsewhere"], choice=Choice(), dropped=[])
    assert as_filled_in([], CHART, form) == []


# --- how values are written -----------------------------------------------------------------------


def test_values_are_written_as_people_write_them() -> None:
    assert formats.day(dt.date(2026, 11, 2)) == "2 Nov 2026"
    assert formats.instant(NOW) == "22 Nov 2026, 14:05 UTC"
    assert formats.money(Decimal("-1234.5"), "NZD") == "\u22121,234.50 NZD"
    assert formats.money(None) == "\u2013"
    assert [formats.size(value) for value in (0, 999, 1_000, 1_540_000)] == [
        "0 B",
        "999 B",
        "1.0 kB",
        "1.5 MB",
    ]


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (dt.timedelta(seconds=59), "just now"),
        (dt.timedelta(minutes=1), "1 minute ago"),
        (dt.timedelta(hours=23, minutes=59), "23 hours ago"),
        (dt.timedelta(days=2), "2 days ago"),
    ],
)
def test_times_past_are_told_in_the_largest_whole_unit(passed: dt.timedelta, words: str) -> None:
    assert formats.ago(NOW - passed, NOW) == words
