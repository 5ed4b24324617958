"""Sync now."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from xero_pipeline.console.context import console_of
from xero_pipeline.console.pages.connections import row
from xero_pipeline.console.rendering import go_to, is_partial


def start(request: Request) -> Response:
    console = console_of(request)
    connection = console.connections.find(request.path_params["key"])
    console.syncs.start(connection.organisation_key)
    return row(request) if is_partial(request) else go_to("/connections")
