"""Xero's rate limits: who may call now, and what the headers say.

Windows are fixed, and every organisation's begin at a moment of their own, so that only Retry-After
tells a client when to come back. Source: developer.xero.com, OAuth 2.0 limits; FAQ on limits.
"""

from __future__ import annotations

import datetime as dt
import math
import threading
import zlib
from collections import Counter, defaultdict
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
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


@dataclass
class Use:
    """How an organisation's limits were used, over all apps, since the calls were last forgotten.

    Attributes:
        calls: admitted.
        most_in_flight: the greatest number of calls being answered at once.
        busiest_minute: the greatest number of calls in one minute's window.
        refused: how often, by limit.
    """

    calls: int = 0
    most_in_flight: int = 0
    busiest_minute: int = 0
    refused: Counter[Problem] = field(default_factory=Counter)


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
        self._changed: dict[str | None, Mapping[str, int]] = {}
        self._use: defaultdict[str, Use] = defaultdict(Use)
        self._calls: Counter[tuple[str, int]] = Counter()
        self._in_flight: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def enter(self, app: str, tenant: str, limits: Limits, now: dt.datetime) -> Remaining:
        """Admits a call; `leave` must follow.

        Raises:
            RateLimited: the call is over a limit; it counts towards none.
        """
        with self._lock:
            limits = self._limits(tenant, limits)
            if self.enforced:
                self._refuse_over_limit(app, tenant, limits, now)
                for window in self._windows(app, tenant, now):
                    self._calls[window] += 1
            self._in_flight[app, tenant] += 1
            remaining = self._remaining(app, tenant, limits, now)
            self._note(app, tenant, limits.minute - remaining.minute)
            return remaining

    def leave(self, app: str, tenant: str) -> None:
        with self._lock:
            self._in_flight[app, tenant] -= 1

    def change(self, tenant: str | None, **limits: int) -> None:
        """Sets limits, by the names of `Limits`, whatever the app's tier says.

        Args:
            tenant: of this organisation alone; None: of all that have none of their own.
        """
        with self._lock:
            self._changed[tenant] = {**self._changed.get(tenant, {}), **limits}

    def use(self) -> dict[str, Use]:
        """By tenant."""
        with self._lock:
            return deepcopy(dict(self._use))

    def forget_calls(self) -> None:
        """All windows begin anew."""
        with self._lock:
            self._calls.clear()
            self._use.clear()

    def reset(self) -> None:
        """Forgets all calls counted so far and the limits that were changed."""
        self.forget_calls()
        with self._lock:
            self._changed.clear()

    def _limits(self, tenant: str, limits: Limits) -> Limits:
        if not self._changed:
            return limits
        return replace(limits, **{**self._changed.get(None, {}), **self._changed.get(tenant, {})})

    def _note(self, app: str, tenant: str, in_window: int) -> None:
        use = self._use[tenant]
        use.calls += 1
        use.most_in_flight = max(use.most_in_flight, self._in_flight[app, tenant])
        use.busiest_minute = max(use.busiest_minute, in_window)

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
        self._use[tenant].refused[problem] += 1
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
