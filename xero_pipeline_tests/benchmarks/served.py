"""The servers as seen from outside: start one, ask what it was asked, time it alone."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import requests

from xero_pipeline_tests.benchmarks.client import sign_in

API = "/api.xro/2.0"


@dataclass(frozen=True, slots=True)
class Traffic:
    """What was asked of /Invoices: calls, and bytes of the answers' bodies, decompressed."""

    calls: int = 0
    body_bytes: int = 0


@dataclass(frozen=True)
class Server(ABC):
    """A running server.

    Attributes:
        url: stands for Xero's three addresses.
        client_id, client_secret: of its custom connection.
        invoices: how many there are.
    """

    url: str
    client_id: str
    client_secret: str
    invoices: int

    @abstractmethod
    def traffic(self) -> Traffic:
        """Since `forget_traffic`."""

    @abstractmethod
    def forget_traffic(self) -> None: ...

    def alone(self, page_size: int) -> float:
        """Seconds that the server itself takes: its pages fetched and thrown away.

        They are fetched twice, and the second time counts, when every page has been rendered.
        """
        self._fetch_all(page_size)
        started = time.perf_counter()
        self._fetch_all(page_size)
        return time.perf_counter() - started

    def _fetch_all(self, page_size: int) -> None:
        access = sign_in(self.url, self.client_id, self.client_secret)
        with requests.Session() as session:
            session.headers["Authorization"] = f"Bearer {access.token.get_secret_value()}"
            session.headers["Xero-Tenant-Id"] = access.tenant_id
            session.headers["Accept"] = "application/json"
            for number in range(1, -(-self.invoices // page_size) + 1):
                answer = session.get(
                    f"{self.url}{API}/Invoices",
                    params={"page": str(number), "pageSize": str(page_size), "order": "InvoiceID"},
                    timeout=60,
                    stream=True,
                )
                answer.raise_for_status()
                answer.raw.read(decode_content=True)


class PageServer(Server):
    """Sends pages rendered beforehand; see page_server.py."""

    def traffic(self) -> Traffic:
        return Traffic(**requests.get(f"{self.url}/traffic", timeout=10).json())

    def forget_traffic(self) -> None:
        requests.delete(f"{self.url}/traffic", timeout=10)


class SandboxServer(Server):
    """The sandbox, rendering its pages from its books; see sandbox_server.py."""

    def traffic(self) -> Traffic:
        log = requests.get(f"{self.url}/sandbox/requests", timeout=10).json()
        sizes = [each["bytes_raw"] for each in log if each["path"].endswith("/Invoices")]
        return Traffic(len(sizes), sum(sizes))

    def forget_traffic(self) -> None:
        requests.delete(f"{self.url}/sandbox/requests", timeout=10)
        requests.post(f"{self.url}/sandbox/limits", json={"enforced": False}, timeout=10)


@contextmanager
def page_server(invoices: int) -> Iterator[Server]:
    """A page server in a process of its own, ended on leaving."""
    with _started("page_server", invoices) as where:
        yield PageServer(**where, invoices=invoices)


@contextmanager
def sandbox_server(invoices: int) -> Iterator[Server]:
    """A sandbox in a process of its own, ended on leaving. It raises its invoices first."""
    with _started("sandbox_server", invoices) as where:
        yield SandboxServer(**where, invoices=invoices)


@contextmanager
def _started(module: str, invoices: int) -> Iterator[dict[str, str]]:
    command = [sys.executable, "-m", f"xero_pipeline_tests.benchmarks.{module}", str(invoices)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()
