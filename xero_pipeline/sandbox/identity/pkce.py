"""Proof Key for Code Exchange (RFC 7636), by which an app without a secret shows that it asked."""

from __future__ import annotations

import base64
import hashlib
import re

_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")


def proves(verifier: str, challenge: str) -> bool:
    """A verifier has 43 to 128 characters of a small alphabet, and the challenge is its hash."""
    digest = hashlib.sha256(verifier.encode()).digest()
    hashed = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return _VERIFIER.fullmatch(verifier) is not None and hashed == challenge
