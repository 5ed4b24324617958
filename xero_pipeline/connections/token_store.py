"""Users' tokens in the state database, encrypted, and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from xero_pipeline.connections.backends import insert
from xero_pipeline.connections.database import Database
from xero_pipeline.connections.errors import WrongSecretKey
from xero_pipeline.connections.model import Status
from xero_pipeline.connections.tables import connections, token_sets
from xero_pipeline.connections.vault import Vault
from xero_pipeline.xero.tokens import TokenSet


@dataclass(frozen=True)
class Idle:
    """One of the organisations that share a token set nobody refreshed for long."""

    organisation_id: str
    organisation_name: str


class TokenStore:
    """One token set per user and app, shared by all organisations of the user.

    Threads and processes may use it at once, also while the key is changed: what is written is
    encrypted within the transaction that writes it, and a change of keys is one such transaction.
    """

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def of(self, organisation_id: str) -> TokenSet | None:
        """None when the organisation is not connected. Raises WrongSecretKey, SecretKeyUnusable."""
        try:
            return self._read(organisation_id)
        except WrongSecretKey:
            # The key was changed between looking at the row and at the key, or it really is wrong.
            return self._read(organisation_id)

    def save(self, client_id: str, tokens: TokenSet) -> None:
        """On the disk when it returns: a refresh token that is lost cannot be had again."""
        with self._database.writing(durable=True) as database:
            self.write(database, client_id, tokens)

    def write(self, database: sa.Connection, client_id: str, tokens: TokenSet) -> int:
        """As part of a larger transaction. Returns the token set's number."""
        values = {
            "encrypted": self._vault.encrypt(tokens.revealed()),
            "refreshed_at": tokens.refreshed_at if tokens.refresh_token else None,
        }
        saved = database.execute(
            insert(database, token_sets)
            .values(xero_userid=tokens.xero_userid, client_id=client_id, **values)
            .on_conflict_do_update(index_elements=["xero_userid", "client_id"], set_=values)
            .returning(token_sets.c.token_set_id)
        )
        return int(saved.scalar_one())

    def idle_since(self, client_id: str, since: datetime) -> list[Idle]:
        """One organisation for each token set of an app that was not refreshed since; living ones.

        Among them those of which it is not known, because an earlier version stored them, and
        those that need no refreshing.
        """
        query = (
            sa.select(connections.c.token_set_id, connections.c.organisation_id, connections.c.name)
            .join(token_sets)
            .where(token_sets.c.client_id == client_id)
            .where(connections.c.status != Status.NEEDS_RECONNECT)
            .where(sa.or_(token_sets.c.refreshed_at.is_(None), token_sets.c.refreshed_at < since))
        )
        with self._database.reading() as database:
            found = {
                row.token_set_id: Idle(row.organisation_id, row.name)
                for row in database.execute(query)
            }
        return list(found.values())

    def reencrypt(self) -> int:
        """Encrypt everything with the newest key, all or nothing. Returns how many token sets.

        Raises:
            WrongSecretKey: nothing was changed.
        """
        with self._database.writing(durable=True) as database:
            rows = database.execute(sa.select(token_sets)).all()
            for row in rows:
                database.execute(
                    sa.update(token_sets)
                    .where(token_sets.c.token_set_id == row.token_set_id)
                    .values(encrypted=self._vault.reencrypt(row.encrypted))
                )
        return len(rows)

    def _read(self, organisation_id: str) -> TokenSet | None:
        query = (
            sa.select(token_sets.c.encrypted)
            .join(connections)
            .where(connections.c.organisation_id == organisation_id)
        )
        with self._database.reading() as database:
            encrypted = database.scalar(query)
        if encrypted is None:
            return None
        return TokenSet.model_validate_json(self._vault.decrypt(encrypted))
