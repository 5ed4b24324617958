"""What the identity server remembers, and the file it remembers it in."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from pydantic import BaseModel, Field


class Code(BaseModel):
    """An authorisation code; gone once used."""

    client_id: str
    user_id: str
    redirect_uri: str
    scopes: list[str]
    authentication_event_id: str
    issued_at: dt.datetime
    challenge: str | None = None


class RefreshToken(BaseModel):
    """`first_used_at` starts the grace period in which the token may be replayed."""

    client_id: str
    user_id: str
    scopes: list[str]
    authentication_event_id: str
    issued_at: dt.datetime
    first_used_at: dt.datetime | None = None


class Connection(BaseModel):
    """A user's consent that an app reaches an organisation. Reconnecting revives the record."""

    id: str
    client_id: str
    user_id: str
    tenant_id: str
    authentication_event_id: str
    created_at: dt.datetime
    updated_at: dt.datetime
    live: bool = True


class IdentityRecords(BaseModel):
    """Codes and refresh tokens by their text; the signing key as PEM."""

    signing_key: str
    codes: dict[str, Code] = Field(default_factory=dict)
    refresh_tokens: dict[str, RefreshToken] = Field(default_factory=dict)
    connections: list[Connection] = Field(default_factory=list)


class RecordFile:
    """Keeps the records in one JSON file, replaced whole so that it is never half-written."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def load(self) -> IdentityRecords | None:
        if self._path is None or not self._path.exists():
            return None
        return IdentityRecords.model_validate_json(self._path.read_bytes())

    def save(self, records: IdentityRecords) -> None:
        if self._path is None:
            return
        temporary = self._path.with_suffix(".tmp")
        temporary.touch(mode=0o600)
        temporary.write_text(records.model_dump_json(indent=1))
        temporary.replace(self._path)
