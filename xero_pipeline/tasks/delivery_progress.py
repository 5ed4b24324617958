"""How far a subscriber has got the events of each organisation, in the state database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from xero_pipeline.connections.database import Database
from xero_pipeline.connections.locks import Locks
from xero_pipeline.connections.tables import task_deliveries
from xero_pipeline.settings import Settings


@dataclass(frozen=True)
class Progress:
    """One organisation's events.

    Attributes:
        last_sequence: number of the last event that was taken; 0: none was.
        attempts: that failed since.
        try_at: not before this (UTC); None: at once.
        last_error: why the last attempt failed, as the end of a sentence; empty after a success.
    """

    last_sequence: int = 0
    attempts: int = 0
    try_at: datetime | None = None
    last_error: str = ""

    def is_due(self, now: datetime) -> bool:
        return self.try_at is None or self.try_at <= now


class DeliveryProgress:
    """Progress of one subscriber. Another address begins anew, with the first event."""

    def __init__(self, database: Database, subscriber: str) -> None:
        self._database = database
        self._subscriber = subscriber

    @classmethod
    def open(cls, settings: Settings, subscriber: str) -> DeliveryProgress:
        """
        Args:
            subscriber: its address without credentials.

        Raises:
            HomeUnusable
        """
        return cls(Database.open(settings), subscriber)

    def close(self) -> None:
        self._database.close()

    @property
    def locks(self) -> Locks:
        return self._database.locks

    def of_organisations(self) -> dict[str, Progress]:
        """Organisation id -> progress, of those that something was sent of."""
        query = sa.select(task_deliveries).where(task_deliveries.c.subscriber == self._subscriber)
        with self._database.reading() as database:
            return {
                row.organisation_id: Progress(
                    row.last_sequence, row.attempts, row.try_at, row.last_error
                )
                for row in database.execute(query)
            }

    def advance(self, organisation_id: str, sequence: int) -> None:
        """Everything up to this number was taken."""
        self._write(organisation_id, last_sequence=sequence, attempts=0, try_at=None, last_error="")

    def failed(self, organisation_id: str, before: Progress, reason: str, try_at: datetime) -> None:
        """An attempt failed.

        Args:
            before: as it was when the round began.
            reason: as the end of a sentence.
            try_at: when the next attempt may be made (UTC).
        """
        attempts = before.attempts + 1
        self._write(organisation_id, attempts=attempts, try_at=try_at, last_error=reason)

    def _write(self, organisation_id: str, **values: Any) -> None:  # noqa: ANN401
        of_this = sa.and_(
            task_deliveries.c.subscriber == self._subscriber,
            task_deliveries.c.organisation_id == organisation_id,
        )
        with self._database.writing() as database:
            update = sa.update(task_deliveries).where(of_this).values(**values)
            if not database.execute(update).rowcount:
                key = {"subscriber": self._subscriber, "organisation_id": organisation_id}
                row = {"last_sequence": 0, **key, **values}
                database.execute(sa.insert(task_deliveries).values(**row))
