"""Who is connected, in the state database."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from xero_pipeline.connections.backends import insert
from xero_pipeline.connections.database import Database
from xero_pipeline.connections.model import (
    Cause,
    Connection,
    Health,
    MonitoredAccount,
    Purpose,
    Status,
    WatchedAccount,
)
from xero_pipeline.connections.removed import RemovedConnections
from xero_pipeline.connections.rules import organisation_key
from xero_pipeline.connections.tables import (
    connections,
    monitored_accounts,
    token_sets,
    workspaces,
)
from xero_pipeline.connections.token_store import TokenStore
from xero_pipeline.xero.client import Organisation
from xero_pipeline.xero.tokens import REFRESH_TOKEN_LIFE, TokenSet


@dataclass(frozen=True)
class Workspace:
    name: str
    purpose: Purpose


@dataclass(frozen=True)
class Link:
    """How a connection is reached at Xero.

    Attributes:
        connection_id: what is deleted to disconnect.
        xero_organisation_id: Xero's OrganisationID, to notice when another one answers.
    """

    connection_id: str
    xero_organisation_id: str


@dataclass(frozen=True)
class NewConnection:
    """An organisation about to be saved; the rest comes from its own books.

    Attributes:
        scopes: what was consented to for this organisation; the tokens may cover more.
    """

    workspace: Workspace
    organisation_id: str
    connection_id: str
    organisation: Organisation
    client_id: str
    tokens: TokenSet
    scopes: tuple[str, ...]
    connected_by: str
    connected_at: datetime
    health: Health


class Store:
    """Connections and monitored accounts. Threads and processes may use it at once."""

    def __init__(self, database: Database, tokens: TokenStore) -> None:
        self._database = database
        self._tokens = tokens
        self._removed = RemovedConnections(database)

    # --- connections ------------------------------------------------------------------------------

    def workspace(self, name: str) -> Workspace | None:
        with self._database.reading() as database:
            row = database.execute(sa.select(workspaces).where(workspaces.c.name == name)).first()
        return None if row is None else Workspace(row.name, Purpose(row.purpose))

    def connections(self, organisation_ids: Collection[str] | None = None) -> list[Connection]:
        """By workspace and name; None: all."""
        query = _CONNECTIONS.order_by(workspaces.c.name, connections.c.name)
        if organisation_ids is not None:
            query = query.where(connections.c.organisation_id.in_(organisation_ids))
        with self._database.reading() as database:
            return [_connection(row) for row in database.execute(query)]

    def connection(self, organisation_id: str) -> Connection | None:
        query = _CONNECTIONS.where(connections.c.organisation_id == organisation_id)
        with self._database.reading() as database:
            row = database.execute(query).first()
        return None if row is None else _connection(row)

    def removed(self) -> list[Connection]:
        """What is left of connections that were removed, by workspace and name."""
        return self._removed.all()

    def sharing_tokens_with(self, organisation_id: str) -> list[str]:
        """Names of the other organisations that the same user's tokens serve."""
        own = sa.select(connections.c.token_set_id).where(
            connections.c.organisation_id == organisation_id
        )
        query = (
            sa.select(connections.c.name)
            .where(connections.c.token_set_id == own.scalar_subquery())
            .where(connections.c.organisation_id != organisation_id)
            .order_by(connections.c.name)
        )
        with self._database.reading() as database:
            return list(database.scalars(query))

    def save(self, new: NewConnection) -> None:
        """The workspace, the tokens and the connection, all or none. An earlier one is replaced.

        The other connections of the same user come back to life with the new tokens. One that was
        removed comes back under the key it had.
        """
        with self._database.writing(durable=True) as database:
            token_set_id = self._tokens.write(database, new.client_id, new.tokens)
            database.execute(
                insert(database, workspaces)
                .values(name=new.workspace.name, purpose=new.workspace.purpose)
                .on_conflict_do_nothing()
            )
            workspace_id = sa.select(workspaces.c.workspace_id).where(
                workspaces.c.name == new.workspace.name
            )
            values = {
                "workspace_id": database.scalar(workspace_id),
                "token_set_id": token_set_id,
                "connection_id": new.connection_id,
                "connected_by": new.connected_by,
                "connected_at": new.connected_at,
                "scopes": list(new.scopes),
                **_details(new.organisation),
                **_health(new.health),
            }
            database.execute(
                insert(database, connections)
                .values(
                    organisation_id=new.organisation_id,
                    organisation_key=self._removed.take_key(database, new.organisation_id)
                    or organisation_key(new.organisation_id, new.organisation.name),
                    **values,
                )
                .on_conflict_do_update(index_elements=["organisation_id"], set_=values)
            )
            database.execute(
                sa.update(connections)
                .where(connections.c.token_set_id == token_set_id)
                .where(
                    connections.c.status_cause.in_((Cause.ACCESS_REVOKED, Cause.CONSENT_EXPIRED))
                )
                .values(**_health(Health(Status.HEALTHY)))
            )
            _forget_unused_tokens(database)

    def refresh_details(
        self, organisation_id: str, organisation: Organisation, scopes: Sequence[str]
    ) -> None:
        """What the organisation now says of itself, it may have been renamed; what is granted."""
        self._update(organisation_id, {**_details(organisation), "scopes": list(scopes)})

    def mark(self, organisation_id: str, health: Health) -> None:
        self._update(organisation_id, _health(health))

    def mark_all_of(
        self, xero_userid: str, client_id: str, health_of: Callable[[str], Health | None]
    ) -> None:
        """For what befalls a token set: all organisations of the user share it.

        Args:
            health_of: how the organisation of this name is.
        """
        owned = sa.select(token_sets.c.token_set_id).filter_by(
            xero_userid=xero_userid, client_id=client_id
        )
        with self._database.writing() as database:
            owners = sa.select(connections).where(connections.c.token_set_id.in_(owned))
            for row in database.execute(owners).all():
                if health := health_of(row.name):
                    database.execute(
                        sa.update(connections)
                        .where(connections.c.organisation_id == row.organisation_id)
                        .values(**_health(health))
                    )

    def record_syncs(self, healths: Mapping[str, Health], at: datetime) -> None:
        """Organisation id -> how its connection is after a sync that ended."""
        rows = [
            {"synced": id, "last_sync_at": at, **_health(health)} for id, health in healths.items()
        ]
        if rows:
            of_row = connections.c.organisation_id == sa.bindparam("synced")
            with self._database.writing() as database:
                database.execute(sa.update(connections).where(of_row), rows)

    def remove(self, connection: Connection, at: datetime, *, is_purged: bool) -> None:
        """The connection, and its tokens when no other organisation uses them. A record stays."""
        organisation_id = connection.organisation_id
        with self._database.writing() as database:
            self._removed.add(database, connection, at, is_purged=is_purged)
            database.execute(
                sa.delete(connections).where(connections.c.organisation_id == organisation_id)
            )
            _forget_unused_tokens(database)

    def mark_purged(self, organisation_id: str) -> None:
        """Of a removed one, nothing that was read is left any more."""
        self._removed.mark_purged(organisation_id)

    def link(self, organisation_id: str) -> Link | None:
        query = sa.select(connections).where(connections.c.organisation_id == organisation_id)
        with self._database.reading() as database:
            row = database.execute(query).first()
        return None if row is None else Link(row.connection_id, row.xero_organisation_id)

    # --- monitored accounts -----------------------------------------------------------------------

    def monitored_accounts(self, organisation_id: str) -> list[MonitoredAccount]:
        query = (
            sa.select(monitored_accounts)
            .where(monitored_accounts.c.organisation_id == organisation_id)
            .order_by(monitored_accounts.c.code, monitored_accounts.c.name)
        )
        with self._database.reading() as database:
            return [
                MonitoredAccount(
                    row.account_id,
                    row.code,
                    row.name,
                    row.look_back_days,
                    None if row.document_types is None else tuple(row.document_types),
                )
                for row in database.execute(query)
            ]

    def monitor(
        self, organisation_id: str, accounts: Sequence[MonitoredAccount], at: datetime
    ) -> None:
        """These accounts and no others; one that was monitored before keeps its date."""
        chosen = [account.account_id for account in accounts]
        of_organisation = monitored_accounts.c.organisation_id == organisation_id
        with self._database.writing() as database:
            database.execute(
                sa.delete(monitored_accounts)
                .where(of_organisation)
                .where(monitored_accounts.c.account_id.not_in(chosen))
            )
            for account in accounts:
                values = {
                    "code": account.code,
                    "name": account.name,
                    "look_back_days": account.look_back_days,
                    "document_types": account.document_types and list(account.document_types),
                }
                database.execute(
                    insert(database, monitored_accounts)
                    .values(
                        organisation_id=organisation_id,
                        account_id=account.account_id,
                        selected_at=at,
                        **values,
                    )
                    .on_conflict_do_update(
                        index_elements=["organisation_id", "account_id"], set_=values
                    )
                )

    def watched_accounts(self) -> list[WatchedAccount]:
        """The monitored accounts of all organisations."""
        with self._database.reading() as database:
            return [
                WatchedAccount(
                    row.organisation_id,
                    row.account_id,
                    row.code,
                    row.look_back_days,
                    row.document_types,
                    row.selected_at,
                )
                for row in database.execute(sa.select(monitored_accounts))
            ]

    def _update(self, organisation_id: str, values: dict[str, Any]) -> None:
        with self._database.writing() as database:
            database.execute(
                sa.update(connections)
                .where(connections.c.organisation_id == organisation_id)
                .values(**values)
            )


_CONNECTIONS = (
    sa.select(
        connections,
        workspaces.c.name.label("workspace"),
        workspaces.c.purpose,
        token_sets.c.refreshed_at,
    )
    .join(workspaces)
    .join(token_sets)
)


def _forget_unused_tokens(database: sa.Connection) -> None:
    used = sa.select(connections.c.token_set_id)
    database.execute(sa.delete(token_sets).where(token_sets.c.token_set_id.not_in(used)))


def _details(organisation: Organisation) -> dict[str, Any]:
    return {
        "xero_organisation_id": organisation.organisation_id,
        "name": organisation.name,
        "country": organisation.country_code,
        "base_currency": organisation.base_currency,
        "short_code": organisation.short_code,
        "timezone": organisation.timezone,
        "is_demo_company": organisation.is_demo_company,
    }


def _health(health: Health) -> dict[str, Any]:
    return {
        "status": health.status,
        "status_cause": health.cause,
        "status_reason": health.reason,
        "next_step": health.next_step,
        "degraded_endpoints": list(health.degraded_endpoints),
        "resume_at": health.resume_at,
    }


def _connection(row: Any) -> Connection:  # noqa: ANN401
    return Connection(
        workspace=row.workspace,
        purpose=Purpose(row.purpose),
        organisation_id=row.organisation_id,
        organisation_key=row.organisation_key,
        xero_organisation_id=row.xero_organisation_id,
        organisation_name=row.name,
        country=row.country,
        base_currency=row.base_currency,
        short_code=row.short_code,
        timezone=row.timezone,
        connected_by=row.connected_by,
        connected_at=row.connected_at,
        status=Status(row.status),
        status_cause=Cause(row.status_cause),
        status_reason=row.status_reason,
        next_step=row.next_step,
        resume_at=row.resume_at,
        last_sync_at=row.last_sync_at,
        degraded_endpoints=tuple(row.degraded_endpoints),
        scopes=tuple(row.scopes),
        is_demo_company=row.is_demo_company,
        expires_at=row.refreshed_at and row.refreshed_at + REFRESH_TOKEN_LIFE,
    )
