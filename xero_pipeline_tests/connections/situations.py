"""Everything that can befall a connection: how it is brought about at the sandbox."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError

from xero_pipeline.connections import Cause, Connection, Connections, Purpose, Status
from xero_pipeline.connections.database import Database
from xero_pipeline.connections.token_store import TokenStore
from xero_pipeline.connections.vault import Vault
from xero_pipeline.sandbox import events
from xero_pipeline.sandbox.books import Book
from xero_pipeline.sandbox.faults import FaultKind
from xero_pipeline.sandbox.serve import RunningSandbox
from xero_pipeline.sandbox.world import Organisation as SandboxOrganisation
from xero_pipeline.settings import Settings
from xero_pipeline.xero import ENDPOINTS, REPORTS, XeroError
from xero_pipeline.xero.oauth import READ_SCOPES, XeroApp
from xero_pipeline.xero.tokens import TokenSet
from xero_pipeline_tests.connections.conftest import (
    ACCOUNTANT,
    OWNER,
    Person,
    browser,
    settings_of,
    three_books,
)
from xero_pipeline_tests.xero.double import TestClock

AGENCY = "Agency Ltd"
DEMO = "Demo Company (NZ)"
_API = "/api.xro/"


def books(seed: int, first_day: dt.date) -> Sequence[SandboxOrganisation]:
    """Those of the other tests, and a demo company of Xero's."""
    opened = events.OrganisationOpened(
        at=dt.datetime(2026, 1, 1, 9, 0, tzinfo=dt.UTC),
        key="demo",
        name=DEMO,
        legal_name=DEMO,
        country_code="NZ",
        base_currency="NZD",
        timezone="NEWZEALANDSTANDARDTIME",
        iana_timezone="Pacific/Auckland",
        short_code="!demo",
        organisation_class="DEMO",
        financial_year_end_day=31,
        financial_year_end_month=3,
        is_demo_company=True,
    )
    demo = Book(opened)
    demo.apply(events.UserAdded(opened.at, ACCOUNTANT, ACCOUNTANT, "Anna", "Lowe", "STANDARD"))
    return [
        *three_books(seed, first_day),
        SandboxOrganisation(demo, lambda until: [], [opened]),
    ]


@dataclass
class Stage:
    """A sandbox, a home, and two clocks in step."""

    sandbox: RunningSandbox
    home: Path
    clock: TestClock

    def settings(self, **other: object) -> Settings:
        return settings_of(self.sandbox, self.home, **other)

    @contextmanager
    def open(self, **other: object) -> Iterator[Connections]:
        with Connections.open(self.settings(**other), self.clock) as connections:
            yield connections

    def connect(self, key: str = "agency", **other: object) -> None:
        self.sandbox.control.consent([key])
        with self.open(**other) as connections:
            Person().connect(connections, key.title(), Purpose.AGENCY)

    def check(self, name: str = AGENCY, **other: object) -> None:
        """Ask Xero, as `connections check` does."""
        with self.open(**other) as connections, suppress(XeroError):
            connections.check(name)

    def read(self, name: str = AGENCY) -> None:
        """A sync in small: an endpoint and a report, whatever comes of it."""
        users = next(endpoint for endpoint in ENDPOINTS if endpoint.name == "users")
        with self.open() as connections, suppress(XeroError), connections.syncing(name) as client:
            list(client.pages(users))
            with suppress(XeroError):
                client.report(REPORTS[0], dt.date(2026, 3, 31))

    def advance(self, **time: float) -> None:
        self.clock.advance(**time)
        self.sandbox.control.advance(dt.timedelta(**time))

    def fault(self, kind: FaultKind, path: str = _API, seconds: float = 1.0) -> None:
        self.sandbox.control.fault(kind, path=path, times=None, seconds=seconds)

    def tokens(self) -> TokenSet:
        settings = self.settings()
        with closing(Database.open(settings)) as database:
            store = TokenStore(database, Vault.open(settings))
            tokens = store.of(self.sandbox.control.tenant_id("agency"))
        assert tokens is not None
        return tokens

    def connection(self) -> Connection:
        with self.open() as connections:
            return (connections.connections() + connections.removed())[0]


# --- what befalls a connection --------------------------------------------------------------------


def nothing(stage: Stage) -> None:
    stage.connect()
    stage.read()


def unused_for_50_days(stage: Stage) -> None:
    stage.connect()
    stage.advance(days=50)


def payments_not_allowed(stage: Stage) -> None:
    stage.connect(scopes=" ".join(scope for scope in READ_SCOPES if "payments" not in scope))


def user_without_the_reports_permission(stage: Stage) -> None:
    stage.connect()
    stage.fault("no_reports_permission", path="")
    stage.read()


def minute_limit(stage: Stage) -> None:
    stage.connect()
    stage.fault("rate_limit_minute", seconds=40)
    stage.read()


def daily_limit(stage: Stage) -> None:
    stage.connect()
    stage.fault("rate_limit_day", seconds=4 * 3600)
    stage.read()


def organisation_offline(stage: Stage) -> None:
    stage.connect()
    stage.fault("organisation_offline")
    stage.read()


def xero_maintenance(stage: Stage) -> None:
    stage.connect()
    stage.fault("maintenance")
    stage.read()


def xero_unavailable(stage: Stage) -> None:
    stage.connect()
    stage.fault("server_error")
    stage.read()


def client_secret_changed(stage: Stage) -> None:
    stage.connect()
    stage.advance(hours=1)
    stage.check(client_secret="another")


def access_revoked(stage: Stage) -> None:
    """What Xero's revocation endpoint does, and a user under Connected apps."""
    stage.connect()
    XeroApp(stage.settings(), stage.clock).revoke(stage.tokens())
    stage.advance(hours=1)
    stage.check()


def password_changed(stage: Stage) -> None:
    """All sessions end; the connection itself stays."""
    stage.connect()
    stage.advance(hours=1)
    stage.fault("invalid_grant", path="")
    stage.check()


def login_closed(stage: Stage) -> None:
    stage.connect()
    stage.sandbox.control.remove_user(OWNER)
    stage.advance(hours=1)
    stage.check()


def unused_for_61_days(stage: Stage) -> None:
    stage.connect()
    stage.advance(days=61)
    stage.check()


def disconnected_in_xero(stage: Stage) -> None:
    stage.connect()
    stage.sandbox.control.disconnect("agency")
    stage.check()


def disconnected_in_xero_said_by_401(stage: Stage) -> None:
    stage.connect()
    stage.sandbox.control.disconnect("agency")
    stage.fault("disconnected_401")
    stage.check()


def user_removed_from_the_organisation(stage: Stage) -> None:
    stage.connect()
    stage.sandbox.control.disconnect("agency", user=OWNER)
    stage.check()


def trial_ended(stage: Stage) -> None:
    """The connection stays listed, and every call is refused."""
    stage.connect()
    stage.fault("disconnected_403")
    stage.check()


def demo_company_reset(stage: Stage) -> None:
    stage.connect("demo")
    stage.sandbox.control.reset_demo("demo")
    stage.check(DEMO)


def another_organisation_answers(stage: Stage) -> None:
    stage.connect()
    with sqlite3.connect(stage.home / "state.db") as database:
        database.execute("UPDATE connections SET xero_organisation_id = 'another', name = 'Pine'")
    stage.check("Pine")


def removed(stage: Stage) -> None:
    stage.connect()
    with stage.open() as connections:
        connections.remove(AGENCY)


@dataclass(frozen=True)
class Situation:
    """Something that befalls a connection, and how it is afterwards."""

    happens: Callable[[Stage], None]
    title: str
    answer: str
    status: Status
    cause: Cause


SITUATIONS = (
    Situation(nothing, "All is well", "200", Status.HEALTHY, Cause.NONE),
    Situation(
        unused_for_50_days,
        "Nothing was read for 50 days",
        "nothing: it is counted here",
        Status.EXPIRING,
        Cause.UNUSED,
    ),
    Situation(
        payments_not_allowed,
        "A scope was not granted",
        "a token with fewer scopes",
        Status.DEGRADED,
        Cause.SCOPE_MISSING,
    ),
    Situation(
        user_without_the_reports_permission,
        "The user's role is too low for some endpoints",
        "403 AuthorizationUnsuccessful",
        Status.DEGRADED,
        Cause.ROLE_TOO_LOW,
    ),
    Situation(
        minute_limit,
        "The minute's calls are used up",
        "429, X-Rate-Limit-Problem: minute",
        Status.RATE_LIMITED,
        Cause.MINUTE_LIMIT,
    ),
    Situation(
        daily_limit,
        "The day's calls are used up",
        "429, X-Rate-Limit-Problem: day",
        Status.RATE_LIMITED,
        Cause.DAILY_LIMIT,
    ),
    Situation(
        organisation_offline,
        "The organisation is offline",
        "503 The Organisation is offline",
        Status.UNREACHABLE,
        Cause.ORGANISATION_OFFLINE,
    ),
    Situation(
        xero_maintenance,
        "Xero's API is being maintained",
        "503 The Xero API is currently offline for maintenance",
        Status.UNREACHABLE,
        Cause.XERO_MAINTENANCE,
    ),
    Situation(
        xero_unavailable,
        "Xero does not answer",
        "500, or no answer",
        Status.UNREACHABLE,
        Cause.XERO_UNAVAILABLE,
    ),
    Situation(
        client_secret_changed,
        "The app's secret was changed",
        "400 invalid_client",
        Status.MISCONFIGURED,
        Cause.APP_MISCONFIGURED,
    ),
    Situation(
        access_revoked,
        "Access was revoked in Xero",
        "400 invalid_grant",
        Status.NEEDS_RECONNECT,
        Cause.ACCESS_REVOKED,
    ),
    Situation(
        password_changed,
        "The user's password was changed",
        "400 invalid_grant",
        Status.NEEDS_RECONNECT,
        Cause.ACCESS_REVOKED,
    ),
    Situation(
        login_closed,
        "The user's login was closed",
        "400 invalid_grant",
        Status.NEEDS_RECONNECT,
        Cause.ACCESS_REVOKED,
    ),
    Situation(
        unused_for_61_days,
        "Nothing was read for 61 days",
        "400 invalid_grant, for a token older than 60 days",
        Status.NEEDS_RECONNECT,
        Cause.CONSENT_EXPIRED,
    ),
    Situation(
        disconnected_in_xero,
        "The organisation was disconnected in Xero",
        "403 AuthenticationUnsuccessful, and it is not among the connections",
        Status.NEEDS_RECONNECT,
        Cause.ORGANISATION_DISCONNECTED,
    ),
    Situation(
        disconnected_in_xero_said_by_401,
        "The same, as Xero's guide describes it",
        "401 AuthenticationUnsuccessful, and it is not among the connections",
        Status.NEEDS_RECONNECT,
        Cause.ORGANISATION_DISCONNECTED,
    ),
    Situation(
        user_removed_from_the_organisation,
        "The user was removed from the organisation",
        "403 AuthenticationUnsuccessful, and it is not among the connections",
        Status.NEEDS_RECONNECT,
        Cause.ORGANISATION_DISCONNECTED,
    ),
    Situation(
        trial_ended,
        "The organisation's trial ended",
        "403 AuthenticationUnsuccessful, although it is among the connections",
        Status.NEEDS_RECONNECT,
        Cause.TRIAL_ENDED,
    ),
    Situation(
        demo_company_reset,
        "Xero reset the demo company",
        "403 AuthenticationUnsuccessful, not among the connections, and it was a demo company",
        Status.NEEDS_RECONNECT,
        Cause.DEMO_COMPANY_RESET,
    ),
    Situation(
        another_organisation_answers,
        "Another organisation answers",
        "200 with another OrganisationID",
        Status.NEEDS_RECONNECT,
        Cause.WRONG_ORGANISATION,
    ),
    Situation(removed, "It was removed", "204 to its deletion", Status.REMOVED, Cause.REMOVED_HERE),
)


# --- what goes wrong while connecting -------------------------------------------------------------


def consent_denied(stage: Stage) -> None:
    stage.sandbox.control.consent(["agency"], decision="deny")
    with stage.open() as connections:
        Person().connect(connections)


def other_organisation_named(stage: Stage) -> None:
    stage.sandbox.control.consent(["cafe"], user=ACCOUNTANT)
    with stage.open() as connections:
        Person().connect(connections, organisation=AGENCY)


def other_organisation_reconnected(stage: Stage) -> None:
    stage.connect()
    stage.sandbox.control.consent(["cafe"], user=ACCOUNTANT)
    with stage.open() as connections:
        Person().reconnect(connections, AGENCY)


def role_may_not_connect_apps(stage: Stage) -> None:
    """Xero offers such a user no organisation."""
    stage.sandbox.control.consent([], user=OWNER)
    with stage.open() as connections:
        Person().connect(connections)


def app_limit_reached(stage: Stage) -> None:
    """Five are connected to an app of the tier Starter; Xero's page refuses the sixth."""
    control = stage.sandbox.control
    keys = control.open_series("many", 6, invoices=0)
    with stage.open() as connections:
        for key in keys[:5]:
            control.consent([key])
            Person().connect(connections, key, Purpose.AGENCY)
        control.consent([keys[5]])
        refused = Person(opens=_sees_an_error_page)
        connections.connect(
            "sixth",
            Purpose.AGENCY,
            open_browser=refused.open_browser,
            choose=refused.choose,
            confirm=refused.confirm,
            seconds=0.1,
        )


def _sees_an_error_page(url: str) -> None:
    with suppress(HTTPError):
        browser(url)


@dataclass(frozen=True)
class Refusal:
    """Something that goes wrong at Xero's consent page: nothing is connected."""

    happens: Callable[[Stage], None]
    title: str
    error: str


REFUSALS = (
    Refusal(consent_denied, "Cancel was pressed", "ConsentDenied"),
    Refusal(
        other_organisation_named,
        "Another organisation was chosen than the one named",
        "UnknownOrganisation",
    ),
    Refusal(
        other_organisation_reconnected,
        "Another organisation was chosen than the one to reconnect",
        "OtherOrganisationChosen",
    ),
    Refusal(
        role_may_not_connect_apps,
        "The user's role may not connect apps, so Xero offers nothing",
        "NoOrganisation",
    ),
    Refusal(
        app_limit_reached,
        "The app has as many organisations as its tier allows",
        "AppLimitReached",
    ),
)
