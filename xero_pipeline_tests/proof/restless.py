"""A Xero whose books change between two requests, in the same process, over real HTTP."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from decimal import Decimal
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import parse_qsl

from pydantic import AnyHttpUrl, SecretStr
from starlette.types import ASGIApp, Receive, Scope, Send

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.books import Book
from xero_pipeline.sandbox.clock import Clock
from xero_pipeline.sandbox.faults import Fault
from xero_pipeline.sandbox.identity.apps import registered_apps
from xero_pipeline.sandbox.identity.records import RecordFile
from xero_pipeline.sandbox.identity.routes import ConsentPolicy
from xero_pipeline.sandbox.identity.service import Identity
from xero_pipeline.sandbox.limits import Limiter
from xero_pipeline.sandbox.people import logins
from xero_pipeline.sandbox.serve import RunningSandbox
from xero_pipeline.sandbox.server import Parts, application
from xero_pipeline.sandbox.world import Organisation, World
from xero_pipeline.settings import Settings
from xero_pipeline.xero.client import OrganisationClient, wire_to
from xero_pipeline.xero.limits import DayBudget, DayCountInMemory, OrganisationLimits, SlidingWindow
from xero_pipeline_tests.sandbox.books import harbour
from xero_pipeline_tests.sandbox.xero_client import CALLBACK, sign_in

NOON = dt.datetime(2026, 4, 1, 12, 0, tzinfo=dt.UTC)
_NO_LIMIT = 10**9

Happening = Callable[[Book], None]
"""Changes a book now."""


class Asked(NamedTuple):
    """A request for a collection.

    Attributes:
        page: 0 where no page was asked for, or single records by their ids.
        since: If-Modified-Since; "" for everything.
    """

    collection: str
    page: int
    since: str


@dataclass
class Company:
    """One organisation: its book, and what happens to it before which request of a sync.

    Attributes:
        interludes: number of a request, counted from 0 -> what happens before it is answered.
        asked: the requests since it last was quiet.
        happened: how many interludes took place since then.
    """

    organisation: Organisation
    interludes: dict[int, list[Happening]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    happened: int = 0

    @property
    def book(self) -> Book:
        book = self.organisation.book
        assert isinstance(book, Book)
        return book

    @property
    def tenant_id(self) -> str:
        return self.organisation.book.tenant_id

    @property
    def walks_gone_on_with(self) -> int:
        """Collections of which a page after the first was the first to be asked for."""
        first = {each.collection: each.page for each in reversed(self.asked)}
        return sum(page > 1 for page in first.values())

    @property
    def walks_begun_again(self) -> int:
        """How often a first page was asked for once more."""
        first_pages = [each.collection for each in self.asked if each.page == 1]
        return len(first_pages) - len(set(first_pages))

    def be_quiet(self) -> None:
        """Nothing more happens; requests are counted from 0 again."""
        self.interludes = {}
        self.asked = []
        self.happened = 0


class RestlessXero:
    """A sandbox with this process's hands in it; stops at the end of the `with` block.

    Args:
        companies: how many organisations there are, all of them empty books at first.
        page_size: of listings; small ones make walks of several pages out of few records.

    Attributes:
        clock: Xero's: a second passes with every request, and whatever else is let pass.
        companies: in a fixed order.
        running: the server.
        token: an access token that reaches all of them.
    """

    def __init__(self, companies: int, page_size: int) -> None:
        self.clock = Clock(NOON, frozen=True)
        self.clock.step = dt.timedelta(seconds=1)
        self.companies = [Company(Organisation(_empty(n), _no_plan)) for n in range(companies)]
        self._by_tenant = {company.tenant_id: company for company in self.companies}
        self._world = World(self.clock, [each.organisation for each in self.companies])
        books = [company.organisation.book for company in self.companies]
        tenants = tuple(book.tenant_id for book in books)
        apps = registered_apps(7, "advanced", (CALLBACK,), tenants[0])
        identity = Identity(self.clock, apps, logins(books), RecordFile(None))
        identity.access_tokens.life = dt.timedelta(days=365)
        self._parts = Parts(
            world=self._world,
            identity=identity,
            policy=ConsentPolicy(automatic=True, organisations=tenants),
            limiter=Limiter(enforced=False),
        )
        app = application(self._parts)
        app.add_middleware(_Interludes, xero=self)
        self.running = RunningSandbox(app, apps, 0, lambda: None)
        self._settings = Settings(api_url=AnyHttpUrl(self.running.url), page_size=page_size)
        self._wire = wire_to(self._settings)
        self.token = SecretStr(sign_in(self.running)["access_token"])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._wire.close()
        self.running.stop()

    def begin_anew(self, companies: Collection[int]) -> None:
        """Give these companies new, empty books."""
        self.clock.set(NOON)
        self.be_quiet()
        for number in companies:
            book = _empty(number)
            book.clock = self.clock.now
            self.companies[number].organisation.book = book

    def pass_time(self, **time: float) -> None:
        self.clock.advance(dt.timedelta(**time))

    def be_quiet(self) -> None:
        """No company changes or is offline any more."""
        self._parts.faults.clear()
        for company in self.companies:
            company.be_quiet()

    def go_offline(self, company: Company, *, after: int) -> None:
        """From this request of the company on, Xero answers that the organisation is offline."""
        self._parts.faults.add(
            Fault(
                "organisation_offline",
                path=r"/api\.xro/",
                tenant=company.tenant_id,
                skip=after,
                times=None,
            )
        )

    def client(self, company: Company) -> OrganisationClient:
        """A client for one sync, as the gateway makes them."""
        clock = _SameClock(self.clock)
        limits = OrganisationLimits(
            organisation_id=company.tenant_id,
            organisation_name=company.organisation.book.name,
            budget=DayBudget(_NO_LIMIT),
            app=SlidingWindow(_NO_LIMIT, clock),
            day_count=DayCountInMemory(),
            clock=clock,
        )
        return OrganisationClient(
            organisation_id=company.tenant_id,
            organisation_name=company.organisation.book.name,
            access_token=lambda rejected=None: self.token,
            limits=limits,
            settings=self._settings,
            wire=self._wire,
        )

    def before_request(self, tenant: str, asked: Asked) -> None:
        """Let happen what is due before this company's next answer."""
        company = self._by_tenant[tenant]
        happenings = company.interludes.pop(len(company.asked), ())
        company.asked.append(asked)
        for happening in happenings:
            with self._world.open(tenant):
                happening(company.book)
            company.happened += 1


class _Interludes:
    """ASGI middleware: the book changes before a request is answered, hence after the last one."""

    def __init__(self, app: ASGIApp, xero: RestlessXero) -> None:
        self._app = app
        self._xero = xero

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope.get("headers", ()))
        if tenant := headers.get(b"xero-tenant-id"):
            query = dict(parse_qsl(scope["query_string"].decode()))
            page = 0 if "IDs" in query else int(query.get("page", 0))
            since = headers.get(b"if-modified-since", b"").decode()
            asked = Asked(scope["path"].rpartition("/")[2], page, since)
            self._xero.before_request(tenant.decode(), asked)
        await self._app(scope, receive, send)


@dataclass(frozen=True)
class _SameClock:
    """The pipeline's clock, in step with Xero's: waiting lets time pass there, too."""

    clock: Clock

    def now(self) -> dt.datetime:
        return self.clock.now()

    def sleep(self, seconds: float) -> None:
        self.clock.advance(dt.timedelta(seconds=seconds))


_SETTINGS = (
    ev.CurrencyAdded(harbour.OPENED, "NZD", "New Zealand Dollar"),
    ev.TaxRateAdded(harbour.OPENED, "NONE", "No GST", Decimal(0)),
    *harbour.CHART,
    ev.ContactAdded(harbour.OPENED, "cafe", "Harbour Cafe", email="hello@cafe.example"),
    ev.ContactAdded(harbour.OPENED, "landlord", "Pier Properties"),
)


def _empty(number: int) -> Book:
    """Chart, taxes, currencies, a user and two contacts."""
    opened = harbour.organisation_opened(key=f"company-{number}", name=f"Company {number}")
    return harbour.apply(
        Book(opened),
        ev.UserAdded(harbour.OPENED, "olga", "olga@example.com", "Olga", "Lowe", "STANDARD"),
        *_SETTINGS,
    )


def _no_plan(until: dt.datetime) -> list[ev.Event]:
    return []
