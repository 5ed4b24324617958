"""Tokens at rest are encrypted (Fernet: AES-128-CBC with HMAC-SHA256)."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from xero_pipeline.connections.errors import NoNewKey, SecretKeyUnusable, WrongSecretKey
from xero_pipeline.connections.keys import GivenKeys, KeptKeys, keys_of, new_key
from xero_pipeline.settings import Settings


class Vault:
    """Encrypts with the newest key and decrypts with any.

    The keys are looked up every time: another process may have changed them.

    Raises:
        SecretKeyUnusable: one of them is not a Fernet key.
    """

    def __init__(self, keys: GivenKeys | KeptKeys) -> None:
        self._keys = keys
        self._fernet()

    @classmethod
    def open(cls, settings: Settings) -> Vault:
        """Raises SecretKeyUnusable, HomeUnusable."""
        return cls(keys_of(settings))

    @property
    def where(self) -> str:
        """Where the keys come from, for messages."""
        return self._keys.where

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

    # --- changing the key -------------------------------------------------------------------------

    def begin_new_key(self) -> None:
        """Encrypt with a new key from now on; the earlier ones stay for what they encrypted.

        Raises:
            NoNewKey: the settings hold a single key, so there is none to change to.
            SecretKeyUnusable, HomeUnusable
        """
        if not isinstance(self._keys, GivenKeys):
            self._keys.replace([new_key(), *self._keys.read()])
        elif len(self._keys.read()) == 1:
            raise NoNewKey(self._keys.where)

    def forget_earlier_keys(self) -> int:
        """Drop what nothing is encrypted with any more. Raises SecretKeyUnusable, HomeUnusable.

        Returns:
            How many are left for a person to drop: those of the settings.
        """
        newest, *earlier = self._keys.read()
        if isinstance(self._keys, GivenKeys):
            return len(earlier)
        self._keys.replace([newest])
        return 0

    def _fernet(self) -> MultiFernet:
        try:
            return MultiFernet([Fernet(key) for key in self._keys.read()])
        except ValueError:
            reason = "it is not 32 bytes in URL-safe base64"
            raise SecretKeyUnusable(self._keys.where, reason) from None
