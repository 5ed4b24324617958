"""The console's pages, as a table of contents.

To add a page:

1. A handler in `pages/`: a plain function of some ten lines that asks (`console_of(request)`),
   decides, and renders. It takes a `Request` and returns a `Response`; it runs in a thread, so it
   may wait. `request.state` holds `person` (who asks) and, when something is to be changed, `form`;
   `context.field` and `fields` read it. Failures that have a sentence (`XeroError`,
   `WarehouseError`) are not caught: they become a page, or a message within one for HTMX.
2. A view in `views/`: dataclasses that hold just what is shown, made by pure functions from rows
   or connections. Figures come from `console.figures.reading()`: `reader.rows(RowClass, sql, ...)`.
3. A template in `templates/<page>/` that extends `base.html` and sees `view` and nothing else;
   filters are in `formats.py`. Forms begin with `{% include "partials/csrf.html" %}`; HTMX sends
   the token by itself. Inline script and style are forbidden by the content security policy.
4. A `Route` below, and an `Entry` in `navigation.py` where it belongs in the menu.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from xero_pipeline.console.context import Console
from xero_pipeline.console.pages import (
    accounts,
    clients,
    connections,
    consents,
    deciding,
    listings,
    removing,
    sign_in,
    signals,
    syncs,
    task_files,
    tasks,
)
from xero_pipeline.console.pages.failures import not_found, refused, unexpected
from xero_pipeline.console.security import Gate, SafeHeaders
from xero_pipeline.warehouse import WarehouseError
from xero_pipeline.xero import XeroError

_STATIC = Path(__file__).with_name("static")

ROUTES = (
    Route("/", connections.first_page),
    Route("/sign-in", sign_in.form),
    Route("/sign-in", sign_in.sign_in, methods=["POST"]),
    Route("/sign-out", sign_in.sign_out, methods=["POST"]),
    Route("/connections", connections.table),
    Route("/connections/{key}/row", connections.row),
    Route("/connections/{key}/check", connections.check, methods=["POST"]),
    Route("/connections/{key}/sync", syncs.start, methods=["POST"]),
    Route("/connections/{key}/accounts", accounts.form),
    Route("/connections/{key}/accounts", accounts.save, methods=["POST"]),
    Route("/connections/{key}/remove", removing.form),
    Route("/connections/{key}/remove", removing.remove, methods=["POST"]),
    Route("/connections/{key}/reconnect", consents.reconnect, methods=["POST"]),
    Route("/connect", consents.form),
    Route("/connect", consents.connect, methods=["POST"]),
    Route("/consents/{id}", consents.stage),
    Route("/consents/{id}/choose", consents.choose, methods=["POST"]),
    Route("/consents/{id}/confirm", consents.confirm, methods=["POST"]),
    Route("/consents/{id}/drop", consents.drop, methods=["POST"]),
    Route("/signals", signals.overview),
    Route("/signals/client", clients.client),
    Route("/signals/documents/{of}", listings.documents),
    Route("/signals/csv/{of}", listings.csv),
    Route("/tasks", tasks.listing),
    Route("/tasks/{id}", tasks.task),
    Route("/tasks/{id}/answer", deciding.answer, methods=["POST"]),
    Route("/tasks/{id}/approve", deciding.approve, methods=["POST"]),
    Route("/tasks/{id}/send-back", deciding.send_back, methods=["POST"]),
    Route("/tasks/{id}/withdraw", deciding.withdraw, methods=["POST"]),
    Route("/tasks/{id}/dismiss", deciding.dismiss, methods=["POST"]),
    Route("/tasks/{id}/reopen", deciding.reopen, methods=["POST"]),
    Route("/tasks/{id}/send", deciding.send, methods=["POST"]),
    Route("/tasks/{id}/contacts", task_files.contacts),
    Route("/tasks/{id}/files/{file:int}", task_files.answer_file),
    Route("/tasks/{id}/attachments/{attachment}", task_files.attachment, methods=["POST"]),
    Mount("/static", StaticFiles(directory=_STATIC)),
)


def console_app(console: Console, *, hosts: Sequence[str], is_https: bool) -> ASGIApp:
    """The console as an ASGI app.

    Args:
        hosts: names under which people reach it; requests for others are refused, so that no site
            can make its own name point here and read along (DNS rebinding).
        is_https: they do so by https.
    """
    app = Starlette(
        routes=ROUTES,
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False),
            Middleware(Gate, access=console.access, sessions=console.sessions),
        ],
        exception_handlers={
            XeroError: refused,
            WarehouseError: refused,
            HTTPException: not_found,
            Exception: unexpected,
        },
    )
    app.state.console = console
    # Around everything: Starlette answers what nobody caught outside of its middleware.
    return SafeHeaders(app, is_https=is_https)
