"""How this process reaches Xero: one app, one keeper of tokens, one budget per organisation."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cached_property

from pydantic import SecretStr

from xero_pipeline.connections.keeper import ClientTokens, TokenKeeper
from xero_pipeline.connections.store import Store
from xero_pipeline.connections.vault import Vault
from xero_pipeline.settings import Settings
from xero_pipeline.xero.client import AccessTokens, OrganisationClient
from xero_pipeline.xero.errors import XeroError
from xero_pipeline.xero.limits import (
    APP_CALLS_A_MINUTE,
    Clock,
    DayCount,
    OrganisationLimits,
    SlidingWindow,
)
from xero_pipeline.xero.oauth import XeroApp
from xero_pipeline.xero.tokens import TokenSet

OnFailure = Callable[[XeroError], None]


class Gateway:
    """Makes clients that share what must be shared. Threads may use it at once."""

    def __init__(
        self, settings: Settings, store: Store, vault: Vault, day_count: DayCount, clock: Clock
    ) -> None:
        self._settings = settings
        self._store = store
        self._day_count = day_count
        self._vault = vault
        self._clock = clock
        self._app_window = SlidingWindow(APP_CALLS_A_MINUTE, clock)
        self._limits: dict[str, OrganisationLimits] = {}
        self._limits_lock = threading.Lock()

    @cached_property
    def app(self) -> XeroApp:
        """Made when first needed: looking at connections works without a client id.

        Raises:
            AppMisconfigured
        """
        return XeroApp(self._settings, self._clock)

    @cached_property
    def keeper(self) -> TokenKeeper:
        """Raises AppMisconfigured."""
        locks = self._settings.home / "locks"
        return TokenKeeper(self._store, self._vault, self.app, self._clock, locks)

    def client(self, id: str, name: str, on_failure: OnFailure) -> OrganisationClient:
        """For a connected organisation, with its stored tokens."""
        return self._client(id, name, ClientTokens(self.keeper, id, name), on_failure)

    def client_before_saving(self, id: str, name: str, tokens: TokenSet) -> OrganisationClient:
        """For an organisation that has just been consented to; its tokens are minutes old."""

        def access_token(rejected: SecretStr | None = None) -> SecretStr:
            return tokens.access_token

        return self._client(id, name, access_token, None)

    def _client(
        self, id: str, name: str, access_token: AccessTokens, on_failure: OnFailure | None
    ) -> OrganisationClient:
        return OrganisationClient(
            organisation_id=id,
            organisation_name=name,
            access_token=access_token,
            limits=self._limits_of(id, name),
            settings=self._settings,
            on_failure=on_failure,
        )

    def _limits_of(self, id: str, name: str) -> OrganisationLimits:
        """One object per organisation, so that all its clients count together."""
        with self._limits_lock:
            if id not in self._limits:
                self._limits[id] = OrganisationLimits(
                    organisation_id=id,
                    organisation_name=name,
                    daily_limit=self._settings.daily_call_limit,
                    app=self._app_window,
                    day_count=self._day_count,
                    clock=self._clock,
                )
            return self._limits[id]
