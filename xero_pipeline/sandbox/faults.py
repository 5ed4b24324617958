"""Things that go wrong at Xero, on demand."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Literal, get_args

from xero_pipeline.sandbox.events import Event

FaultKind = Literal[
    "maintenance",  # 503, the whole API
    "unavailable",  # 503, a moment
    "organisation_offline",  # 503, one organisation for some minutes
    "server_error",  # 500 with an HTML page
    "server_error_after",  # the same, but what was asked was done
    "rate_limit_minute",  # 429 with Retry-After
    "rate_limit_day",  # 429 with a Retry-After of hours
    "rate_limit_concurrent",  # 429 without Retry-After
    "rate_limit_app_minute",  # 429 without Retry-After: all organisations together
    "truncated",  # 200, and the JSON breaks off in the middle
    "connection_closed",  # 200, and the connection ends in the middle of the body
    "connection_reset",  # 200, and the connection is reset in the middle of the body
    "dropped",  # the connection ends without an answer; what was asked was done
    "no_answer",  # the answer is held back until the faults are cleared or the client hangs up
    "token_expired",  # every access token given out so far expires before the request is answered
    "empty",  # 200, and the listing holds nothing
    "fewer_pages",  # 200, and the listing holds the first half of its records only
    "disconnected_401",  # the organisation removed the app, as 401
    "disconnected_403",  # the same as 403
    "no_reports_permission",  # reports and manual journals answer 403
    "invalid_grant",  # the token endpoint refuses
    "new_field",  # records carry a field that nobody has heard of
    "slow",  # the answer waits for `seconds`
    "edit_before",  # before it is answered, events happen to the book
    "edit_after",  # once answered, events happen to the book
]
FAULT_KINDS: tuple[str, ...] = get_args(FaultKind)

_ALWAYS_ABOUT: dict[FaultKind, str] = {
    "no_reports_permission": r"/api\.xro/2\.0/(reports/|manualjournals|journals)",
    "invalid_grant": r"/connect/token",
}


@dataclass(frozen=True)
class Fault:
    """One thing to go wrong.

    Attributes:
        kind: what happens.
        path: regular expression searched for, without case, in path and query; "" is any request.
        tenant: only this organisation's requests; None is any.
        method: only requests of this HTTP method, "POST"; "" is any.
        skip: let so many matching requests pass first.
        times: then hit so many; None is for ever.
        seconds: of a slow answer, or the Retry-After of a limit.
        events: what happens to the book of the organisation asked about, at that very instant
            (`at` is set then). What the book refuses by then does not happen.
    """

    kind: FaultKind
    path: str = ""
    tenant: str | None = None
    method: str = ""
    skip: int = 0
    times: int | None = 1
    seconds: float = 1.0
    events: tuple[Event, ...] = ()

    def concerns(self, method: str, target: str, tenant: str | None) -> bool:
        patterns = [self.path, _ALWAYS_ABOUT.get(self.kind, "")]
        return (
            self.tenant in (None, tenant)
            and self.method in ("", method)
            and all(re.search(pattern, target, re.IGNORECASE) for pattern in patterns)
        )


class FaultBoard:
    """The faults that are on. Each request takes those that concern it."""

    def __init__(self) -> None:
        self._armed: list[_Armed] = []
        self._lock = threading.Lock()

        self.held = HeldAnswers()

    def add(self, *faults: Fault) -> None:
        with self._lock:
            self._armed += [_Armed(fault) for fault in faults]

    def clear(self) -> None:
        """No more faults; answers held back are given."""
        with self._lock:
            self._armed.clear()
        self.held.release()

    def take(self, method: str, target: str, tenant: str | None) -> list[Fault]:
        """The faults that hit this request; counts it for all that it concerns."""
        if not self._armed:
            return []
        with self._lock:
            hit = [
                armed.fault
                for armed in self._armed
                if armed.fault.concerns(method, target, tenant) and armed.hits()
            ]
            self._armed = [armed for armed in self._armed if not armed.spent]
            return hit


class HeldAnswers:
    """Answers that wait, on the server's loop, for a word from any thread."""

    def __init__(self) -> None:
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        self._lock = threading.Lock()

    async def wait(self, client_gone: Awaitable[None]) -> None:
        """Until `release`, or until the client has hung up."""
        word = asyncio.Event()
        entry = (asyncio.get_running_loop(), word)
        with self._lock:
            self._waiting.add(entry)
        waits = [asyncio.ensure_future(word.wait()), asyncio.ensure_future(client_gone)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            with self._lock:
                self._waiting.discard(entry)

    def release(self) -> None:
        with self._lock:
            for loop, word in self._waiting:
                loop.call_soon_threadsafe(word.set)


class _Armed:
    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self._seen = 0

    def hits(self) -> bool:
        self._seen += 1
        return self._seen > self.fault.skip

    @property
    def spent(self) -> bool:
        return self.fault.times is not None and self._seen >= self.fault.skip + self.fault.times
