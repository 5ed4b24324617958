"""A receiver of events on this machine, which answers as the test wants."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HANG_UP = 0


@dataclass
class Receiver:
    """What came, and what to answer.

    Attributes:
        answers: statuses of the next answers, HANG_UP for none; after them 204.
        requests: (headers, body) of every request, refused ones too.
        taken: events of requests that were answered with 2xx.
    """

    url: str = ""
    answers: list[int] = field(default_factory=list)
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)
    _may_answer: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._may_answer.set()

    @contextmanager
    def silence(self) -> Iterator[None]:
        """Whoever asks meanwhile waits for an answer, and gets none."""
        self._may_answer.clear()
        try:
            yield
        finally:
            self.answers.insert(0, HANG_UP)
            self._may_answer.set()

    def wait(self) -> None:
        self._may_answer.wait()

    def sequences(self) -> list[int]:
        return [event["sequence"] for event in self.taken]


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.requests.append(({k.lower(): v for k, v in self.headers.items()}, body))
            receiver.wait()
            status = receiver.answers.pop(0) if receiver.answers else 204
            if status == HANG_UP:
                self.close_connection = True
                return
            if status < 300:
                receiver.taken += json.loads(body)["data"]["events"]
            self.send_response(status)
            self.send_header("Location", f"{receiver.url}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/events"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
