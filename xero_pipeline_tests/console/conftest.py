"""The console over tiny books, and a browser that fills in its forms."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from xero_pipeline.connections import Purpose
from xero_pipeline.console.app import console_app
from xero_pipeline.console.context import Console
from xero_pipeline.console.security import Access
from xero_pipeline.console.serve import opened
from xero_pipeline.sandbox.serve import RunningSandbox
from xero_pipeline.settings import Settings
from xero_pipeline_tests.studio import NOW, Studio, settings_of, small_sandbox
from xero_pipeline_tests.xero.double import TestClock

ORIGIN = "http://localhost:8978"
HOSTS = ("localhost", "127.0.0.1")


@dataclass
class Browser:
    """A person's browser: keeps cookies, follows redirects, sends forms as the page has them."""

    client: TestClient
    console: Console

    def get(self, path: str, **headers: str) -> Response:
        """Headers are named with underscores for hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.get(path, headers=named)

    def text(self, path: str) -> str:
        """What a page says, without its markup."""
        return words(self.get(path))

    def token(self) -> str:
        page = self.get("/connections").text
        found = re.search(r'X-CSRF-Token": "([^"]+)"', page)
        assert found
        return found[1]

    def send(self, path: str, fields: dict[str, str | list[str]] | None = None) -> Response:
        """A form of one of our own pages."""
        data = {"csrf_token": self.token(), **(fields or {})}
        return self.client.post(path, data=data, headers={"Origin": ORIGIN})


def words(response: Response) -> str:
    """What a page says, without its markup."""
    body = response.text.partition("<main")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


@pytest.fixture(scope="session")
def small() -> Iterator[RunningSandbox]:
    with small_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def studio(small: RunningSandbox, tmp_path: Path) -> Studio:
    """A home of its own; nobody is connected yet."""
    small.control.reset()
    return Studio(small, settings_of(small, tmp_path / "home"), TestClock(NOW))


@pytest.fixture
def connected(studio: Studio) -> Studio:
    """Harbour Studio in the workspace "agency", Garage Ltd in "client"."""
    studio.connect("agency", Purpose.AGENCY)
    studio.connect("client", Purpose.CLIENT)
    return studio


@pytest.fixture(scope="module")
def home_copy(published_studio: Studio) -> Callable[[Path], Settings]:
    """Makes homes with all that the published studio's has but what was read from Xero."""

    def copy(to: Path) -> Settings:
        without = shutil.ignore_patterns("landing", "build*")
        shutil.copytree(published_studio.settings.home, to, ignore=without)
        return published_studio.settings.model_copy(update={"home": to})

    return copy


OpenConsole = Callable[..., Browser]


@pytest.fixture
def open_console(studio: Studio) -> Iterator[OpenConsole]:
    """A console over the studio's home; may be opened in several ways."""
    with ExitStack() as stack:

        def open_(
            access: Access | None = None, *, is_https: bool = False, peer: str = "127.0.0.1"
        ) -> Browser:
            console = stack.enter_context(
                opened(studio.settings, access or Access(), studio.clock, is_https=is_https)
            )
            app = console_app(console, hosts=HOSTS, is_https=is_https)
            origin = ORIGIN.replace("http:", "https:") if is_https else ORIGIN
            client = TestClient(
                app, base_url=origin, client=(peer, 4711), raise_server_exceptions=False
            )
            return Browser(client, console)

        yield open_


@pytest.fixture
def browser(open_console: OpenConsole) -> Browser:
    return open_console()
