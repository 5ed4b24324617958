"""Who a browser is: a signed cookie, good for a working day."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from itsdangerous import BadSignature, Signer, URLSafeSerializer
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.datastructures import MutableHeaders

from xero_pipeline.xero.limits import Clock

COOKIE = "xero_console"
LASTS = timedelta(hours=12)


class Session(BaseModel):
    """One browser's session.

    Attributes:
        person: who signed in, as they called themselves; None: nobody yet.
        began_at: UTC.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    person: str | None
    began_at: datetime


@dataclass(frozen=True)
class _Ended:
    """A session that was signed out of, until its cookie would have expired by itself."""

    id: str
    forget_at: datetime


class Sessions:
    """Makes sessions and knows them again.

    The key lives as long as the process: who restarts the console signs everybody out.

    Args:
        is_https: the cookie travels by https only.
    """

    def __init__(self, clock: Clock, *, is_https: bool) -> None:
        key = secrets.token_bytes(32)
        self._serializer = URLSafeSerializer(key, salt="session")
        self._signer = Signer(key, salt="csrf")
        self._clock = clock
        self._attributes = "; Secure" if is_https else ""
        self._ended: list[_Ended] = []

    def begin(self, person: str | None = None) -> Session:
        """A new one. Signing in begins one, so that a cookie planted before is worth nothing."""
        return Session(id=secrets.token_urlsafe(24), person=person, began_at=self._now())

    def read(self, cookies: Mapping[str, str]) -> Session | None:
        """The session of a request; None: there is none that holds."""
        try:
            session = Session.model_validate(self._serializer.loads(cookies.get(COOKIE, "")))
        except (BadSignature, ValidationError):
            return None
        is_over = self._now() - session.began_at >= LASTS
        return None if is_over or session.id in {each.id for each in self._ended} else session

    def end(self, session: Session) -> None:
        """Its cookie opens nothing any more, even if somebody kept it."""
        now = self._now()
        self._ended = [each for each in self._ended if each.forget_at > now]
        self._ended.append(_Ended(session.id, session.began_at + LASTS))

    def write(self, headers: MutableHeaders, session: Session) -> None:
        value = self._serializer.dumps(session.model_dump(mode="json"))
        headers.append(
            "Set-Cookie",
            f"{COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax; "
            f"Max-Age={int(LASTS.total_seconds())}{self._attributes}",
        )

    def csrf_token(self, session: Session) -> str:
        """What a request that changes something must carry: no other site can read it."""
        return self._signer.get_signature(session.id).decode()

    def _now(self) -> datetime:
        return self._clock.now().astimezone(UTC)
