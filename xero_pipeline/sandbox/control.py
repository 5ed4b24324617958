"""The sandbox's own endpoint, `/sandbox`: what no Xero has and every test wants.

GET    /sandbox             clock, organisations, users, apps
GET    /sandbox/requests    the request log; DELETE clears it
GET    /sandbox/egress      billed calls and bytes by month
GET    /sandbox/truth       the figures a pipeline must find, by organisation
GET    /sandbox/records/{organisation}  what complete listings would hold now, by list key and id:
                            UpdatedDateUTC and a hash, with ?records=true the records themselves;
                            ?list_keys=Invoices,Contacts for these alone
GET    /sandbox/limits      how each organisation's limits were used, see limits.Use
POST   /sandbox/events      {"organisation", "events": [{"event": "PaymentMade", ...}]}; with
                            "skip_refused" those that the book takes happen, at this instant;
                            what a person does in Xero (files, notes, locks): document_events
POST   /sandbox/faults      one or a list, see faults.Fault; DELETE clears them
POST   /sandbox/clock       {"advance_seconds"} or {"now"}, and {"frozen": true|false}; with
                            "tick_seconds" the clock moves on so far with every request of Xero's
POST   /sandbox/tokens      {"life_seconds"} of access tokens, {"expire": true} those given out
POST   /sandbox/consent     {"automatic", "user", "organisations": [name, ...], "decision"}
POST   /sandbox/apps        registers an app, see identity.apps.App
POST   /sandbox/disconnect  {"organisation", "user"}: an organisation removes the app, or a user's
                            access to it ends
POST   /sandbox/demo        {"organisation"}: as Xero resets a demo company, under a new tenant id
POST   /sandbox/limits      {"enforced"}, and {"organisation", "minute", "day", ...} by the names of
                            limits.Limits; forgets the calls counted so far
POST   /sandbox/rules       see api.listing.ListingRules
POST   /sandbox/series      {"key", "organisations", "invoices"}: opens many, see series.Series
POST   /sandbox/reset       all as at the start, except what happened in the books
DELETE /sandbox/users/{e-mail}
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json, to_jsonable_python
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from xero_pipeline.sandbox.api.complete import complete_listings
from xero_pipeline.sandbox.api.listing import ListingRules
from xero_pipeline.sandbox.api.routes import AccountingApi
from xero_pipeline.sandbox.books.errors import Refused
from xero_pipeline.sandbox.control_bodies import (
    ClockBody,
    ConsentBody,
    DemoBody,
    DisconnectBody,
    EventsBody,
    LimitsBody,
    SeriesBody,
    TokensBody,
)
from xero_pipeline.sandbox.event_json import event_from_json
from xero_pipeline.sandbox.faults import Fault, FaultBoard
from xero_pipeline.sandbox.identity.apps import App
from xero_pipeline.sandbox.identity.routes import ConsentPolicy, IdentityServer
from xero_pipeline.sandbox.identity.service import Identity
from xero_pipeline.sandbox.limits import Limiter
from xero_pipeline.sandbox.people import logins
from xero_pipeline.sandbox.request_log import RequestLog
from xero_pipeline.sandbox.series import Series, open_series
from xero_pipeline.sandbox.truth import truth_now
from xero_pipeline.sandbox.world import World

_FAULT = TypeAdapter(Fault)


@dataclasses.dataclass
class Control:
    """Reaches into every part of a sandbox. `on_change` is called after each of its POSTs."""

    world: World
    identity: Identity
    login: IdentityServer
    limiter: Limiter
    api: AccountingApi
    faults: FaultBoard
    log: RequestLog
    on_change: Callable[[], None]

    def __post_init__(self) -> None:
        clock = self.world.clock
        self._first_policy = self.login.policy
        self._first_limits = self.limiter.enforced
        self._first_instant = clock.now() if clock.frozen else None

    def routes(self) -> list[Route]:
        posts: dict[str, Callable[[Any], object]] = {
            "events": self.post_events,
            "faults": self.post_faults,
            "clock": self.post_clock,
            "consent": self.post_consent,
            "apps": self.post_app,
            "demo": self.post_demo,
            "disconnect": self.post_disconnect,
            "limits": self.post_limits,
            "tokens": self.post_tokens,
            "series": self.post_series,
            "rules": self.post_rules,
            "reset": self.post_reset,
        }
        gets: dict[str, Callable[[], object]] = {
            "": self.overview,
            "/requests": self.log.entries,
            "/egress": self.log.egress,
            "/truth": lambda: truth_now(self.world),
            "/limits": self.limit_use,
        }
        deletes: dict[str, Callable[[], None]] = {
            "/requests": self.log.clear,
            "/faults": self.faults.clear,
        }
        return [
            *(Route(f"/sandbox{p}", self._read(do), methods=["GET"]) for p, do in gets.items()),
            *(Route(f"/sandbox/{p}", self._write(do), methods=["POST"]) for p, do in posts.items()),
            *(
                Route(f"/sandbox{p}", self._read(do), methods=["DELETE"])
                for p, do in deletes.items()
            ),
            Route("/sandbox/users/{email}", self._remove_user, methods=["DELETE"]),
            Route("/sandbox/records/{organisation}", self._records, methods=["GET"]),
        ]

    def overview(self) -> object:
        return {
            "now": self.world.clock.now(),
            "frozen": self.world.clock.frozen,
            "organisations": [
                {"key": book.key, "tenant_id": tenant, "name": book.name}
                for tenant, book in self.world.books.items()
            ],
            "users": self.identity.users,
            "apps": self.identity.apps,
        }

    def post_events(self, body: dict[str, Any]) -> object:
        wanted = EventsBody.model_validate(body)
        now = self.world.clock.now()
        events = [event_from_json(data, now) for data in wanted.events]
        tenant = self.world.book(wanted.organisation).tenant_id
        if wanted.skip_refused:
            return {"applied": self.world.attempt(tenant, events)}
        self.world.apply(tenant, events)
        return {"applied": len(events)}

    def post_faults(self, body: dict[str, Any] | list[dict[str, Any]]) -> object:
        faults = [self._fault(fields) for fields in (body if isinstance(body, list) else [body])]
        self.faults.add(*faults)
        return {}

    def _fault(self, body: dict[str, Any]) -> Fault:
        tenant = self.world.book(body["tenant"]).tenant_id if body.get("tenant") else None
        now = self.world.clock.now()
        events = tuple(event_from_json(data, now) for data in body.get("events", ()))
        fault = _FAULT.validate_python({**body, "tenant": tenant, "events": ()})
        return dataclasses.replace(fault, events=events)

    def post_clock(self, body: dict[str, Any]) -> object:
        wanted = ClockBody.model_validate(body)
        clock = self.world.clock
        if wanted.now is not None:
            clock.set(wanted.now)
        clock.advance(dt.timedelta(seconds=wanted.advance_seconds))
        if wanted.frozen is not None:
            clock.freeze() if wanted.frozen else clock.run()
        if wanted.tick_seconds is not None:
            clock.step = dt.timedelta(seconds=wanted.tick_seconds)
        return {"now": clock.now(), "frozen": clock.frozen}

    def post_consent(self, body: dict[str, Any]) -> object:
        wanted = ConsentBody.model_validate(body)
        self.login.policy = ConsentPolicy(
            automatic=wanted.automatic,
            user=self.identity.user(wanted.user).email if wanted.user else None,
            organisations=tuple(self.world.book(name).tenant_id for name in wanted.organisations),
            decision=wanted.decision,
        )
        return {}

    def post_app(self, body: dict[str, Any]) -> object:
        app = TypeAdapter(App).validate_python(body)
        self.identity.register(app)
        return app

    def post_disconnect(self, body: dict[str, Any]) -> object:
        wanted = DisconnectBody.model_validate(body)
        tenant = self.world.book(wanted.organisation).tenant_id
        user = self.identity.user(wanted.user).user_id if wanted.user else None
        self.identity.disconnect(tenant, user)
        return {}

    def post_limits(self, body: dict[str, Any]) -> object:
        wanted = LimitsBody.model_validate(body)
        tenant = self.world.book(wanted.organisation).tenant_id if wanted.organisation else None
        if wanted.enforced is not None:
            self.limiter.enforced = wanted.enforced
        self.limiter.change(tenant, **wanted.changes())
        self.limiter.forget_calls()
        return {}

    def limit_use(self) -> object:
        books = self.world.books
        return {books[tenant].key: use for tenant, use in self.limiter.use().items()}

    def post_tokens(self, body: dict[str, Any]) -> object:
        wanted = TokensBody.model_validate(body)
        if wanted.life_seconds is not None:
            self.identity.access_tokens.life = dt.timedelta(seconds=wanted.life_seconds)
        if wanted.expire:
            self.identity.expire_access_tokens()
        return {}

    def post_demo(self, body: dict[str, Any]) -> object:
        """The organisation that has taken the other one's place; nobody is connected to it."""
        name = DemoBody.model_validate(body).organisation
        old = self.world.book(name).tenant_id
        new = self.world.reset_demo(old)
        self.identity.disconnect(old)
        self.identity.welcome(logins(list(self.world.books.values())))
        return {"key": new.key, "tenant_id": new.tenant_id, "name": new.name}

    def post_series(self, body: dict[str, Any]) -> object:
        """The keys of the organisations opened."""
        series = Series(**SeriesBody.model_validate(body).model_dump())
        opened = list(open_series(series, self.world.clock.now().date()))
        self.world.add(opened)
        self.identity.welcome(logins(list(self.world.books.values())))
        return [organisation.book.key for organisation in opened]

    def post_rules(self, body: dict[str, Any]) -> object:
        self.api.rules = TypeAdapter(ListingRules).validate_python(body)
        return self.api.rules

    def post_reset(self, body: dict[str, Any]) -> object:
        self.identity.reset()
        self.faults.clear()
        self.log.clear()
        self.limiter.reset()
        self.limiter.enforced = self._first_limits
        self.api.rules = ListingRules()
        self.api.forget_writes()
        self.login.policy = self._first_policy
        if self._first_instant is not None:
            self.world.clock.set(self._first_instant)
            self.world.clock.freeze()
        self.world.clock.step = dt.timedelta()
        return {}

    async def _remove_user(self, request: Request) -> Response:
        try:
            self.identity.remove_user(self.identity.user(request.path_params["email"]))
        except LookupError as error:
            return JSONResponse({"error": str(error)}, 404)
        return JSONResponse({})

    async def _records(self, request: Request) -> Response:
        asked = request.query_params
        try:
            tenant = self.world.book(request.path_params["organisation"]).tenant_id
        except LookupError as error:
            return JSONResponse({"error": str(error)}, 404)
        with self.world.open(tenant) as book:
            listings = complete_listings(
                book,
                list_keys=asked.get("list_keys", "").split(",") if "list_keys" in asked else (),
                with_records=asked.get("records") == "true",
            )
        return Response(to_json(listings), media_type="application/json")

    def _read(self, do: Callable[[], object]) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            return JSONResponse(to_jsonable_python(await run_in_threadpool(do) or {}))

        return endpoint

    def _write(self, do: Callable[[Any], object]) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                answer = await run_in_threadpool(do, await request.json())
            except (ValidationError, ValueError, LookupError, Refused) as error:
                return JSONResponse({"error": str(error)}, 400)
            self.on_change()
            return JSONResponse(to_jsonable_python(answer))

        return endpoint
