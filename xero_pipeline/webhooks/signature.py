"""Whether a delivery comes from Xero."""

from __future__ import annotations

import base64
import hashlib
import hmac

from pydantic import SecretStr

HEADER = "x-xero-signature"


def signature(key: SecretStr, body: bytes) -> str:
    """What Xero sends in the header: base64 of HMAC-SHA256 over the bytes as they were received.

    Args:
        key: the signing key of the app's webhook subscription.
    """
    digest = hmac.new(key.get_secret_value().encode(), body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def is_signed(key: SecretStr, body: bytes, claimed: str) -> bool:
    """Compared in constant time, so that a forger learns nothing from how long it takes."""
    return hmac.compare_digest(signature(key, body).encode(), claimed.encode())
