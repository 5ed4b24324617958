"""Tiny organisations at a sandbox of their own, and a home that is connected to them.

Harbour Studio is an agency in New Zealand, Garage Ltd its client, Sydney Studio an agency that
counts in Australian dollars. Their books hold what can be followed by hand, so that a sandbox
starts and a sync ends in a moment.
"""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from xero_pipeline.connections import Connection, Connections, Purpose
from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.books import Book
from xero_pipeline.sandbox.identity.apps import Tier
from xero_pipeline.sandbox.serve import RunningSandbox, SandboxSettings, start
from xero_pipeline.sandbox.world import Organisation
from xero_pipeline.settings import Settings
from xero_pipeline.sync import Depth, OrganisationSync, SyncFailure, sync_organisations
from xero_pipeline.warehouse import (
    Landing,
    ModelGraph,
    open_warehouse,
    publish,
    replace_ops_table,
)
from xero_pipeline_tests.connected import connect, environment
from xero_pipeline_tests.empty_warehouse import put_empty_warehouse
from xero_pipeline_tests.sandbox.books import harbour
from xero_pipeline_tests.xero.double import TestClock

NOW = dt.datetime(2026, 4, 1, 10, 0, tzinfo=dt.UTC)
AGENCY, CLIENT, ABROAD = "Harbour Studio", "Garage Ltd", "Sydney Studio"

_AGENCYS = (
    harbour.invoice("INV-1", 100),
    harbour.invoice("INV-2", 200),
    harbour.invoice("INV-3", 300),
)
"""Sales invoices of 1 March, due on the 21st: eleven days overdue on 1 April."""

_CLIENTS = (harbour.bank("unclear", "SPEND", 45),)
"""Money spent on 8 March, coded to rent."""

_ABROADS = (harbour.invoice("INV-1", 70, currency="AUD"),)

MODELLED = frozenset(
    {"accounts", "bank_summary", "bank_transactions", "contacts", "currencies", "invoices"}
)
"""The endpoints that have something in these books."""


@dataclass(frozen=True)
class Studio:
    """A home with its organisations connected, and a clock that the sandbox shares."""

    sandbox: RunningSandbox
    settings: Settings
    clock: TestClock

    def __post_init__(self) -> None:
        put_empty_warehouse(self.settings.build_database)

    @property
    def agency(self) -> str:
        return self.sandbox.control.tenant_id("agency")

    @property
    def client(self) -> str:
        return self.sandbox.control.tenant_id("client")

    @property
    def landing(self) -> Landing:
        return Landing(self.settings.landing)

    def connections(self) -> Connections:
        return Connections.open(self.settings, self.clock)

    def connection(self, organisation: str) -> Connection:
        with self.connections() as connections:
            return connections.find(organisation)

    def connect(self, key: str, purpose: Purpose, *, write_back: bool = False) -> Connection:
        """Through the consent page, to a workspace of the organisation's key."""
        with self.connections() as connections:
            return connect(connections, self.sandbox, key, purpose, write_back=write_back)

    def warehouse(self) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        return open_warehouse(self.settings.build_database)

    def sync(
        self,
        organisation: str | None = None,
        *,
        depth: Depth = Depth.NIGHTLY,
        only: Collection[str] | None = None,
    ) -> OrganisationSync:
        """As the extraction asset does it; the agency unless told otherwise."""
        (result,) = self.syncs([organisation or self.agency], depth=depth, only=only)
        if isinstance(result, SyncFailure):
            raise result.error
        return result

    def syncs(
        self,
        organisations: Sequence[str],
        *,
        depth: Depth = Depth.NIGHTLY,
        only: Collection[str] | None = None,
    ) -> list[OrganisationSync | SyncFailure]:
        """Of several organisations at once."""
        with self.connections() as connections:
            return list(
                sync_organisations(
                    connections,
                    self.landing,
                    self.warehouse,
                    organisations,
                    depth=depth,
                    only=only,
                )
            )

    def advance(self, **time: float) -> None:
        """Time passes, here and at Xero."""
        self.clock.advance(**time)
        self.sandbox.control.advance(dt.timedelta(**time))

    def happens(self, *events: ev.Event) -> None:
        """Something happens in the agency's books."""
        self.sandbox.control.apply("agency", events)

    def rows(self, sql: str) -> list[Any]:
        with self.warehouse() as connection:
            return connection.execute(sql).fetchall()

    def asked(self) -> list[str]:
        """The endpoints that were asked for, in no particular order, since the log was cleared."""
        prefix = "/api.xro/2.0/"
        paths = (str(request["path"]) for request in self.sandbox.control.requests())
        return sorted(path.removeprefix(prefix) for path in paths if path.startswith(prefix))

    def publish(self, graph: ModelGraph | None = None) -> Path:
        """What the models make of what was read, without Dagster; all of them unless told."""
        graph = graph or ModelGraph.discover()
        with self.connections() as known, self.warehouse() as connection:
            replace_ops_table(connection, "connections", known.connections())
            replace_ops_table(connection, "monitored_accounts", known.watched_accounts())
            graph.build(connection)
        publish(self.settings.build_database, self.settings.home)
        return self.settings.published_database


@contextmanager
def studio_at(home: Path, **settings: Any) -> Iterator[Studio]:  # noqa: ANN401
    """A sandbox of its own for one home; nobody is connected yet.

    Args:
        settings: of the pipeline, by field name.
    """
    with small_sandbox() as sandbox:
        yield Studio(sandbox, settings_of(sandbox, home, **settings), TestClock(NOW))


def small_sandbox(books: Sequence[Book] = ()) -> RunningSandbox:
    """A sandbox whose clock stands still; of Harbour Studio, Garage Ltd and Sydney Studio unless
    other books are given."""
    redirect = f"http://localhost:{free_port()}/callback"
    # Only from this tier on may an app have more than fifty organisations.
    tier: Tier = "plus" if books else "starter"
    settings = SandboxSettings(until=NOW, limits=False, tier=tier, redirect_uris=(redirect,))
    return start(settings, lambda seed, first_day: _organisations(books or _books()))


def settings_of(sandbox: RunningSandbox, home: Path, **fields: Any) -> Settings:  # noqa: ANN401
    named = {str(Settings.model_fields[name].alias): value for name, value in fields.items()}
    return Settings.model_validate({**environment(sandbox, home), **named})


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _books() -> Sequence[Book]:
    return (
        small_book("agency", AGENCY, "NZD", _AGENCYS),
        small_book("client", CLIENT, "NZD", _CLIENTS),
        small_book("abroad", ABROAD, "AUD", _ABROADS),
    )


def _organisations(books: Sequence[Book]) -> Sequence[Organisation]:
    return [Organisation(each, lambda until: []) for each in books]


def small_book(key: str, name: str, currency: str, events: Sequence[ev.Event]) -> Book:
    """A chart, two contacts, and what is given."""
    opened = harbour.organisation_opened(
        key=key, name=name, short_code=f"!{key}", base_currency=currency
    )
    return harbour.apply(
        Book(opened),
        ev.UserAdded(harbour.OPENED, "olga", "olga@example.com", "Olga", "Lowe", "STANDARD"),
        ev.CurrencyAdded(harbour.OPENED, currency, currency),
        ev.CurrencyAdded(harbour.OPENED, "USD", "United States Dollar"),
        ev.TaxRateAdded(harbour.OPENED, "NONE", "No GST", Decimal(0)),
        *harbour.CHART,
        ev.ContactAdded(harbour.OPENED, "cafe", "Harbour Cafe", email="hello@cafe.example"),
        ev.ContactAdded(harbour.OPENED, "landlord", "Pier Properties"),
        *events,
    )
