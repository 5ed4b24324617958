"""Every request the sandbox answered, for assertions and for counting what Xero would bill."""

from __future__ import annotations

import datetime as dt
import threading
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from sys import intern

_KEPT = 50_000
_SECRET_HEADERS = frozenset({b"authorization", b"cookie"})
_FREE_OF_CHARGE = "/api.xro/2.0/organisation"
_BILLED = "/api.xro/"


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One call.

    Attributes:
        at: the sandbox's clock.
        method, path, query: as sent.
        headers: names in lower case; secrets left out.
        tenant: the organisation asked about; None outside the Accounting API.
        status: of the answer.
        bytes_raw: length of the body before compression.
        bytes_sent: length of the body as sent.
    """

    at: dt.datetime
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    tenant: str | None
    status: int
    bytes_raw: int
    bytes_sent: int

    @property
    def is_billed(self) -> bool:
        """Xero bills egress of the API, the Organisation endpoint excepted."""
        path = self.path.lower()
        return path.startswith(_BILLED) and path.rstrip("/") != _FREE_OF_CHARGE


@dataclass(frozen=True)
class Egress:
    """Billed calls and bytes of a calendar month (UTC)."""

    calls: int = 0
    bytes_raw: int = 0
    bytes_sent: int = 0


class RequestLog:
    """The last calls, and the egress of each month since the sandbox started."""

    def __init__(self) -> None:
        self._entries: deque[LoggedRequest] = deque(maxlen=_KEPT)
        self._egress: dict[str, Egress] = {}
        self._lock = threading.Lock()

    def add(self, entry: LoggedRequest) -> None:
        with self._lock:
            self._entries.append(entry)
            if entry.is_billed:
                month = f"{entry.at:%Y-%m}"
                so_far = self._egress.get(month, Egress())
                self._egress[month] = Egress(
                    so_far.calls + 1,
                    so_far.bytes_raw + entry.bytes_raw,
                    so_far.bytes_sent + entry.bytes_sent,
                )

    def entries(self) -> list[LoggedRequest]:
        with self._lock:
            return list(self._entries)

    def egress(self) -> dict[str, Egress]:
        """By month, `YYYY-MM`."""
        with self._lock:
            return dict(self._egress)

    def clear(self) -> None:
        """Forgets the calls; what Xero would bill stays counted."""
        with self._lock:
            self._entries.clear()


def without_secrets(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """The headers of a request as they came, names in lower case.

    Thousands of requests have the same few: they share their texts.
    """
    return {
        intern(name.decode("latin-1")): intern(value.decode("latin-1"))
        for name, value in headers
        if name not in _SECRET_HEADERS
    }
