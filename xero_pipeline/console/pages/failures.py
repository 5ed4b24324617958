"""What a person is shown when something did not work: what happened, and what to do."""

from __future__ import annotations

import logging

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from xero_pipeline.console.remedies import remedy
from xero_pipeline.console.rendering import Refusal, error_page
from xero_pipeline.warehouse import NothingPublished
from xero_pipeline.xero import XeroError

logger = logging.getLogger(__name__)

_SYNC = "Press Sync now on the page of connections."


def refused(request: Request, error: Exception) -> Response:
    """One of ours, worded where it happened."""
    if isinstance(error, XeroError):
        return error_page(request, Refusal(409, error.what, remedy(error)))
    if isinstance(error, NothingPublished):
        return error_page(request, Refusal(409, "No figures are published yet.", _SYNC))
    logger.error("%s", error)
    return error_page(request, Refusal(409, "The published figures cannot be read.", _SYNC))


def not_found(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    return error_page(request, Refusal(status, "There is no such page.", "Use the menu above."))


def unexpected(request: Request, error: Exception) -> Response:
    """A fault of ours: its details are for the log alone."""
    logger.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return error_page(
        request, Refusal(500, "Something went wrong here.", "The log of the console says what.")
    )
