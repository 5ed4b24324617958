"""Where the keys come from that encrypt tokens: settings, the system's keyring, or a file."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography.fernet import Fernet
from pydantic import SecretStr

from xero_pipeline.connections.errors import SecretKeyUnusable
from xero_pipeline.connections.home import (
    create_private_file,
    ensure_folder,
    replace_private_file,
    using,
)
from xero_pipeline.connections.locks import FileLocks
from xero_pipeline.settings import Settings

_SERVICE = "xero-pipeline"
_LOCK_SECONDS = 60


class Keys(Protocol):
    """Fernet keys, the newest first."""

    @property
    def where(self) -> str:
        """For messages."""

    def read(self) -> Sequence[str]:
        """At least one. Raises SecretKeyUnusable, HomeUnusable."""


class KeptKeys(Keys, Protocol):
    """Keys that the pipeline makes, when there are none, and changes."""

    def replace(self, keys: Sequence[str]) -> None:
        """Kept for good when it returns. Raises SecretKeyUnusable, HomeUnusable."""


@dataclass(frozen=True)
class GivenKeys:
    """Those of XERO_PIPELINE_SECRET_KEY; only a person can change them."""

    given: SecretStr

    @property
    def where(self) -> str:
        return "XERO_PIPELINE_SECRET_KEY"

    def read(self) -> Sequence[str]:
        return _separated(self.given.get_secret_value())


@dataclass(frozen=True)
class KeyFile:
    """A file for its owner only."""

    path: Path

    @property
    def where(self) -> str:
        return str(self.path)

    def exists(self) -> bool:
        with using(self.path):
            return self.path.exists()

    def read(self) -> Sequence[str]:
        if not self.exists():
            ensure_folder(self.path.parent)
            create_private_file(self.path, new_key().encode())
        with using(self.path):
            mode = stat.S_IMODE(self.path.stat().st_mode)
            keys = self.path.read_text()
        if os.name == "posix" and mode & 0o077:
            raise SecretKeyUnusable(self.where, f"others may read it; run: chmod 600 {self.path}")
        return _separated(keys)

    def replace(self, keys: Sequence[str]) -> None:
        replace_private_file(self.path, ",".join(keys).encode())

    def remove(self) -> None:
        with using(self.path):
            self.path.unlink()


@dataclass(frozen=True)
class SystemKeyring:
    """The key store of the operating system's user, with an entry for each home.

    Attributes:
        file: the key file of that home; what it holds moves into the keyring.
    """

    file: KeyFile

    @property
    def where(self) -> str:
        return "the system's keyring"

    def read(self) -> Sequence[str]:
        keys = self._get()
        return keys if keys and not self.file.exists() else self._taken_over()

    def replace(self, keys: Sequence[str]) -> None:
        with self._plainly() as keyring:
            keyring.set_password(_SERVICE, self._entry, ",".join(keys))

    def _taken_over(self) -> Sequence[str]:
        held = FileLocks(self.file.path.parent / "locks").take("keyring", _LOCK_SECONDS)
        if held is None:
            raise SecretKeyUnusable(self.where, "another process has been using it for a minute")
        with held:
            present = self._get()
            from_file = self.file.read() if self.file.exists() else ()
            keys = tuple(dict.fromkeys((*present, *from_file))) or (new_key(),)
            if keys != present:
                self.replace(keys)
            if from_file:
                self.file.remove()
        return keys

    def _get(self) -> tuple[str, ...]:
        with self._plainly() as keyring:
            kept = keyring.get_password(_SERVICE, self._entry)
        return tuple(_separated(kept)) if kept else ()

    @property
    def _entry(self) -> str:
        return str(self.file.path.parent)

    @contextmanager
    def _plainly(self) -> Iterator[_Library]:
        try:
            import keyring  # noqa: PLC0415  an extra of the package
        except ModuleNotFoundError:
            install = 'install its library: pip install "xero-pipeline[keyring]"'
            raise SecretKeyUnusable(self.where, install) from None
        try:
            yield keyring
        except keyring.errors.KeyringError as error:
            reason = str(error) or type(error).__name__
            raise SecretKeyUnusable(self.where, reason) from None


class _Library(Protocol):
    """As much of `keyring` as is used."""

    def get_password(self, service_name: str, username: str) -> str | None: ...

    def set_password(self, service_name: str, username: str, password: str) -> None: ...


def keys_of(settings: Settings) -> GivenKeys | KeptKeys:
    """The first that is set: XERO_PIPELINE_SECRET_KEY, the keyring, a file in the home."""
    if settings.secret_key is not None:
        return GivenKeys(settings.secret_key)
    file = KeyFile(settings.home / "secret.key")
    return SystemKeyring(file) if settings.keyring else file


def new_key() -> str:
    return Fernet.generate_key().decode()


def _separated(keys: str) -> Sequence[str]:
    return [key.strip() for key in keys.split(",")]
