"""Who is let in: tokens, organisations, scopes, limits; and what goes wrong on demand."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from xero_pipeline.sandbox.faults import FaultKind
from xero_pipeline.sandbox.limits import Limiter, Limits, RateLimited
from xero_pipeline.sandbox.serve import RunningSandbox
from xero_pipeline_tests.sandbox.xero_client import XeroClient, token

# --- tokens, organisations, scopes ----------------------------------------------------------------


def test_an_expired_token_says_when_it_expired_in_american_order(
    sandbox: RunningSandbox, xero: XeroClient
) -> None:
    sandbox.control.advance(dt.timedelta(minutes=30))

    answer = xero.get("Organisation")

    assert answer.status_code == 401
    assert answer.json()["Detail"] == "TokenExpired: token expired at 04/01/2026 10:30:00"
    assert list(answer.json()) == ["Type", "Title", "Status", "Detail", "Instance", "Extensions"]


def test_no_token_and_a_foreign_token_are_not_authenticated(xero: XeroClient) -> None:
    xero.access_token = "not.a.token"

    for answer in (xero.get("Organisation"), xero.send("/connections")):
        assert answer.status_code == 401
        assert answer.json()["Detail"] == "AuthenticationUnsuccessful"
    assert requests.get(f"{xero.url}/api.xro/2.0/Organisation", timeout=30).status_code == 401


def test_an_organisation_that_is_missing_or_not_connected_is_forbidden(
    sandbox: RunningSandbox, xero: XeroClient
) -> None:
    for tenant in (None, sandbox.control.tenant_id("client")):
        xero.tenant = tenant
        answer = xero.get("Organisation")
        assert answer.status_code == 403
        assert answer.json()["Title"] == "Forbidden"
        assert answer.json()["Detail"] == "AuthenticationUnsuccessful"


def test_a_missing_scope_is_named_in_the_header(sandbox: RunningSandbox) -> None:
    xero = XeroClient.connected(sandbox, scope="accounting.settings.read")

    answer = xero.get("Invoices")

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "insufficient_scope"
    assert answer.json()["Detail"] == "AuthorizationUnsuccessful"
    assert xero.get("Items").status_code == 200


def test_journals_need_the_advanced_tier_and_look_like_a_missing_scope(xero: XeroClient) -> None:
    answer = xero.get("Journals")

    assert (answer.status_code, answer.json()["Detail"]) == (401, "AuthorizationUnsuccessful")


def test_a_token_that_may_only_read_is_told_so_when_it_writes(xero: XeroClient) -> None:
    answer = xero.post("Invoices", {})

    assert (answer.status_code, answer.json()["Detail"]) == (401, "AuthorizationUnsuccessful")


def test_an_organisation_that_disconnects_the_app_is_forbidden_from_then_on(
    sandbox: RunningSandbox, xero: XeroClient
) -> None:
    sandbox.control.disconnect("agency")

    assert xero.get("Organisation").status_code == 403
    assert xero.send("/connections").json() == []


# --- limits ---------------------------------------------------------------------------------------

NOON = dt.datetime(2026, 4, 1, 12, 0, tzinfo=dt.UTC)


def call(limiter: Limiter, now: dt.datetime, tenant: str = "t", limits: Limits = Limits()) -> None:  # noqa: B008
    limiter.enter("app", tenant, limits, now)
    limiter.leave("app", tenant)


def test_the_sixty_first_call_of_a_minute_waits_for_the_window_to_end() -> None:
    limiter = Limiter()
    for _ in range(60):
        call(limiter, NOON)

    with pytest.raises(RateLimited) as refusal:
        call(limiter, NOON)

    assert refusal.value.problem == "minute"
    assert refusal.value.retry_after is not None
    assert 1 <= refusal.value.retry_after <= 60
    call(limiter, NOON + dt.timedelta(seconds=refusal.value.retry_after))


def test_windows_of_two_organisations_begin_at_different_moments() -> None:
    limiter = Limiter()
    waits = []
    for tenant in ("one", "two"):
        for _ in range(60):
            call(limiter, NOON, tenant)
        with pytest.raises(RateLimited) as refusal:
            call(limiter, NOON, tenant)
        waits.append(refusal.value.retry_after)

    assert waits[0] != waits[1]


def test_the_day_is_over_for_hours() -> None:
    limiter = Limiter()
    limits = Limits(day=3, minute=1000)
    for _ in range(3):
        call(limiter, NOON, limits=limits)

    with pytest.raises(RateLimited) as refusal:
        call(limiter, NOON, limits=limits)

    assert (refusal.value.problem, refusal.value.remaining.minute) == ("day", 997)
    assert 0 < (refusal.value.retry_after or 0) <= 86_400


def test_the_apps_own_minute_counts_over_all_organisations() -> None:
    limiter = Limiter()
    limits = Limits(app_minute=2)
    call(limiter, NOON, "one", limits)
    call(limiter, NOON, "two", limits)

    with pytest.raises(RateLimited) as refusal:
        call(limiter, NOON, "three", limits)

    assert (refusal.value.problem, refusal.value.retry_after) == ("appminute", None)


def test_five_calls_may_be_in_flight() -> None:
    limiter = Limiter()
    for _ in range(5):
        limiter.enter("app", "t", Limits(), NOON)

    with pytest.raises(RateLimited) as refusal:
        limiter.enter("app", "t", Limits(), NOON)

    assert (refusal.value.problem, refusal.value.retry_after) == ("concurrent", None)
    limiter.leave("app", "t")
    limiter.enter("app", "t", Limits(), NOON)


def test_the_headers_count_down_and_a_429_is_empty(
    sandbox: RunningSandbox, xero: XeroClient
) -> None:
    sandbox.control.enforce_limits(True)

    first, second = xero.get("Organisation").headers, xero.get("Organisation").headers
    for _ in range(58):
        xero.get("Organisation")
    refused = xero.get("Organisation")

    assert (first["X-DayLimit-Remaining"], second["X-DayLimit-Remaining"]) == ("999", "998")
    assert (first["X-MinLimit-Remaining"], second["X-MinLimit-Remaining"]) == ("59", "58")
    assert (first["X-AppMinLimit-Remaining"], second["X-AppMinLimit-Remaining"]) == ("9999", "9998")
    assert (refused.status_code, refused.content) == (429, b"")
    assert refused.headers["X-Rate-Limit-Problem"] == "minute"
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["X-MinLimit-Remaining"] == "0"
    assert "X-MinLimit-Remaining" not in xero.send("/connections").headers


def test_the_sixth_call_at_once_is_refused_without_a_retry_after(
    sandbox: RunningSandbox, xero: XeroClient
) -> None:
    sandbox.control.enforce_limits(True)
    sandbox.control.fault("slow", path="Organisation", times=6, seconds=2.0)
    together = threading.Barrier(6)

    def ask() -> requests.Response:
        together.wait()
        return xero.get("Organisation")

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: ask(), range(6)))

    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) == 1
    assert refused[0].headers["X-Rate-Limit-Problem"] == "concurrent"
    assert "Retry-After" not in refused[0].headers


# --- faults ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "status", "text"),
    [
        ("maintenance", 503, "The Xero API is currently offline for maintenance"),
        ("unavailable", 503, "The Xero API is temporarily unavailable"),
        ("organisation_offline", 503, "The Organisation is offline"),
        ("disconnected_401", 401, "AuthenticationUnsuccessful"),
        ("disconnected_403", 403, "AuthenticationUnsuccessful"),
        ("rate_limit_day", 429, ""),
    ],
)
def test_a_fault_hits_once_and_is_gone(
    sandbox: RunningSandbox, xero: XeroClient, kind: FaultKind, status: int, text: str
) -> None:
    sandbox.control.fault(kind, path="Invoices", organisation="agency")

    assert xero.get("Organisation").status_code == 200
    answer = xero.get("Invoices")
    assert answer.status_code == status
    assert text in answer.text
    assert xero.get("Invoices").status_code == 200


def test_a_truncated_answer_is_a_200_whose_json_breaks_off(
    sandbox: RunningSandbox, xero: XeroClient
) -> None:
    sandbox.control.fault("truncated", path="page=2", skip=1)

    assert xero.get("Invoices?page=2").json()["Invoices"] == []
    broken = xero.get("Invoices?page=2")
    assert broken.status_code == 200
    with pytest.raises(requests.exceptions.JSONDecodeError):
        broken.json()


def test_without_the_reports_permission_reports_and_manual_journals_are_forbidden(
    sandbox: RunningSandbox, xero: XeroClient
) -> None:
    sandbox.control.fault("no_reports_permission", times=None)

    assert xero.get("Reports/TrialBalance").status_code == 403
    assert xero.get("ManualJournals").status_code == 403
    assert xero.get("Invoices").status_code == 200


def test_the_token_endpoint_can_refuse_too(sandbox: RunningSandbox) -> None:
    sandbox.control.fault("invalid_grant")

    assert token(sandbox, grant_type="refresh_token").json() == {"error": "invalid_grant"}


# --- the request log ------------------------------------------------------------------------------


def test_the_log_shows_calls_without_secrets_and_bills_all_but_the_organisation(
    sandbox: RunningSandbox, xero: XeroClient
) -> None:
    sandbox.control.clear_requests()
    before = sandbox.control.egress().get("2026-04", {"calls": 0, "bytes_sent": 0})
    xero.get("Organisation")
    length = len(xero.get("Invoices?page=1", **{"Accept-Encoding": "identity"}).content)

    organisation, invoices = sandbox.control.requests()
    after = sandbox.control.egress()["2026-04"]
    assert (invoices["path"], invoices["query"]) == ("/api.xro/2.0/Invoices", "page=1")
    assert (invoices["tenant"], invoices["status"]) == (xero.tenant, 200)
    assert "authorization" not in invoices["headers"]
    assert organisation["at"] == "2026-04-01T10:00:00Z"
    assert after["calls"] - before["calls"] == 1
    assert after["bytes_sent"] - before["bytes_sent"] == length
