"""A sandbox with three organisations, and a home of its own for every test."""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from xero_pipeline.connections import Connection, Connections, Purpose
from xero_pipeline.sandbox import events
from xero_pipeline.sandbox.books import Book
from xero_pipeline.sandbox.serve import RunningSandbox, SandboxSettings, start
from xero_pipeline.sandbox.world import Organisation as SandboxOrganisation
from xero_pipeline.settings import Settings
from xero_pipeline.xero.client import Organisation
from xero_pipeline.xero.tokens import Tenant
from xero_pipeline_tests.xero.double import TestClock

NOW = dt.datetime(2026, 4, 1, 10, 0, tzinfo=dt.UTC)
OWNER = "olga@example.com"
ACCOUNTANT = "anna@example.com"


def book(key: str, *emails: str) -> Book:
    """'Agency Ltd' for "agency": an organisation in New Zealand with these users and no trade."""
    opened = dt.datetime(2026, 1, 1, 9, 0, tzinfo=dt.UTC)
    made = Book(
        events.OrganisationOpened(
            at=opened,
            key=key,
            name=f"{key.title()} Ltd",
            legal_name=f"{key.title()} Limited",
            country_code="NZ",
            base_currency="NZD",
            timezone="NEWZEALANDSTANDARDTIME",
            iana_timezone="Pacific/Auckland",
            short_code=f"!{key}",
            organisation_class="PREMIUM",
            financial_year_end_day=31,
            financial_year_end_month=3,
        )
    )
    for email in emails:
        first_name = email.partition("@")[0].title()
        made.apply(events.UserAdded(opened, email, email, first_name, "Lowe", "STANDARD"))
    return made


def three_books(seed: int, first_day: dt.date) -> Sequence[SandboxOrganisation]:
    """Agency Ltd of the owner; Cafe Ltd and Garage Ltd of clients; the accountant is in all."""
    books = (
        book("agency", OWNER, ACCOUNTANT),
        book("cafe", ACCOUNTANT),
        book("garage", ACCOUNTANT),
    )
    return [SandboxOrganisation(each, lambda until: []) for each in books]


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="session")
def running() -> Iterator[RunningSandbox]:
    settings = SandboxSettings(
        until=NOW,
        auto_consent=("agency",),
        redirect_uris=(f"http://localhost:{free_port()}/callback",),
    )
    with start(settings, three_books) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: RunningSandbox) -> RunningSandbox:
    running.control.reset()
    running.control.consent(["agency"])
    return running


@pytest.fixture
def clock() -> TestClock:
    return TestClock(NOW)


@pytest.fixture
def settings(sandbox: RunningSandbox, tmp_path: Path, state_url: str | None) -> Settings:
    return settings_of(sandbox, tmp_path / "home", state_url=state_url)


def settings_of(sandbox: RunningSandbox, home: Path, **other: Any) -> Settings:  # noqa: ANN401
    return Settings.model_validate(
        {
            "client_id": sandbox.client_id,
            "client_secret": sandbox.client_secret,
            "redirect_uri": sandbox.apps[0].redirect_uris[0],
            "login_url": sandbox.url,
            "identity_url": sandbox.url,
            "api_url": sandbox.url,
            "home": home,
            **other,
        }
    )


@pytest.fixture
def connections(settings: Settings, clock: TestClock) -> Iterator[Connections]:
    with Connections.open(settings, clock) as opened:
        yield opened


def browser(url: str) -> None:
    """Goes where a person's browser would go; the sandbox consents by itself."""
    urlopen(url, timeout=10).close()  # noqa: S310


@dataclass
class Person:
    """Somebody at the terminal: chooses, confirms, and remembers what was shown."""

    chooses: str | None = None
    confirms: bool = True
    opens: Callable[[str], None] = browser
    was_offered: list[str] = field(default_factory=list)
    was_shown: list[Organisation] = field(default_factory=list)
    was_sent_to: list[str] = field(default_factory=list)

    def open_browser(self, url: str) -> None:
        self.was_sent_to.append(url)
        self.opens(url)

    def choose(self, offered: Sequence[Tenant]) -> Tenant:
        self.was_offered = [tenant.name for tenant in offered]
        return next(tenant for tenant in offered if tenant.name == self.chooses)

    def confirm(self, organisation: Organisation) -> bool:
        self.was_shown.append(organisation)
        return self.confirms

    def connect(
        self,
        connections: Connections,
        workspace: str = "Studio",
        purpose: Purpose = Purpose.AGENCY,
        organisation: str | None = None,
    ) -> Connection:
        return connections.connect(
            workspace,
            purpose,
            open_browser=self.open_browser,
            choose=self.choose,
            confirm=self.confirm,
            organisation=organisation,
            seconds=5,
        )

    def reconnect(self, connections: Connections, organisation: str) -> Connection:
        return connections.reconnect(
            organisation, open_browser=self.open_browser, confirm=self.confirm, seconds=5
        )


@pytest.fixture
def person() -> Person:
    return Person()
