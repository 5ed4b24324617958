"""What every call to Xero has in common: who asks, how long to wait, how often to try."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, ClassVar, Literal

import requests
from pydantic import SecretStr
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_random,
    wait_random_exponential,
)

from xero_pipeline.xero.errors import (
    ConcurrentLimitReached,
    MalformedPage,
    MinuteLimitReached,
    XeroUnavailable,
)

USER_AGENT = f"xero-pipeline/{version('xero-pipeline')}"
CONNECT_SECONDS = 10
ANSWER_SECONDS = 120
TIMEOUT = (CONNECT_SECONDS, ANSWER_SECONDS)  # to connect, and between two packets of an answer
ATTEMPTS = 3
_HEADERS = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": USER_AGENT}
# Of all organisations; more calls at once get connections that are not kept afterwards.
_KEPT_CONNECTIONS = 100
# What may be gone a second later. Maintenance and an offline organisation last minutes: next run.
_WORTH_REPEATING = (XeroUnavailable, MalformedPage, MinuteLimitReached, ConcurrentLimitReached)


class Bearer(AuthBase):
    """Sets the token last, so that a .netrc on this machine cannot replace it."""

    def __init__(self, token: SecretStr) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token.get_secret_value()}"
        return request


class _Gate(HTTPAdapter):
    """The last thing before the wire: whatever it does not allow is a bug and does not leave."""

    allowed: ClassVar[frozenset[str]]

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        if request.method not in self.allowed:
            only = "only reads; it " if self.allowed == {"GET"} else ""
            raise ValueError(f"this client {only}never sends {request.method}")
        return super().send(request, *args, **kwargs)


class GetOnly(_Gate):
    allowed = frozenset({"GET"})


class GetPostPut(_Gate):
    allowed = frozenset({"GET", "POST", "PUT"})


class Wire:
    """Connections to one server, kept and shared by all organisations' clients and their threads.

    No cookie is kept and no redirect followed. Proxy and certificate settings of the environment
    are looked up once: for every call it would take longer than all the rest.

    Args:
        root: what every path is below.
        answer_seconds: how long to wait for an answer to begin or to go on.
    """

    gate: type[_Gate] = GetOnly

    def __init__(self, root: str, answer_seconds: float = ANSWER_SECONDS) -> None:
        self._root = root
        self._timeout = (CONNECT_SECONDS, answer_seconds)
        with requests.Session() as session:
            self._surroundings = session.merge_environment_settings(root, {}, True, None, None)
        self._adapter = self.gate(pool_maxsize=_KEPT_CONNECTIONS)

    def get(
        self, path: str, params: Mapping[str, str], headers: Mapping[str, str], token: SecretStr
    ) -> AbstractContextManager[requests.Response]:
        """The answer as soon as its headers have come; the body is still to be read.

        Raises:
            requests.RequestException: no answer, or it broke off while it was read.
        """
        return self._send(requests.Request("GET", self._root + path), params, headers, token)

    @contextmanager
    def _send(
        self,
        question: requests.Request,
        params: Mapping[str, str],
        headers: Mapping[str, str],
        token: SecretStr,
    ) -> Iterator[requests.Response]:
        question.headers = {**_HEADERS, **headers}
        question.params, question.auth = dict(params), Bearer(token)
        with self._adapter.send(
            question.prepare(), timeout=self._timeout, **self._surroundings
        ) as response:
            yield response

    def close(self) -> None:
        self._adapter.close()


@dataclass(frozen=True)
class Letter:
    """Something to write.

    Attributes:
        path: as Xero wants it, percent-encoded.
        key: repeated with the same one, it happens once: Xero remembers it for six minutes.
    """

    method: Literal["POST", "PUT"]
    path: str
    body: bytes
    media_type: str
    key: str
    params: Mapping[str, str] = field(default_factory=dict)


class WritingWire(Wire):
    """Connections that also let POST and PUT out. Only the writer of a client's books has one."""

    gate = GetPostPut

    def send(
        self, letter: Letter, headers: Mapping[str, str], token: SecretStr
    ) -> AbstractContextManager[requests.Response]:
        """As `get`, with a body."""
        question = requests.Request(letter.method, self._root + letter.path, data=letter.body)
        of_body = {"Content-Type": letter.media_type, "Idempotency-Key": letter.key}
        return self._send(question, letter.params, {**headers, **of_body}, token)


def repeating(sleep: Callable[[float], None]) -> Retrying:
    """Calls a function again while it fails for reasons that pass, three times at most.

    Args:
        sleep: takes seconds; a clock's.
    """
    return Retrying(
        sleep=sleep,
        stop=stop_after_attempt(ATTEMPTS),
        wait=_pause,
        retry=retry_if_exception_type(_WORTH_REPEATING),
        reraise=True,
    )


def in_short(error: requests.RequestException) -> str:
    """Why a transfer failed, without addresses and headers."""
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    return "the connection failed or broke off"


def _pause(state: RetryCallState) -> float:
    """Seconds, jittered so that many workers do not come back together."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, MinuteLimitReached):
        return 0.0  # the limits already hold every call back until Xero allows it
    if isinstance(error, ConcurrentLimitReached):
        return wait_random(0.2, 1.0)(state)
    return wait_random_exponential(multiplier=1, max=10)(state)
