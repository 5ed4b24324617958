"""The address that Xero calls. Answers 200 only for what is signed and on the disk."""

from __future__ import annotations

import asyncio
import logging

from pydantic import SecretStr, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from xero_pipeline.connections.errors import HomeUnusable
from xero_pipeline.webhooks.delivery import Delivery, Event
from xero_pipeline.webhooks.group_commit import GroupCommit, TooMuchWaiting
from xero_pipeline.webhooks.inbox import Inbox
from xero_pipeline.webhooks.signature import HEADER, is_signed

logger = logging.getLogger(__name__)

PATH = "/webhooks/xero"
_LARGEST_BODY = 1_000_000
# Xero takes five seconds for a failure and comes again; better to say so ourselves before that.
_PATIENCE_SECONDS = 3.0


def receiver(inbox: Inbox, key: SecretStr, patience: float = _PATIENCE_SECONDS) -> Starlette:
    """The application behind `xero-pipeline webhooks serve`.

    It answers without a body, as Xero asks: 200 stored (or nothing to store), 401 not signed with
    the key, 400 signed and not a delivery, 413 too large, 503 not stored: Xero comes again.

    Args:
        inbox: keeps the events.
        key: the signing key of the app's webhook subscription.
        patience: seconds that a delivery may wait for the disk.
    """
    writer = GroupCommit(inbox)

    async def deliver(request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return Response(status_code=413)
        if not is_signed(key, body, request.headers.get(HEADER, "")):
            return Response(status_code=401)
        try:
            events = Delivery.model_validate_json(body).about_organisations()
        except ValidationError as error:
            logger.warning("Xero sent a delivery of another form: %d faults", error.error_count())
            return Response(status_code=400)
        return await _stored(writer, events, patience) if events else Response()

    async def alive(request: Request) -> Response:
        return Response(status_code=204)

    return Starlette(
        routes=[
            Route(PATH, deliver, methods=["POST"]),
            Route("/health", alive, methods=["GET"]),
        ]
    )


async def _body(request: Request) -> bytes | None:
    """The bytes as received; None when there are more than Xero ever sends."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST_BODY:
            return None
    return bytes(body)


async def _stored(writer: GroupCommit, events: tuple[Event, ...], patience: float) -> Response:
    try:
        await asyncio.wait_for(writer.store(events), patience)
    except (TimeoutError, TooMuchWaiting):
        logger.error("The disk took too long for %d events; Xero will send them again", len(events))
        return Response(status_code=503)
    except HomeUnusable as error:
        logger.error("Events could not be kept; Xero will send them again. %s", error)
        return Response(status_code=503)
    return Response()
