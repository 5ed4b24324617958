"""The budgets, counted ahead: a call that would break a limit is not sent.

Xero allows an app 60 calls a minute, 5 at once and 1,000 (Starter) or 5,000 a day for each
organisation, and 10,000 a minute for all of them together.
Source: developer.xero.com/documentation/guides/oauth2/limits.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Protocol

from xero_pipeline.xero.errors import DailyLimitReached, NotEnoughCalls
from xero_pipeline.xero.windows import CallWindow, Sent

CALLS_A_MINUTE = 60
CALLS_AT_ONCE = 5
APP_CALLS_A_MINUTE = 10_000
_POLL_SECONDS = 0.05
# With so little room left other processes' calls matter before every call.
_NEARLY_FULL = 10
_WORTH_SHARING = 20
_SHARED_EVERY = timedelta(seconds=10)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


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


class Asker(StrEnum):
    """Who wants to know. A part of the day's calls is kept for people and alerts."""

    PERSON = "person"
    SCHEDULE = "schedule"


@dataclass(frozen=True)
class DayBudget:
    """Calls of one organisation on one UTC day.

    Attributes:
        calls: what Xero allows.
        kept_for_people: the last of them, which no schedule takes.
    """

    calls: int
    kept_for_people: int = 0

    def of(self, asker: Asker) -> int:
        """What this asker may use, together with everybody else."""
        return self.calls - (self.kept_for_people if asker is Asker.SCHEDULE else 0)


@dataclass(frozen=True, slots=True)
class CallsLeft:
    """What an answer's headers say is left of each limit; None where they say nothing."""

    day: int | None = None
    minute: int | None = None
    app_minute: int | None = None


class DayCount(Protocol):
    """What an organisation has used today, remembered across processes."""

    def take(self, organisation_id: str, endpoint: str, day: date, limit: int) -> bool:
        """Count one more call on this UTC day; False, and nothing counted, when `limit` is reached.

        Two processes never both take the last call.
        """

    def received(
        self, organisation_id: str, endpoint: str, day: date, wire_bytes: int, body_bytes: int
    ) -> None:
        """Add the bytes of an answer: as transferred, and as decoded."""

    def calls_on(self, organisation_id: str, day: date) -> int:
        """All calls counted on this UTC day."""

    def settle(self, organisation_id: str) -> None:
        """A client has done its work: nothing about its calls is left in memory alone."""


class RecentCalls(Protocol):
    """When an organisation's latest calls were answered, shared between processes."""

    def exchange(self, organisation_id: str, mine: Sequence[datetime]) -> Sequence[datetime]:
        """Tell this process's calls of the last minute, hear all others'. Instants are UTC."""


Exchange = Callable[[Sequence[datetime]], Sequence[datetime]]
"""`RecentCalls.exchange` of one organisation."""


class DayCountInMemory:
    """For a single process that keeps no state."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: Counter[tuple[str, date]] = Counter()

    def take(self, organisation_id: str, endpoint: str, day: date, limit: int) -> bool:
        with self._lock:
            if self._calls[organisation_id, day] >= limit:
                return False
            self._calls[organisation_id, day] += 1
            return True

    def received(
        self, organisation_id: str, endpoint: str, day: date, wire_bytes: int, body_bytes: int
    ) -> None:
        """Bytes are not remembered here; the client's own usage has them."""

    def calls_on(self, organisation_id: str, day: date) -> int:
        return self._calls[organisation_id, day]

    def settle(self, organisation_id: str) -> None:
        """Nothing is kept beyond this process."""


class SlidingWindow:
    """A `CallWindow` for threads: who finds no room waits.

    Args:
        limit: calls a minute.
        exchange: tells other processes this one's calls of the last minute and gives theirs; None:
            they are not known.
        notice_others: count calls of other programs, as far as answers betray them.
    """

    def __init__(
        self,
        limit: int,
        clock: Clock,
        exchange: Exchange | None = None,
        *,
        notice_others: bool = False,
    ) -> None:
        self._clock = clock
        self._exchange = exchange
        self._limit = limit
        self._window = CallWindow(limit, notice_others=notice_others)
        self._lock = threading.Lock()
        self._paused_until = _LONG_AGO
        self._shared_at = _LONG_AGO

    def enter(self) -> Sent:
        """Wait for room, and take it; `leave` must follow."""
        while True:
            with self._lock:
                now = self._clock.now()
                free_at = max(self._free_at(now), self._paused_until)
                if free_at <= now:
                    return self._window.send(now)
            self._clock.sleep((free_at - now).total_seconds())

    def leave(self, call: Sent, left: int | None) -> None:
        """The call was answered or given up; `left` is what the answer says is left."""
        with self._lock:
            self._window.answered(call, self._clock.now(), left)

    def pause(self, until: datetime) -> None:
        """Start no call before `until`: the server refused one and asked for it (Retry-After)."""
        with self._lock:
            self._window.disbelieve()
            self._paused_until = max(self._paused_until, until)

    def share(self) -> None:
        """Leave this process's calls behind for the next one, where it could not do without: from
        its first answer on it sees by itself how many calls the minute has left."""
        with self._lock:
            now = self._clock.now()
            if self._window.used(now) >= _WORTH_SHARING:
                self._hear_others(now)

    def _free_at(self, now: datetime) -> datetime:
        is_nearly_full = self._window.used(now) >= self._limit - _NEARLY_FULL
        if is_nearly_full or now - self._shared_at >= _SHARED_EVERY:
            self._hear_others(now)
        free_at = self._window.free_at(now)
        return now + timedelta(seconds=_POLL_SECONDS) if free_at is None else free_at

    def _hear_others(self, now: datetime) -> None:
        if self._exchange is not None:
            self._shared_at = now
            self._window.set_elsewhere(self._exchange(self._window.recent(now)))


@dataclass(slots=True)
class HeldCall:
    """One call between its leaving and the end of its answer.

    Attributes:
        is_counted: its headers have come, so Xero has counted it.
    """

    endpoint: str
    day: date
    minute: Sent
    app_minute: Sent
    is_counted: bool = False


class OrganisationLimits:
    """All the limits that a call for one organisation must keep. Share it between its clients.

    Args:
        organisation_id: Xero's tenant id.
        organisation_name: for messages.
        budget: calls a (UTC) day.
        app: the window that all organisations of the app share.
        day_count: remembers the day's calls.
        recent_calls: shares the minute's calls between processes; None: there is only this one.
    """

    def __init__(
        self,
        *,
        organisation_id: str,
        organisation_name: str,
        budget: DayBudget,
        app: SlidingWindow,
        day_count: DayCount,
        clock: Clock,
        recent_calls: RecentCalls | None = None,
    ) -> None:
        self.clock = clock
        self._organisation_id = organisation_id
        self._organisation_name = organisation_name
        self._budget = budget
        self._app = app
        self._day_count = day_count
        exchange = partial(recent_calls.exchange, organisation_id) if recent_calls else None
        self._minute = SlidingWindow(CALLS_A_MINUTE, clock, exchange, notice_others=True)
        self._at_once = threading.BoundedSemaphore(CALLS_AT_ONCE)
        self._lock = threading.RLock()
        self._told_by = 0
        self._day_allows: int | None = None
        self._stopped_until = dict.fromkeys(Asker, _LONG_AGO)

    @contextmanager
    def call(self, endpoint: str, asker: Asker) -> Iterator[HeldCall]:
        """Wait until one more call is allowed, count it, and hold its place until the answer.

        Raises:
            DailyLimitReached: before anything is sent.
        """
        self._refuse_when_stopped(asker)
        with self._at_once:
            call = HeldCall(endpoint, self._today(), self._minute.enter(), self._app.enter())
            try:
                self._take_from_day(call, asker)
                yield call
            finally:
                self.counted(call, CallsLeft())

    def counted(self, call: HeldCall, left: CallsLeft) -> None:
        """The headers have come, and Xero counts the call no later than that.

        Its minute begins to pass here, whatever time the body takes; it stays one of the five at
        once until the end.

        Args:
            left: the headers' figures. `day` may lower what is left today, never raise it above
                the budget.
        """
        if call.is_counted:
            return
        call.is_counted = True
        self._minute.leave(call.minute, left.minute)
        self._app.leave(call.app_minute, left.app_minute)
        if left.day is not None:
            with self._lock:
                if call.minute.number > self._told_by:
                    self._told_by = call.minute.number
                    self._day_allows = left.day + call.minute.answered_before + 1

    def received(self, call: HeldCall, wire_bytes: int, body_bytes: int) -> None:
        """So many bytes came, as transferred and as decoded."""
        self._day_count.received(
            self._organisation_id, call.endpoint, call.day, wire_bytes, body_bytes
        )

    def pause(self, until: datetime, *, whole_app: bool) -> None:
        """A minute limit was met at Xero: start no call before `until`."""
        (self._app if whole_app else self._minute).pause(until)

    def stop(self, until: datetime) -> None:
        """Xero's daily limit is used up: every call until then is refused."""
        with self._lock:
            self._day_allows = None
            for asker in Asker:
                self._stopped_until[asker] = max(self._stopped_until[asker], until)

    def settle(self) -> None:
        """A client has done its work: leave behind what the next process must know."""
        self._minute.share()
        self._day_count.settle(self._organisation_id)

    def calls_left(self, asker: Asker) -> int:
        """What this asker may still use today, as counted here."""
        if self.clock.now() < self._stopped_until[asker]:
            return 0
        used = self._day_count.calls_on(self._organisation_id, self._today())
        return max(self._budget.of(asker) - used, 0)

    def require(self, calls: int, asker: Asker) -> None:
        """Refuse work that cannot be finished today, before it costs anything.

        Args:
            calls: what the work will need.

        Raises:
            NotEnoughCalls: with the time at which there are enough again.
        """
        left = self.calls_left(asker)
        if calls > left:
            kept = self._budget.calls - self._budget.of(asker)
            raise NotEnoughCalls(self._organisation_name, calls, left, kept, self._resumes(asker))

    def _refuse_when_stopped(self, asker: Asker) -> None:
        with self._lock:
            if self.clock.now() < self._stopped_until[asker]:
                raise DailyLimitReached(self._organisation_name, self._stopped_until[asker])

    def _take_from_day(self, call: HeldCall, asker: Asker) -> None:
        with self._lock:
            self._refuse_when_stopped(asker)
            if self._day_allows is not None and call.minute.number > self._day_allows:
                # The header does not say when Xero's day begins; midnight UTC is when ours does.
                self.stop(self._next_midnight())
            elif not self._day_count.take(
                self._organisation_id, call.endpoint, call.day, self._budget.of(asker)
            ):
                self._stopped_until[asker] = self._next_midnight()
            self._refuse_when_stopped(asker)

    def _resumes(self, asker: Asker) -> datetime:
        return max(self._stopped_until[asker], self._next_midnight())

    def _next_midnight(self) -> datetime:
        midnight = self.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight + timedelta(days=1)

    def _today(self) -> date:
        return self.clock.now().date()
