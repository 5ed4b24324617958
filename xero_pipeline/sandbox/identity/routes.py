"""login.xero.com, identity.xero.com and api.xero.com/connections over HTTP."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, parse_qsl, unquote

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from xero_pipeline.sandbox.api import errors
from xero_pipeline.sandbox.api.gate import Gate
from xero_pipeline.sandbox.identity.apps import User
from xero_pipeline.sandbox.identity.pages import consent_page, error_page
from xero_pipeline.sandbox.identity.records import Connection
from xero_pipeline.sandbox.identity.service import (
    AuthorisationRequest,
    Identity,
    OAuthError,
    TooManyConnections,
)


@dataclass(frozen=True)
class ConsentPolicy:
    """Who answers the consent page when nobody is there to click.

    Attributes:
        automatic: off shows the page.
        user: e-mail address of who signs in; None takes the first who reaches the organisations.
        organisations: tenant ids to connect.
        decision: what is clicked.
    """

    automatic: bool = False
    user: str | None = None
    organisations: tuple[str, ...] = ()
    decision: Literal["allow", "deny"] = "allow"


class IdentityServer:
    """The endpoints. `names` gives the organisations' names by tenant id."""

    def __init__(
        self,
        identity: Identity,
        gate: Gate,
        policy: ConsentPolicy,
        names: Callable[[], Mapping[str, str]],
    ) -> None:
        self.policy = policy
        self._identity = identity
        self._gate = gate
        self._names = names

    # --- login.xero.com ---------------------------------------------------------------------------

    async def authorise(self, request: Request) -> Response:
        try:
            asked = self._identity.authorisation(request.query_params)
        except OAuthError as error:
            return HTMLResponse(error_page(error.error), 400)
        try:
            if request.method == "POST":
                return self._clicked(asked, parse_qs((await request.body()).decode()))
            if self.policy.automatic:
                return _redirect(self._automatic(asked))
        except TooManyConnections as refusal:
            return HTMLResponse(error_page(str(refusal)), 403)
        return HTMLResponse(consent_page(asked, self._identity.users, self._names()))

    def _automatic(self, asked: AuthorisationRequest) -> str:
        if self.policy.decision == "deny":
            return self._identity.deny(asked)
        wanted = list(self.policy.organisations)
        return self._identity.allow(asked, self._signed_in(wanted), wanted)

    def _signed_in(self, wanted: Sequence[str]) -> User:
        if self.policy.user is not None:
            return self._identity.user(self.policy.user)
        return next(user for user in self._identity.users if set(wanted) <= set(user.tenants))

    def _clicked(self, asked: AuthorisationRequest, form: Mapping[str, list[str]]) -> Response:
        if form.get("decision") != ["allow"]:
            return _redirect(self._identity.deny(asked))
        chosen = form.get("user", [""])[0]
        user = next((user for user in self._identity.users if user.user_id == chosen), None)
        pairs = [item.partition("/") for item in form.get("organisation", [])]
        tenants = [tenant for user_id, _, tenant in pairs if user_id == chosen]
        if user is None or not tenants or not set(tenants) <= set(user.tenants):
            return HTMLResponse(error_page("Choose a user and at least one organisation"), 400)
        return _redirect(self._identity.allow(asked, user, tenants))

    # --- identity.xero.com ------------------------------------------------------------------------

    async def token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        try:
            answer = self._identity.token(form, *_client_credentials(request, form))
        except OAuthError as error:
            return _json({"error": error.error}, 400)
        return _json(answer)

    async def revoke(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        try:
            self._identity.revoke(form.get("token", ""), *_client_credentials(request, form))
        except OAuthError as error:
            return _json({"error": error.error}, 400)
        return Response()

    async def discovery(self, request: Request) -> Response:
        base = str(request.base_url).rstrip("/")
        return _json(
            {
                "issuer": "https://identity.xero.com",
                "jwks_uri": f"{base}/.well-known/openid-configuration/jwks",
                "authorization_endpoint": f"{base}/identity/connect/authorize",
                "token_endpoint": f"{base}/connect/token",
                "revocation_endpoint": f"{base}/connect/revocation",
                "response_types_supported": ["code"],
                "code_challenge_methods_supported": ["S256"],
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

    async def keys(self, request: Request) -> Response:
        return _json(self._identity.public_keys())

    # --- api.xero.com/connections -----------------------------------------------------------------

    async def connections(self, request: Request) -> Response:
        bearer = self._gate.bearer(request)
        names = self._names()
        event = request.query_params.get("authEventId")
        listed = [
            _shown(connection, names[connection.tenant_id])
            for connection in self._identity.connections(bearer)
            if event in (None, connection.authentication_event_id)
        ]
        return _json(listed)

    async def delete_connection(self, request: Request) -> Response:
        bearer = self._gate.bearer(request)
        try:
            self._identity.delete_connection(bearer, request.path_params["id"])
        except LookupError:
            raise errors.not_found() from None
        return Response(status_code=204)


def _client_credentials(request: Request, form: Mapping[str, str]) -> tuple[str, str | None]:
    """From the Basic header, else from the form."""
    kind, _, encoded = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret")
    try:
        client_id, _, secret = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise OAuthError("invalid_client") from None
    return unquote(client_id), unquote(secret)


def _shown(connection: Connection, name: str) -> dict[str, str]:
    """Times have seven decimals and no zone."""
    return {
        "id": connection.id,
        "authEventId": connection.authentication_event_id,
        "tenantId": connection.tenant_id,
        "tenantType": "ORGANISATION",
        "tenantName": name,
        "createdDateUtc": f"{connection.created_at:%Y-%m-%dT%H:%M:%S.%f}0",
        "updatedDateUtc": f"{connection.updated_at:%Y-%m-%dT%H:%M:%S.%f}0",
    }


def _redirect(address: str) -> Response:
    return RedirectResponse(address, 302)


def _json(value: object, status: int = 200) -> Response:
    body = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return Response(body, status, media_type="application/json")
