"""How many calls a minute holds, as the other side counts them: a rule without clock or locks.

Xero's minutes are fixed, begin at a moment of their own for every organisation, and count a call
somewhere between its sending and its answer. Two things are certain all the same, and either is
enough to send one more call:

- The calls that may have been counted within the last minute (those under way, and those answered
  less than a minute ago) are fewer than the limit. Whenever Xero's minute began, it has room.
- An answer said how many calls were left in the minute that it was counted in, and fewer have been
  sent that may have been counted after it. If a new minute has begun since, there is more room, not
  less. So a minute's beginning is noticed without waiting for a minute to pass, and a connection
  under Rapid Sync, whose answers always say that all calls are left, is not held back.

Source: developer.xero.com/documentation/guides/oauth2/limits.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)
# Longer than any call takes: what an answer says is compared with the calls of its own minute.
_REMEMBERED = 5 * MINUTE


@dataclass(frozen=True, slots=True)
class Sent:
    """A call on its way.

    Attributes:
        number: calls ever sent, this one included.
        at: when it was sent.
        answered_before: calls ever answered before that: Xero counted them before this one.
    """

    number: int
    at: datetime
    answered_before: int


class CallWindow:
    """At most `limit` calls in any of Xero's minutes.

    Args:
        limit: calls a minute.
        notice_others: count calls of other programs, as far as answers betray them.
    """

    def __init__(self, limit: int, *, notice_others: bool = False) -> None:
        self._limit = limit
        self._notices_others = notice_others
        self._sent = 0
        self._answered = 0
        self._answers: list[datetime] = []
        self._elsewhere: list[datetime] = []
        self._unexplained: list[datetime] = []
        self._vouched = 0
        self._believes = True

    def recent(self, now: datetime) -> list[datetime]:
        """When the calls of the last minute were answered; those under way count as of now."""
        return [*_after(self._answers, now - MINUTE), *[now] * self._under_way]

    def used(self, now: datetime) -> int:
        """Calls that may have been counted within the last minute, made here or elsewhere."""
        since = now - MINUTE
        known = (self._answers, self._elsewhere, self._unexplained)
        return self._under_way + sum(_count_after(instants, since) for instants in known)

    def free_at(self, now: datetime) -> datetime | None:
        """When one more call may be sent: now or later; None when only an answer can tell."""
        if self._sent < self._vouched or self.used(now) < self._limit:
            return now
        known = (self._answers, self._elsewhere, self._unexplained)
        oldest = [found for each in known if (found := _first_after(each, now - MINUTE))]
        return min(oldest) + MINUTE if oldest else None

    def send(self, now: datetime) -> Sent:
        """One more call leaves."""
        self._sent += 1
        return Sent(self._sent, now, self._answered)

    def answered(self, call: Sent, now: datetime, left: int | None) -> None:
        """It was answered, or given up.

        Args:
            left: calls left in Xero's minute by its own word; None when it did not say.
        """
        self._answered += 1
        insort(self._answers, now)
        for instants in (self._answers, self._elsewhere, self._unexplained):
            del instants[: bisect_right(instants, now - _REMEMBERED)]
        if left is not None and self._believes:
            self._vouched = max(self._vouched, left + call.answered_before + 1)
            if self._notices_others:
                self._notice_others(call, now, left)

    def set_elsewhere(self, instants: Sequence[datetime]) -> None:
        """When other processes' calls of the last minute were answered, as far as is known."""
        last_known = self._elsewhere[-1] if self._elsewhere else None
        self._elsewhere = sorted(instants)
        fresh = self._elsewhere if last_known is None else _after(self._elsewhere, last_known)
        self._vouched -= len(fresh)

    def disbelieve(self) -> None:
        """A call was refused that should have had room: what answers say is not relied on again."""
        self._believes = False
        self._vouched = 0

    @property
    def _under_way(self) -> int:
        return self._sent - self._answered

    def _notice_others(self, call: Sent, now: datetime, left: int) -> None:
        """Calls that Xero has counted and nobody here knows of are taken as made just now."""
        since = call.at - MINUTE
        known = (self._answers, self._elsewhere, self._unexplained)
        explained = self._under_way + sum(_count_after(each, since) for each in known)
        if (unexplained := self._limit - left - explained) > 0:
            self._unexplained += [now] * unexplained
            self._vouched = left + call.answered_before + 1


def _after(instants: list[datetime], since: datetime) -> list[datetime]:
    return instants[bisect_right(instants, since) :]


def _count_after(instants: list[datetime], since: datetime) -> int:
    return len(instants) - bisect_right(instants, since)


def _first_after(instants: list[datetime], since: datetime) -> datetime | None:
    position = bisect_right(instants, since)
    return instants[position] if position < len(instants) else None
