"""What Xero issues to a user: tokens, and the connections they reach."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from xero_pipeline.xero.errors import AppMisconfigured

REFRESH_TOKEN_LIFE = timedelta(days=60)
"""Counted anew from every refresh. Source: developer.xero.com, guides/oauth2/token-types."""


class TokenSet(BaseModel):
    """What one user gave to this app: good for every organisation this user connected.

    Attributes:
        refresh_token: None for a custom connection: it asks for an access token whenever it needs
            one.
        expires_at: end of the access token (UTC), 30 minutes after its issue.
        refreshed_at: when Xero issued it (UTC); the refresh token dies 60 days later if unused.
        xero_userid: the Xero user.
        authentication_event_id: the consent that this token stems from.
        email, name: of the user; empty when the sign-in did not release them.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    access_token: SecretStr
    refresh_token: SecretStr | None = None
    expires_at: datetime
    refreshed_at: datetime
    scopes: tuple[str, ...] = ()
    xero_userid: str = ""
    authentication_event_id: str = ""
    email: str = ""
    name: str = ""

    def revealed(self) -> bytes:
        """Everything as JSON, secrets in the clear: for encryption and nothing else."""
        return json.dumps(
            self.model_dump(mode="json")
            | {
                "access_token": self.access_token.get_secret_value(),
                "refresh_token": self.refresh_token and self.refresh_token.get_secret_value(),
            }
        ).encode()


class Tenant(BaseModel):
    """One entry of Xero's list of connections.

    Attributes:
        connection_id: what is deleted to disconnect.
        tenant_id: what every call names; the organisation's id in all tables.
        name: the organisation's name.
    """

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    connection_id: str = Field(alias="id")
    tenant_id: str = Field(alias="tenantId")
    tenant_type: str = Field("ORGANISATION", alias="tenantType")
    name: str = Field("", alias="tenantName")


def read_tokens(
    answer: Mapping[str, Any],
    now: datetime,
    before: TokenSet | None = None,
    *,
    is_custom: bool = False,
) -> TokenSet:
    """The token set in an answer of Xero's token endpoint.

    Args:
        now: UTC; the answer gives lifetimes, not instants.
        before: the set that was refreshed; it fills in what Xero tells only at sign-in.
        is_custom: of a custom connection, which has no refresh token.

    Raises:
        AppMisconfigured: there is no refresh token where there should be one.
    """
    refresh_token = answer.get("refresh_token")
    if not refresh_token and not is_custom:
        raise AppMisconfigured(
            "Xero gave no refresh token, so the connection would end after 30 minutes.",
            "Add offline_access to XERO_SCOPES.",
        )
    known = before.model_dump() if before else {}
    access = _claims(answer["access_token"])
    person = _claims(answer.get("id_token", ""))
    granted = access.get("scope") or answer.get("scope") or ()
    full_name = f"{person.get('given_name', '')} {person.get('family_name', '')}".strip()
    told = {
        "xero_userid": access.get("xero_userid"),
        "authentication_event_id": access.get("authentication_event_id"),
        "email": person.get("email"),
        "name": person.get("name") or full_name,
        "scopes": tuple(granted.split() if isinstance(granted, str) else granted),
    }
    return TokenSet.model_validate(
        known
        | {key: value for key, value in told.items() if value}
        | {
            "access_token": answer["access_token"],
            "refresh_token": refresh_token,
            "expires_at": now + timedelta(seconds=int(answer.get("expires_in", 1800))),
            "refreshed_at": now,
        }
    )


def _claims(token: str) -> dict[str, Any]:
    """What a JWT says, unverified: it came straight from Xero and decides no access here."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return {}
    return claims if isinstance(claims, dict) else {}
