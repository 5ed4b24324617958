"""What all of Xero's addresses have in common: faults, compression, headers, the request log."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from fractions import Fraction
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response

from xero_pipeline.sandbox.api import errors
from xero_pipeline.sandbox.api.errors import ApiError
from xero_pipeline.sandbox.faults import Fault, FaultBoard, FaultKind
from xero_pipeline.sandbox.hanging_up import BrokenOff, Unanswered, client_gone
from xero_pipeline.sandbox.identity.service import Identity
from xero_pipeline.sandbox.request_log import LoggedRequest, RequestLog, without_secrets
from xero_pipeline.sandbox.world import World

Endpoint = Callable[[Request], Awaitable[Response]]

_SMALLEST_COMPRESSED = 200
_COMPRESSED = ((b"content-encoding", b"gzip"), (b"vary", b"Accept-Encoding"))
_RECORD_BEGINS = b"\r\n    {\r\n"
_NEW_FIELD = b'      "AnnouncedNextYear": {"Kind": "surprise"},\r\n'


class Front:
    """Wraps every endpoint but the sandbox's own."""

    def __init__(
        self, world: World, identity: Identity, faults: FaultBoard, log: RequestLog
    ) -> None:
        self._world = world
        self._identity = identity
        self._faults = faults
        self._log = log

    def wrap(self, endpoint: Endpoint) -> Endpoint:
        async def answer(request: Request) -> Response:
            tenant = request.headers.get("xero-tenant-id", "").lower() or None
            target = f"{request.url.path}?{request.url.query}"
            faults = self._faults.take(request.method, target, tenant)
            request.state.faults = faults
            self._world.clock.tick()
            self._happen("edit_before", faults, tenant)
            if _any(faults, "token_expired"):
                self._identity.expire_access_tokens()
            try:
                _raise_first(faults)
                response = await endpoint(request)
                if _any(faults, "server_error_after"):
                    raise _ANSWERS["server_error"](faults[0])
            except ApiError as error:
                response = error.response()
            self._happen("edit_after", faults, tenant)
            _spoil(response, faults)
            self._finish(request, response, tenant)
            if _any(faults, "no_answer"):
                await self._faults.held.wait(client_gone(request))
            return _broken_off(response, faults)

        return answer

    def _happen(self, when: FaultKind, faults: list[Fault], tenant: str | None) -> None:
        for fault in faults:
            if fault.kind == when and tenant is not None:
                self._world.attempt(tenant, fault.events)

    def _finish(self, request: Request, response: Response, tenant: str | None) -> None:
        now = self._world.clock.now()
        raw = len(response.body)
        compressed = raw > _SMALLEST_COMPRESSED and "gzip" in request.headers.get(
            "accept-encoding", ""
        )
        if compressed:
            response.body = gzip.compress(response.body, compresslevel=1)
        response.raw_headers = [
            *(pair for pair in response.raw_headers if pair[0] != b"content-length"),
            (b"content-length", b"%d" % len(response.body)),
            *_usual_headers(int(now.timestamp())),
            *(_COMPRESSED if compressed else ()),
        ]
        self._log.add(
            LoggedRequest(
                at=now,
                method=request.method,
                path=request.url.path,
                query=request.url.query,
                headers=without_secrets(request.headers.raw),
                tenant=tenant,
                status=response.status_code,
                bytes_raw=raw,
                bytes_sent=len(response.body),
            )
        )


@lru_cache(maxsize=64)
def _usual_headers(second: int) -> tuple[tuple[bytes, bytes], ...]:
    """What every answer of this second carries."""
    date = formatdate(second, usegmt=True).encode()
    return (
        (b"date", date),
        (b"expires", date),
        (b"pragma", b"no-cache"),
        (b"server", b"Kestrel"),
        (b"cache-control", b"max-age=0, no-cache, no-store"),
    )


async def pause(request: Request) -> None:
    """Where a slow answer waits."""
    seconds = sum(fault.seconds for fault in request.state.faults if fault.kind == "slow")
    if seconds:
        await asyncio.sleep(seconds)


def share_shown(request: Request) -> Fraction:
    """How much of a listing this request is to see."""
    if _any(request.state.faults, "empty"):
        return Fraction(0)
    return Fraction(1, 2) if _any(request.state.faults, "fewer_pages") else Fraction(1)


def _any(faults: list[Fault], kind: FaultKind) -> bool:
    return any(fault.kind == kind for fault in faults)


def _broken_off(response: Response, faults: list[Fault]) -> Response:
    for fault in faults:
        if fault.kind == "dropped":
            return Unanswered()
        if fault.kind in ("connection_closed", "connection_reset"):
            return BrokenOff(response, reset=fault.kind == "connection_reset")
    return response


def _spoil(response: Response, faults: list[Fault]) -> None:
    """Bodies that are not quite what was asked for."""
    for fault in faults:
        if fault.kind == "truncated":
            response.body = response.body[: len(response.body) // 2]
        if fault.kind == "new_field":
            response.body = bytes(response.body).replace(
                _RECORD_BEGINS, _RECORD_BEGINS + _NEW_FIELD
            )


def _raise_first(faults: list[Fault]) -> None:
    for fault in faults:
        if fault.kind in _ANSWERS:
            raise _ANSWERS[fault.kind](fault)


_ANSWERS: dict[FaultKind, Callable[[Fault], ApiError]] = {
    "maintenance": lambda _: _offline("The Xero API is currently offline for maintenance"),
    "unavailable": lambda _: _offline("The Xero API is temporarily unavailable"),
    "organisation_offline": lambda _: _offline("The Organisation is offline"),
    "server_error": lambda _: ApiError(500, "<html>An error occurred</html>", "text/html"),
    "rate_limit_minute": lambda fault: errors.rate_limited("minute", int(fault.seconds)),
    "rate_limit_day": lambda fault: errors.rate_limited("day", int(fault.seconds)),
    "rate_limit_concurrent": lambda _: errors.rate_limited("concurrent", None),
    "rate_limit_app_minute": lambda _: errors.rate_limited("appminute", None),
    "disconnected_401": lambda _: errors.not_authenticated(),
    "disconnected_403": lambda _: errors.wrong_tenant(),
    "no_reports_permission": lambda _: errors.no_permission(),
    "invalid_grant": lambda _: ApiError(400, '{"error":"invalid_grant"}', "application/json"),
}
"""What a fault answers in place of the real thing; the other faults leave that alone."""


def _offline(text: str) -> ApiError:
    return ApiError(503, text)
