"""How this process reaches Xero: one app, one keeper of tokens, one budget per organisation."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cached_property

from pydantic import SecretStr

from xero_pipeline.connections.keeper import ClientTokens, TokenKeeper
from xero_pipeline.connections.locks import Locks
from xero_pipeline.connections.store import Store
from xero_pipeline.connections.token_store import TokenStore
from xero_pipeline.settings import Settings
from xero_pipeline.xero.client import OrganisationClient, wire_to
from xero_pipeline.xero.errors import XeroError
from xero_pipeline.xero.exchange import AccessTokens
from xero_pipeline.xero.limits import (
    Asker,
    Clock,
    DayBudget,
    DayCount,
    OrganisationLimits,
    RecentCalls,
    SlidingWindow,
)
from xero_pipeline.xero.oauth import XeroApp
from xero_pipeline.xero.tokens import TokenSet
from xero_pipeline.xero.writer import OrganisationWriter, WriteConsent

OnFailure = Callable[[XeroError], None]


class Gateway:
    """Makes clients that share what must be shared. Threads may use it at once."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        tokens: TokenStore,
        locks: Locks,
        *,
        day_count: DayCount,
        recent_calls: RecentCalls,
        clock: Clock,
        app_calls_a_minute: int,
    ) -> None:
        self._settings = settings
        self._store = store
        self._day_count = day_count
        self._recent_calls = recent_calls
        self._tokens = tokens
        self._locks = locks
        self._clock = clock
        self._wire = wire_to(settings)
        self._app_window = SlidingWindow(app_calls_a_minute, clock)
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
        return TokenKeeper(self._store, self._tokens, self._locks, self.app, self._clock)

    def client(self, id: str, name: str, asker: Asker, on_failure: OnFailure) -> OrganisationClient:
        """For a connected organisation, with its stored tokens."""
        return self._client(id, name, asker, ClientTokens(self.keeper, id, name), on_failure)

    def writer(
        self, consent: WriteConsent, asker: Asker, on_failure: OnFailure
    ) -> OrganisationWriter:
        """For a client's organisation whose consent covers writing, with its stored tokens."""
        id, name = consent.organisation_id, consent.organisation_name
        return OrganisationWriter(
            consent,
            access_token=ClientTokens(self.keeper, id, name),
            limits=self.limits_of(id, name),
            settings=self._settings,
            asker=asker,
            on_failure=on_failure,
        )

    def client_before_saving(self, id: str, name: str, tokens: TokenSet) -> OrganisationClient:
        """For an organisation that has just been consented to; its tokens are minutes old."""

        def access_token(rejected: SecretStr | None = None) -> SecretStr:
            return tokens.access_token

        return self._client(id, name, Asker.PERSON, access_token, None)

    def close(self) -> None:
        """Let go of the connections to Xero."""
        self._wire.close()

    def _client(
        self,
        id: str,
        name: str,
        asker: Asker,
        access_token: AccessTokens,
        on_failure: OnFailure | None,
    ) -> OrganisationClient:
        return OrganisationClient(
            organisation_id=id,
            organisation_name=name,
            access_token=access_token,
            limits=self.limits_of(id, name),
            settings=self._settings,
            asker=asker,
            wire=self._wire,
            on_failure=on_failure,
        )

    def limits_of(self, id: str, name: str) -> OrganisationLimits:
        """One object per organisation, so that all its clients count together."""
        with self._limits_lock:
            if id not in self._limits:
                self._limits[id] = OrganisationLimits(
                    organisation_id=id,
                    organisation_name=name,
                    budget=day_budget(self._settings),
                    app=self._app_window,
                    day_count=self._day_count,
                    recent_calls=self._recent_calls,
                    clock=self._clock,
                )
            return self._limits[id]


def day_budget(settings: Settings) -> DayBudget:
    """The calls of a day, with those kept for people rounded down."""
    calls = settings.daily_call_limit
    return DayBudget(calls, calls * settings.percent_of_calls_for_people // 100)
