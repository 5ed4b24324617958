"""Where events wait, in the state database: durable, each one once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from xero_pipeline.connections.database import Database
from xero_pipeline.connections.tables import webhook_events
from xero_pipeline.settings import Settings
from xero_pipeline.webhooks.delivery import Event

# The unique key turns a redelivery, which Xero makes whenever it is unsure, into nothing.
_STORE = sa.text("""
    INSERT INTO webhook_events
        (organisation_id, resource_id, category, type, happened_at, received_at)
    VALUES (:organisation_id, :resource_id, :category, :type, :happened_at, :received_at)
    ON CONFLICT DO NOTHING
""").bindparams(sa.bindparam("received_at", type_=webhook_events.c.received_at.type))


@dataclass(frozen=True)
class News:
    """What waits for one organisation.

    Attributes:
        last_event: the number of the newest event; grows with every new one.
        events: how many came since the number that was asked about.
        received_at: when the newest one came, UTC.
    """

    last_event: int
    events: int
    received_at: datetime


class Inbox:
    """Events by organisation. Threads and processes may use it at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, settings: Settings) -> Inbox:
        """On a connection of its own whose commits survive a power failure.

        Raises:
            HomeUnusable
        """
        return cls(Database.open(settings, durable=True))

    def close(self) -> None:
        self._database.close()

    def store(self, events: Iterable[Event], received_at: datetime) -> None:
        """Keep events, all or none; what is here already stays as it is.

        Args:
            received_at: UTC.

        Raises:
            HomeUnusable: nothing was kept.
        """
        rows = [
            {
                "organisation_id": event.organisation_id,
                "resource_id": event.resource_id,
                "category": event.category,
                "type": event.type,
                "happened_at": event.happened_at,
                "received_at": received_at,
            }
            for event in events
        ]
        if rows:
            with self._database.writing() as database:
                database.execute(_STORE, rows)

    def news(self, seen: int = 0) -> Mapping[str, News]:
        """Organisation id -> what came for it after event number `seen`."""
        query = (
            sa.select(
                webhook_events.c.organisation_id,
                sa.func.max(webhook_events.c.event_id).label("last_event"),
                sa.func.count().label("events"),
                sa.func.max(webhook_events.c.received_at).label("received_at"),
            )
            .where(webhook_events.c.event_id > seen)
            .group_by(webhook_events.c.organisation_id)
        )
        with self._database.reading() as database:
            return {
                row.organisation_id: News(row.last_event, row.events, row.received_at)
                for row in database.execute(query)
            }

    def forget(self, before: datetime) -> int:
        """Delete what came before an instant (UTC); Xero repeats an event for a day at most.

        Returns:
            The number of events deleted.
        """
        old = sa.delete(webhook_events).where(webhook_events.c.received_at < before)
        with self._database.writing() as database:
            return int(database.execute(old).rowcount)
