"""Connections that end too early, as they do on the way to Xero."""

from __future__ import annotations

import socket
import struct

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

_NO_LINGER = struct.pack("ii", 1, 0)  # closing sends RST: what was not read yet is lost


class BrokenOff(Response):
    """Sends half of another answer and ends the connection.

    Args:
        whole: the answer, with its Content-Length.
        reset: the client sees a reset connection; else an ordinary end, too early.
    """

    def __init__(self, whole: Response, *, reset: bool) -> None:
        super().__init__(whole.body, whole.status_code)
        self.raw_headers = whole.raw_headers
        self._reset = reset

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start = {"type": "http.response.start", "status": self.status_code}
        await send({**start, "headers": self.raw_headers})
        half = bytes(self.body[: len(self.body) // 2])
        await send({"type": "http.response.body", "body": half, "more_body": True})
        _hang_up(scope, reset=self._reset)
        await client_gone(Request(scope, receive))


class Unanswered(Response):
    """Ends the connection without a word."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        _hang_up(scope, reset=False)
        await client_gone(Request(scope, receive))


async def client_gone(request: Request) -> None:
    """Until nobody is there to answer to."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _hang_up(scope: Scope, *, reset: bool) -> None:
    """Closes the connection that a request came over, once everything sent has left.

    The server's open connections are kept in the application's state, for this is nothing that
    ASGI knows of.
    """
    for connection in list(scope["app"].state.connections):
        if connection.client == tuple(scope["client"]):
            if reset:
                own_socket = connection.transport.get_extra_info("socket")
                own_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
            connection.transport.close()
