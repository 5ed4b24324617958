"""A channel for alerts, at the other end of real HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Chat:
    """A channel that keeps what it is told, or refuses.

    Attributes:
        url: of it, as `XERO_ALERT_URLS` wants it.
        heard: title and text of each message.
    """

    url: str = ""
    works: bool = True
    heard: list[tuple[str, str]] = field(default_factory=list)

    @property
    def titles(self) -> list[str]:
        return [title for title, _ in self.heard]


@contextmanager
def open_chat() -> Iterator[Chat]:
    """Listens on a free port until the block ends."""
    chat = Chat()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if chat.works:
                chat.heard.append((message["title"], message["message"]))
            self.send_response(200 if chat.works else 500)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Keep the output clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        chat.url = f"json://127.0.0.1:{server.server_port}/"
        yield chat
        server.shutdown()
