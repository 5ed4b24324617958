"""Events as JSON, for the control endpoint: `{"event": "PaymentMade", "key": "...", ...}`.

Fields are those of the dataclass; dates and instants ISO 8601, money as strings, bytes as base64.
`at` may be left out: then the event happens now.
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python

from xero_pipeline.sandbox import document_events, events, order_events
from xero_pipeline.sandbox.events import Event

_CLASSES: dict[str, type[Event]] = {
    name: item
    for name, item in (vars(events) | vars(order_events) | vars(document_events)).items()
    if isinstance(item, type) and issubclass(item, Event) and item is not Event
}


def event_to_json(event: Event) -> dict[str, Any]:
    """The inverse of `event_from_json`."""
    fields = to_jsonable_python(event, bytes_mode="base64")
    return {"event": type(event).__name__, **fields}


def event_from_json(data: Mapping[str, Any], now: dt.datetime) -> Event:
    """Reads one event.

    Raises:
        ValueError: no such event, or fields that do not fit it.
    """
    fields = {"at": now, **data}
    name = fields.pop("event", None)
    if name not in _CLASSES:
        raise ValueError(f"No event is called {name}; there are: {', '.join(sorted(_CLASSES))}")
    if isinstance(fields.get("content"), str):
        fields["content"] = base64.b64decode(fields["content"])
    event: Event = _adapter(name).validate_python(fields)
    return event


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(_CLASSES[name])
