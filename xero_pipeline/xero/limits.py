"""The budgets, counted ahead: a call that would break a limit is not sent.

Xero allows an app 60 calls a minute, 5 at once and 1,000 (Starter) or 5,000 a day for each
organisation, and 10,000 a minute for all of them together.
Source: developer.xero.com/documentation/guides/oauth2/limits.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from xero_pipeline.xero.errors import DailyLimitReached

CALLS_A_MINUTE = 60
CALLS_AT_ONCE = 5
APP_CALLS_A_MINUTE = 10_000
_MINUTE = timedelta(minutes=1)
_POLL = timedelta(milliseconds=50)


class Clock(Protocol):
    """Time as a collaborator, so that tests need not wait."""

    def now(self) -> datetime:
        """The current instant, in UTC and aware of it."""

    def sleep(self, seconds: float) -> None:
        """Return when `seconds` have passed."""


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class DayCount(Protocol):
    """What an organisation has used today, remembered across processes."""

    def take(self, organisation_id: str, day: date, limit: int) -> bool:
        """Count one more call on this UTC day; False, and nothing counted, when `limit` is reached.

        Must be atomic: two processes never both take the last call.
        """

    def received(self, organisation_id: str, day: date, wire_bytes: int, body_bytes: int) -> None:
        """Add the bytes of an answer: as transferred, and as decoded."""


class DayCountInMemory:
    """For a single process that keeps no state."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: Counter[tuple[str, date]] = Counter()

    def take(self, organisation_id: str, day: date, limit: int) -> bool:
        with self._lock:
            if self._calls[organisation_id, day] >= limit:
                return False
            self._calls[organisation_id, day] += 1
            return True

    def received(self, organisation_id: str, day: date, wire_bytes: int, body_bytes: int) -> None:
        """Bytes are not remembered here; the client's own usage has them."""


class SlidingWindow:
    """At most `limit` calls in any minute, as the other side counts them.

    A call occupies its slot until a minute after its answer came. Xero counts a call somewhere
    between its sending and its answer, so whatever the network does in between, no minute at Xero
    can hold more than `limit` of them.
    """

    def __init__(self, limit: int, clock: Clock) -> None:
        self._limit = limit
        self._clock = clock
        self._lock = threading.Lock()
        self._in_flight = 0
        self._answered: deque[datetime] = deque()
        self._paused_until = datetime.min.replace(tzinfo=UTC)

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Wait for a free slot and hold it during the call."""
        while wait := self._wait_or_enter():
            self._clock.sleep(wait.total_seconds())
        try:
            yield
        finally:
            with self._lock:
                self._in_flight -= 1
                self._answered.append(self._clock.now())

    def pause(self, until: datetime) -> None:
        """Start no call before `until`: the server asked for it (Retry-After)."""
        with self._lock:
            self._paused_until = max(self._paused_until, until)

    def _wait_or_enter(self) -> timedelta:
        """Zero: the slot is taken. Otherwise: how long to wait before asking again."""
        with self._lock:
            now = self._clock.now()
            if now < self._paused_until:
                return self._paused_until - now
            while self._answered and self._answered[0] <= now - _MINUTE:
                self._answered.popleft()
            if self._in_flight + len(self._answered) < self._limit:
                self._in_flight += 1
                return timedelta(0)
            return self._answered[0] + _MINUTE - now if self._answered else _POLL


class OrganisationLimits:
    """All the limits that a call for one organisation must keep. Share it between its clients.

    Args:
        organisation_id: Xero's tenant id.
        organisation_name: for messages.
        daily_limit: calls a (UTC) day.
        app: the window that all organisations of the app share.
        day_count: remembers the day's calls.
    """

    def __init__(
        self,
        *,
        organisation_id: str,
        organisation_name: str,
        daily_limit: int,
        app: SlidingWindow,
        day_count: DayCount,
        clock: Clock,
    ) -> None:
        self.clock = clock
        self._organisation_id = organisation_id
        self._organisation_name = organisation_name
        self._daily_limit = daily_limit
        self._app = app
        self._day_count = day_count
        self._minute = SlidingWindow(CALLS_A_MINUTE, clock)
        self._at_once = threading.BoundedSemaphore(CALLS_AT_ONCE)
        self._lock = threading.RLock()
        self._in_flight = 0
        self._left_today: int | None = None
        self._stopped_until = datetime.min.replace(tzinfo=UTC)

    @contextmanager
    def call(self) -> Iterator[None]:
        """Wait until one more call is allowed, count it, and hold its place until the answer.

        Raises:
            DailyLimitReached: before anything is sent.
        """
        self._refuse_when_stopped()
        with self._at_once, self._minute.slot(), self._app.slot():
            self._take_from_day()
            try:
                yield
            finally:
                with self._lock:
                    self._in_flight -= 1

    def answered(self, left_today: int | None, wire_bytes: int, body_bytes: int) -> None:
        """Learn from an answer while its call is still held.

        Args:
            left_today: the X-DayLimit-Remaining header. It may lower what is left, never raise it
                above the daily limit; calls still under way are taken as not yet counted in it.
        """
        self._day_count.received(self._organisation_id, self._today(), wire_bytes, body_bytes)
        if left_today is not None:
            with self._lock:
                self._left_today = max(left_today - (self._in_flight - 1), 0)

    def pause(self, until: datetime) -> None:
        """The minute limit was met at Xero: start no call before `until`."""
        self._minute.pause(until)

    def stop(self, until: datetime) -> DailyLimitReached:
        """The daily limit is used up: every call until then is refused with the returned error."""
        with self._lock:
            self._stopped_until = max(self._stopped_until, until)
            self._left_today = None
            return DailyLimitReached(self._organisation_name, self._stopped_until)

    def _refuse_when_stopped(self) -> None:
        with self._lock:
            if self.clock.now() < self._stopped_until:
                raise DailyLimitReached(self._organisation_name, self._stopped_until)

    def _take_from_day(self) -> None:
        with self._lock:
            self._refuse_when_stopped()
            if self._left_today == 0 or not self._day_count.take(
                self._organisation_id, self._today(), self._daily_limit
            ):
                # The header does not say when Xero's day begins; midnight UTC is when ours does.
                raise self.stop(_next_midnight(self.clock.now()))
            self._in_flight += 1
            if self._left_today is not None:
                self._left_today -= 1

    def _today(self) -> date:
        return self.clock.now().date()


def _next_midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
