"""The calls and bytes of a day, counted across processes at the cost of few writes.

Calls are set aside in blocks before they are made, so that no number of processes can use more
than there are. What they were for, and their bytes, is kept in memory and written once a second
and when a client has done its work. So a killed process loses the bytes of its last second, and
its block stays counted.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from xero_pipeline.connections.database import Database
from xero_pipeline.connections.model import UNATTRIBUTED, EndpointUsage
from xero_pipeline.connections.tables import api_usage, day_calls
from xero_pipeline.settings import Tier
from xero_pipeline.xero.limits import Clock

_LARGEST_BLOCK = 16
_KEPT_FOR_OTHERS = 16  # a block is at most this part of what is left
_WRITTEN_EVERY = timedelta(seconds=1)

# Made once, and the upserts as text: building a statement anew takes longer than running it.
_CALLS_ON = sa.select(day_calls.c.calls).where(
    day_calls.c.organisation_id == sa.bindparam("organisation"),
    day_calls.c.day == sa.bindparam("on"),
)
_SET_ASIDE = sa.text("""
    INSERT INTO day_calls (organisation_id, day, calls) VALUES (:organisation, :on, :calls)
    ON CONFLICT (organisation_id, day) DO UPDATE SET calls = day_calls.calls + :calls
""").bindparams(sa.bindparam("on", type_=sa.Date))
_ADD_USAGE = sa.text("""
    INSERT INTO api_usage (organisation_id, endpoint, day, calls, wire_bytes, body_bytes)
    VALUES (:organisation, :endpoint, :on, :calls, :wire, :body)
    ON CONFLICT (organisation_id, endpoint, day) DO UPDATE SET
        calls = api_usage.calls + :calls,
        wire_bytes = api_usage.wire_bytes + :wire,
        body_bytes = api_usage.body_bytes + :body
""").bindparams(sa.bindparam("on", type_=sa.Date))


class _Day(NamedTuple):
    """A day of an organisation."""

    organisation_id: str
    day: date


class _Block(NamedTuple):
    """Who may use up calls that were set aside: those with the same limit."""

    of: _Day
    limit: int


class _Purpose(NamedTuple):
    """What calls of a day were for."""

    of: _Day
    endpoint: str


@dataclass
class _Cost:
    calls: int = 0
    wire_bytes: int = 0
    body_bytes: int = 0


class DailyUsage:
    """What every organisation used, by endpoint and UTC day (`xero.limits.DayCount`)."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._lock = threading.RLock()
        self._set_aside: Counter[_Block] = Counter()
        self._unwritten: dict[_Purpose, _Cost] = {}
        self._written_at = clock.now()

    # --- while calls are made ---------------------------------------------------------------------

    def take(self, organisation_id: str, endpoint: str, day: date, limit: int) -> bool:
        """Count one more call, unless the day's limit is reached."""
        block = _Block(_Day(organisation_id, day), limit)
        with self._lock:
            if not self._set_aside[block]:
                self._set_aside[block] = self._next_block(block)
            if not self._set_aside[block]:
                return False
            self._set_aside[block] -= 1
            self._cost(block.of, endpoint).calls += 1
            return True

    def received(
        self, organisation_id: str, endpoint: str, day: date, wire_bytes: int, body_bytes: int
    ) -> None:
        """Add the bytes of an answer: as transferred, and as decoded."""
        with self._lock:
            cost = self._cost(_Day(organisation_id, day), endpoint)
            cost.wire_bytes += wire_bytes
            cost.body_bytes += body_bytes
            if self._clock.now() - self._written_at >= _WRITTEN_EVERY:
                self.write()

    def settle(self, organisation_id: str) -> None:
        """Write what this organisation's calls came to, and give back those set aside in vain."""
        with self._lock:
            self._write(
                {p: c for p, c in self._unwritten.items() if p.of[0] == organisation_id},
                [b for b in self._set_aside if b.of[0] == organisation_id],
            )

    def write(self) -> None:
        """Write all that is in memory alone."""
        with self._lock:
            self._written_at = self._clock.now()
            self._write(self._unwritten, [])

    def close(self) -> None:
        """Write everything and give back every call set aside in vain."""
        with self._lock:
            self._write(self._unwritten, list(self._set_aside))

    # --- looking ----------------------------------------------------------------------------------

    def calls_on(self, organisation_id: str, day: date) -> int:
        """Calls made, and calls that other processes have set aside."""
        of = _Day(organisation_id, day)
        with self._lock:
            unused = sum(n for block, n in self._set_aside.items() if block.of == of)
            with self._database.reading() as database:
                return _calls_on(database, of) - unused

    def calls_on_day(self, day: date) -> dict[str, int]:
        """Organisation id -> `calls_on` of that day, in one query; who made none is not in it."""
        query = sa.select(day_calls.c.organisation_id, day_calls.c.calls).where(
            day_calls.c.day == day
        )
        with self._lock:
            with self._database.reading() as database:
                calls = {row.organisation_id: row.calls for row in database.execute(query)}
            for block, unused in self._set_aside.items():
                if block.of.day == day:
                    calls[block.of.organisation_id] -= unused
        return calls

    def all_days(self, tier: Tier, since: date | None = None) -> list[EndpointUsage]:
        """Every endpoint on every day of every organisation.

        Args:
            tier: what the rows shall say.
            since: leaves earlier days out.
        """
        first = since or date.min
        with self._lock:
            self.write()
            with self._database.reading() as database:
                attributed = {
                    _Purpose(_Day(row.organisation_id, row.day), row.endpoint): _Cost(
                        row.calls, row.wire_bytes, row.body_bytes
                    )
                    for row in database.execute(
                        sa.select(api_usage).where(api_usage.c.day >= first)
                    )
                }
                counted = {
                    _Day(row.organisation_id, row.day): row.calls
                    for row in database.execute(
                        sa.select(day_calls).where(day_calls.c.day >= first)
                    )
                }
            for block, unused in self._set_aside.items():
                if block.of in counted:
                    counted[block.of] -= unused
        _attribute_the_rest(counted, attributed)
        return [_row(purpose, cost, tier) for purpose, cost in sorted(attributed.items())]

    # --- in memory and on disk --------------------------------------------------------------------

    def _cost(self, of: _Day, endpoint: str) -> _Cost:
        return self._unwritten.setdefault(_Purpose(of, endpoint), _Cost())

    def _next_block(self, block: _Block) -> int:
        """Set calls aside; zero when the limit is reached."""
        with self._database.writing() as database:
            calls = block_size(block.limit - _calls_on(database, block.of))
            if calls:
                database.execute(_SET_ASIDE, _change(block.of, calls))
        return calls

    def _write(self, costs: Mapping[_Purpose, _Cost], unused: Sequence[_Block]) -> None:
        usage = [
            {
                "organisation": purpose.of.organisation_id,
                "endpoint": purpose.endpoint,
                "on": purpose.of.day,
                "calls": cost.calls,
                "wire": cost.wire_bytes,
                "body": cost.body_bytes,
            }
            for purpose, cost in costs.items()
        ]
        returned = [_change(b.of, -self._set_aside[b]) for b in unused if self._set_aside[b]]
        if not usage and not returned:
            return
        with self._database.writing() as database:
            if usage:
                database.execute(_ADD_USAGE, usage)
            if returned:
                database.execute(_SET_ASIDE, returned)
        for purpose in list(costs):
            del self._unwritten[purpose]
        for block in unused:
            del self._set_aside[block]


def block_size(left: int) -> int:
    """How many calls to set aside at once: few when few are left, so that others get theirs."""
    return min(_LARGEST_BLOCK, max(left // _KEPT_FOR_OTHERS, 1), max(left, 0))


def _calls_on(database: sa.Connection, of: _Day) -> int:
    day = {"organisation": of.organisation_id, "on": of.day}
    return int(database.scalar(_CALLS_ON, day) or 0)


def _change(of: _Day, calls: int) -> dict[str, object]:
    return {"organisation": of.organisation_id, "on": of.day, "calls": calls}


def _attribute_the_rest(counted: Mapping[_Day, int], attributed: dict[_Purpose, _Cost]) -> None:
    """What counts, but not for an endpoint, gets a row of its own."""
    rest = Counter(counted)
    for purpose, cost in attributed.items():
        rest[purpose.of] -= cost.calls
    for of, calls in rest.items():
        if calls > 0:
            attributed.setdefault(_Purpose(of, UNATTRIBUTED), _Cost()).calls += calls


def _row(purpose: _Purpose, cost: _Cost, tier: Tier) -> EndpointUsage:
    return EndpointUsage(
        organisation_id=purpose.of.organisation_id,
        endpoint=purpose.endpoint,
        day=purpose.of.day,
        calls=cost.calls,
        wire_bytes=cost.wire_bytes,
        body_bytes=cost.body_bytes,
        tier=tier,
    )
