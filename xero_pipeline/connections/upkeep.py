"""What keeps connections alive and their secrets fresh, without anybody at the browser."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from xero_pipeline.connections.errors import KeyIsBeingChanged
from xero_pipeline.connections.keeper import TokenKeeper
from xero_pipeline.connections.locks import Locks
from xero_pipeline.connections.token_store import TokenStore
from xero_pipeline.connections.vault import Vault
from xero_pipeline.xero.errors import XeroError


@dataclass(frozen=True)
class KeptAlive:
    """What became of token sets that nobody had refreshed for long.

    Attributes:
        refreshed: how many live on for 60 days.
        failed: why others do not; those that a later try may help stay to be tried.
    """

    refreshed: int
    failed: tuple[XeroError, ...]


@dataclass(frozen=True)
class RotatedKey:
    """What a change of the key came to.

    Attributes:
        where: where the keys come from.
        token_sets: how many are encrypted with the newest key now.
        to_drop: how many earlier keys, all but the first, a person may now take out of the
            settings; 0 where the pipeline keeps its keys by itself.
    """

    where: str
    token_sets: int
    to_drop: int


def keep_alive(
    keeper: TokenKeeper, tokens: TokenStore, client_id: str, since: datetime
) -> KeptAlive:
    """Refresh every token set of the app that was not refreshed since (UTC)."""
    refreshed, failed = 0, []
    for idle in tokens.idle_since(client_id, since):
        try:
            refreshed += keeper.refresh_idle(idle.organisation_id, idle.organisation_name, since)
        except XeroError as error:
            failed.append(error)
    return KeptAlive(refreshed, tuple(failed))


def rotate_key(vault: Vault, tokens: TokenStore, locks: Locks) -> RotatedKey:
    """Encrypt all tokens with a new key. Killed at any point, it leaves tokens that can be read.

    Others may go on meanwhile: as soon as the new key is kept they encrypt with it, and no earlier
    key goes before everything is encrypted anew.

    Raises:
        KeyIsBeingChanged, NoNewKey
        WrongSecretKey: something is encrypted with none of the keys; all keys stay.
    """
    held = locks.take("rotate-key", seconds=0)
    if held is None:
        raise KeyIsBeingChanged(vault.where)
    with held:
        vault.begin_new_key()
        token_sets = tokens.reencrypt()
        return RotatedKey(vault.where, token_sets, vault.forget_earlier_keys())
