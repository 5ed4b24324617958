"""Starts a sandbox: in this process for tests, or from the command line."""

from __future__ import annotations

import datetime as dt
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import uvicorn
from pydantic import BaseModel
from starlette.applications import Starlette

from xero_pipeline.sandbox.cast import Cast, demo_cast
from xero_pipeline.sandbox.clock import Clock
from xero_pipeline.sandbox.control_client import ControlClient
from xero_pipeline.sandbox.identity.apps import App, Tier, registered_apps
from xero_pipeline.sandbox.identity.records import RecordFile
from xero_pipeline.sandbox.identity.routes import ConsentPolicy
from xero_pipeline.sandbox.identity.service import Identity
from xero_pipeline.sandbox.limits import Limiter
from xero_pipeline.sandbox.people import logins
from xero_pipeline.sandbox.series import Series, open_series
from xero_pipeline.sandbox.server import Parts, application
from xero_pipeline.sandbox.truth import truth_json
from xero_pipeline.sandbox.world import World

MONTHS_OF_LIFE = 30
_DEFAULT_SEED = 7
_HOST = "localhost"


@dataclass(frozen=True)
class SandboxSettings:
    """What can be chosen.

    Attributes:
        port: 0 takes a free one.
        state: folder that a restart continues from, with the life's figures at the start in
            `truth.json`; None keeps everything in memory. Events posted to the control endpoint
            are not kept.
        seed: of the organisations' life; None is that of the state, or 7.
        start: first day of that life; None is that of the state, or 30 months before now.
        until: the clock stands still at this instant until it is moved; None lets it run.
        extra_days: days that pass between the last stop and this start.
        auto_consent: organisation keys that the authorise page connects without asking; empty
            shows the page.
        limits: whether Xero's rate limits are enforced.
        tier: of the apps; Starter has 1,000 calls a day and 5 connections.
        connections: how many organisations an app may connect, whatever its tier says.
        series: many more organisations beside the cast.
        redirect_uris: of the apps.
    """

    port: int = 0
    state: Path | None = None
    seed: int | None = None
    start: dt.date | None = None
    until: dt.datetime | None = None
    extra_days: int = 0
    auto_consent: tuple[str, ...] = ()
    limits: bool = True
    tier: Tier = "starter"
    connections: int | None = None
    series: tuple[Series, ...] = ()
    redirect_uris: tuple[str, ...] = ("http://localhost:8976/callback",)


class SavedLife(BaseModel):
    """`sandbox.json`: what makes a restart continue the same life."""

    seed: int
    start: dt.date
    clock: dt.datetime

    @classmethod
    def load(cls, folder: Path | None) -> SavedLife | None:
        path = folder / "sandbox.json" if folder else None
        return cls.model_validate_json(path.read_bytes()) if path and path.exists() else None

    def save(self, folder: Path | None) -> None:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "sandbox.json").write_text(self.model_dump_json(indent=1))


class RunningSandbox:
    """A sandbox that answers on `url` until it is stopped.

    Attributes:
        url: stands for login.xero.com, identity.xero.com and api.xero.com.
        apps: the registered apps; the first is a web app with a secret.
        control: the sandbox's own endpoint.
    """

    def __init__(
        self,
        app: Starlette,
        apps: Sequence[App],
        port: int,
        on_stop: Callable[[], None],
        *,
        before_stop: Callable[[], None] = lambda: None,
    ) -> None:
        self._socket = socket.create_server(("127.0.0.1", port))
        self.url = f"http://{_HOST}:{self._socket.getsockname()[1]}"
        self.apps = apps
        self.control = ControlClient(self.url)
        self._before_stop = before_stop
        self._on_stop = on_stop
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            lifespan="off",
            server_header=False,
            date_header=False,
        )
        self._server = uvicorn.Server(config)
        app.state.connections = self._server.server_state.connections
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True
        )
        self._thread.start()

    @property
    def client_id(self) -> str:
        return self.apps[0].client_id

    @property
    def client_secret(self) -> str:
        return self.apps[0].client_secret or ""

    def wait(self) -> None:
        """Until somebody asks it to stop."""
        self._thread.join()

    def ask_to_stop(self) -> None:
        self._before_stop()
        self._server.should_exit = True

    def stop(self) -> None:
        self.ask_to_stop()
        self._thread.join()
        self._on_stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def start(settings: SandboxSettings, cast: Cast = demo_cast) -> RunningSandbox:
    """Brings a sandbox up on a thread of its own.

    Args:
        settings: see there.
        cast: the organisations; by default the demo agency and its client.

    Raises:
        ValueError: the state folder holds another life than the settings ask for.
        LookupError: consent is wanted to an organisation that is not there.
        OSError: the port is taken.
    """
    life = _life(settings, SavedLife.load(settings.state))
    life.save(settings.state)
    clock = Clock(life.clock, frozen=settings.until is not None)
    world = World(clock, cast(life.seed, life.start))
    for series in settings.series:
        world.add(open_series(series, clock.now().date()))
    if settings.state is not None:
        (settings.state / "truth.json").write_text(truth_json(world))

    def remember_clock() -> None:
        life.model_copy(update={"clock": clock.now()}).save(settings.state)

    identity = _identity(settings, life.seed, world)
    parts = Parts(
        world=world,
        identity=identity,
        policy=ConsentPolicy(
            automatic=bool(settings.auto_consent),
            organisations=tuple(world.book(key).tenant_id for key in settings.auto_consent),
        ),
        limiter=Limiter(enforced=settings.limits),
        on_change=remember_clock,
    )
    return RunningSandbox(
        application(parts),
        identity.apps,
        settings.port,
        remember_clock,
        before_stop=parts.faults.clear,
    )


def _identity(settings: SandboxSettings, seed: int, world: World) -> Identity:
    books = list(world.books.values())
    apps = registered_apps(
        seed,
        settings.tier,
        settings.redirect_uris,
        books[0].tenant_id,
        connections=settings.connections,
    )
    file = RecordFile(settings.state / "identity.json" if settings.state else None)
    return Identity(world.clock, apps, logins(books), file)


def _life(settings: SandboxSettings, saved: SavedLife | None) -> SavedLife:
    now = settings.until or dt.datetime.now(dt.UTC)
    if saved is None:
        return SavedLife(
            seed=_DEFAULT_SEED if settings.seed is None else settings.seed,
            start=settings.start or _months_before(now.date(), MONTHS_OF_LIFE),
            clock=now + dt.timedelta(days=settings.extra_days),
        )
    if settings.seed not in (None, saved.seed) or settings.start not in (None, saved.start):
        raise ValueError(
            f"{settings.state} holds the life of seed {saved.seed} from {saved.start} on. "
            "Ask for the same, or empty it with: python -m xero_pipeline.sandbox reset"
        )
    later = saved.clock + dt.timedelta(days=settings.extra_days)
    return saved.model_copy(update={"clock": settings.until or max(now, later)})


def _months_before(day: dt.date, months: int) -> dt.date:
    """The first of the month so many months earlier."""
    count = day.year * 12 + day.month - 1 - months
    return dt.date(count // 12, count % 12 + 1, 1)
