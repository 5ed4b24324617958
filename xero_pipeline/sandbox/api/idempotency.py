"""Idempotency-Key: a write that is asked for again is answered again, and not done again.

Kept per app for six minutes from the first call; errors are kept, too. What the gate refuses
(token, organisation, limits) never comes here. Source: developer.xero.com, idempotent requests;
Xero's OpenAPI file for the length of a key. That the same request to another organisation is a
different one is the stricter choice.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import Response

from xero_pipeline.sandbox.api import errors
from xero_pipeline.sandbox.clock import Clock

_LIFE = dt.timedelta(minutes=6)
_LONGEST_KEY = 128
_Pairs = list[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Asked:
    """What makes two requests the same."""

    tenant: str
    method: str
    url: str
    body: bytes

    @property
    def fingerprint(self) -> str:
        head = "\n".join((self.tenant, self.method, self.url, ""))
        return hashlib.sha256(head.encode() + self.body).hexdigest()


@dataclass(frozen=True)
class _Kept:
    at: dt.datetime
    fingerprint: str
    status: int
    headers: _Pairs
    body: bytes


class IdempotentAnswers:
    """The answers of the last six minutes, by the sandbox's clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[tuple[str, str], _Kept] = {}

    def answer(
        self, app: str, key: str | None, asked: Asked, do: Callable[[], Response]
    ) -> Response:
        """The answer to a write, done now or before.

        Args:
            app: the client id.
            key: the header's; None: the write is done without more ado.
            do: does it; raises nothing that is an answer.

        Raises:
            ApiError: the key is too long, or was used with another request.
        """
        if key is None:
            return do()
        if len(key) > _LONGEST_KEY:
            raise errors.validation_error(
                f"Idempotency Key: at most {_LONGEST_KEY} characters are allowed."
            )
        self._forget_old()
        kept = self._kept.get((app, key))
        if kept is None:
            kept = self._kept[app, key] = self._done(asked, do())
        elif kept.fingerprint != asked.fingerprint:
            raise errors.key_of_another_request(key)
        response = Response(kept.body, kept.status)
        response.raw_headers = list(kept.headers)
        return response

    def clear(self) -> None:
        self._kept.clear()

    def _done(self, asked: Asked, response: Response) -> _Kept:
        return _Kept(
            self._clock.now(),
            asked.fingerprint,
            response.status_code,
            list(response.raw_headers),
            bytes(response.body),
        )

    def _forget_old(self) -> None:
        oldest = self._clock.now() - _LIFE
        self._kept = {name: kept for name, kept in self._kept.items() if kept.at > oldest}
