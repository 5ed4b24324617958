"""Connect, read, check, reconnect, remove."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial

from xero_pipeline.connections.accounts import ChartOfAccounts
from xero_pipeline.connections.connecting import Confirm, Connecting, OpenBrowser
from xero_pipeline.connections.database import Database
from xero_pipeline.connections.errors import (
    AgencyNeverWrites,
    MayNotWrite,
    NotConnectedHere,
    WrongSecretKey,
)
from xero_pipeline.connections.gateway import Gateway
from xero_pipeline.connections.health import seen_at
from xero_pipeline.connections.health_record import HealthRecord
from xero_pipeline.connections.locks import Locks
from xero_pipeline.connections.model import (
    Cause,
    Connection,
    EndpointUsage,
    MonitoredAccount,
    Purpose,
    Removal,
    Removed,
    WatchedAccount,
)
from xero_pipeline.connections.recent_calls import SharedRecentCalls
from xero_pipeline.connections.rules import (
    Choose,
    meant,
    named,
    refusal_of_purpose,
    same,
)
from xero_pipeline.connections.sign_in import CONSENT_SECONDS
from xero_pipeline.connections.store import Store, Workspace
from xero_pipeline.connections.token_store import TokenStore
from xero_pipeline.connections.upkeep import KeptAlive, RotatedKey, keep_alive, rotate_key
from xero_pipeline.connections.usage import DailyUsage
from xero_pipeline.connections.vault import Vault
from xero_pipeline.settings import Settings
from xero_pipeline.xero.client import OrganisationClient
from xero_pipeline.xero.endpoints import ENDPOINTS
from xero_pipeline.xero.errors import ConsentExpired, NeedsReconnect, XeroError
from xero_pipeline.xero.limits import APP_CALLS_A_MINUTE, Asker, Clock, SystemClock
from xero_pipeline.xero.writer import OrganisationWriter, WriteConsent

_ACCOUNTS = next(endpoint for endpoint in ENDPOINTS if endpoint.name == "accounts")


class Connections:
    """Who is connected, and clients that read them.

    Threads may share one; every process opens its own. Made by `Connections.open(settings)`; a
    context manager that closes state.db. Organisations are named by id or by name throughout.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        vault: Vault,
        clock: Clock,
        app_calls_a_minute: int,
    ) -> None:
        self._settings = settings
        self._database = database
        tokens = TokenStore(database, vault)
        self._vault = vault
        self._tokens = tokens
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
            app_calls_a_minute=app_calls_a_minute,
        )
        self._health = HealthRecord(settings, self._store, self._gateway, clock)
        self._connecting = Connecting(settings, self._store, self._gateway, self._health, clock)

    @classmethod
    def open(
        cls,
        settings: Settings,
        clock: Clock | None = None,
        *,
        app_calls_a_minute: int = APP_CALLS_A_MINUTE,
    ) -> Connections:
        """Open state.db in the home; it and the key file are made when missing.

        Args:
            app_calls_a_minute: of all organisations together; a part of what Xero allows where
                several processes share the work.

        Raises:
            HomeUnusable, SecretKeyUnusable
        """
        vault = Vault.open(settings)
        database = Database.open(settings)
        return cls(settings, database, vault, clock or SystemClock(), app_calls_a_minute)

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
        """All of them, by workspace and name, as they are now. No secret is in them."""
        return self._seen(self._store.connections())

    def removed(self) -> list[Connection]:
        """What is left of those that were removed."""
        return self._store.removed()

    def find(self, organisation: str) -> Connection:
        """One connection.

        Raises:
            NotConnectedHere, SeveralOfThatName
        """
        of_id = self._store.connection(organisation)
        return self._seen([of_id])[0] if of_id else named(organisation, self.connections())

    def _seen(self, recorded: Sequence[Connection]) -> list[Connection]:
        now = self._clock.now()
        return [seen_at(now, each) for each in recorded]

    def room_left(self) -> int | None:
        """How many more organisations the app's tier allows; None: as many as you like.

        Those that another installation connected to the same app are not known here.
        """
        return self._connecting.room_left()

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
        open_browser: OpenBrowser | None,
        choose: Choose,
        confirm: Confirm,
        organisation: str | None = None,
        seconds: float = CONSENT_SECONDS,
        write_back: bool = False,
        return_to: str | None = None,
    ) -> Connection:
        """Connect an organisation to a workspace. Nothing is saved before `confirm` says yes.

        Args:
            organisation: its name or id; None leaves it to `choose` when there are several.
            open_browser: gets Xero's consent page's address. None: the app is a custom connection,
                to which nobody signs in.
            choose: picks one of several organisations; never called for a single one.
            confirm: sees name, country, currency and short code, and decides.
            seconds: how long to wait for consent.
            write_back: ask for consent to write answers of clients, too.
            return_to: the page to send the browser to from Xero; None: there is none.

        Raises:
            AgencyNeverWrites: before anybody is asked.
            ConnectionsError: it may not go there, or is not the one meant.
            XeroError: the sign-in failed, or Xero did.
        """
        if write_back and purpose is not Purpose.CLIENT:
            raise AgencyNeverWrites
        present = self._store.workspace(workspace)
        is_for = present.purpose if present else None
        if refused := refusal_of_purpose(workspace, is_for, purpose):
            raise refused
        id = self._connecting.connect(
            Workspace(workspace, purpose),
            partial(meant, wanted=organisation, choose=choose),
            open_browser,
            confirm,
            seconds,
            write_back=write_back,
            return_to=return_to,
        )
        return self.find(id)

    def reconnect(
        self,
        organisation: str,
        *,
        open_browser: OpenBrowser,
        confirm: Confirm,
        seconds: float = CONSENT_SECONDS,
        return_to: str | None = None,
    ) -> Connection:
        """Sign in anew for an organisation that is connected; no other one is accepted.

        Where answers of clients may be written, that is asked for again.

        Raises:
            NotConnectedHere, OtherOrganisationChosen, and what `connect` raises.
        """
        before = self.find(organisation)
        id = self._connecting.connect(
            Workspace(before.workspace, before.purpose),
            partial(same, connection=before),
            None if before.is_custom else open_browser,
            confirm,
            seconds,
            write_back=before.may_write,
            return_to=return_to,
        )
        return self.find(id)

    # --- staying connected ------------------------------------------------------------------------

    def keep_alive(self, older_than: timedelta = timedelta(days=20)) -> KeptAlive:
        """Refresh the sign-ins that were not used for long: Xero ends them after 60 days.

        Costs no call of any organisation's limits. Failures are recorded and do not stop it.

        Raises:
            AppMisconfigured, HomeUnusable
        """
        since = self._clock.now() - older_than
        gateway = self._gateway
        return keep_alive(gateway.keeper, self._tokens, gateway.app.client_id, since)

    def rotate_key(self) -> RotatedKey:
        """Encrypt all tokens with a new key; others may go on reading meanwhile.

        Raises:
            NoNewKey: the only key is one of the settings.
            KeyIsBeingChanged, WrongSecretKey, SecretKeyUnusable, HomeUnusable
        """
        return rotate_key(self._vault, self._tokens, self.locks)

    @property
    def locks(self) -> Locks:
        """Locks by name that exclude everybody who shares this state."""
        return self._database.locks

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

    def writer(self, organisation: str, asker: Asker = Asker.PERSON) -> OrganisationWriter:
        """A writer for a client's books whose consent covers it, as it is known now.

        Args:
            asker: a schedule leaves the last calls of the day to people.

        Raises:
            MayNotWrite: the agency's own books, or a consent to reading only.
            what `client` raises.
        """
        connection = self._alive(organisation)
        id, name = connection.organisation_id, connection.organisation_name
        if not connection.may_write:
            is_client = connection.purpose is Purpose.CLIENT
            raise MayNotWrite(name, connection.workspace, is_client=is_client)
        consent = WriteConsent(id, name, is_client_book=True, scopes=connection.scopes)
        return self._gateway.writer(consent, asker, partial(self._mark, id))

    @contextmanager
    def syncing(
        self, organisation: str, asker: Asker = Asker.PERSON
    ) -> Iterator[OrganisationClient]:
        """A client for one sync: how the sync ends is how the connection is afterwards.

        The sync counts when the block ends without an error. Endpoints that it met without scope
        or permission leave the connection degraded.

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
        self._health.synced({id: met})

    def chart_of_accounts(self, organisation: str) -> ChartOfAccounts:
        """The active accounts, asked from Xero. Costs one call.

        Raises:
            what `client` raises, and XeroError.
        """
        with self.client(organisation) as client:
            return ChartOfAccounts.read(next(client.pages(_ACCOUNTS)).body)

    def check(self, organisation: str) -> Connection:
        """Ask Xero who this is; the answer's state is recorded. Costs one call.

        Xero is asked even when the sign-in is known to be dead: it may have come back.

        Raises:
            WrongOrganisation: another organisation answers under this id.
            XeroError: what the client meets, as precisely as Xero lets it be known; recorded too.
        """
        connection = self.find(organisation)
        id, name = connection.organisation_id, connection.organisation_name
        try:
            with self._gateway.client(id, name, Asker.PERSON, _unheard) as client:
                found = client.organisation()
        except XeroError as error:
            raise self._health.failed(id, error) from None
        self._health.answered(connection, found)
        return self.find(id)

    def mark(self, organisation: str, error: XeroError) -> None:
        """Record what an error says about a connection; clients do so by themselves.

        Raises:
            NotConnectedHere, SeveralOfThatName
        """
        self._mark(self.find(organisation).organisation_id, error)

    def record_sync(self, organisation: str, problems: Sequence[XeroError] = ()) -> None:
        """A sync ended just now.

        Args:
            problems: what kept parts of it from being read (MissingScope, MissingPermission).

        Raises:
            NotConnectedHere, SeveralOfThatName
        """
        self.record_syncs({self.find(organisation).organisation_id: problems})

    def record_syncs(self, problems: Mapping[str, Sequence[XeroError]]) -> None:
        """Syncs of many organisations ended just now, as `record_sync` for each.

        Args:
            problems: organisation id -> what kept parts of it from being read.
        """
        self._health.synced(problems)

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

    def removal(self, organisation: str) -> Removal:
        """What removing it would do; nothing is done. One that is removed may still be purged.

        Raises:
            NotConnectedHere, SeveralOfThatName
        """
        try:
            connection = self.find(organisation)
        except NotConnectedHere:
            connection = named(organisation, [*self.connections(), *self.removed()])
        others = self._store.sharing_tokens_with(connection.organisation_id)
        return Removal(connection, tuple(others))

    def remove(self, organisation: str) -> Removed:
        """End the connection at Xero and forget it; tokens go with the user's last organisation.

        A record of it stays. What was read before stays in the landing folder and the warehouse.

        Raises:
            NotConnectedHere, SeveralOfThatName
            XeroUnavailable: nothing was removed.
        """
        connection = self.find(organisation)
        ended = self._end_at_xero(connection)
        self._store.remove(connection, self._clock.now(), is_purged=False)
        return Removed(connection.organisation_name, ended)

    def mark_purged(self, organisation_id: str) -> None:
        """Record that nothing is left of what was read of a removed organisation."""
        self._store.mark_purged(organisation_id)

    def _end_at_xero(self, connection: Connection) -> bool:
        id, name = connection.organisation_id, connection.organisation_name
        link = self._store.link(id)
        if link is None or connection.is_sign_in_dead:
            return False
        try:
            tokens = self._gateway.keeper.good_tokens(id, name)
            self._gateway.app.disconnect(tokens, link.connection_id)
        except (NeedsReconnect, WrongSecretKey):
            return False
        return True

    def _alive(self, organisation: str) -> Connection:
        connection = self.find(organisation)
        name = connection.organisation_name
        if connection.status_cause is Cause.CONSENT_EXPIRED:
            raise ConsentExpired(name)
        if connection.is_sign_in_dead:
            raise NeedsReconnect(name)
        return connection

    def _mark(self, id: str, error: XeroError) -> None:
        self._health.failed(id, error)

    def _today(self) -> date:
        return self._clock.now().date()


def _unheard(error: XeroError) -> None:
    """The caller records it."""
