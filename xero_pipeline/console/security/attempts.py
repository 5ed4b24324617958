"""How often somebody may try a password."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from xero_pipeline.xero.limits import Clock

FREE_ATTEMPTS = 5
LONGEST_WAIT = timedelta(minutes=15)
_KEPT = 10_000
"""Addresses remembered; the oldest go first."""


@dataclass(frozen=True)
class _Failures:
    count: int
    last_at: datetime

    @property
    def next_at(self) -> datetime:
        """After the free attempts the wait doubles each time: 1 second, 2, 4 ... 15 minutes."""
        doublings = self.count - FREE_ATTEMPTS
        if doublings < 0:
            return self.last_at
        return self.last_at + min(timedelta(seconds=2 ** min(doublings, 16)), LONGEST_WAIT)

    def is_over(self, now: datetime) -> bool:
        return now - self.last_at > 2 * LONGEST_WAIT


class Attempts:
    """Counts failed sign-ins by address. Threads may share one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: dict[str, _Failures] = {}

    def begin(self, address: str) -> timedelta:
        """Take one attempt, which counts as failed until `succeeded` says otherwise.

        Counted beforehand, so that many attempts at once are no way around the wait.

        Returns:
            How long to wait first; zero: go ahead.
        """
        now = self._clock.now()
        with self._lock:
            known = self._failures.pop(address, None)
            if known is None or known.is_over(now):
                known = _Failures(0, now)
            if known.next_at > now:
                self._failures[address] = known
                return known.next_at - now
            self._failures[address] = _Failures(known.count + 1, now)
            if len(self._failures) > _KEPT:
                del self._failures[next(iter(self._failures))]
            return timedelta(0)

    def succeeded(self, address: str) -> None:
        with self._lock:
            self._failures.pop(address, None)
