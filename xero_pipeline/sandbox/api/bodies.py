"""Bodies of writes. The sandbox reads JSON alone; Xero also reads XML and forms."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from xero_pipeline.sandbox.api import errors

Element = Mapping[str, Any]


def elements(body: bytes, list_key: str) -> Sequence[Element]:
    """The objects of a body: one by itself, or any number under their plural key.

    Raises:
        ApiError: it is no JSON, or something else than objects.
    """
    try:
        parsed = json.loads(body, parse_float=Decimal, parse_int=Decimal)
    except ValueError:
        raise errors.not_readable() from None
    if isinstance(parsed, dict):
        parsed = parsed.get(list_key, [parsed])
    if not isinstance(parsed, list) or not all(isinstance(each, dict) for each in parsed):
        raise errors.not_readable()
    return parsed
