"""One question to Xero and its answer: token, limits, counting, and what a refusal means.

What may be asked is not decided here, but by the wire that carries it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

import requests
from pydantic import SecretStr

from xero_pipeline.xero.answers import Asked, calls_left, error_for
from xero_pipeline.xero.errors import (
    AccessTokenExpired,
    DailyLimitReached,
    MinuteLimitReached,
    XeroError,
    XeroUnavailable,
)
from xero_pipeline.xero.limits import Asker, HeldCall, OrganisationLimits
from xero_pipeline.xero.transport import in_short


class AccessTokens(Protocol):
    """Where access tokens come from."""

    def __call__(self, rejected: SecretStr | None = None) -> SecretStr:
        """A token that is valid for a while yet.

        Args:
            rejected: a token that Xero has just called expired; another one is returned.
        """


@dataclass
class Usage:
    """Calls made (repeated ones too), bytes as transferred, bytes as decoded."""

    calls: int = 0
    wire_bytes: int = 0
    body_bytes: int = 0
    by_endpoint: dict[str, Usage] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def add(self, endpoint: str, wire_bytes: int, body_bytes: int) -> None:
        with self._lock:
            for total in (self, self.by_endpoint.setdefault(endpoint, Usage())):
                total.calls += 1
                total.wire_bytes += wire_bytes
                total.body_bytes += body_bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    wire_bytes: int


Send = Callable[[Mapping[str, str], SecretStr], AbstractContextManager[requests.Response]]
"""Sends one question with these headers added and this token; the answer's body is to be read."""

Refusal = Callable[[Asked, Answer], XeroError | None]
"""What an answer means that says no; None leaves it to the meanings that all answers share."""


class Exchange:
    """Asks for one organisation. Several threads may use it at once.

    Args:
        organisation_id: Xero's tenant id.
        access_token: gives valid access tokens.
        limits: the organisation's budgets.
        asker: who wants to know.
        refusal: what answers mean that only this way of asking gets.

    Attributes:
        usage: calls and bytes so far.
    """

    def __init__(
        self,
        *,
        organisation_id: str,
        access_token: AccessTokens,
        limits: OrganisationLimits,
        asker: Asker,
        refusal: Refusal | None = None,
    ) -> None:
        self.usage = Usage()
        self._organisation_id = organisation_id
        self._access_token = access_token
        self._limits = limits
        self._asker = asker
        self._refusal = refusal

    def answer(self, asked: Asked, send: Send) -> Answer:
        """What Xero answers. A token that it calls expired is renewed once.

        Raises:
            XeroError: any of errors.py.
        """
        token = self._access_token()
        try:
            return self._once(asked, send, token)
        except AccessTokenExpired:
            return self._once(asked, send, self._access_token(rejected=token))

    def _once(self, asked: Asked, send: Send, token: SecretStr) -> Answer:
        with self._limits.call(asked.endpoint, self._asker) as held:
            answer = self._transfer(asked, send, token, held)
        if answer.status == 200:
            return answer
        error = self._refusal(asked, answer) if self._refusal else None
        error = error or error_for(
            asked, answer.status, answer.headers, answer.body, self._limits.clock.now()
        )
        if isinstance(error, DailyLimitReached):
            self._limits.stop(error.resume_at)
        if isinstance(error, MinuteLimitReached):
            self._limits.pause(error.resume_at, whole_app=error.of_app)
        raise error

    def _transfer(self, asked: Asked, send: Send, token: SecretStr, held: HeldCall) -> Answer:
        wire_bytes = body_bytes = 0
        try:
            with send({"Xero-Tenant-Id": self._organisation_id}, token) as response:
                self._limits.counted(held, calls_left(response.headers))
                # `content` copies by 10 kB; this reads as much as there is.
                body = b"".join(response.iter_content(chunk_size=None))
                wire_bytes, body_bytes = response.raw.tell(), len(body)
                return Answer(response.status_code, response.headers, body, wire_bytes)
        except requests.RequestException as error:
            raise XeroUnavailable(str(asked), in_short(error)) from error
        finally:
            self.usage.add(asked.endpoint, wire_bytes, body_bytes)
            self._limits.received(held, wire_bytes, body_bytes)
