"""Where the keys come from that encrypt tokens: settings, the system's keyring, or a file."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
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
from xero_pipeline.settings import Settings


class Keys(Protocol):
    """Fernet keys, the newest first."""

    @property
    def where(self) -> str:
        """For messages."""

    def read(self) -> Sequence[str]:
        """At least one. Raises SecretKeyUnusable, HomeUnusable."""


class KeptKeys(Keys, Protocol):
    """Keys that the pipeline itself makes, when there are none, and changes."""

    def replace(self, keys: Sequence[str]) -> None:
        """On the disk when it returns. Raises SecretKeyUnusable, HomeUnusable."""


def keys_of(settings: Settings) -> Keys:
    """The first that is set: XERO_PIPELINE_SECRET_KEY, the keyring, a file in the home."""
    if settings.secret_key is not None:
        return GivenKeys(settings.secret_key)
    return KeyFile(settings.home / "secret.key")


def new_key() -> str:
    return Fernet.generate_key().decode()


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

    def read(self) -> Sequence[str]:
        with using(self.path):
            missing = not self.path.exists()
        if missing:
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


def _separated(keys: str) -> Sequence[str]:
    return [key.strip() for key in keys.split(",")]
