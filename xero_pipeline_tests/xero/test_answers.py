"""Which refusal of Xero means what."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from xero_pipeline.xero.answers import Asked, error_for, http_date, retry_after
from xero_pipeline.xero.errors import (
    AccessTokenExpired,
    ConcurrentLimitReached,
    DailyLimitReached,
    LimitError,
    MinuteLimitReached,
    MissingPermission,
    MissingScope,
    OrganisationNotConnected,
    OrganisationOffline,
    RequestRefused,
    XeroError,
    XeroMaintenance,
    XeroUnavailable,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ASKED = Asked("Harbour Digital", "trial_balance", "accounting.reports.trialbalance.read")


def refused(status: int, detail: str) -> bytes:
    return json.dumps(
        {"Type": None, "Title": "", "Status": status, "Detail": detail, "Extensions": {}}
    ).encode()


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, b'{"ErrorNumber":51,"Type":"HighVolumeException","Message":"x"}', RequestRefused),
        (401, refused(401, "TokenExpired: token expired at 03/02/2026"), AccessTokenExpired),
        (401, refused(401, "AuthorizationUnsuccessful"), MissingScope),
        (401, refused(401, "AuthenticationUnsuccessful"), OrganisationNotConnected),
        (403, refused(403, "AuthenticationUnsuccessful"), OrganisationNotConnected),
        (403, refused(403, "You do not have permission"), MissingPermission),
        (403, b"", MissingPermission),
        (404, b"The resource you're looking for cannot be found", RequestRefused),
        (500, b"<html>", XeroUnavailable),
        (502, b"", XeroUnavailable),
        (503, b"The Xero API is currently offline for maintenance", XeroMaintenance),
        (503, b"The Xero API is temporarily unavailable", XeroUnavailable),
        (503, b"The Organisation is offline", OrganisationOffline),
    ],
)  # fmt: skip
def test_every_refusal_has_its_class_and_names_the_organisation(
    status: int, body: bytes, error: type[XeroError]
) -> None:
    found = error_for(ASKED, status, {}, body, NOW)
    assert type(found) is error
    assert "Harbour Digital" in found.what
    assert found.next_step.endswith(".")
    assert str(found) == f"{found.what} {found.next_step}"


@pytest.mark.parametrize(
    ("problem", "wait", "error", "resumes_in"),
    [
        ("minute", "23", MinuteLimitReached, timedelta(seconds=23)),
        ("Minute", None, MinuteLimitReached, timedelta(minutes=1)),
        ("appminute", None, MinuteLimitReached, timedelta(minutes=1)),
        ("day", "3600", DailyLimitReached, timedelta(hours=1)),
        ("DayLimit", "7200", DailyLimitReached, timedelta(hours=2)),
        ("minute", "7200", DailyLimitReached, timedelta(hours=2)),
        ("concurrent", None, ConcurrentLimitReached, timedelta(seconds=1)),
        (None, None, ConcurrentLimitReached, timedelta(seconds=1)),
    ],
)
def test_every_limit_says_when_calls_are_allowed_again(
    problem: str | None, wait: str | None, error: type[LimitError], resumes_in: timedelta
) -> None:
    headers = {"X-Rate-Limit-Problem": problem, "Retry-After": wait}
    given = {name: value for name, value in headers.items() if value is not None}
    found = error_for(ASKED, 429, given, b"", NOW)
    assert type(found) is error
    assert isinstance(found, LimitError)
    assert found.resume_at == NOW + resumes_in


def test_a_missing_scope_is_named() -> None:
    found = error_for(ASKED, 401, {}, refused(401, "AuthorizationUnsuccessful"), NOW)
    assert "accounting.reports.trialbalance.read" in str(found)
    assert "trial_balance" in str(found)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("5", 5), ("Mon, 02 Mar 2026 09:01:00 GMT", 60), ("Mon, 02 Mar 2026 08:00:00 GMT", 0)],
)
def test_retry_after_comes_in_seconds_or_as_a_date(value: str, seconds: int) -> None:
    assert retry_after({"Retry-After": value}, NOW) == timedelta(seconds=seconds)


@pytest.mark.parametrize("value", [None, "", "soon"])
def test_an_unreadable_date_is_no_date(value: str | None) -> None:
    assert http_date(value) is None
