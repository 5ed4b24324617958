"""How connections are, recorded from what their clients meet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from xero_pipeline.connections.errors import WrongOrganisation
from xero_pipeline.connections.gateway import Gateway
from xero_pipeline.connections.health import Denial, health_after, health_without, why_refused
from xero_pipeline.connections.model import Connection, Health
from xero_pipeline.connections.store import Store
from xero_pipeline.settings import Settings
from xero_pipeline.xero.client import Organisation
from xero_pipeline.xero.errors import (
    MissingPermission,
    MissingScope,
    NeedsReconnect,
    OrganisationNotConnected,
    XeroError,
)
from xero_pipeline.xero.limits import Clock
from xero_pipeline.xero.scopes import scope_gaps, without_writing


class HealthRecord:
    """Writes the state of connections. Threads may use it at once."""

    def __init__(self, settings: Settings, store: Store, gateway: Gateway, clock: Clock) -> None:
        self._settings = settings
        self._store = store
        self._gateway = gateway
        self._clock = clock

    def when_connected(self, organisation: str, granted: Collection[str]) -> Health:
        """How a new connection is: what its consent leaves out is known before a call fails."""
        return self._health_without((), organisation, granted)

    def failed(self, id: str, error: XeroError) -> XeroError:
        """Record what an error says about a connection.

        Returns:
            The error, or the one that says more precisely what Xero's refusal means.
        """
        connection = self._store.connection(id)
        if connection is not None and isinstance(error, OrganisationNotConnected):
            error = self._diagnosed(connection, error)
        if health := health_after(error):
            self._store.mark(id, health)
        return error

    def synced(self, problems: Mapping[str, Iterable[XeroError]]) -> None:
        """Record that syncs ended well.

        Args:
            problems: organisation id -> its endpoints without scope or permission.
        """
        healths = {
            each.organisation_id: self._health_without(
                _denials(problems[each.organisation_id]), each.organisation_name, each.scopes
            )
            for each in self._store.connections(list(problems))
        }
        self._store.record_syncs(healths, self._clock.now())

    def answered(self, connection: Connection, organisation: Organisation) -> None:
        """Record that Xero gave the organisation's particulars.

        Raises:
            WrongOrganisation: another organisation answers; recorded, too.
        """
        self.refuse_another(connection.organisation_id, connection.organisation_name, organisation)
        id = connection.organisation_id
        granted = self._gateway.keeper.good_tokens(id, organisation.name).scopes
        if not connection.may_write:
            granted = without_writing(granted)
        self._store.refresh_details(id, organisation, granted)
        health = self._health_without((), organisation.name, granted)
        # What a role does not reach shows in a sync only: the particulars are open to everybody.
        if not set(connection.degraded_endpoints) > set(health.degraded_endpoints):
            self._store.mark(id, health)

    def refuse_another(self, id: str, name: str, found: Organisation) -> None:
        """Raises WrongOrganisation unless it is the one connected under this id, if any is."""
        link = self._store.link(id)
        if link is not None and link.xero_organisation_id != found.organisation_id:
            wrong = WrongOrganisation(name, found.name)
            self.failed(id, wrong)
            raise wrong

    def _health_without(
        self, denials: Iterable[Denial], organisation: str, granted: Collection[str]
    ) -> Health:
        settings = self._settings
        gaps = scope_gaps(
            granted,
            settings.extra_endpoints,
            settings.scope_style,
            by_contact=settings.aged_contacts > 0,
            attachments=settings.attachments,
        )
        return health_without(denials, gaps, organisation)

    def _diagnosed(self, connection: Connection, error: OrganisationNotConnected) -> XeroError:
        """Ask Xero's list of connections what its 401 or 403 stands for. Costs no counted call."""
        id, name = connection.organisation_id, connection.organisation_name
        try:
            tokens = self._gateway.keeper.good_tokens(id, name)
            listed = {tenant.tenant_id for tenant in self._gateway.app.tenants(tokens)}
        except NeedsReconnect as dead:
            return dead
        except XeroError:
            return error
        return why_refused(
            error, name, is_listed=id in listed, is_demo_company=connection.is_demo_company
        )


def _denials(problems: Iterable[XeroError]) -> list[Denial]:
    return [each for each in problems if isinstance(each, MissingScope | MissingPermission)]
