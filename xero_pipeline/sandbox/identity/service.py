"""The identity server without HTTP: consent, codes, tokens, connections.

Sources: developer.xero.com, OAuth 2.0 auth-flow and token-types; Xero's OpenAPI identity file.
"""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast
from urllib.parse import urlencode

from xero_pipeline.sandbox.clock import Clock
from xero_pipeline.sandbox.identity.apps import App, User
from xero_pipeline.sandbox.identity.connections import ConnectionList, connection_of_machine
from xero_pipeline.sandbox.identity.jwt import InvalidToken, Signer
from xero_pipeline.sandbox.identity.pkce import proves
from xero_pipeline.sandbox.identity.records import (
    Code,
    Connection,
    IdentityRecords,
    RecordFile,
    RefreshToken,
)
from xero_pipeline.sandbox.identity.tokens import AccessTokens, id_token

CODE_LIFE = dt.timedelta(minutes=5)
REFRESH_TOKEN_IDLE = dt.timedelta(days=60)
REFRESH_TOKEN_GRACE = dt.timedelta(minutes=30)


class OAuthError(Exception):
    """An error word of OAuth 2.0, answered as `{"error": word}`."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


class TooManyConnections(Exception):
    """The app's tier does not allow so many organisations; the message is for the user."""


@dataclass(frozen=True)
class AuthorisationRequest:
    """A checked request for consent."""

    app: App
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    challenge: str | None

    def redirect(self, **answer: str) -> str:
        """Where the browser goes next, the caller's state unchanged."""
        if self.state is not None:
            answer["state"] = self.state
        separator = "&" if "?" in self.redirect_uri else "?"
        return f"{self.redirect_uri}{separator}{urlencode(answer)}"


@dataclass(frozen=True)
class Bearer:
    """Who calls: an access token's claims. `user_id` is None for machine-to-machine tokens."""

    app: App
    user_id: str | None
    scopes: frozenset[str]
    authentication_event_id: str


class Identity:
    """Consent, tokens and connections of all apps and users."""

    def __init__(
        self, clock: Clock, apps: Iterable[App], users: Iterable[User], file: RecordFile
    ) -> None:
        self._clock = clock
        self._first_apps = {app.client_id: app for app in apps}
        self._first_users = {user.user_id: user for user in users}
        self._apps = dict(self._first_apps)
        self._users = dict(self._first_users)
        self._file = file
        stored = file.load()
        self._signer = Signer(stored.signing_key if stored else None)
        self._records = stored or IdentityRecords(signing_key=self._signer.pem)
        self._connections = ConnectionList(self._records.connections)
        self.access_tokens = AccessTokens(self._signer)

    def reset(self) -> None:
        """Forgets all consents, and the apps and users that came or went since the start."""
        self._apps = dict(self._first_apps)
        self._users = dict(self._first_users)
        self._records = IdentityRecords(signing_key=self._signer.pem)
        self._connections = ConnectionList(self._records.connections)
        self.access_tokens = AccessTokens(self._signer)
        self._save()

    # --- apps and users ---------------------------------------------------------------------------

    @property
    def apps(self) -> Sequence[App]:
        return list(self._apps.values())

    @property
    def users(self) -> Sequence[User]:
        return list(self._users.values())

    def register(self, app: App) -> None:
        """Adds an app, or replaces the one with its client id."""
        self._apps[app.client_id] = app

    def welcome(self, users: Iterable[User]) -> None:
        """Adds users; those with a known e-mail address reach other organisations from now on.

        A reset keeps them.
        """
        ids = {user.email: user.user_id for user in self._first_users.values()}
        named = (replace(user, user_id=ids.get(user.email, user.user_id)) for user in users)
        found = {user.user_id: user for user in named}
        self._users |= found
        self._first_users |= found

    def user(self, email: str) -> User:
        """Raises LookupError when nobody has this address."""
        for user in self._users.values():
            if user.email.lower() == email.lower():
                return user
        raise LookupError(f"Nobody here has the e-mail address {email}")

    def public_keys(self) -> Mapping[str, object]:
        return self._signer.public_keys()

    # --- consent ----------------------------------------------------------------------------------

    def authorisation(self, query: Mapping[str, str]) -> AuthorisationRequest:
        """Checks the query of the authorise address.

        Raises:
            OAuthError: Xero would show an error page instead of asking for consent.
        """
        app = self._apps.get(query.get("client_id", ""))
        if app is None or query.get("redirect_uri") not in app.redirect_uris:
            raise OAuthError("unauthorized_client")
        if query.get("response_type") != "code":
            raise OAuthError("unsupported_response_type")
        scopes = tuple(query.get("scope", "").split())
        if not scopes or not app.scopes.issuperset(scopes):
            raise OAuthError("invalid_scope")
        challenge = query.get("code_challenge")
        if challenge is not None and query.get("code_challenge_method") != "S256":
            raise OAuthError("invalid_request")
        if challenge is None and app.client_secret is None:
            raise OAuthError("invalid_request")
        return AuthorisationRequest(
            app, query["redirect_uri"], scopes, query.get("state"), challenge
        )

    def allow(self, request: AuthorisationRequest, user: User, tenants: Sequence[str]) -> str:
        """Connects the organisations and returns the redirect address with a code.

        Raises:
            TooManyConnections: none of them is connected.
        """
        self._require_room(request.app, tenants)
        event = str(uuid.uuid4())
        for tenant in tenants:
            self._connections.connect(request.app, user, tenant, event, self._clock.now())
        code = secrets.token_urlsafe(32)
        self._records.codes[code] = Code(
            client_id=request.app.client_id,
            user_id=user.user_id,
            redirect_uri=request.redirect_uri,
            scopes=self._with_earlier_scopes(request, user),
            authentication_event_id=event,
            issued_at=self._clock.now(),
            challenge=request.challenge,
        )
        self._save()
        return request.redirect(code=code, scope=" ".join(request.scopes))

    def _require_room(self, app: App, tenants: Sequence[str]) -> None:
        """Several users' connections to one organisation count once."""
        connected = {each.tenant_id for each in self._connections.live(client_id=app.client_id)}
        if len(connected.union(tenants)) > app.most_connections:
            raise TooManyConnections(
                f"{app.name} can connect to {app.most_connections} organisations on its tier, "
                f"and is connected to {len(connected)} already."
            )

    def deny(self, request: AuthorisationRequest) -> str:
        return request.redirect(error="access_denied")

    def _with_earlier_scopes(self, request: AuthorisationRequest, user: User) -> list[str]:
        """Scopes add up over consents until everything is revoked."""
        earlier = (
            scope
            for token in self._records.refresh_tokens.values()
            if (token.client_id, token.user_id) == (request.app.client_id, user.user_id)
            for scope in token.scopes
        )
        return list(dict.fromkeys([*request.scopes, *earlier]))

    # --- tokens -----------------------------------------------------------------------------------

    def token(
        self, form: Mapping[str, str], client_id: str, secret: str | None
    ) -> dict[str, object]:
        """Answers the token endpoint.

        Raises:
            OAuthError: the word of the refusal.
        """
        app = self._client(client_id, secret)
        grant_type = form.get("grant_type")
        if grant_type == "authorization_code":
            return self._exchange(app, form)
        if grant_type == "refresh_token":
            return self._refresh(app, form.get("refresh_token", ""))
        if grant_type == "client_credentials":
            return self._machine_token(app, form.get("scope", ""))
        raise OAuthError("unsupported_grant_type")

    def revoke(self, token: str, client_id: str, secret: str | None) -> None:
        """Drops the user's tokens and connections to the app; an unknown token is no error."""
        app = self._client(client_id, secret)
        found = self._records.refresh_tokens.get(token)
        if found is None or found.client_id != app.client_id:
            return
        self._forget_tokens(found.user_id, app.client_id)
        self._end(self._connections.live(client_id=app.client_id, user_id=found.user_id))

    def bearer(self, token: str) -> Bearer:
        """Who an access token speaks for.

        Raises:
            InvalidToken: not a token of ours.
            TokenExpired: it was once.
        """
        claims = self.access_tokens.claims(self._clock.now(), token)
        app = self._apps.get(str(claims.get("client_id")))
        if app is None:
            raise InvalidToken
        user_id = claims.get("xero_userid")
        return Bearer(
            app,
            None if user_id is None else str(user_id),
            frozenset(cast(list[str], claims["scope"])),
            str(claims.get("authentication_event_id", "")),
        )

    def expire_access_tokens(self) -> None:
        """Those given out so far are worth nothing from now on; refresh tokens stay good."""
        self.access_tokens.expire(self._clock.now())

    def _client(self, client_id: str, secret: str | None) -> App:
        if not client_id:
            raise OAuthError("unauthorized_client")
        app = self._apps.get(client_id)
        if app is None or (app.client_secret is not None and app.client_secret != secret):
            raise OAuthError("invalid_client")
        return app

    def _exchange(self, app: App, form: Mapping[str, str]) -> dict[str, object]:
        code = self._records.codes.pop(form.get("code", ""), None)
        self._save()
        if code is None or code.client_id != app.client_id:
            raise OAuthError("invalid_grant")
        if self._clock.now() - code.issued_at > CODE_LIFE:
            raise OAuthError("invalid_grant")
        if code.redirect_uri != form.get("redirect_uri"):
            raise OAuthError("invalid_grant")
        if code.challenge is not None and not proves(form.get("code_verifier", ""), code.challenge):
            raise OAuthError("invalid_grant")
        return self._issue(app, code)

    def _refresh(self, app: App, text: str) -> dict[str, object]:
        token = self._records.refresh_tokens.get(text)
        now = self._clock.now()
        if token is None or token.client_id != app.client_id:
            raise OAuthError("invalid_grant")
        if now - token.issued_at > REFRESH_TOKEN_IDLE:
            raise OAuthError("invalid_grant")
        if token.first_used_at is not None and now - token.first_used_at > REFRESH_TOKEN_GRACE:
            raise OAuthError("invalid_grant")
        token.first_used_at = token.first_used_at or now
        return self._issue(app, token)

    def _issue(self, app: App, consent: Code | RefreshToken) -> dict[str, object]:
        user = self._users.get(consent.user_id)
        if user is None:
            raise OAuthError("invalid_grant")
        now, scopes = self._clock.now(), consent.scopes
        answer: dict[str, object] = {}
        if "openid" in scopes:
            answer["id_token"] = id_token(self._signer, now, app, scopes, user)
        answer["access_token"] = self.access_tokens.give(
            now,
            app,
            scopes,
            user=user,
            authentication_event_id=consent.authentication_event_id,
        )
        answer["expires_in"] = int(self.access_tokens.life.total_seconds())
        answer["token_type"] = "Bearer"  # noqa: S105
        if "offline_access" in scopes:
            answer["refresh_token"] = self._new_refresh_token(consent)
        answer["scope"] = " ".join(scopes)
        return answer

    def _machine_token(self, app: App, scope: str) -> dict[str, object]:
        if app.custom_connection is None:
            raise OAuthError("unauthorized_client")
        scopes = scope.split()
        if not app.scopes.issuperset(scopes):
            raise OAuthError("invalid_scope")
        return {
            "access_token": self.access_tokens.give(self._clock.now(), app, scopes),
            "expires_in": int(self.access_tokens.life.total_seconds()),
            "token_type": "Bearer",
            "scope": scope,
        }

    def _new_refresh_token(self, consent: Code | RefreshToken) -> str:
        text = secrets.token_urlsafe(32)
        self._records.refresh_tokens[text] = RefreshToken(
            client_id=consent.client_id,
            user_id=consent.user_id,
            scopes=consent.scopes,
            authentication_event_id=consent.authentication_event_id,
            issued_at=self._clock.now(),
        )
        self._save()
        return text

    def _forget_tokens(self, user_id: str, client_id: str | None = None) -> None:
        self._records.refresh_tokens = {
            text: token
            for text, token in self._records.refresh_tokens.items()
            if token.user_id != user_id or client_id not in (None, token.client_id)
        }

    # --- connections ------------------------------------------------------------------------------

    def connections(self, bearer: Bearer) -> list[Connection]:
        """Those of the caller's app and user; the one of a machine-to-machine app."""
        if bearer.app.custom_connection is not None:
            return [connection_of_machine(bearer.app, bearer.app.custom_connection)]
        if bearer.user_id is None:
            return []
        return list(self._connections.live(client_id=bearer.app.client_id, user_id=bearer.user_id))

    def reaches(self, bearer: Bearer, tenant: str) -> bool:
        if bearer.app.custom_connection is not None:
            return bearer.app.custom_connection == tenant
        if bearer.user_id is None:
            return False
        return self._connections.reaches(bearer.app.client_id, bearer.user_id, tenant)

    def delete_connection(self, bearer: Bearer, connection_id: str) -> None:
        """Raises LookupError when the caller has no such connection.

        Nobody but the organisation ends that of a machine-to-machine app.
        """
        if bearer.app.custom_connection is not None:
            raise LookupError(connection_id)
        for connection in self.connections(bearer):
            if connection.id == connection_id.lower():
                self._end([connection])
                return
        raise LookupError(connection_id)

    def disconnect(self, tenant: str, user_id: str | None = None) -> None:
        """Somebody in the organisation removes every app, or a user loses access to it."""
        self._end(self._connections.live(tenant_id=tenant, user_id=user_id))

    def remove_user(self, user: User) -> None:
        """The login is closed: its tokens and connections are gone."""
        self._users.pop(user.user_id, None)
        self._forget_tokens(user.user_id)
        self._end(self._connections.live(user_id=user.user_id))

    def _end(self, connections: Iterable[Connection]) -> None:
        for connection in connections:
            connection.live = False
        self._save()

    def _save(self) -> None:
        self._file.save(self._records)
