"""Signed tokens in the form Xero gives out: JWT with RS256."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

_KEY_ID = "sandbox"
_PADDING = padding.PKCS1v15()
_HASH = hashes.SHA256()


class InvalidToken(ValueError):
    """Not a token of this server."""


class Signer:
    """Signs and verifies with one RSA key."""

    def __init__(self, pem: str | None = None) -> None:
        key = serialization.load_pem_private_key(pem.encode(), password=None) if pem else _new_key()
        assert isinstance(key, rsa.RSAPrivateKey)  # noqa: S101
        self._key = key

    @property
    def pem(self) -> str:
        return self._key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()

    def sign(self, claims: Mapping[str, Any]) -> str:
        header = {"alg": "RS256", "kid": _KEY_ID, "typ": "JWT"}
        body = f"{_part(header)}.{_part(claims)}"
        return f"{body}.{_base64(self._key.sign(body.encode(), _PADDING, _HASH))}"

    def verify(self, token: str) -> dict[str, Any]:
        """The claims of a token of ours, expired or not.

        Raises:
            InvalidToken: anything else.
        """
        body, _, signature = token.rpartition(".")
        try:
            self._key.public_key().verify(_bytes(signature), body.encode(), _PADDING, _HASH)
            claims = json.loads(_bytes(body.partition(".")[2]))
        except (InvalidSignature, ValueError) as error:
            raise InvalidToken from error
        return dict(claims)

    def public_keys(self) -> dict[str, Any]:
        """The JSON web key set."""
        numbers = self._key.public_key().public_numbers()
        key = {
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": _KEY_ID,
            "n": _number(numbers.n),
            "e": _number(numbers.e),
        }
        return {"keys": [key]}


def _part(value: Mapping[str, Any]) -> str:
    return _base64(json.dumps(value, separators=(",", ":")).encode())


def _number(value: int) -> str:
    return _base64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@cache
def _new_key() -> rsa.RSAPrivateKey:
    """One for all sandboxes of this process: to make one takes longer than the rest of a start."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)
