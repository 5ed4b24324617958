"""The key that encrypts tokens."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from xero_pipeline.connections.errors import HomeUnusable, SecretKeyUnusable, WrongSecretKey
from xero_pipeline.connections.vault import Vault
from xero_pipeline.settings import Settings


def settings_with(home: Path, secret_key: str | None = None) -> Settings:
    return Settings.model_validate({"home": home, "secret_key": secret_key})


def test_a_key_file_is_made_for_its_owner_only(tmp_path: Path) -> None:
    vault = Vault.open(settings_with(tmp_path / "home"))
    file = tmp_path / "home" / "secret.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert Vault.open(settings_with(tmp_path / "home")).decrypt(vault.encrypt(b"t")) == b"t"
    assert [path.name for path in file.parent.iterdir()] == ["secret.key"]


def test_those_who_come_at_once_end_up_with_one_key(tmp_path: Path) -> None:
    settings = settings_with(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        vaults = list(pool.map(lambda _: Vault.open(settings), range(8)))
    encrypted = vaults[0].encrypt(b"t")
    assert {vault.decrypt(encrypted) for vault in vaults} == {b"t"}


def test_a_key_in_the_environment_leaves_no_file(tmp_path: Path) -> None:
    Vault.open(settings_with(tmp_path, Fernet.generate_key().decode()))
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_key_is_said_without_showing_it(tmp_path: Path) -> None:
    mine, other = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    encrypted = Vault.open(settings_with(tmp_path, mine)).encrypt(b"t")
    with pytest.raises(WrongSecretKey, match="XERO_PIPELINE_SECRET_KEY") as refused:
        Vault.open(settings_with(tmp_path, other)).decrypt(encrypted)
    assert other not in str(refused.value)


def test_an_earlier_key_still_reads_what_it_encrypted(tmp_path: Path) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    encrypted = Vault.open(settings_with(tmp_path, old)).encrypt(b"t")
    both = Vault.open(settings_with(tmp_path, f"{new}, {old}"))
    assert both.decrypt(encrypted) == b"t"
    assert Vault.open(settings_with(tmp_path, new)).decrypt(both.encrypt(b"u")) == b"u"


def test_something_that_is_no_key_is_refused_with_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(SecretKeyUnusable, match=r"Fernet\.generate_key") as refused:
        Vault.open(settings_with(tmp_path, "hunter2"))
    assert "hunter2" not in str(refused.value)


def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    Vault.open(settings_with(tmp_path))
    (tmp_path / "secret.key").chmod(0o644)
    with pytest.raises(SecretKeyUnusable, match="chmod 600"):
        Vault.open(settings_with(tmp_path))


def test_a_key_file_that_is_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "secret.key").mkdir(mode=0o700)
    with pytest.raises(HomeUnusable, match=r"secret\.key"):
        Vault.open(settings_with(tmp_path))
