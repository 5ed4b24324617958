"""What every call to Xero has in common: who asks, how long to wait, how often to try."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

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


class GetOnly(HTTPAdapter):
    """The last thing before the wire: whatever is not a GET is a bug and does not leave."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        if request.method != "GET":
            raise ValueError(f"this client only reads; it never sends {request.method}")
        return super().send(request, *args, **kwargs)


class Wire:
    """Connections to one server, kept and shared by all organisations' clients and their threads.

    No cookie is kept and no redirect followed. Proxy and certificate settings of the environment
    are looked up once: for every call it would take longer than all the rest.

    Args:
        root: what every path is below.
        answer_seconds: how long to wait for an answer to begin or to go on.
    """

    def __init__(self, root: str, answer_seconds: float = ANSWER_SECONDS) -> None:
        self._root = root
        self._timeout = (CONNECT_SECONDS, answer_seconds)
        with requests.Session() as session:
            self._surroundings = session.merge_environment_settings(root, {}, True, None, None)
        self._adapter = GetOnly(pool_maxsize=_KEPT_CONNECTIONS)

    @contextmanager
    def get(
        self, path: str, params: Mapping[str, str], headers: Mapping[str, str], token: SecretStr
    ) -> Iterator[requests.Response]:
        """The answer as soon as its headers have come; the body is still to be read.

        Raises:
            requests.RequestException: no answer, or it broke off while it was read.
        """
        question = requests.Request("GET", self._root + path, {**_HEADERS, **headers})
        question.params, question.auth = dict(params), Bearer(token)
        with self._adapter.send(
            question.prepare(), timeout=self._timeout, **self._surroundings
        ) as response:
            yield response

    def close(self) -> None:
        self._adapter.close()


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
