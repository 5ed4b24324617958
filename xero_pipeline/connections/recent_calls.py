"""The calls of the last minute, known to all processes."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from xero_pipeline.connections.database import Database
from xero_pipeline.xero.limits import Clock

_MINUTE = timedelta(minutes=1)
# As text: building a statement anew takes longer than running it.
_OTHERS = sa.text(
    "SELECT answered_at FROM recent_calls "
    "WHERE organisation_id = :organisation AND process <> :process AND latest > :since"
)
_FORGET = sa.text("DELETE FROM recent_calls WHERE latest <= :since")
_REPLACE = sa.text(
    "INSERT INTO recent_calls (organisation_id, process, answered_at, latest) "
    "VALUES (:organisation, :process, :answered_at, :latest) "
    "ON CONFLICT (organisation_id, process) "
    "DO UPDATE SET answered_at = excluded.answered_at, latest = excluded.latest"
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
        if mine:
            with self._database.writing() as database:
                database.execute(_FORGET, {"since": since})
                database.execute(_REPLACE, self._row(organisation_id, mine))
                others = self._others(database, organisation_id, since)
        else:
            with self._database.reading() as database:
                others = self._others(database, organisation_id, since)
        return [datetime.fromtimestamp(each, UTC) for each in others if each > since]

    def _others(self, database: sa.Connection, organisation_id: str, since: float) -> list[float]:
        asked = {"organisation": organisation_id, "process": self._process, "since": since}
        rows = database.execute(_OTHERS, asked).all()
        return [instant for row in rows for instant in json.loads(row.answered_at)]

    def _row(self, organisation_id: str, mine: Sequence[datetime]) -> dict[str, object]:
        instants = [each.timestamp() for each in mine]
        return {
            "organisation": organisation_id,
            "process": self._process,
            "answered_at": json.dumps(instants),
            "latest": max(instants),
        }
