"""The calls of the last minute, known to all processes."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from xero_pipeline.connections.database import Database
from xero_pipeline.connections.tables import recent_calls
from xero_pipeline.xero.limits import Clock

_MINUTE = timedelta(minutes=1)
_REPLACE = sa.text(
    "INSERT OR REPLACE INTO recent_calls (organisation_id, process, answered_at, latest) "
    "VALUES (:organisation, :process, :answered_at, :latest)"
)


class SharedRecentCalls:
    """Who called an organisation when, one row per process (`xero.limits.RecentCalls`)."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._process = uuid.uuid4().hex

    def exchange(self, organisation_id: str, mine: Sequence[datetime]) -> Sequence[datetime]:
        """Tell this process's calls of the last minute, hear all others'. Instants are UTC."""
        since = (self._clock.now() - _MINUTE).timestamp()
        known = sa.select(recent_calls.c.process, recent_calls.c.answered_at).where(
            recent_calls.c.organisation_id == organisation_id, recent_calls.c.latest > since
        )
        with self._database.writing() as database:
            if mine:
                database.execute(_REPLACE, self._row(organisation_id, mine))
            database.execute(sa.delete(recent_calls).where(recent_calls.c.latest <= since))
            others = [row for row in database.execute(known) if row.process != self._process]
        instants = [instant for row in others for instant in json.loads(row.answered_at)]
        return [datetime.fromtimestamp(each, UTC) for each in instants if each > since]

    def _row(self, organisation_id: str, mine: Sequence[datetime]) -> dict[str, object]:
        instants = [each.timestamp() for each in mine]
        return {
            "organisation": organisation_id,
            "process": self._process,
            "answered_at": json.dumps(instants),
            "latest": max(instants),
        }
