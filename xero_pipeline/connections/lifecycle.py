"""Connect, read, check, reconnect, remove."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial

from xero_pipeline.connections.accounts import ChartOfAccounts
from xero_pipeline.connections.database import Database
from xero_pipeline.connections.errors import (
    NotConfirmed,
    WrongOrganisation,
    WrongSecretKey,
)
from xero_pipeline.connections.gateway import Gateway
from xero_pipeline.connections.model import (
    Connection,
    EndpointUsage,
    Health,
    MonitoredAccount,
    Purpose,
    Removed,
    Status,
    WatchedAccount,
    health_after,
)
from xero_pipeline.connections.recent_calls import SharedRecentCalls
from xero_pipeline.connections.rules import (
    Choose,
    meant,
    named,
    refusal_of_organisation,
    refusal_of_purpose,
    same,
)
from xero_pipeline.connections.sign_in import CONSENT_SECONDS, sign_in
from xero_pipeline.connections.store import NewConnection, Store, Workspace
from xero_pipeline.connections.token_store import TokenStore
from xero_pipeline.connections.usage import DailyUsage
from xero_pipeline.connections.vault import Vault
from xero_pipeline.settings import Settings
from xero_pipeline.xero.client import Organisation, OrganisationClient
from xero_pipeline.xero.endpoints import ENDPOINTS
from xero_pipeline.xero.errors import MissingPermission, MissingScope, NeedsReconnect, XeroError
from xero_pipeline.xero.limits import Asker, Clock, SystemClock
from xero_pipeline.xero.tokens import Tenant, TokenSet

OpenBrowser = Callable[[str], None]
Confirm = Callable[[Organisation], bool]
_ACCOUNTS = next(endpoint for endpoint in ENDPOINTS if endpoint.name == "accounts")
_Pick = Callable[[Sequence[Tenant]], Tenant]


class Connections:
    """Who is connected, and clients that read them.

    Threads may share one; every process opens its own. Made by `Connections.open(settings)`; a
    context manager that closes state.db. Organisations are named by id or by name throughout.
    """

    def __init__(self, settings: Settings, database: Database, vault: Vault, clock: Clock) -> None:
        self._settings = settings
        self._database = database
        tokens = TokenStore(database, vault)
        self._store = Store(database, tokens)
        self._usage = DailyUsage(database, clock)
        self._clock = clock
        self._gateway = Gateway(
            settings,
            self._store,
            tokens,
            database.locks,
            day_count=self._usage,
            recent_calls=SharedRecentCalls(database, clock),
            clock=clock,
        )

    @classmethod
    def open(cls, settings: Settings, clock: Clock | None = None) -> Connections:
        """Open state.db in the home; it and the key file are made when missing.

        Raises:
            HomeUnusable, SecretKeyUnusable
        """
        database = Database.open(settings)
        return cls(settings, database, Vault.open(settings), clock or SystemClock())

    def __enter__(self) -> Connections:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        self._gateway.close()
        self._usage.close()
        self._database.close()

    # --- looking ----------------------------------------------------------------------------------

    def connections(self) -> list[Connection]:
        """All of them, by workspace and name. No secret is in them."""
        return self._store.connections()

    def find(self, organisation: str) -> Connection:
        """One connection.

        Raises:
            NotConnectedHere, SeveralOfThatName
        """
        return self._store.connection(organisation) or named(organisation, self.connections())

    def calls_left(self, organisation: str, asker: Asker = Asker.PERSON) -> int:
        """What is left of the day's calls (UTC day), as counted here. Costs no call.

        Args:
            asker: a schedule does not get those that are kept for people and alerts.

        Raises:
            NotConnectedHere, SeveralOfThatName
        """
        connection = self.find(organisation)
        limits = self._gateway.limits_of(connection.organisation_id, connection.organisation_name)
        return limits.calls_left(asker)

    def calls_used_today(self) -> dict[str, int]:
        """Organisation id -> calls of this UTC day, as counted here; absent: none."""
        return self._usage.calls_on_day(self._today())

    # --- connecting -------------------------------------------------------------------------------

    def connect(
        self,
        workspace: str,
        purpose: Purpose,
        *,
        open_browser: OpenBrowser,
        choose: Choose,
        confirm: Confirm,
        organisation: str | None = None,
        seconds: float = CONSENT_SECONDS,
    ) -> Connection:
        """Connect an organisation to a workspace. Nothing is saved before `confirm` says yes.

        Args:
            organisation: its name or id; None leaves it to `choose` when there are several.
            open_browser: gets Xero's consent page's address.
            choose: picks one of several organisations; never called for a single one.
            confirm: sees name, country, currency and short code, and decides.
            seconds: how long to wait for consent.

        Raises:
            ConnectionsError: it may not go there, or is not the one meant.
            XeroError: the sign-in failed, or Xero did.
        """
        present = self._store.workspace(workspace)
        is_for = present.purpose if present else None
        if refused := refusal_of_purpose(workspace, is_for, purpose):
            raise refused
        return self._connect(
            Workspace(workspace, purpose),
            partial(meant, wanted=organisation, choose=choose),
            open_browser,
            confirm,
            seconds,
        )

    def reconnect(
        self,
        organisation: str,
        *,
        open_browser: OpenBrowser,
        confirm: Confirm,
        seconds: float = CONSENT_SECONDS,
    ) -> Connection:
        """Sign in anew for an organisation that is connected; no other one is accepted.

        Raises:
            NotConnectedHere, UnknownOrganisation, and what `connect` raises.
        """
        before = self.find(organisation)
        return self._connect(
            Workspace(before.workspace, before.purpose),
            partial(same, connection=before),
            open_browser,
            confirm,
            seconds,
        )

    def _connect(
        self,
        workspace: Workspace,
        pick: _Pick,
        open_browser: OpenBrowser,
        confirm: Confirm,
        seconds: float,
    ) -> Connection:
        tokens = sign_in(self._gateway.app, self._settings.redirect_uri, open_browser, seconds)
        tenant = pick(self._gateway.app.tenants(tokens, this_consent_only=True))
        present = self.connections()
        if refused := refusal_of_organisation(workspace.name, workspace.purpose, tenant, present):
            raise refused
        organisation = self._introduction(tenant, tokens)
        if not confirm(organisation):
            raise NotConfirmed(organisation.name)
        with self._gateway.keeper.lock(tokens):
            self._store.save(self._new_connection(workspace, tenant, organisation, tokens))
        return self.find(tenant.tenant_id)

    def _introduction(self, tenant: Tenant, tokens: TokenSet) -> Organisation:
        """What the organisation says of itself, asked with tokens that are not stored yet."""
        id, name = tenant.tenant_id, tenant.name
        with self._gateway.client_before_saving(id, name, tokens) as client:
            organisation = client.organisation()
        self._refuse_another(id, name, organisation)
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
            connected_by=_person(tokens),
            connected_at=self._clock.now(),
        )

    # --- reading ----------------------------------------------------------------------------------

    def client(self, organisation: str, asker: Asker = Asker.PERSON) -> OrganisationClient:
        """A client that reads this organisation, keeps its limits and marks what it meets.

        Args:
            asker: a schedule leaves the last calls of the day to people.

        Raises:
            NotConnectedHere, SeveralOfThatName, AppMisconfigured
            NeedsReconnect: known to be dead; Xero is not asked again.
        """
        connection = self._alive(organisation)
        id = connection.organisation_id
        name = connection.organisation_name
        return self._gateway.client(id, name, asker, partial(self._mark, id))

    @contextmanager
    def syncing(
        self, organisation: str, asker: Asker = Asker.PERSON
    ) -> Iterator[OrganisationClient]:
        """A client for one sync: how the sync ends is how the connection is afterwards.

        The sync counts when the block ends without an error. Endpoints that it met without scope
        or permission leave the connection with limited access.

        Args:
            asker: a schedule leaves the last calls of the day to people.

        Raises:
            what `client` raises; errors of the block go on their way.
        """
        connection = self._alive(organisation)
        id, name = connection.organisation_id, connection.organisation_name
        met: list[XeroError] = []
        try:
            with self._gateway.client(id, name, asker, met.append) as client:
                yield client
        except XeroError as error:
            self._mark(id, error)
            raise
        denied = [error for error in met if isinstance(error, MissingScope | MissingPermission)]
        self.record_sync(id, problem=denied[0] if denied else None)

    def chart_of_accounts(self, organisation: str) -> ChartOfAccounts:
        """The active accounts, asked from Xero. Costs one call.

        Raises:
            what `client` raises, and XeroError.
        """
        with self.client(organisation) as client:
            return ChartOfAccounts.read(next(client.pages(_ACCOUNTS)).body)

    def check(self, organisation: str) -> Connection:
        """Ask Xero who this is; the answer's state is recorded. Costs one call.

        Raises:
            WrongOrganisation: another organisation answers under this id.
            XeroError: what the client meets; recorded too.
        """
        connection = self.find(organisation)
        with self.client(connection.organisation_id) as client:
            found = client.organisation()
        self._refuse_another(connection.organisation_id, connection.organisation_name, found)
        self._store.refresh_details(connection.organisation_id, found)
        if connection.status is not Status.LIMITED_ACCESS:
            self._store.mark(connection.organisation_id, Health(Status.CONNECTED))
        return self.find(connection.organisation_id)

    def mark(self, organisation: str, error: XeroError) -> None:
        """Record what an error says about a connection; clients do so by themselves.

        Raises:
            NotConnectedHere, SeveralOfThatName
        """
        self._mark(self.find(organisation).organisation_id, error)

    def record_sync(self, organisation: str, problem: XeroError | None = None) -> None:
        """A sync ended just now.

        Args:
            problem: what kept part of it from being read (MissingScope, MissingPermission).

        Raises:
            NotConnectedHere, SeveralOfThatName
        """
        id = self.find(organisation).organisation_id
        health = health_after(problem) or Health(Status.CONNECTED)
        self._store.record_sync(id, self._clock.now(), health)

    # --- monitored accounts -----------------------------------------------------------------------

    def monitor_accounts(self, organisation: str, accounts: Sequence[MonitoredAccount]) -> None:
        """Watch these accounts and no others.

        Raises:
            NotConnectedHere, SeveralOfThatName
        """
        connection = self.find(organisation)
        self._store.monitor(connection.organisation_id, accounts, self._clock.now())

    def monitored_accounts(self, organisation: str) -> list[MonitoredAccount]:
        return self._store.monitored_accounts(self.find(organisation).organisation_id)

    def watched_accounts(self) -> list[WatchedAccount]:
        """The monitored accounts of all organisations, for `ops.monitored_accounts`."""
        return self._store.watched_accounts()

    def usage(self, since: date | None = None) -> list[EndpointUsage]:
        """Calls and bytes by organisation, endpoint and day (UTC), for `ops.api_usage`.

        Args:
            since: leaves earlier days out: nothing is counted for them any more.
        """
        return self._usage.all_days(self._settings.tier, since)

    # --- removing ---------------------------------------------------------------------------------

    def remove(self, organisation: str) -> Removed:
        """End the connection at Xero and forget it; tokens go with the user's last organisation.

        What was read before stays in the landing folder and the warehouse.

        Raises:
            NotConnectedHere, SeveralOfThatName
            XeroUnavailable: nothing was removed.
        """
        connection = self.find(organisation)
        ended = self._end_at_xero(connection)
        self._store.remove(connection.organisation_id)
        return Removed(connection.organisation_name, ended)

    def _end_at_xero(self, connection: Connection) -> bool:
        id, name = connection.organisation_id, connection.organisation_name
        link = self._store.link(id)
        if link is None or connection.status is Status.NEEDS_RECONNECT:
            return False
        try:
            tokens = self._gateway.keeper.good_tokens(id, name)
            self._gateway.app.disconnect(tokens, link.connection_id)
        except (NeedsReconnect, WrongSecretKey):
            return False
        return True

    def _alive(self, organisation: str) -> Connection:
        connection = self.find(organisation)
        if connection.status is Status.NEEDS_RECONNECT:
            raise NeedsReconnect(connection.organisation_name)
        return connection

    def _mark(self, id: str, error: XeroError) -> None:
        if health := health_after(error):
            self._store.mark(id, health)

    def _refuse_another(self, id: str, name: str, found: Organisation) -> None:
        link = self._store.link(id)
        if link is not None and link.xero_organisation_id != found.organisation_id:
            wrong = WrongOrganisation(name, found.name)
            self._mark(id, wrong)
            raise wrong

    def _today(self) -> date:
        return self._clock.now().date()


def _person(tokens: TokenSet) -> str:
    if tokens.name and tokens.email:
        return f"{tokens.name} <{tokens.email}>"
    return tokens.name or tokens.email or tokens.xero_userid
