"""Xero's rate limits: who may call now, and what the headers say.

Windows are fixed, and every organisation's begin at a moment of their own, so that only Retry-After
tells a client when to come back. Source: developer.xero.com, OAuth 2.0 limits; FAQ on limits.
"""

from __future__ import annotations

import datetime as dt
import math
import threading
import zlib
from collections import Counter
from dataclasses import dataclass
from typing import Literal

Problem = Literal["concurrent", "minute", "day", "appminute"]

_MINUTE = 60
_DAY = 86_400


@dataclass(frozen=True)
class Limits:
    """Calls: of one app on one organisation, except `app_minute`, which is over all of them."""

    concurrent: int = 5
    minute: int = 60
    day: int = 5000
    app_minute: int = 10_000


@dataclass(frozen=True)
class Remaining:
    """What is left after a call."""

    day: int
    minute: int
    app_minute: int


class RateLimited(Exception):
    """A call over a limit.

    Attributes:
        problem: Xero's word for the limit.
        retry_after: seconds until the window ends; None where Xero does not say.
    """

    def __init__(self, problem: Problem, retry_after: int | None, remaining: Remaining) -> None:
        super().__init__(problem)
        self.problem = problem
        self.retry_after = retry_after
        self.remaining = remaining


class Limiter:
    """Counts calls. With `enforced` off the remaining numbers stay full and nothing is refused."""

    def __init__(self, *, enforced: bool = True) -> None:
        self.enforced = enforced
        self._calls: Counter[tuple[str, int]] = Counter()
        self._in_flight: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def enter(self, app: str, tenant: str, limits: Limits, now: dt.datetime) -> Remaining:
        """Admits a call; `leave` must follow.

        Raises:
            RateLimited: the call is over a limit; it counts towards none.
        """
        with self._lock:
            if self.enforced:
                self._refuse_over_limit(app, tenant, limits, now)
                for window in self._windows(app, tenant, now):
                    self._calls[window] += 1
            self._in_flight[app, tenant] += 1
            return self._remaining(app, tenant, limits, now)

    def leave(self, app: str, tenant: str) -> None:
        with self._lock:
            self._in_flight[app, tenant] -= 1

    def reset(self) -> None:
        """Forgets all calls counted so far."""
        with self._lock:
            self._calls.clear()

    def _refuse_over_limit(self, app: str, tenant: str, limits: Limits, now: dt.datetime) -> None:
        remaining = self._remaining(app, tenant, limits, now)
        problem: Problem
        if self._in_flight[app, tenant] >= limits.concurrent:
            problem, wait = "concurrent", None
        elif remaining.day <= 0:
            problem, wait = "day", _seconds_left(tenant, _DAY, now)
        elif remaining.minute <= 0:
            problem, wait = "minute", _seconds_left(tenant, _MINUTE, now)
        elif remaining.app_minute <= 0:
            problem, wait = "appminute", None
        else:
            return
        raise RateLimited(problem, wait, remaining)

    def _remaining(self, app: str, tenant: str, limits: Limits, now: dt.datetime) -> Remaining:
        day, minute, app_minute = (self._calls[key] for key in self._windows(app, tenant, now))
        return Remaining(limits.day - day, limits.minute - minute, limits.app_minute - app_minute)

    @staticmethod
    def _windows(app: str, tenant: str, now: dt.datetime) -> tuple[tuple[str, int], ...]:
        return (
            (f"day/{app}/{tenant}", _window(tenant, _DAY, now)),
            (f"minute/{app}/{tenant}", _window(tenant, _MINUTE, now)),
            (f"appminute/{app}", _window(app, _MINUTE, now)),
        )


def _phase(name: str, length: int) -> int:
    return zlib.crc32(name.encode()) % length


def _window(name: str, length: int, now: dt.datetime) -> int:
    return int(now.timestamp() + _phase(name, length)) // length


def _seconds_left(name: str, length: int, now: dt.datetime) -> int:
    return math.ceil(length - (now.timestamp() + _phase(name, length)) % length)
