"""Runs tap-xero against another address than Xero's, which is all that is changed about it.

Arguments: the address, and a folder. Singer messages go to standard output, as a tap's do.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import requests
import tap_xero  # type: ignore[import-not-found]
import tap_xero.client  # type: ignore[import-not-found]
from tap_xero.context import Context  # type: ignore[import-not-found]

from xero_pipeline_tests.benchmarks.runners.report import timed

_CONFIG = {
    "client_id": "benchmark",
    "client_secret": "benchmark",
    "refresh_token": "benchmark",
    "tenant_id": "a46fcb6f-5d5e-4a7a-9f24-6e1f0f1d9c11",
    "start_date": "2000-01-01T00:00:00Z",
}


def main(address: str, folder: Path) -> None:
    _point_to(address)
    context = Context(dict(_CONFIG), {}, None, folder / "tap-config.json")
    context.catalog = tap_xero.discover(context)
    context.catalog.get_stream("invoices").schema.selected = True
    timed(lambda: tap_xero.sync(context)).write(folder, "tap")


def _point_to(address: str) -> None:
    tap_xero.client.BASE_URL = f"{address}/api.xro/2.0"
    send = requests.Session.request

    def redirected(session: requests.Session, method: str, url: str, **options: Any) -> Any:  # noqa: ANN401
        return send(session, method, url.replace("https://identity.xero.com", address), **options)

    requests.Session.request = redirected  # type: ignore[assignment, method-assign]


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
