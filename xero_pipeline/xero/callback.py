"""The browser's way back: a web server on the redirect URI that lives for one answer."""

from __future__ import annotations

import html
import queue
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import parse_qs, urlsplit

from pydantic import SecretStr

from xero_pipeline.xero.errors import (
    AppMisconfigured,
    CallbackUnavailable,
    ConsentDenied,
    ConsentTimedOut,
    StateMismatch,
    XeroError,
)

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Xero</title>
<body style="font-family: sans-serif; margin: 4em auto; max-width: 40em"><p>{text}</p></body></html>
"""


class CallbackReceiver:
    """Listens on the redirect URI from `with` on, so that no answer can come too early.

    Args:
        redirect_uri: `http://localhost:<port>/<path>`, as registered with the app.
        state: what the answer must carry; compared in constant time.
        return_to: the page to send the browser to once it has answered; None: it is told to go back
            to the terminal.

    Raises (on entering):
        AppMisconfigured: the redirect URI is not on this machine.
        CallbackUnavailable: the port is in use.
    """

    def __init__(self, redirect_uri: str, state: str, return_to: str | None = None) -> None:
        self._uri = urlsplit(redirect_uri)
        self._state = state
        self._return_to = return_to
        self._answers: queue.Queue[SecretStr | XeroError] = queue.Queue()

    def __enter__(self) -> CallbackReceiver:
        if self._uri.scheme != "http" or self._uri.hostname not in ("localhost", "127.0.0.1"):
            raise AppMisconfigured(
                f"The answer to the redirect URI {self._uri.geturl()} does not reach this machine.",
                "Register http://localhost:8976/callback with the app at "
                "developer.xero.com/app/manage and set XERO_REDIRECT_URI to it.",
            )
        port = self._uri.port or 80
        try:
            self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        except OSError as error:
            raise CallbackUnavailable(
                f"Port {port} on this machine is not free ({error.strerror}), "
                "so Xero's answer cannot be received.",
                "End the program that uses it (perhaps an earlier connect), or register another "
                "port with the app and set XERO_REDIRECT_URI.",
            ) from None
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait(self, seconds: float) -> SecretStr:
        """The authorisation code that the browser brings.

        Raises:
            ConsentDenied, StateMismatch, AppMisconfigured: what the browser brought instead.
            ConsentTimedOut: nothing came within `seconds`.
        """
        try:
            answer = self._answers.get(timeout=seconds)
        except queue.Empty:
            raise ConsentTimedOut(seconds) from None
        if isinstance(answer, XeroError):
            raise answer
        return answer

    def _receive(self, query: str) -> str:
        """Hand the answer over; returns what to tell the person at the browser."""
        answer = _read(query, self._state)
        self._answers.put(answer)
        if isinstance(answer, XeroError):
            return str(answer)
        return "Xero has answered. You can close this page and go back to the terminal."

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = urlsplit(self.path)
                if asked.path != (receiver._uri.path or "/"):
                    self.send_error(404)
                    return
                page = _PAGE.format(text=html.escape(receiver._receive(asked.query))).encode()
                self.send_response(303 if receiver._return_to else 200)
                if receiver._return_to:
                    self.send_header("Location", receiver._return_to)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(page)))
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, format: str, *args: object) -> None:
                """Silent: the request line holds the code."""

        return Handler


def _read(query: str, state: str) -> SecretStr | XeroError:
    values = {key: value[0] for key, value in parse_qs(query).items()}
    if not secrets.compare_digest(values.get("state", "").encode(), state.encode()):
        return StateMismatch()
    if "code" in values:
        return SecretStr(values["code"])
    if values.get("error") == "access_denied":
        return ConsentDenied()
    return AppMisconfigured(
        f"Xero's consent page ended with '{values.get('error', 'no answer')}'.",
        "Compare the client id, redirect URI and scopes with the app at "
        "developer.xero.com/app/manage.",
    )
