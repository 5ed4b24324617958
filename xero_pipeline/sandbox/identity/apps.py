"""Apps registered with the sandbox, as on developer.xero.com/app/manage."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from xero_pipeline.sandbox.identity.scopes import allowed_scopes
from xero_pipeline.sandbox.limits import Limits

Tier = Literal["starter", "core", "plus", "advanced"]

_LIMITS: dict[Tier, Limits] = {
    "starter": Limits(day=1000),
    "core": Limits(day=5000),
    "plus": Limits(day=5000),
    "advanced": Limits(day=5000),
}


_CONNECTIONS: dict[Tier, int] = {"starter": 5, "core": 50, "plus": 1000, "advanced": 10_000}
"""Source: developer.xero.com, pricing FAQ."""


@dataclass(frozen=True)
class App:
    """One registered app.

    Attributes:
        name: shown on the consent page and as ProviderName.
        client_id: public.
        client_secret: None for a PKCE app.
        redirect_uris: https, or http on the host name localhost; compared exactly.
        created: apps from 2 March 2026 on may ask for granular scopes only.
        tier: of Xero's price list; decides the daily limit and how many organisations may be
            connected.
        custom_connection: tenant id of the one organisation of a machine-to-machine app.
        connections: how many organisations may be connected, whatever the tier says.

    Raises:
        ValueError: a redirect address that Xero would refuse.
    """

    name: str
    client_id: str
    client_secret: str | None
    redirect_uris: tuple[str, ...]
    created: dt.date
    tier: Tier = "starter"
    custom_connection: str | None = None
    connections: int | None = None

    def __post_init__(self) -> None:
        for uri in self.redirect_uris:
            parts = urlsplit(uri)
            if parts.scheme != "https" and (parts.scheme, parts.hostname) != ("http", "localhost"):
                raise ValueError(f"Xero takes https, or http://localhost for tests, not: {uri}")

    @property
    def limits(self) -> Limits:
        return _LIMITS[self.tier]

    @property
    def most_connections(self) -> int:
        return _CONNECTIONS[self.tier] if self.connections is None else self.connections

    @property
    def scopes(self) -> frozenset[str]:
        return allowed_scopes(self.created)


@dataclass(frozen=True)
class User:
    """Somebody with a Xero login.

    Attributes:
        user_id: the `xero_userid` of tokens.
        tenants: ids of the organisations the login reaches.
    """

    user_id: str
    email: str
    first_name: str
    last_name: str
    tenants: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


def registered_apps(
    seed: int,
    tier: Tier,
    redirect_uris: tuple[str, ...],
    machine_tenant: str,
    *,
    connections: int | None = None,
) -> list[App]:
    """The apps every sandbox knows: one of each kind that Xero registers.

    Args:
        seed: client ids and secrets follow from it.
        tier: of all four.
        redirect_uris: of the three that ask a person.
        machine_tenant: the organisation of the machine-to-machine app.
        connections: how many organisations each may connect; None: as many as the tier allows.
    """
    new, old = dt.date(2026, 6, 1), dt.date(2025, 6, 1)

    def text(purpose: str) -> str:
        return hashlib.sha256(f"{seed}/{purpose}".encode()).hexdigest()

    def app(name: str, *, secret: bool, created: dt.date, tenant: str | None = None) -> App:
        return App(
            name=name,
            client_id=text(name)[:32].upper(),
            client_secret=text(f"{name}/secret")[:48] if secret else None,
            redirect_uris=() if tenant else redirect_uris,
            created=created,
            tier=tier,
            custom_connection=tenant,
            connections=connections,
        )

    return [
        app("Xero Pipeline", secret=True, created=new),
        app("Xero Pipeline PKCE", secret=False, created=new),
        app("Xero Pipeline 2025", secret=True, created=old),
        app("Xero Pipeline Machine", secret=True, created=new, tenant=machine_tenant),
    ]
