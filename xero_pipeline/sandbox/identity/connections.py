"""Which user let which app reach which organisation."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator

from xero_pipeline.sandbox.identity.apps import App, User
from xero_pipeline.sandbox.identity.records import Connection


class ConnectionList:
    """Works on the stored list in place. A connection removed stays there, not live."""

    def __init__(self, connections: list[Connection]) -> None:
        self._connections = connections
        self._by_key = {_key(connection): connection for connection in connections}

    def connect(
        self, app: App, user: User, tenant: str, authentication_event_id: str, now: dt.datetime
    ) -> None:
        """Makes a connection, or revives the one that was: it keeps its id and creation date."""
        known = self._by_key.get((app.client_id, user.user_id, tenant))
        if known is not None:
            known.authentication_event_id = authentication_event_id
            known.updated_at = now
            known.live = True
            return
        made = Connection(
            id=str(uuid.uuid4()),
            client_id=app.client_id,
            user_id=user.user_id,
            tenant_id=tenant,
            authentication_event_id=authentication_event_id,
            created_at=now,
            updated_at=now,
        )
        self._connections.append(made)
        self._by_key[_key(made)] = made

    def reaches(self, client_id: str, user_id: str, tenant: str) -> bool:
        """Whether there is such a connection, and it lives."""
        connection = self._by_key.get((client_id, user_id, tenant))
        return connection is not None and connection.live

    def live(
        self,
        *,
        client_id: str | None = None,
        user_id: str | None = None,
        tenant_id: str | None = None,
    ) -> Iterator[Connection]:
        """The living connections of an app, a user, an organisation, or any mix of them."""
        for connection in self._connections:
            if (
                connection.live
                and client_id in (None, connection.client_id)
                and user_id in (None, connection.user_id)
                and tenant_id in (None, connection.tenant_id)
            ):
                yield connection


def connection_of_machine(app: App, tenant: str) -> Connection:
    """There since the app was registered, without anybody's consent."""
    made = dt.datetime.combine(app.created, dt.time(), dt.UTC)
    return Connection(
        id=str(uuid.uuid5(uuid.UUID(tenant), app.client_id)),
        client_id=app.client_id,
        user_id="",
        tenant_id=tenant,
        authentication_event_id=str(uuid.uuid5(uuid.UUID(tenant), app.name)),
        created_at=made,
        updated_at=made,
    )


def _key(connection: Connection) -> tuple[str, str, str]:
    return connection.client_id, connection.user_id, connection.tenant_id
