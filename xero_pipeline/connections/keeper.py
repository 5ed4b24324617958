"""Keeps tokens alive: one refresh at a time, stored before it is used."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from pydantic import SecretStr

from xero_pipeline.connections.errors import NotConnectedHere
from xero_pipeline.connections.health import health_after
from xero_pipeline.connections.locks import Locks
from xero_pipeline.connections.store import Store
from xero_pipeline.connections.token_store import TokenStore
from xero_pipeline.xero.errors import NeedsReconnect, XeroUnavailable
from xero_pipeline.xero.limits import Clock
from xero_pipeline.xero.oauth import XeroApp
from xero_pipeline.xero.tokens import TokenSet

# A page may take two minutes to come: a token must outlive the call it goes out with.
_AHEAD_OF_EXPIRY = timedelta(minutes=3)
_LOCK_SECONDS = 120


class ClientTokens:
    """What a client asks before every call; goes to the keeper only when it has to.

    Raises (on being called): what `TokenKeeper.good_tokens` raises.
    """

    def __init__(self, keeper: TokenKeeper, organisation_id: str, organisation_name: str) -> None:
        self._keeper = keeper
        self._organisation_id = organisation_id
        self._organisation_name = organisation_name
        self._tokens: TokenSet | None = None

    def __call__(self, rejected: SecretStr | None = None) -> SecretStr:
        if self._tokens is None or not self._keeper.is_good(self._tokens, rejected):
            self._tokens = self._keeper.good_tokens(
                self._organisation_id, self._organisation_name, rejected
            )
        return self._tokens.access_token


class TokenKeeper:
    """Access tokens for organisations. Threads, processes and machines may ask at once.

    A token set belongs to a user and serves all organisations of this user. Refreshing it spends
    the refresh token, so it happens under one lock per token set, and whoever comes second finds
    the first one's result.
    """

    def __init__(
        self, store: Store, tokens: TokenStore, locks: Locks, app: XeroApp, clock: Clock
    ) -> None:
        self._store = store
        self._tokens = tokens
        self._locks = locks
        self._app = app
        self._clock = clock

    def good_tokens(
        self, organisation_id: str, organisation_name: str, rejected: SecretStr | None = None
    ) -> TokenSet:
        """Tokens good for at least a few minutes.

        Args:
            rejected: a token that Xero has just called expired.

        Raises:
            NeedsReconnect: the refresh token is dead; all organisations of the user are marked.
            WrongSecretKey, HomeUnusable, NotConnectedHere, AppMisconfigured, XeroUnavailable
        """
        tokens = self._stored(organisation_id, organisation_name)
        if self.is_good(tokens, rejected):
            return tokens
        with self.lock(tokens):
            tokens = self._stored(organisation_id, organisation_name)
            if self.is_good(tokens, rejected):
                return tokens
            return self._refresh(tokens, organisation_name)

    def refresh_idle(self, organisation_id: str, organisation_name: str, since: datetime) -> bool:
        """Refresh tokens that nobody refreshed since (UTC), however long they last.

        Returns:
            Whether it was necessary.

        Raises:
            what `good_tokens` raises.
        """
        tokens = self._stored(organisation_id, organisation_name)
        with self.lock(tokens):
            tokens = self._stored(organisation_id, organisation_name)
            if tokens.refresh_token is None or tokens.refreshed_at >= since:
                return False
            self._refresh(tokens, organisation_name)
            return True

    @contextmanager
    def lock(self, tokens: TokenSet) -> Iterator[None]:
        """Held by whoever replaces the tokens of this user."""
        owner = f"{tokens.xero_userid}/{self._app.client_id}"
        name = hashlib.sha256(owner.encode()).hexdigest()[:16]
        held = self._locks.take(f"tokens-{name}", _LOCK_SECONDS)
        if held is None:
            raise XeroUnavailable(
                "the sign-in", "another process has been renewing the tokens for two minutes"
            )
        with held:
            yield

    def _refresh(self, tokens: TokenSet, organisation_name: str) -> TokenSet:
        try:
            fresh = self._app.refresh(tokens, organisation_name)
        except NeedsReconnect as dead:
            cause = type(dead)
            self._store.mark_all_of(
                tokens.xero_userid, self._app.client_id, lambda name: health_after(cause(name))
            )
            raise
        # Stored first: until then Xero forgives the old refresh token, for half an hour.
        self._tokens.save(self._app.client_id, fresh)
        return fresh

    def is_good(self, tokens: TokenSet, rejected: SecretStr | None = None) -> bool:
        lasts = tokens.expires_at - self._clock.now() > _AHEAD_OF_EXPIRY
        return lasts and tokens.access_token != rejected

    def _stored(self, organisation_id: str, organisation_name: str) -> TokenSet:
        tokens = self._tokens.of(organisation_id)
        if tokens is None:
            raise NotConnectedHere(organisation_name, [])
        return tokens
