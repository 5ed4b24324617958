"""Does the webhook receiver keep up, and keep what it acknowledged?

    python -m xero_pipeline_tests.benchmarks.webhooks --rate 2000 --seconds 60

Sends signed events at a steady rate over kept-alive connections, kills the receiver with SIGKILL in
the middle, starts it again, and sends again, as Xero does, whatever was not acknowledged. At the
end the inbox must hold every acknowledged event exactly once.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import quantiles
from typing import Annotated

import typer
from pydantic import SecretStr

from xero_pipeline.webhooks.receiver import PATH
from xero_pipeline.webhooks.signature import HEADER, signature

_KEY = SecretStr("pretend-signing-key")
_ORGANISATIONS = 1_000
_XEROS_PATIENCE = 5.0
_SERVE = """
import sys
from pathlib import Path
from xero_pipeline.settings import Settings
from xero_pipeline.webhooks.serve import serve
serve(Settings(home=Path(sys.argv[1]), webhook_key="%s"), "127.0.0.1", int(sys.argv[2]))
""" % _KEY.get_secret_value()  # noqa: UP031


@dataclass
class Receiver:
    """The receiver in a process of its own, on a port that outlives it."""

    home: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-c", _SERVE, str(self.home), str(self.port)]
        self.process = subprocess.Popen(command)

    def kill(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    async def is_up(self) -> None:
        while True:
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.close()
                return
            await asyncio.sleep(0.05)


@dataclass
class Sender:
    """Xero's side: deliveries waiting, acknowledged, and how long each took."""

    port: int
    waiting: deque[tuple[int, bytes]] = field(default_factory=deque)
    acknowledged: set[int] = field(default_factory=set)
    seconds: list[float] = field(default_factory=list)
    repeated: int = 0
    is_done: bool = False

    async def work(self) -> None:
        """One connection; opened again when it breaks."""
        while not self.is_done:
            with suppress(OSError, asyncio.IncompleteReadError):
                await self._over_one_connection()
            await asyncio.sleep(0.1)

    async def _over_one_connection(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            while not self.is_done:
                if not self.waiting:
                    await asyncio.sleep(0.002)
                    continue
                await self._deliver(*self.waiting.popleft(), reader, writer)
        finally:
            writer.close()

    async def _deliver(
        self,
        number: int,
        request: bytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        began = time.perf_counter()
        try:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
        except (OSError, asyncio.IncompleteReadError):
            self.repeated += 1
            self.waiting.append((number, request))
            raise
        if head.startswith(b"HTTP/1.1 200"):
            self.acknowledged.add(number)
            self.seconds.append(time.perf_counter() - began)
        else:
            self.repeated += 1
            self.waiting.append((number, request))


def request_of(number: int) -> bytes:
    """The bytes of a POST with one event, which no other number has."""
    event = {
        "resourceUrl": f"https://api.xero.com/api.xro/2.0/Invoices/{number}",
        "resourceId": f"{number:032x}",
        "tenantId": f"organisation-{number % _ORGANISATIONS}",
        "tenantType": "ORGANISATION",
        "eventCategory": "INVOICE",
        "eventType": "UPDATE",
        "eventDateUtc": "2026-04-01T10:00:00.123",
    }
    body = json.dumps(
        {
            "events": [event],
            "firstEventSequence": number + 1,
            "lastEventSequence": number + 1,
            "entropy": "FXNGWLCCGVANWHKILRUB",
        }
    ).encode()
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"{HEADER}: {signature(_KEY, body)}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _soak(receiver: Receiver, sender: Sender, rate: int, seconds: int) -> tuple[int, float]:
    """Returns the events sent and how long the receiver was gone."""
    receiver.start()
    await receiver.is_up()
    workers = [asyncio.create_task(sender.work()) for _ in range(40)]
    began, numbers, sent = time.perf_counter(), count(), 0
    killed: asyncio.Task[float] | None = None
    while (elapsed := time.perf_counter() - began) < seconds:
        while sent < elapsed * rate:
            number = next(numbers)
            sender.waiting.append((number, request_of(number)))
            sent += 1
        if killed is None and elapsed > seconds / 2:
            killed = asyncio.create_task(_kill_and_restart(receiver))
        await asyncio.sleep(0.005)
    gone = await killed if killed else 0.0
    while len(sender.acknowledged) < sent:
        await asyncio.sleep(0.05)
    sender.is_done = True
    await asyncio.gather(*workers)
    receiver.kill()
    return sent, gone


async def _kill_and_restart(receiver: Receiver) -> float:
    receiver.kill()
    down = time.perf_counter()
    receiver.start()
    await receiver.is_up()
    return time.perf_counter() - down


def _stored(home: Path) -> list[int]:
    with sqlite3.connect(home / "state.db") as database:
        rows = database.execute("SELECT resource_id FROM webhook_events").fetchall()
    return [int(resource, 16) for (resource,) in rows]


def main(
    rate: Annotated[int, typer.Option(help="Events a second, one a delivery")] = 2_000,
    seconds: Annotated[int, typer.Option(min=4, help="The receiver is killed half way")] = 60,
) -> None:
    """Send, kill, send again, count."""
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        free.close()
        receiver, sender = Receiver(Path(folder), port), Sender(port)
        began = time.perf_counter()
        sent, gone = asyncio.run(_soak(receiver, sender, rate, seconds))
        took = time.perf_counter() - began
        stored = _stored(Path(folder))
    lost = sender.acknowledged - set(stored)
    cuts = quantiles(sender.seconds, n=1000)
    print(
        f"{sent:,} events sent in {seconds} s ({rate:,} a second), receiver killed half way and "
        f"gone for {gone:.1f} s, {sender.repeated} deliveries repeated, all acknowledged after "
        f"{took:.1f} s\n"
        f"answer in {cuts[499] * 1000:.1f} ms (median), {cuts[989] * 1000:.0f} ms (99 of 100), "
        f"{max(sender.seconds) * 1000:.0f} ms (longest); Xero waits {_XEROS_PATIENCE:.0f} s\n"
        f"stored {len(stored):,}, twice {len(stored) - len(set(stored))}, "
        f"acknowledged and lost {len(lost)}, {os.cpu_count()} cores"
    )
    if lost or len(stored) != len(set(stored)) or max(sender.seconds) > _XEROS_PATIENCE:
        sys.exit("The receiver lost or doubled events, or answered too late.")


if __name__ == "__main__":
    typer.run(main)
