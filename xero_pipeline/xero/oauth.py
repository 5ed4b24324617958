"""Signing in to Xero: authorise, exchange, refresh, revoke, and the connections of a user.

Authorisation-code flow for apps with a secret, PKCE (S256) for apps without one.
Source: developer.xero.com/documentation/guides/oauth2/auth-flow and .../pkce-flow.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from oauthlib.oauth2 import BackendApplicationClient, OAuth2Error, WebApplicationClient
from pydantic import SecretStr
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session
from tenacity import Retrying

from xero_pipeline.settings import Settings
from xero_pipeline.xero.errors import (
    AppMisconfigured,
    ConsentExpired,
    NeedsReconnect,
    RequestRefused,
    SignInExpired,
    XeroError,
    XeroUnavailable,
)
from xero_pipeline.xero.limits import Clock
from xero_pipeline.xero.scopes import SIGN_IN_SCOPES, covers_writing, read_scopes, write_scopes
from xero_pipeline.xero.tokens import REFRESH_TOKEN_LIFE, Tenant, TokenSet, read_tokens
from xero_pipeline.xero.transport import TIMEOUT, USER_AGENT, Bearer, in_short, repeating

# At DEBUG the library writes requests and answers, tokens included, into the log.
logging.getLogger("requests_oauthlib.oauth2_session").addFilter(
    lambda record: record.levelno > logging.DEBUG
)

READ_SCOPES = read_scopes()
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Authorisation:
    """One sign-in under way.

    Attributes:
        url: where the user goes.
        state: what the browser must bring back.
        code_verifier: the PKCE secret behind the challenge in the URL; None for apps with a secret.
    """

    url: str
    state: str
    code_verifier: str | None = field(default=None, repr=False)


class XeroApp:
    """The app registered at Xero, with its id and secret.

    Args:
        settings: client id and secret, redirect URI, scopes, and where Xero is.

    Raises:
        AppMisconfigured: no client id, or an address that would send secrets in the clear.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        if not settings.client_id:
            raise AppMisconfigured(
                "XERO_CLIENT_ID is not set.",
                "Create an app at developer.xero.com/app/manage and put its client id "
                "into the environment or .env.",
            )
        self.client_id = settings.client_id
        self._secret = settings.client_secret
        self._redirect_uri = settings.redirect_uri
        self._scopes = (settings.scopes or "").split() or list(
            read_scopes(
                settings.extra_endpoints,
                settings.scope_style,
                by_contact=settings.aged_contacts > 0,
                attachments=settings.attachments,
            )
        )
        self._write_scopes = write_scopes(settings.scope_style)
        self._authorise_url = _address(settings.login_url, "/identity/connect/authorize")
        self._token_url = _address(settings.identity_url, "/connect/token")
        self._revocation_url = _address(settings.identity_url, "/connect/revocation")
        self._connections_url = _address(settings.api_url, "/connections")
        self._clock = clock

    def authorise(self, *, write_back: bool = False) -> Authorisation:
        """Begin a sign-in. Nothing is sent yet.

        Args:
            write_back: ask for the scopes that writing answers of clients needs, too.
        """
        state = secrets.token_urlsafe(32)
        client = WebApplicationClient(self.client_id)
        verifier, challenge = None, {}
        if self._secret is None:
            verifier = client.create_code_verifier(64)
            challenge = {
                "code_challenge": client.create_code_challenge(verifier, "S256"),
                "code_challenge_method": "S256",
            }
        scopes = self._asked_for(write_back=write_back)
        session = OAuth2Session(client=client, scope=scopes, redirect_uri=self._redirect_uri)
        url, _ = session.authorization_url(_as_https(self._authorise_url), state, **challenge)
        return Authorisation(
            url.replace(_as_https(self._authorise_url), self._authorise_url, 1), state, verifier
        )

    def check_credentials(self) -> None:
        """Ask whether Xero knows this app, before anybody is sent to sign in.

        Asked with a refresh token that cannot exist: Xero looks at the credentials first.

        Raises:
            AppMisconfigured: it does not.
            XeroUnavailable: no usable answer after three tries.
        """
        response = self._repeating()(
            self._call,
            "POST",
            self._token_url,
            accept=(400, 401),
            data={"grant_type": "refresh_token", "refresh_token": "none", **self._own_id()},
            auth=self._basic_auth(),
        )
        if b"invalid_client" in response.content:
            raise self._misconfigured("invalid_client")

    def exchange(self, code: SecretStr, authorisation: Authorisation) -> TokenSet:
        """Trade an authorisation code for tokens. A code works once and for five minutes.

        Raises:
            SignInExpired: the code was used before or is too old.
            AppMisconfigured: Xero does not accept the app's id, secret or redirect URI.
            XeroUnavailable: no usable answer; not repeated, because the code may be spent.
        """
        if authorisation.code_verifier is None:
            proof: dict[str, Any] = {"auth": self._basic_auth()}
        else:
            proof = {"include_client_id": True, "code_verifier": authorisation.code_verifier}
        with self._in_plain_words(SignInExpired()), self._session() as session:
            answer = session.fetch_token(
                _as_https(self._token_url),
                code=code.get_secret_value(),
                timeout=TIMEOUT,
                **proof,
            )
        return read_tokens(answer, self._clock.now(), before=None)

    def custom_tokens(
        self, organisation: str | None = None, *, write_back: bool = False
    ) -> TokenSet:
        """An access token of a custom connection: for its one organisation, without a sign-in.

        Args:
            organisation: on whose behalf, for messages.
            write_back: ask for the scopes that writing answers of clients needs, too.

        Source: developer.xero.com/documentation/guides/oauth2/custom-connections.

        Raises:
            AppMisconfigured: the app is none, or its id, secret or scopes are not accepted.
            XeroUnavailable: no usable answer after three tries.
        """
        if self._secret is None:
            raise AppMisconfigured(
                "A custom connection has a client secret, and XERO_CLIENT_SECRET is not set.",
                "Copy it from the app's page at developer.xero.com/app/manage.",
            )
        scopes = self._asked_for(write_back=write_back)
        return self._repeating()(self._ask_for_custom_tokens, organisation, scopes)

    def refresh(self, tokens: TokenSet, organisation: str | None = None) -> TokenSet:
        """New tokens for old. Store the result before using it: the old refresh token is spent.

        Xero lets the spent token be replayed for 30 minutes, so that repeating is safe.

        Args:
            organisation: on whose behalf, for messages.

        Raises:
            ConsentExpired: the refresh token was not used for 60 days.
            NeedsReconnect: it is dead for another reason.
            AppMisconfigured: Xero does not accept the app's id or secret.
            XeroUnavailable: no usable answer after three tries.
        """
        if tokens.refresh_token is None:
            return self.custom_tokens(organisation, write_back=covers_writing(tokens.scopes))
        return self._repeating()(
            self._refresh_once, tokens, tokens.refresh_token.get_secret_value(), organisation
        )

    def revoke(self, tokens: TokenSet) -> None:
        """Give back everything this user gave to the app: all their connections end.

        Nothing is to be given back of a custom connection.

        Raises:
            XeroUnavailable: no usable answer.
        """
        if tokens.refresh_token is None:
            return
        self._call(
            "POST",
            self._revocation_url,
            data={"token": tokens.refresh_token.get_secret_value(), **self._own_id()},
            auth=self._basic_auth(),
        )

    def tenants(self, tokens: TokenSet, this_consent_only: bool = False) -> list[Tenant]:
        """The organisations that this user connected to the app.

        Args:
            this_consent_only: only those chosen on the consent page just answered.

        Raises:
            NeedsReconnect, XeroUnavailable, RequestRefused
        """
        consent = tokens.authentication_event_id if this_consent_only else ""
        params = {"authEventId": consent} if consent else {}
        response = self._repeating()(
            self._call,
            "GET",
            self._connections_url,
            params=params,
            auth=Bearer(tokens.access_token),
        )
        try:
            tenants = [Tenant.model_validate(each) for each in response.json()]
        except ValueError:
            raise XeroUnavailable("the list of connections", "an unreadable answer") from None
        return [each for each in tenants if each.tenant_type == "ORGANISATION"]

    def disconnect(self, tokens: TokenSet, connection_id: str) -> None:
        """End one connection at Xero. One that is gone already is fine.

        Raises:
            NeedsReconnect, XeroUnavailable, RequestRefused
        """
        self._repeating()(
            self._call,
            "DELETE",
            f"{self._connections_url}/{connection_id}",
            auth=Bearer(tokens.access_token),
            accept=(200, 204, 404),
        )

    def _asked_for(self, *, write_back: bool) -> list[str]:
        return [*self._scopes, *(self._write_scopes if write_back else ())]

    def _ask_for_custom_tokens(self, organisation: str | None, wanted: Sequence[str]) -> TokenSet:
        client = BackendApplicationClient(self.client_id)
        scopes = [scope for scope in wanted if scope not in SIGN_IN_SCOPES]
        with self._in_plain_words(NeedsReconnect(organisation)), self._session(client) as session:
            answer = session.fetch_token(
                _as_https(self._token_url),
                auth=self._basic_auth(),
                scope=scopes,
                timeout=TIMEOUT,
            )
        return read_tokens(answer, self._clock.now(), is_custom=True)

    def _refresh_once(
        self, tokens: TokenSet, refresh_token: str, organisation: str | None
    ) -> TokenSet:
        is_old = self._clock.now() - tokens.refreshed_at > REFRESH_TOKEN_LIFE
        dead = ConsentExpired(organisation) if is_old else NeedsReconnect(organisation)
        with self._in_plain_words(dead), self._session() as session:
            answer = session.refresh_token(
                _as_https(self._token_url),
                refresh_token=refresh_token,
                auth=self._basic_auth(),
                timeout=TIMEOUT,
                **self._own_id(),
            )
        return read_tokens(answer, self._clock.now(), before=tokens)

    def _session(self, client: BackendApplicationClient | None = None) -> OAuth2Session:
        # Without `scope`, because a consent adds to earlier ones and oauthlib would object.
        session = OAuth2Session(self.client_id, client, redirect_uri=self._redirect_uri)
        session.headers["User-Agent"] = USER_AGENT
        if self._token_url.startswith("http://"):
            session.mount(_as_https(self._token_url), _PlainHttp())
        for hook in ("access_token_response", "refresh_token_response"):
            session.register_compliance_hook(hook, _refuse_unavailable)
        return session

    def _basic_auth(self) -> HTTPBasicAuth | None:
        if self._secret is None:
            return None
        return HTTPBasicAuth(self.client_id, self._secret.get_secret_value())

    def _own_id(self) -> dict[str, Any]:
        """PKCE apps name themselves in the body instead of authenticating."""
        return {"client_id": self.client_id} if self._secret is None else {}

    def _repeating(self) -> Retrying:
        return repeating(self._clock.sleep)

    @contextmanager
    def _in_plain_words(self, when_dead: XeroError) -> Iterator[None]:
        """Translate the library's errors; `when_dead` stands for invalid_grant.

        The cause is left out: its frames hold what was sent.
        """
        try:
            yield
        except OAuth2Error as error:
            if error.error == "invalid_grant":
                raise when_dead from None
            raise self._misconfigured(error.error) from None
        except requests.RequestException as error:
            raise XeroUnavailable("the sign-in", in_short(error)) from None

    def _misconfigured(self, error: str | None) -> XeroError:
        reasons = {
            "invalid_client": "does not accept the client id and secret",
            "unauthorized_client": "does not know this client id, or not for this kind of sign-in",
            "invalid_scope": "does not allow this app the scopes it asked for",
            "unsupported_grant_type": "does not allow this app this kind of sign-in",
        }
        if error not in reasons:
            return XeroUnavailable("the sign-in", f"unexpected answer: {error}")
        return AppMisconfigured(
            f"Xero {reasons[error]} ({error}).",
            "Compare XERO_CLIENT_ID, XERO_CLIENT_SECRET (leave it out for a PKCE app), "
            "XERO_REDIRECT_URI and XERO_SCOPES with the app at developer.xero.com/app/manage.",
        )

    def _call(
        self,
        method: str,
        url: str,
        accept: tuple[int, ...] = (200,),
        **kwargs: Any,  # noqa: ANN401
    ) -> requests.Response:
        headers = {"Accept": "application/json", "User-Agent": USER_AGENT}
        try:
            response = requests.request(
                method, url, headers=headers, timeout=TIMEOUT, allow_redirects=False, **kwargs
            )
        except requests.RequestException as error:
            raise XeroUnavailable("the sign-in", in_short(error)) from None
        if response.status_code in accept:
            return response
        if response.status_code in (401, 403):
            raise NeedsReconnect
        if response.status_code == 429 or response.status_code >= 500:
            raise XeroUnavailable("the sign-in", f"HTTP {response.status_code}")
        raise RequestRefused("", urlsplit(url).path, response.status_code, "unexpected")


class _PlainHttp(HTTPAdapter):
    """oauthlib refuses http. For a server on this very machine it is harmless: nothing leaves."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        request.url = (request.url or "").replace("https://", "http://", 1)
        return super().send(request, *args, **kwargs)


def _refuse_unavailable(response: requests.Response) -> requests.Response:
    """Keep the library from reading an outage as a faulty token."""
    if response.status_code == 429 or response.status_code >= 500:
        raise XeroUnavailable("the sign-in", f"HTTP {response.status_code}")
    return response


def _address(base: object, path: str) -> str:
    url = str(base).rstrip("/") + path
    parts = urlsplit(url)
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise AppMisconfigured(
            f"{parts.scheme}://{parts.netloc} would carry tokens unencrypted over a network.",
            "Use https in XERO_LOGIN_URL, XERO_IDENTITY_URL and XERO_API_URL; "
            "http is allowed for localhost only.",
        )
    return url


def _as_https(url: str) -> str:
    return url.replace("http://", "https://", 1)
