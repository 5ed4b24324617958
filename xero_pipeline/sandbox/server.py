"""All addresses of Xero on one port: login, identity, connections, API, and the sandbox's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.routing import Route

from xero_pipeline.sandbox.api.exchange import PREFIX
from xero_pipeline.sandbox.api.gate import Gate
from xero_pipeline.sandbox.api.listing import ListingRules
from xero_pipeline.sandbox.api.routes import AccountingApi
from xero_pipeline.sandbox.control import Control
from xero_pipeline.sandbox.faults import FaultBoard
from xero_pipeline.sandbox.front import Endpoint, Front
from xero_pipeline.sandbox.identity.routes import ConsentPolicy, IdentityServer
from xero_pipeline.sandbox.identity.service import Identity
from xero_pipeline.sandbox.limits import Limiter
from xero_pipeline.sandbox.request_log import RequestLog
from xero_pipeline.sandbox.world import World

_ALL_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


@dataclass
class Parts:
    """What a sandbox is put together from."""

    world: World
    identity: Identity
    policy: ConsentPolicy
    limiter: Limiter
    faults: FaultBoard = field(default_factory=FaultBoard)
    log: RequestLog = field(default_factory=RequestLog)
    on_change: Callable[[], None] = lambda: None


def application(parts: Parts) -> Starlette:
    """The ASGI application."""
    gate = Gate(parts.identity, parts.limiter, parts.world.clock)
    front = Front(parts.world, parts.identity, parts.faults, parts.log)
    api = AccountingApi(parts.world, gate, ListingRules())
    login = IdentityServer(parts.identity, gate, parts.policy, _names(parts.world))
    control = Control(
        world=parts.world,
        identity=parts.identity,
        login=login,
        limiter=parts.limiter,
        api=api,
        faults=parts.faults,
        log=parts.log,
        on_change=parts.on_change,
    )

    def route(path: str, endpoint: Endpoint, *methods: str) -> Route:
        return Route(path, front.wrap(endpoint), methods=list(methods))

    return Starlette(
        routes=[
            # First, for routes are tried in turn and nearly all requests are these.
            route(PREFIX + "{path:path}", api.endpoint, *_ALL_METHODS),
            route("/identity/connect/authorize", login.authorise, "GET", "POST"),
            route("/connect/token", login.token, "POST"),
            route("/connect/revocation", login.revoke, "POST"),
            route("/.well-known/openid-configuration", login.discovery, "GET"),
            route("/.well-known/openid-configuration/jwks", login.keys, "GET"),
            *(
                route(f"/{spelling}{path}", endpoint, method)
                for spelling in ("connections", "Connections")
                for path, endpoint, method in (
                    ("", login.connections, "GET"),
                    ("/{id}", login.delete_connection, "DELETE"),
                )
            ),
            *control.routes(),
        ]
    )


def _names(world: World) -> Callable[[], dict[str, str]]:
    return lambda: {tenant: book.name for tenant, book in world.books.items()}
