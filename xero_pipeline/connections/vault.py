"""Tokens at rest are encrypted (Fernet: AES-128-CBC with HMAC-SHA256)."""

from __future__ import annotations

import os
import stat

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from xero_pipeline.connections.errors import SecretKeyUnusable, WrongSecretKey
from xero_pipeline.connections.home import create_private_file, ensure_folder, using
from xero_pipeline.settings import Settings


class Vault:
    """Encrypts with the first of its keys and decrypts with any, so that keys can be changed.

    Args:
        keys: Fernet keys, the newest first.
        where: where they come from, for messages.

    Raises:
        SecretKeyUnusable: one of them is not a Fernet key.
    """

    def __init__(self, keys: str, where: str) -> None:
        self._where = where
        try:
            self._fernet = MultiFernet([Fernet(key.strip()) for key in keys.split(",")])
        except ValueError:
            raise SecretKeyUnusable(where, "it is not 32 bytes in URL-safe base64") from None

    @classmethod
    def open(cls, settings: Settings) -> Vault:
        """The keys of XERO_PIPELINE_SECRET_KEY, else of a key file in the home, made when missing.

        Raises:
            SecretKeyUnusable, HomeUnusable
        """
        if settings.secret_key is not None:
            return cls(settings.secret_key.get_secret_value(), "XERO_PIPELINE_SECRET_KEY")
        path = ensure_folder(settings.home) / "secret.key"
        with using(path):
            missing = not path.exists()
        if missing:
            create_private_file(path, Fernet.generate_key())
        with using(path):
            mode = stat.S_IMODE(path.stat().st_mode)
            keys = path.read_text()
        if os.name == "posix" and mode & 0o077:
            raise SecretKeyUnusable(str(path), f"others may read it; run: chmod 600 {path}")
        return cls(keys, str(path))

    def encrypt(self, clear: bytes) -> bytes:
        return self._fernet.encrypt(clear)

    def decrypt(self, encrypted: bytes) -> bytes:
        """Raises WrongSecretKey."""
        try:
            return self._fernet.decrypt(encrypted)
        except InvalidToken:
            raise WrongSecretKey(self._where) from None
