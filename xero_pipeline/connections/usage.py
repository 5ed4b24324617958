"""The calls and bytes of a day, counted across processes."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from xero_pipeline.connections.database import Database
from xero_pipeline.connections.model import DayUsage
from xero_pipeline.connections.tables import api_usage

# These two run with every call to Xero. The first is text because SQLAlchemy would compile an
# upsert anew each time, which takes longer than the upsert.
_COUNT_CALL = sa.text("""
    INSERT INTO api_usage (organisation_id, day, calls, wire_bytes, body_bytes)
    VALUES (:organisation, :on, 1, 0, 0)
    ON CONFLICT (organisation_id, day) DO UPDATE SET calls = api_usage.calls + 1
    WHERE api_usage.calls < :at_most
    RETURNING calls
""").bindparams(sa.bindparam("on", type_=sa.Date))
_ADD_BYTES = (
    sa.update(api_usage)
    .where(api_usage.c.organisation_id == sa.bindparam("organisation"))
    .where(api_usage.c.day == sa.bindparam("on"))
    .values(
        wire_bytes=api_usage.c.wire_bytes + sa.bindparam("wire"),
        body_bytes=api_usage.c.body_bytes + sa.bindparam("body"),
    )
)


class DailyUsage:
    """What every organisation used, by UTC day (`xero.limits.DayCount`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, organisation_id: str, day: date, limit: int) -> bool:
        """Count one more call, unless the day's limit is reached."""
        call = {"organisation": organisation_id, "on": day, "at_most": limit}
        with self._database.writing() as database:
            return database.execute(_COUNT_CALL, call).first() is not None

    def received(self, organisation_id: str, day: date, wire_bytes: int, body_bytes: int) -> None:
        answer = {
            "organisation": organisation_id,
            "on": day,
            "wire": wire_bytes,
            "body": body_bytes,
        }
        with self._database.writing() as database:
            database.execute(_ADD_BYTES, answer)

    def calls_on(self, organisation_id: str, day: date) -> int:
        query = sa.select(api_usage.c.calls).where(
            api_usage.c.organisation_id == organisation_id, api_usage.c.day == day
        )
        with self._database.reading() as database:
            return int(database.scalar(query) or 0)

    def days(self, daily_limit: int) -> list[DayUsage]:
        """Every day of every organisation, beside today's limit."""
        with self._database.reading() as database:
            return [
                DayUsage(
                    row.organisation_id,
                    row.day,
                    row.calls,
                    daily_limit,
                    row.wire_bytes,
                    row.body_bytes,
                )
                for row in database.execute(sa.select(api_usage))
            ]
