"""The page server as seen from outside: start it, ask what it was asked, time it alone."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import requests

from xero_pipeline_tests.benchmarks.page_server import API, Traffic


@dataclass(frozen=True)
class PageServer:
    """A running page server.

    Attributes:
        url: stands for Xero's three addresses.
        invoices: how many there are.
    """

    url: str
    invoices: int

    def traffic(self) -> Traffic:
        """Calls to /Invoices and their bytes since `forget_traffic`."""
        return Traffic(**requests.get(f"{self.url}/traffic", timeout=10).json())

    def forget_traffic(self) -> None:
        requests.delete(f"{self.url}/traffic", timeout=10)

    def alone(self, page_size: int) -> float:
        """Seconds that the server itself takes: its pages fetched and thrown away.

        They are fetched twice, and the second time counts, when every page has been rendered.
        """
        self._fetch_all(page_size)
        started = time.perf_counter()
        self._fetch_all(page_size)
        return time.perf_counter() - started

    def _fetch_all(self, page_size: int) -> None:
        with requests.Session() as session:
            for number in range(1, -(-self.invoices // page_size) + 1):
                session.get(
                    f"{self.url}{API}/Invoices",
                    params={"page": number, "pageSize": page_size},
                    timeout=60,
                ).raise_for_status()


@contextmanager
def page_server(invoices: int) -> Iterator[PageServer]:
    """A page server in a process of its own, ended on leaving."""
    command = [sys.executable, "-m", "xero_pipeline_tests.benchmarks.page_server", str(invoices)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield PageServer(process.stdout.readline().strip(), invoices)
        finally:
            process.terminate()
