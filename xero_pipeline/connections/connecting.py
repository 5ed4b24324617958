"""From the consent page to a saved connection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from xero_pipeline.connections.errors import AppLimitReached, NotConfirmed
from xero_pipeline.connections.gateway import Gateway
from xero_pipeline.connections.health_record import HealthRecord
from xero_pipeline.connections.model import CUSTOM_CONNECTION
from xero_pipeline.connections.rules import refusal_of_organisation
from xero_pipeline.connections.sign_in import sign_in
from xero_pipeline.connections.store import NewConnection, Store, Workspace
from xero_pipeline.settings import Settings
from xero_pipeline.xero.client import Organisation
from xero_pipeline.xero.errors import ConsentTimedOut
from xero_pipeline.xero.limits import Clock
from xero_pipeline.xero.scopes import without_writing
from xero_pipeline.xero.tokens import Tenant, TokenSet

OpenBrowser = Callable[[str], None]
Confirm = Callable[[Organisation], bool]
Pick = Callable[[Sequence[Tenant]], Tenant]


class Connecting:
    """Connects organisations, for the first time or again."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        gateway: Gateway,
        health: HealthRecord,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._store = store
        self._gateway = gateway
        self._health = health
        self._clock = clock

    def room_left(self) -> int | None:
        """How many more organisations the app's tier allows; None: as many as you like."""
        most = self._settings.tier.organisations
        return None if most is None else max(most - len(self._store.connections()), 0)

    def connect(
        self,
        workspace: Workspace,
        pick: Pick,
        open_browser: OpenBrowser | None,
        confirm: Confirm,
        seconds: float,
        *,
        write_back: bool = False,
        return_to: str | None = None,
    ) -> str:
        """Nothing is saved before `confirm` says yes.

        Args:
            pick: the organisation among those consented to; may refuse.
            open_browser: None: the app is a custom connection, to which nobody signs in.
            seconds: how long to wait for consent.
            write_back: ask to write answers of clients, too.
            return_to: the page to send the browser to from Xero.

        Returns:
            The organisation's id.
        """
        tokens = self._signed_in(open_browser, seconds, write_back=write_back, return_to=return_to)
        tenant = pick(self._gateway.app.tenants(tokens, this_consent_only=True))
        present = self._store.connections()
        if refused := refusal_of_organisation(workspace.name, workspace.purpose, tenant, present):
            raise refused
        organisation = self._introduction(tenant, tokens)
        if not confirm(organisation):
            raise NotConfirmed(organisation.name)
        with self._gateway.keeper.lock(tokens):
            new = self._new_connection(workspace, tenant, organisation, tokens)
            self._store.save(
                new if write_back else replace(new, scopes=without_writing(new.scopes))
            )
        return tenant.tenant_id

    def _signed_in(
        self,
        open_browser: OpenBrowser | None,
        seconds: float,
        *,
        write_back: bool,
        return_to: str | None,
    ) -> TokenSet:
        """An app that may not connect more is refused on Xero's page, which then never answers."""
        app = self._gateway.app
        if open_browser is None:
            return app.custom_tokens(write_back=write_back)
        try:
            return sign_in(
                app,
                self._settings.redirect_uri,
                open_browser,
                seconds,
                write_back=write_back,
                return_to=return_to,
            )
        except ConsentTimedOut:
            if self.room_left() == 0:
                connected = len(self._store.connections())
                raise AppLimitReached(connected, self._settings.tier) from None
            raise

    def _introduction(self, tenant: Tenant, tokens: TokenSet) -> Organisation:
        """What the organisation says of itself, asked with tokens that are not stored yet."""
        id, name = tenant.tenant_id, tenant.name
        with self._gateway.client_before_saving(id, name, tokens) as client:
            organisation = client.organisation()
        self._health.refuse_another(id, name, organisation)
        return organisation

    def _new_connection(
        self, workspace: Workspace, tenant: Tenant, organisation: Organisation, tokens: TokenSet
    ) -> NewConnection:
        return NewConnection(
            workspace=workspace,
            organisation_id=tenant.tenant_id,
            connection_id=tenant.connection_id,
            organisation=organisation,
            client_id=self._gateway.app.client_id,
            tokens=tokens,
            scopes=tokens.scopes,
            connected_by=_person(tokens),
            connected_at=self._clock.now(),
            health=self._health.when_connected(organisation.name, tokens.scopes),
        )


def _person(tokens: TokenSet) -> str:
    if tokens.refresh_token is None:
        return CUSTOM_CONNECTION
    if tokens.name and tokens.email:
        return f"{tokens.name} <{tokens.email}>"
    return tokens.name or tokens.email or tokens.xero_userid
