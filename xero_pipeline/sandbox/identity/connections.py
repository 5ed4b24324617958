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

    def connect(
        self, app: App, user: User, tenant: str, authentication_event_id: str, now: dt.datetime
    ) -> None:
        """Makes a connection, or revives the one that was: it keeps its id and creation date."""
        for connection in self._connections:
            same = (connection.client_id, connection.user_id, connection.tenant_id)
            if same == (app.client_id, user.user_id, tenant):
                connection.authentication_event_id = authentication_event_id
                connection.updated_at = now
                connection.live = True
                return
        self._connections.append(
            Connection(
                id=str(uuid.uuid4()),
                client_id=app.client_id,
                user_id=user.user_id,
                tenant_id=tenant,
                authentication_event_id=authentication_event_id,
                created_at=now,
                updated_at=now,
            )
        )

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
