"""A console that a real browser can visit."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import sync_playwright
from starlette.types import ASGIApp

from xero_pipeline.console.app import console_app
from xero_pipeline.console.security import Access
from xero_pipeline.console.serve import opened
from xero_pipeline.console.syncing import Runs
from xero_pipeline.settings import Settings
from xero_pipeline.xero.limits import Clock
from xero_pipeline_tests.console.conftest import HOSTS

CHROMIUM = Path("/usr/bin/chromium")
"""Where Debian puts it."""


@contextmanager
def shown(settings: Settings, clock: Clock, runs: Sequence[Runs] = ()) -> Iterator[str]:
    """The console over a home, at an address of its own."""
    with (
        opened(settings, Access(), clock, runs=runs) as console,
        listening(console_app(console, hosts=HOSTS, is_https=False)) as url,
    ):
        yield url


@contextmanager
def listening(app: ASGIApp) -> Iterator[str]:
    """The address of an app that is served by a thread."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", proxy_headers=False))
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            yield f"http://localhost:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(20)


@contextmanager
def chromium() -> Iterator[Chromium]:
    """Debian's browser, without its sandbox, which containers do not have."""
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()
