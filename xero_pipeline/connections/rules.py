"""Which organisation is meant, and where it may go. Pure functions: values in, values out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

from xero_pipeline.connections.errors import (
    ConnectionsError,
    InAnotherWorkspace,
    NoOrganisation,
    NotConnectedHere,
    OtherOrganisationChosen,
    PurposeMismatch,
    SecondAgencyOrganisation,
    SeveralOfThatName,
    UnknownOrganisation,
)
from xero_pipeline.connections.model import Connection, Purpose
from xero_pipeline.xero.tokens import Tenant

Choose = Callable[[Sequence[Tenant]], Tenant]


def meant(offered: Sequence[Tenant], wanted: str | None, choose: Choose) -> Tenant:
    """The organisation to connect among those that the consent gave access to.

    Args:
        wanted: its name or id. None: the only one, and `choose` decides between several.

    Raises:
        NoOrganisation, UnknownOrganisation, SeveralOfThatName
    """
    if not offered:
        raise NoOrganisation
    if wanted is None:
        return offered[0] if len(offered) == 1 else choose(offered)
    found = [each for each in offered if wanted in (each.tenant_id, each.name)]
    found = found or [each for each in offered if each.name.casefold() == wanted.casefold()]
    if not found:
        raise UnknownOrganisation(wanted, [each.name for each in offered])
    if len(found) > 1:
        raise SeveralOfThatName(wanted)
    return found[0]


def same(offered: Sequence[Tenant], connection: Connection) -> Tenant:
    """The organisation to reconnect: the one that was connected before and no other.

    Raises:
        NoOrganisation, OtherOrganisationChosen
    """
    if not offered:
        raise NoOrganisation
    for tenant in offered:
        if tenant.tenant_id == connection.organisation_id:
            return tenant
    raise OtherOrganisationChosen(connection.organisation_name, [each.name for each in offered])


def refusal_of_purpose(
    workspace: str, is_for: Purpose | None, asked_for: Purpose
) -> ConnectionsError | None:
    """Why a workspace cannot take books of this purpose. A new workspace (None) takes any."""
    if is_for is None or is_for == asked_for:
        return None
    return PurposeMismatch(workspace, is_for, asked_for)


def refusal_of_organisation(
    workspace: str, purpose: Purpose, tenant: Tenant, present: Sequence[Connection]
) -> ConnectionsError | None:
    """Why an organisation cannot join a workspace. Joining again is reconnecting, and allowed."""
    for connection in present:
        if connection.organisation_id == tenant.tenant_id and connection.workspace != workspace:
            return InAnotherWorkspace(tenant.name, connection.workspace)
    if purpose is Purpose.CLIENT:
        return None
    for connection in present:
        if connection.workspace == workspace and connection.organisation_id != tenant.tenant_id:
            return SecondAgencyOrganisation(workspace, connection.organisation_name, tenant.name)
    return None


def organisation_key(organisation_id: str, name: str) -> str:
    """A readable and unique key: "Harbour & Pine" becomes "harbour-pine-f8874d2f"."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)
    return "-".join([*words, organisation_id[:8]])


def named(key: str, present: Sequence[Connection]) -> Connection:
    """The connection with this organisation key, id or name.

    Raises:
        NotConnectedHere, SeveralOfThatName
    """
    found = [each for each in present if key in (each.organisation_key, each.organisation_id)]
    found = found or [
        each for each in present if each.organisation_name.casefold() == key.casefold()
    ]
    if not found:
        raise NotConnectedHere(key, [each.organisation_name for each in present])
    if len(found) > 1:
        raise SeveralOfThatName(key)
    return found[0]
