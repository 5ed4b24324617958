"""What access tokens and ID tokens say."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from xero_pipeline.sandbox.identity.apps import App, User
from xero_pipeline.sandbox.identity.jwt import InvalidToken, Signer

ACCESS_TOKEN_LIFE = dt.timedelta(minutes=30)
ID_TOKEN_LIFE = dt.timedelta(minutes=5)

_READ_KEPT = 10_000
_ISSUER = "https://identity.xero.com"


class TokenExpired(Exception):
    """The access token was ours, and its time is over."""

    def __init__(self, at: dt.datetime) -> None:
        super().__init__(f"{at:%Y-%m-%d %H:%M:%S}")
        self.at = at


class AccessTokens:
    """Gives out access tokens and reads them again.

    Attributes:
        life: of the tokens given out from now on.
    """

    def __init__(self, signer: Signer) -> None:
        self.life = ACCESS_TOKEN_LIFE
        self._signer = signer
        self._read: dict[str, Mapping[str, Any]] = {}
        self._given_out: set[str] = set()
        self._ended: dict[str, dt.datetime] = {}

    def give(
        self,
        now: dt.datetime,
        app: App,
        scopes: Sequence[str],
        *,
        user: User | None = None,
        authentication_event_id: str = "",
    ) -> str:
        """A token; without a user for machine-to-machine apps."""
        claims: dict[str, object] = {
            **_lifetime(now, self.life),
            "iss": _ISSUER,
            "aud": f"{_ISSUER}/resources",
            "client_id": app.client_id,
            "jti": uuid.uuid4().hex,
        }
        if user is not None:
            claims |= {
                "sub": _subject(user),
                "xero_userid": user.user_id,
                "global_session_id": authentication_event_id.replace("-", ""),
                "authentication_event_id": authentication_event_id,
            }
        token = self._signer.sign({**claims, "scope": list(scopes)})
        self._given_out.add(token)
        return token

    def claims(self, now: dt.datetime, token: str) -> Mapping[str, Any]:
        """What a living token says.

        Raises:
            InvalidToken: not a token of ours.
            TokenExpired: it was once.
        """
        if token not in self._read:
            if len(self._read) >= _READ_KEPT:
                self._read.clear()
            self._read[token] = self._signer.verify(token)
        claims = self._read[token]
        if "scope" not in claims:
            raise InvalidToken
        expiry = dt.datetime.fromtimestamp(claims["exp"], dt.UTC)
        if now >= expiry or token in self._ended:
            raise TokenExpired(min(expiry, self._ended.get(token, expiry)))
        return claims

    def expire(self, now: dt.datetime) -> None:
        """Ends the life of every token given out so far."""
        self._ended |= dict.fromkeys(self._given_out - self._ended.keys(), now)


def id_token(signer: Signer, now: dt.datetime, app: App, scopes: Sequence[str], user: User) -> str:
    """Who signed in, as far as the scopes `profile` and `email` say so."""
    claims: dict[str, object] = {
        **_lifetime(now, ID_TOKEN_LIFE),
        "iat": int(now.timestamp()),
        "auth_time": int(now.timestamp()),
        "iss": _ISSUER,
        "aud": app.client_id,
        "sub": _subject(user),
        "xero_userid": user.user_id,
    }
    if "profile" in scopes:
        claims |= {
            "preferred_username": user.email,
            "given_name": user.first_name,
            "family_name": user.last_name,
            "name": user.name,
        }
    if "email" in scopes:
        claims["email"] = user.email
    return signer.sign(claims)


def _lifetime(now: dt.datetime, life: dt.timedelta) -> dict[str, object]:
    return {"nbf": int(now.timestamp()), "exp": int((now + life).timestamp())}


def _subject(user: User) -> str:
    return user.user_id.replace("-", "")
