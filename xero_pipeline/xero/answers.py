"""What a refusal by Xero means: status, headers and body to one class of error. Pure functions.

Source: developer.xero.com/documentation/api/accounting/responsecodes, and bodies seen in the field
(the identity server writes lower_snake JSON, the API PascalCase JSON, a 503 plain text).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from xero_pipeline.xero.errors import (
    AccessTokenExpired,
    ConcurrentLimitReached,
    DailyLimitReached,
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
from xero_pipeline.xero.limits import CallsLeft

_MINUTE = timedelta(minutes=1)
_A_MOMENT = timedelta(seconds=1)
# No minute window asks for more patience than this, whatever the answer calls itself.
_LONGEST_MINUTE_WAIT = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for: the words for messages.

    Attributes:
        organisation: its name.
        endpoint: the catalogue's name of the endpoint or report.
        scope: the granular scope that it needs.
        condition: what Xero wants for it besides the scope.
    """

    organisation: str
    endpoint: str
    scope: str
    condition: str = ""

    def __str__(self) -> str:
        return f"{self.endpoint} of the organisation '{self.organisation}'"


def error_for(
    asked: Asked, status: int, headers: Mapping[str, str], body: bytes, now: datetime
) -> XeroError:
    """The error that an answer other than 200 stands for.

    Args:
        headers: looked up in any case.
        now: UTC; Retry-After is counted from it.
    """
    if status == 429:
        return _limit(asked, headers, now)
    if status == 503:
        return _unavailable(asked, body)
    if status >= 500:
        return XeroUnavailable(str(asked), f"HTTP {status}")
    detail = _detail(body)
    if status == 401:
        return _unauthorised(asked, detail)
    if status == 403:
        return _forbidden(asked, detail)
    return RequestRefused(asked.organisation, asked.endpoint, status, detail or "no reason given")


def _limit(asked: Asked, headers: Mapping[str, str], now: datetime) -> XeroError:
    problem = headers.get("X-Rate-Limit-Problem", "").lower()
    wait = retry_after(headers, now)
    if problem.startswith("day") or (wait is not None and wait > _LONGEST_MINUTE_WAIT):
        return DailyLimitReached(asked.organisation, now + (wait or timedelta(hours=1)))
    if problem.startswith(("minute", "app")) or wait is not None:
        resume_at = now + (wait or _MINUTE)
        of_app = problem.startswith("app")
        return MinuteLimitReached(asked.organisation, resume_at, of_app=of_app)
    return ConcurrentLimitReached(asked.organisation, now + _A_MOMENT)


def _unavailable(asked: Asked, body: bytes) -> XeroError:
    text = body[:500].decode("utf-8", "replace").lower()
    if "organisation is offline" in text:
        return OrganisationOffline(asked.organisation)
    if "maintenance" in text:
        return XeroMaintenance(asked.organisation)
    return XeroUnavailable(str(asked), "HTTP 503: temporarily unavailable")


def _unauthorised(asked: Asked, detail: str) -> XeroError:
    if detail.startswith("TokenExpired"):
        return AccessTokenExpired(asked.organisation)
    if detail.startswith("AuthorizationUnsuccessful"):
        return MissingScope(asked.organisation, asked.endpoint, asked.scope, asked.condition)
    return OrganisationNotConnected(asked.organisation, 401)


def _forbidden(asked: Asked, detail: str) -> XeroError:
    if detail.startswith("AuthenticationUnsuccessful"):
        return OrganisationNotConnected(asked.organisation, 403)
    return MissingPermission(asked.organisation, asked.endpoint)


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """The Retry-After header, in seconds or as a date; None when absent or unreadable."""
    value = headers.get("Retry-After", "").strip()
    if value.isdigit():
        return timedelta(seconds=int(value))
    at = http_date(value)
    return None if at is None else max(at - now, timedelta(0))


def calls_left(headers: Mapping[str, str]) -> CallsLeft:
    """What the rate-limit headers say."""
    return CallsLeft(
        day=_whole_number(headers.get("X-DayLimit-Remaining")),
        minute=_whole_number(headers.get("X-MinLimit-Remaining")),
        app_minute=_whole_number(headers.get("X-AppMinLimit-Remaining")),
    )


def http_date(value: str | None) -> datetime | None:
    """An HTTP date as UTC; None when absent or unreadable."""
    try:
        return parsedate_to_datetime(value or "").astimezone(UTC)
    except ValueError:
        return None


def _whole_number(value: str | None) -> int | None:
    return int(value) if value and value.isdigit() else None


def _detail(body: bytes) -> str:
    """Xero's own words: `Detail` of an authorisation error, `Message` of a validation error."""
    try:
        answer = json.loads(body)
    except ValueError:
        return ""
    if not isinstance(answer, dict):
        return ""
    return str(answer.get("Detail") or answer.get("Message") or "")[:200]
