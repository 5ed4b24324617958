"""What is left of connections that were removed, so that their history stays explicable."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from xero_pipeline.connections.backends import insert
from xero_pipeline.connections.database import Database
from xero_pipeline.connections.model import Cause, Connection, Purpose, Status
from xero_pipeline.connections.tables import api_usage, removed_connections

_KEPT = tuple(
    column.name
    for column in removed_connections.columns
    if column.name not in ("removed_at", "is_purged")
)


class RemovedConnections:
    """One record for each organisation that is connected no longer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Connection]:
        """By workspace and name."""
        query = sa.select(removed_connections).order_by(
            removed_connections.c.workspace, removed_connections.c.organisation_name
        )
        with self._database.reading() as database:
            return [_connection(row) for row in database.execute(query)]

    def add(
        self, database: sa.Connection, connection: Connection, at: datetime, *, is_purged: bool
    ) -> None:
        """As part of the transaction that removes it."""
        values = {name: getattr(connection, name) for name in _KEPT}
        values |= {"removed_at": at, "is_purged": is_purged}
        database.execute(
            insert(database, removed_connections)
            .values(**values)
            .on_conflict_do_update(index_elements=["organisation_id"], set_=values)
        )

    def mark_purged(self, organisation_id: str) -> None:
        """Nothing of what was read is left, and what reading it cost is forgotten, too."""
        with self._database.writing() as database:
            database.execute(
                sa.delete(api_usage).where(api_usage.c.organisation_id == organisation_id)
            )
            database.execute(
                sa.update(removed_connections)
                .where(removed_connections.c.organisation_id == organisation_id)
                .values(is_purged=True)
            )

    def take_key(self, database: sa.Connection, organisation_id: str) -> str | None:
        """The key it had, for the transaction that connects it again; the record goes."""
        taken = database.execute(
            sa.delete(removed_connections)
            .where(removed_connections.c.organisation_id == organisation_id)
            .returning(removed_connections.c.organisation_key)
        )
        return taken.scalar_one_or_none()


def _connection(row: Any) -> Connection:  # noqa: ANN401
    data = "was deleted" if row.is_purged else "is kept"
    kept = {name: getattr(row, name) for name in _KEPT}
    return Connection(
        **(kept | {"purpose": Purpose(row.purpose)}),
        status=Status.REMOVED,
        status_cause=Cause.REMOVED_HERE,
        status_reason=f"Removed on {row.removed_at:%Y-%m-%d}; what was read {data}.",
        next_step="",
        resume_at=None,
        scopes=(),
    )
