"""Whether a request that changes something was sent from one of our own pages."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from urllib.parse import urlsplit

FIELD = "csrf_token"
HEADER = "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_FROM_ELSEWHERE = "This was sent from another site, so nothing was done."
_TOO_OLD = "This page is too old, so nothing was done. Load it again and repeat what you did."


def refusal(headers: Mapping[str, str], sent_token: str, token: str) -> str | None:
    """Why it may not be done, as a sentence; None: it may.

    Browsers say where a request comes from, and pages cannot change that; programs need not say.

    Args:
        headers: of the request; their names in any case.
        sent_token: what it carries, by field or header.
        token: what it must carry.
    """
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != headers.get("host"):
        return _FROM_ELSEWHERE
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return _FROM_ELSEWHERE
    if not secrets.compare_digest(sent_token.encode(), token.encode()):
        return _TOO_OLD
    return None
