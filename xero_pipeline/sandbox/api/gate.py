"""Who may ask: token, organisation, scope and limits, in the order Xero checks them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from xero_pipeline.sandbox.api import errors
from xero_pipeline.sandbox.clock import Clock
from xero_pipeline.sandbox.identity.apps import Tier
from xero_pipeline.sandbox.identity.jwt import InvalidToken
from xero_pipeline.sandbox.identity.service import Bearer, Identity
from xero_pipeline.sandbox.identity.tokens import TokenExpired
from xero_pipeline.sandbox.limits import Limiter, RateLimited, Remaining


@dataclass(frozen=True)
class Caller:
    """A token with a connection to the organisation it asks about."""

    bearer: Bearer
    tenant: str

    def require(self, scopes: frozenset[str]) -> None:
        """Raises ApiError unless the token holds one of the scopes."""
        if not self.bearer.scopes & scopes:
            raise errors.insufficient_scope()

    def require_tier(self, tier: Tier) -> None:
        """Raises ApiError, the same as for a scope, unless the app is on this price tier."""
        if self.bearer.app.tier != tier:
            raise errors.insufficient_scope()


class Gate:
    """Stands before the Accounting API and, without its limits, before the connections."""

    def __init__(self, identity: Identity, limiter: Limiter, clock: Clock) -> None:
        self._identity = identity
        self._limiter = limiter
        self._clock = clock

    def bearer(self, request: Request) -> Bearer:
        """Raises ApiError without a token that is ours and alive."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer":
            raise errors.not_authenticated()
        try:
            return self._identity.bearer(token)
        except InvalidToken:
            raise errors.not_authenticated() from None
        except TokenExpired as expired:
            raise errors.token_expired(expired.at) from None

    def caller(self, request: Request) -> Caller:
        """Raises ApiError when the token does not reach the organisation named."""
        bearer = self.bearer(request)
        tenant = request.headers.get("xero-tenant-id") or bearer.app.custom_connection
        if tenant is None or not self._identity.reaches(bearer, tenant.lower()):
            raise errors.wrong_tenant()
        return Caller(bearer, tenant.lower())

    @contextmanager
    def counted(self, caller: Caller) -> Iterator[Remaining]:
        """Counts a call while it is in flight; raises RateLimited."""
        app = caller.bearer.app
        remaining = self._limiter.enter(app.client_id, caller.tenant, app.limits, self._clock.now())
        try:
            yield remaining
        finally:
            self._limiter.leave(app.client_id, caller.tenant)


def limit_headers(remaining: Remaining) -> dict[str, str]:
    return {
        "X-DayLimit-Remaining": str(remaining.day),
        "X-MinLimit-Remaining": str(remaining.minute),
        "X-AppMinLimit-Remaining": str(remaining.app_minute),
    }


def too_many(refusal: RateLimited) -> Response:
    return errors.rate_limited(refusal.problem, refusal.retry_after).response()
