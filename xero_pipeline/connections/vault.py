"""Tokens at rest are encrypted (Fernet: AES-128-CBC with HMAC-SHA256)."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from xero_pipeline.connections.errors import SecretKeyUnusable, WrongSecretKey
from xero_pipeline.connections.keys import Keys, keys_of
from xero_pipeline.settings import Settings


class Vault:
    """Encrypts with the newest key and decrypts with any.

    The keys are looked up every time: another process may have changed them.

    Raises:
        SecretKeyUnusable: one of them is not a Fernet key.
    """

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._fernet()

    @classmethod
    def open(cls, settings: Settings) -> Vault:
        """Raises SecretKeyUnusable, HomeUnusable."""
        return cls(keys_of(settings))

    def encrypt(self, clear: bytes) -> bytes:
        return self._fernet().encrypt(clear)

    def decrypt(self, encrypted: bytes) -> bytes:
        """Raises WrongSecretKey."""
        try:
            return self._fernet().decrypt(encrypted)
        except InvalidToken:
            raise WrongSecretKey(self._keys.where) from None

    def reencrypt(self, encrypted: bytes) -> bytes:
        """The same, with the newest key. Raises WrongSecretKey."""
        try:
            return self._fernet().rotate(encrypted)
        except InvalidToken:
            raise WrongSecretKey(self._keys.where) from None

    def _fernet(self) -> MultiFernet:
        try:
            return MultiFernet([Fernet(key) for key in self._keys.read()])
        except ValueError:
            reason = "it is not 32 bytes in URL-safe base64"
            raise SecretKeyUnusable(self._keys.where, reason) from None
