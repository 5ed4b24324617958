"""Xero's error answers. Sources: developer.xero.com, response codes; reports by other clients."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Sequence

from starlette.responses import Response

from xero_pipeline.sandbox.api import wire
from xero_pipeline.sandbox.contract import Value

NOT_FOUND_TEXT = "The resource you're looking for cannot be found"
_REMAINING = {
    "day": "X-DayLimit-Remaining",
    "minute": "X-MinLimit-Remaining",
    "appminute": "X-AppMinLimit-Remaining",
}
_TITLES = {401: "Unauthorized", 403: "Forbidden"}


class ApiError(Exception):
    """An answer other than 200, raised where it is found out.

    Attributes:
        status: the HTTP status.
        body: text of the answer.
        media_type: of the body.
        headers: beside the usual ones.
    """

    def __init__(
        self,
        status: int,
        body: str = "",
        media_type: str = "text/plain",
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body
        self.media_type = media_type
        self.headers = headers or {}

    def response(self) -> Response:
        return Response(self.body, self.status, self.headers, self.media_type)


def problem(status: int, detail: str, headers: dict[str, str] | None = None) -> ApiError:
    """The five-key answer of the API's gate."""
    body: dict[str, object] = {
        "Type": None,
        "Title": _TITLES[status],
        "Status": status,
        "Detail": detail,
        "Instance": str(uuid.uuid4()),
        "Extensions": {},
    }
    return ApiError(status, json.dumps(body), "application/json", headers)


def token_expired(at: dt.datetime) -> ApiError:
    return problem(401, f"TokenExpired: token expired at {at:%m/%d/%Y %H:%M:%S}")


def not_authenticated() -> ApiError:
    """No token, one that cannot be read, or one withdrawn."""
    return problem(401, "AuthenticationUnsuccessful")


def insufficient_scope() -> ApiError:
    return problem(401, "AuthorizationUnsuccessful", {"WWW-Authenticate": "insufficient_scope"})


def wrong_tenant() -> ApiError:
    """No tenant named, or one this token has no connection to."""
    return problem(403, "AuthenticationUnsuccessful")


def no_permission() -> ApiError:
    """The user's role lacks what the endpoint needs."""
    return problem(403, "AuthorizationUnsuccessful")


def rate_limited(limit: str, retry_after: int | None) -> ApiError:
    """An empty body; Retry-After in seconds for the minute and the day only."""
    headers = {"X-Rate-Limit-Problem": limit}
    if limit in _REMAINING:
        headers[_REMAINING[limit]] = "0"
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return ApiError(429, headers=headers)


def not_found() -> ApiError:
    return ApiError(404, NOT_FOUND_TEXT)


def query_error(message: str) -> ApiError:
    return _exception(16, "QueryParseException", message)


def high_volume(message: str) -> ApiError:
    return _exception(51, "HighVolumeException", message)


def validation_error(message: str) -> ApiError:
    return _exception(10, "ValidationException", message)


def invalid_elements(elements: Sequence[bytes]) -> ApiError:
    """Elements of a write that were refused.

    Args:
        elements: texts by `wire.encode_record`, with their ValidationErrors.
    """
    head: dict[str, Value] = {
        "ErrorNumber": 10,
        "Type": "ValidationException",
        "Message": "A validation exception occurred",
    }
    text = wire.envelope(head, "Elements", elements).decode()
    return ApiError(400, text, "application/json; charset=utf-8")


def not_readable() -> ApiError:
    """A body that is no JSON, or has values of the wrong kind. Number and type as other clients
    report them; the wording is the sandbox's own."""
    return _exception(14, "PostDataInvalidException", "The data posted could not be parsed")


def key_of_another_request(key: str) -> ApiError:
    """Reported wording; that its type is that of a validation error is not."""
    return validation_error(f"Idempotency Key: {key} is used with a different request.")


def _exception(number: int, kind: str, message: str) -> ApiError:
    body = {"ErrorNumber": number, "Type": kind, "Message": message}
    return ApiError(400, json.dumps(body), "application/json")
