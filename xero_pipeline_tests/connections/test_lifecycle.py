"""What becomes of a connection after it is made."""

from __future__ import annotations

import datetime as dt
import sqlite3

import pytest

from xero_pipeline.connections import (
    Connections,
    MonitoredAccount,
    Purpose,
    Removed,
    Status,
    WatchedAccount,
)
from xero_pipeline.connections.errors import NotConnectedHere, WrongOrganisation
from xero_pipeline.sandbox.faults import FaultKind
from xero_pipeline.sandbox.serve import RunningSandbox
from xero_pipeline.settings import Settings
from xero_pipeline.xero import ENDPOINTS, REPORTS
from xero_pipeline.xero.errors import (
    DailyLimitReached,
    MissingPermission,
    OrganisationNotConnected,
    OrganisationOffline,
    XeroError,
)
from xero_pipeline_tests.connections.conftest import ACCOUNTANT, NOW, Person, settings_of
from xero_pipeline_tests.postgres import on_both
from xero_pipeline_tests.xero.double import TestClock

USERS = next(endpoint for endpoint in ENDPOINTS if endpoint.name == "users")


@pytest.fixture
def agency(connections: Connections, person: Person, sandbox: RunningSandbox) -> Connections:
    person.connect(connections)
    sandbox.control.clear_requests()
    return connections


def token_sets(settings: Settings) -> int:
    with sqlite3.connect(settings.home / "state.db") as database:
        return int(database.execute("SELECT count(*) FROM token_sets").fetchone()[0])


def test_every_endpoint_and_report_can_be_read(agency: Connections) -> None:
    with agency.client("Agency Ltd") as client:
        pages = [page for endpoint in ENDPOINTS for page in client.pages(endpoint)]
        reports = [client.report(report, dt.date(2026, 3, 31)) for report in REPORTS]
    assert len(pages) == len(ENDPOINTS)
    assert all(page.server_time == NOW for page in pages)
    assert all(b'"Reports"' in report.body for report in reports)
    assert client.usage.calls == len(ENDPOINTS) + len(REPORTS)


def test_only_reading_ever_reaches_the_organisation(
    agency: Connections, sandbox: RunningSandbox
) -> None:
    with agency.client("Agency Ltd") as client:
        for endpoint in ENDPOINTS:
            list(client.pages(endpoint))
    methods = {call["method"] for call in sandbox.control.requests() if "api.xro" in call["path"]}
    assert methods == {"GET"}


@pytest.mark.parametrize(
    ("fault", "error", "status"),
    [
        ("disconnected_401", OrganisationNotConnected, Status.NEEDS_RECONNECT),
        ("organisation_offline", OrganisationOffline, Status.UNREACHABLE),
        ("rate_limit_day", DailyLimitReached, Status.RATE_LIMITED),
    ],
)
def test_what_the_client_meets_is_recorded_with_its_reason(
    agency: Connections,
    sandbox: RunningSandbox,
    fault: FaultKind,
    error: type[XeroError],
    status: Status,
) -> None:
    sandbox.control.fault(fault, path="Users")
    with agency.client("Agency Ltd") as client, pytest.raises(error) as met:
        list(client.pages(USERS))
    (now,) = agency.connections()
    assert now.status is status
    assert (now.status_reason, now.next_step) == (met.value.what, met.value.next_step)


@on_both
def test_a_daily_limit_says_when_it_goes_on(agency: Connections, sandbox: RunningSandbox) -> None:
    sandbox.control.fault("rate_limit_day", path="Users", seconds=7200)
    with agency.client("Agency Ltd") as client, pytest.raises(DailyLimitReached):
        list(client.pages(USERS))
    (now,) = agency.connections()
    assert now.resume_at == NOW + dt.timedelta(hours=2)
    assert now.may_sync


def test_a_missing_permission_limits_but_does_not_disconnect(
    agency: Connections, sandbox: RunningSandbox
) -> None:
    sandbox.control.fault("no_reports_permission", times=None)
    with (
        agency.client("Agency Ltd") as client,
        pytest.raises(MissingPermission, match="bank_summary") as met,
    ):
        client.report(REPORTS[0], dt.date(2026, 3, 31))
    agency.record_sync("Agency Ltd", problems=[met.value])
    (now,) = agency.connections()
    assert now.status is Status.DEGRADED
    assert now.may_sync
    assert now.degraded_endpoints == ("bank_summary",)


def test_a_sync_without_a_problem_makes_everything_well_again(
    agency: Connections, clock: TestClock
) -> None:
    agency.mark("Agency Ltd", OrganisationOffline("Agency Ltd"))
    clock.advance(hours=1)
    agency.record_sync("Agency Ltd")
    (now,) = agency.connections()
    assert (now.status, now.status_reason, now.next_step) == (Status.HEALTHY, "", "")
    assert now.last_sync_at == NOW + dt.timedelta(hours=1)


@on_both
def test_a_sync_that_ends_well_counts_as_the_last_one(
    agency: Connections, clock: TestClock
) -> None:
    clock.advance(hours=1)
    with agency.syncing("Agency Ltd") as client:
        list(client.pages(USERS))
    (now,) = agency.connections()
    assert (now.status, now.last_sync_at) == (Status.HEALTHY, NOW + dt.timedelta(hours=1))


def test_a_sync_that_fails_leaves_its_reason_and_the_last_good_one(
    agency: Connections, sandbox: RunningSandbox, clock: TestClock
) -> None:
    agency.record_sync("Agency Ltd")
    clock.advance(hours=1)
    sandbox.control.fault("organisation_offline", path="Users")
    with pytest.raises(OrganisationOffline), agency.syncing("Agency Ltd") as client:
        list(client.pages(USERS))
    (now,) = agency.connections()
    assert (now.status, now.last_sync_at) == (Status.UNREACHABLE, NOW)
    assert "offline" in now.status_reason


def test_a_sync_that_finds_another_organisation_stops_the_connection(agency: Connections) -> None:
    with pytest.raises(WrongOrganisation), agency.syncing("Agency Ltd"):
        raise WrongOrganisation("Agency Ltd", "Other")
    assert agency.find("Agency Ltd").status is Status.NEEDS_RECONNECT


def test_a_sync_without_some_permission_counts_and_says_what_is_left_out(
    agency: Connections, sandbox: RunningSandbox
) -> None:
    sandbox.control.fault("no_reports_permission", times=None)
    with agency.syncing("Agency Ltd") as client:
        list(client.pages(USERS))
        with pytest.raises(MissingPermission):
            client.report(REPORTS[0], dt.date(2026, 3, 31))
    (now,) = agency.connections()
    assert (now.status, now.last_sync_at) == (Status.DEGRADED, NOW)
    assert now.degraded_endpoints == ("bank_summary",)


@on_both
def test_check_asks_xero_and_tells_the_truth(agency: Connections, sandbox: RunningSandbox) -> None:
    assert agency.check("agency ltd").status is Status.HEALTHY
    sandbox.control.disconnect("agency")
    with pytest.raises(OrganisationNotConnected, match="'Agency Ltd'"):
        agency.check("Agency Ltd")
    assert agency.find("Agency Ltd").status is Status.NEEDS_RECONNECT


def test_check_refuses_an_organisation_that_is_not_the_one_connected(
    agency: Connections, settings: Settings
) -> None:
    with sqlite3.connect(settings.home / "state.db") as database:
        database.execute("UPDATE connections SET xero_organisation_id = 'another', name = 'Other'")
    with pytest.raises(WrongOrganisation, match=r"'Agency Ltd' where 'Other'"):
        agency.check("Other")
    assert agency.find("Other").status is Status.NEEDS_RECONNECT


def test_check_takes_over_a_new_name(agency: Connections, settings: Settings) -> None:
    key = agency.find("Agency Ltd").organisation_key
    with sqlite3.connect(settings.home / "state.db") as database:
        database.execute("UPDATE connections SET name = 'Former Name Ltd'")
    renamed = agency.check("Former Name Ltd")
    assert (renamed.organisation_name, renamed.organisation_key) == ("Agency Ltd", key)


def test_check_does_not_forget_what_a_role_does_not_reach(agency: Connections) -> None:
    agency.record_sync("Agency Ltd", problems=[MissingPermission("Agency Ltd", "trial_balance")])
    assert agency.check("Agency Ltd").degraded_endpoints == ("trial_balance",)


def test_check_brings_back_what_works_again(agency: Connections, sandbox: RunningSandbox) -> None:
    sandbox.control.fault("disconnected_403", path="/api.xro/")
    with pytest.raises(OrganisationNotConnected, match="trial"):
        agency.check("Agency Ltd")
    assert not agency.find("Agency Ltd").may_sync
    assert agency.check("Agency Ltd").status is Status.HEALTHY


def test_removing_tells_who_shares_the_sign_in(
    connections: Connections, person: Person, sandbox: RunningSandbox
) -> None:
    for book in ("cafe", "garage"):
        sandbox.control.consent([book], user=ACCOUNTANT)
        person.connect(connections, "Clients", Purpose.CLIENT)
    assert connections.removal("Cafe Ltd").shares_sign_in_with == ("Garage Ltd",)
    connections.remove("Garage Ltd")
    assert connections.removal("Cafe Ltd").shares_sign_in_with == ()


def test_an_organisation_that_comes_back_has_the_key_it_had(
    agency: Connections, person: Person, settings: Settings
) -> None:
    with sqlite3.connect(settings.home / "state.db") as database:
        database.execute("UPDATE connections SET organisation_key = 'as-it-was-once-called'")
    agency.remove("Agency Ltd")
    (left,) = agency.removed()
    assert (left.status, left.status_reason) == (
        Status.REMOVED,
        "Removed on 2026-04-01; what was read is kept.",
    )
    assert person.connect(agency).organisation_key == "as-it-was-once-called"
    assert agency.removed() == []


def test_the_days_calls_are_counted_across_processes(
    sandbox: RunningSandbox, settings: Settings, clock: TestClock, person: Person
) -> None:
    limited = settings_of(sandbox, settings.home, daily_call_limit=3)
    with Connections.open(limited, clock) as first:
        person.connect(first)  # reads Organisation: one call
        assert first.calls_left("Agency Ltd") == 2
        first.check("Agency Ltd")
    with Connections.open(limited, clock) as second:
        second.check("Agency Ltd")
        with pytest.raises(DailyLimitReached) as refused:
            second.check("Agency Ltd")
        assert second.calls_left("Agency Ltd") == 0
    assert refused.value.resume_at == dt.datetime(2026, 4, 2, tzinfo=dt.UTC)
    calls = [call for call in sandbox.control.requests() if "api.xro" in call["path"]]
    assert len(calls) == 3


@on_both
def test_monitored_accounts_are_replaced_as_chosen(agency: Connections) -> None:
    uncategorised = MonitoredAccount("a-1", "429", "Uncategorised Expense")
    suspense = MonitoredAccount("a-2", "850", "Suspense", 30, ("BankTransaction",))
    agency.monitor_accounts("Agency Ltd", [suspense, uncategorised])
    assert agency.monitored_accounts("Agency Ltd") == [uncategorised, suspense]
    assert uncategorised.look_back_days == 90
    agency.monitor_accounts("Agency Ltd", [suspense])
    assert agency.monitored_accounts("Agency Ltd") == [suspense]


@on_both
def test_monitored_accounts_and_usage_are_listed_for_analysts(
    agency: Connections, sandbox: RunningSandbox
) -> None:
    id = sandbox.control.tenant_id("agency")
    suspense = MonitoredAccount("a-2", "850", "Suspense", 30, ("SPEND",))
    agency.monitor_accounts("Agency Ltd", [suspense])
    assert agency.watched_accounts() == [WatchedAccount(id, "a-2", "850", 30, ["SPEND"], NOW)]
    (today,) = agency.usage()
    assert (today.organisation_id, today.day, today.calls) == (id, NOW.date(), 1)
    assert (today.endpoint, today.tier) == ("organisation", "starter")
    assert today.body_bytes > 0


def test_removing_ends_the_connection_at_xero_and_forgets_the_tokens(
    agency: Connections, sandbox: RunningSandbox, settings: Settings
) -> None:
    agency.monitor_accounts("Agency Ltd", [MonitoredAccount("a-1", "429", "Uncategorised")])
    assert agency.remove("Agency Ltd") == Removed("Agency Ltd", ended_at_xero=True)
    assert agency.connections() == []
    assert token_sets(settings) == 0
    assert [c["status"] for c in sandbox.control.requests() if c["method"] == "DELETE"] == [204]


def test_tokens_stay_as_long_as_another_organisation_needs_them(
    connections: Connections, person: Person, sandbox: RunningSandbox, settings: Settings
) -> None:
    for book in ("cafe", "garage"):
        sandbox.control.consent([book], user=ACCOUNTANT)
        person.connect(connections, "Clients", Purpose.CLIENT)
    connections.remove("Cafe Ltd")
    assert token_sets(settings) == 1
    assert connections.check("Garage Ltd").status is Status.HEALTHY


@on_both
def test_a_dead_connection_can_be_removed_and_what_stays_at_xero_is_said(
    agency: Connections, sandbox: RunningSandbox, clock: TestClock
) -> None:
    clock.advance(days=61)
    sandbox.control.advance(dt.timedelta(days=61))
    assert agency.remove("Agency Ltd") == Removed("Agency Ltd", ended_at_xero=False)
    assert agency.connections() == []


def test_nothing_is_forgotten_when_xero_cannot_be_reached(
    agency: Connections, sandbox: RunningSandbox
) -> None:
    sandbox.control.fault("server_error", path="/connections/", times=None)
    with pytest.raises(XeroError):
        agency.remove("Agency Ltd")
    assert len(agency.connections()) == 1


def test_an_organisation_that_is_not_connected_is_refused_with_those_that_are(
    agency: Connections,
) -> None:
    with pytest.raises(NotConnectedHere, match=r"'Bakery'.*'Agency Ltd'"):
        agency.client("Bakery")


def test_looking_needs_no_client_id(
    agency: Connections, sandbox: RunningSandbox, settings: Settings
) -> None:
    with Connections.open(settings_of(sandbox, settings.home, client_id="")) as looking:
        assert [each.organisation_name for each in looking.connections()] == ["Agency Ltd"]
