"""Reading organisations into the landing folder: in this process, or shared out among some.

Python uses one core of a process. A night of a thousand organisations is twenty-five thousand
answers to unpack, check and land, which is more than one core does while another would be free.
"""

from __future__ import annotations

import io
import json
import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from itertools import cycle
from multiprocessing.managers import BaseManager
from typing import Protocol, cast

from xero_pipeline.connections import Connections
from xero_pipeline.connections.locks import FileLocks
from xero_pipeline.sync.landing import LandedOrganisation, land_organisation
from xero_pipeline.sync.plan import Known
from xero_pipeline.sync.request import Request
from xero_pipeline.warehouse import Landing
from xero_pipeline.xero import Asker
from xero_pipeline.xero.limits import CALLS_AT_ONCE

HOST = "127.0.0.1"
# To start one takes a second of a processor.
_WORTH_A_PROCESS = 100
# One reads nearly as many answers a minute as Xero gives an app.
_PROCESSES_AT_MOST = 4
_MODULE = "xero_pipeline.sync.reader_process"


class Reader(Protocol):
    """Reads one organisation at a time for each thread that asks it to."""

    def read(
        self, organisation_id: str, asker: Asker, known: Known, request: Request
    ) -> LandedOrganisation:
        """Ask an organisation what is new and land it.

        Raises:
            what `land_organisation` and `Connections.client` raise.
        """


@dataclass(frozen=True)
class ReaderHere:
    """Reads in this process.

    Attributes:
        threads: to walk several endpoints of each organisation at once.
    """

    connections: Connections
    landing: Landing
    threads: Executor

    def read(
        self, organisation_id: str, asker: Asker, known: Known, request: Request
    ) -> LandedOrganisation:
        # A reading process outlives one that is killed for a moment: whoever reads next waits. Both
        # are on this machine, so that a file is enough.
        locks = FileLocks(self.landing.root.parent / "locks")
        with ExitStack() as stack:
            if held := locks.take(f"reading-{organisation_id}"):
                stack.enter_context(held)
            client = stack.enter_context(self.connections.client(organisation_id, asker))
            return land_organisation(client, self.landing, known, request, self.threads)


@contextmanager
def reader_here(
    connections: Connections, landing: Landing, organisations_at_once: int
) -> Iterator[ReaderHere]:
    """With threads for so many organisations."""
    with ThreadPoolExecutor(organisations_at_once * CALLS_AT_ONCE) as threads:
        yield ReaderHere(connections, landing, threads)


class ReaderEnded(Exception):
    """A reading process is gone before it was told to go."""

    def __init__(self) -> None:
        super().__init__(
            "The process that was reading it ended: somebody stopped it, or the machine has too "
            "little memory. Nothing is lost; run the sync again and it goes on from here."
        )


def processes_for(organisations: int) -> int:
    """How many processes are worth their start for so many organisations."""
    cores = os.cpu_count() or 1
    return min(cores, _PROCESSES_AT_MOST, 1 + organisations // _WORTH_A_PROCESS)


@contextmanager
def reader(
    connections: Connections, landing: Landing, organisations_at_once: int, processes: int
) -> Iterator[Reader]:
    """Whoever reads organisations inside the block.

    Args:
        processes: how many share the reading; 1 is this one. Others take their settings from the
            environment and their time from the system.
    """
    if processes > 1:
        with ExitStack() as stack:
            started = [
                stack.enter_context(_begun(organisations_at_once, processes))
                for _ in range(processes)
            ]
            yield _ReadersBeside(started)
    else:
        with reader_here(connections, landing, organisations_at_once) as here:
            yield here


# --- processes ------------------------------------------------------------------------------------


class Desk(BaseManager):
    """Where a reading process is asked to read: Python's own way of calling into another one,
    which serves every thread that calls by a thread of its own."""


Desk.register("reader")


@dataclass(frozen=True)
class Order:
    """What a reading process is told at its start, on its standard input.

    Attributes:
        key: hexadecimal; whoever asks it to read has to show that they know it.
        processes: how many share the app's calls of a minute.
    """

    key: str
    organisations_at_once: int
    processes: int


@dataclass(frozen=True)
class _Begun:
    process: subprocess.Popen[str]
    order: Order


@contextmanager
def _begun(organisations_at_once: int, processes: int) -> Iterator[_Begun]:
    """A reading process on its way. It ends with its standard input, and so with this process,
    however that ends."""
    order = Order(secrets.token_hex(), organisations_at_once, processes)
    command = [sys.executable, "-m", _MODULE]
    with subprocess.Popen(  # noqa: S603  # our own program
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        print(json.dumps(asdict(order)), file=process.stdin, flush=True)
        yield _Begun(process, order)


def _connected(begun: _Begun) -> Reader:
    """Wait until it has started.

    Raises:
        ReaderEnded: it could not; why stands in the run's standard error.
    """
    port = (begun.process.stdout or io.StringIO()).readline()
    if not port:
        raise ReaderEnded
    desk = Desk((HOST, int(port)), authkey=bytes.fromhex(begun.order.key))
    desk.connect()
    return cast(Reader, desk.reader())  # type: ignore[attr-defined]


class _ReadersBeside:
    """Reading processes, in turn."""

    def __init__(self, begun: Sequence[_Begun]) -> None:
        self.processes = [each.process for each in begun]
        self._turns = cycle([_connected(each) for each in begun])
        self._lock = threading.Lock()

    def read(
        self, organisation_id: str, asker: Asker, known: Known, request: Request
    ) -> LandedOrganisation:
        with self._lock:
            reader = next(self._turns)
        try:
            return reader.read(organisation_id, asker, known, request)
        except (EOFError, ConnectionError) as error:
            raise ReaderEnded from error
