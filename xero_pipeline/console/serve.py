"""The console as a process."""

from __future__ import annotations

import ipaddress
import logging
import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass

import uvicorn

from xero_pipeline.connections import Connections
from xero_pipeline.console.app import console_app
from xero_pipeline.console.consents import Consents
from xero_pipeline.console.context import Console
from xero_pipeline.console.errors import AddressMissing, SignInMissing
from xero_pipeline.console.reading import Figures
from xero_pipeline.console.rendering import compile_templates
from xero_pipeline.console.security import Access, Attempts, Sessions
from xero_pipeline.console.syncing import Runs, Syncs, places
from xero_pipeline.settings import Settings
from xero_pipeline.tasks.desk import TaskDesk
from xero_pipeline.xero.limits import Clock, SystemClock

logger = logging.getLogger(__name__)

_THIS_MACHINE = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True)
class Listening:
    """Where the console listens, and under which names it answers.

    Attributes:
        hosts: names in requests that are answered.
        is_https: people reach it by https, which a reverse proxy ends.
    """

    host: str
    port: int
    hosts: tuple[str, ...]
    is_https: bool

    @classmethod
    def at(cls, host: str, port: int, settings: Settings, access: Access) -> Listening:
        """Raises SignInMissing, AddressMissing: it would be open to others."""
        url = settings.console_url
        if not _is_this_machine(host):
            if access.is_open:
                raise SignInMissing(host)
            if url is None:
                raise AddressMissing(host)
        own_name = (url.host,) if url and url.host else ()
        is_https = url is not None and url.scheme == "https"
        return cls(host, port, (*_THIS_MACHINE, *own_name), is_https)


def serve(settings: Settings, host: str, port: int) -> None:
    """Show the console until the process is told to stop.

    Raises:
        SignInMissing, AddressMissing, PasswordHashUnusable, ProxyMisconfigured: it would not be
            safe, and does not start.
        HomeUnusable
        OSError: the address is in use.
    """
    access = Access.of(settings)
    listening = Listening.at(host, port, settings, access)
    with (
        opened(settings, access, SystemClock(), is_https=listening.is_https) as console,
        ready(console),
        socket.create_server((host, port)) as server,
    ):
        app = console_app(console, hosts=listening.hosts, is_https=listening.is_https)
        config = uvicorn.Config(
            app,
            access_log=False,
            log_level="warning",
            server_header=False,
            # Who asks is the address that the connection comes from: a header can say anything.
            proxy_headers=False,
        )
        here = f"http://{'localhost' if _is_this_machine(host) else host}:{port}"
        logger.info("Console: %s", settings.console_url or here)
        uvicorn.Server(config).run(sockets=[server])


@contextmanager
def opened(
    settings: Settings,
    access: Access,
    clock: Clock,
    *,
    is_https: bool = False,
    runs: Sequence[Runs] = (),
) -> Iterator[Console]:
    """Everything that the pages work with, closed on leaving.

    Args:
        runs: where syncs run; none given: in this home's Dagster or in processes.
    """
    with (
        Connections.open(settings, clock) as connections,
        closing(Figures(settings.published_database)) as figures,
        closing(Syncs(runs or places(settings, os.environ))) as syncs,
        closing(Consents(connections, settings.redirect_uri)) as consents,
        TaskDesk.open(settings, clock, figures.book) as desk,
    ):
        yield Console(
            settings=settings,
            connections=connections,
            figures=figures,
            consents=consents,
            syncs=syncs,
            desk=desk,
            access=access,
            sessions=Sessions(clock, is_https=is_https),
            attempts=Attempts(clock),
            clock=clock,
        )


@contextmanager
def ready(console: Console) -> Iterator[None]:
    """Do beforehand what the first page would have to wait for, now and at each publication."""
    compile_templates()
    with console.figures.kept_ready():
        yield


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
