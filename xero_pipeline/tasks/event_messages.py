"""What goes over the wire when events of client tasks are pushed.

The form is that of the Standard Webhooks convention (standardwebhooks.com). Each POST holds events
of one organisation, `{"type": "client_task.events", "timestamp": ..., "data": {"organisation_id",
"events"}}`, an event being a row of `marts.client_task_events`. Three headers go with it:

    webhook-id          the same whenever the same events are sent again
    webhook-timestamp   seconds since 1970, of this attempt
    webhook-signature   "v1," and the base64 of HMAC-SHA256 over "<id>.<timestamp>.<body>"
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import simplejson
from pydantic import SecretStr

from xero_pipeline.tasks.errors import DeliveryUnusable
from xero_pipeline.tasks.model import TaskEvent

_BASE64_FOLLOWS = "whsec_"


def message_id(events: Sequence[TaskEvent]) -> str:
    """Of the message that holds these events: the same whenever they are sent together."""
    return f"msg_{uuid5(UUID(events[0].event_id), events[-1].event_id)}"


def message(organisation_id: str, events: Sequence[TaskEvent], at: datetime) -> bytes:
    """The body of a POST.

    Args:
        at: UTC, of this attempt.
    """
    content = {
        "type": "client_task.events",
        "timestamp": at.isoformat(timespec="seconds"),
        "data": {
            "organisation_id": organisation_id,
            "events": [{name: _plain(value) for name, value in e.columns.items()} for e in events],
        },
    }
    return simplejson.dumps(content, use_decimal=True, default=str).encode()


def signature(key: SecretStr, id: str, timestamp: int, body: bytes) -> str:
    """The header webhook-signature.

    Args:
        key: "whsec_" and base64, as Standard Webhooks writes keys; any other text is taken as is.
        timestamp: seconds since 1970.
    """
    digest = hmac.new(_key(key), f"{id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _key(key: SecretStr) -> bytes:
    text = key.get_secret_value()
    if not text.startswith(_BASE64_FOLLOWS):
        return text.encode()
    try:
        return base64.b64decode(text.removeprefix(_BASE64_FOLLOWS), validate=True)
    except binascii.Error:
        raise DeliveryUnusable(
            "XERO_TASK_WEBHOOK_SECRET begins with whsec_ and goes on with what is no base64."
        ) from None


def _plain(value: object) -> Any:  # noqa: ANN401
    """Instants, which the warehouse keeps in UTC, say so."""
    return f"{value.isoformat()}Z" if isinstance(value, datetime) else value
