"""The key is changed while others read, and nothing is lost wherever that breaks off."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from cryptography.fernet import Fernet
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring

from xero_pipeline.connections import Connections
from xero_pipeline.connections.database import Database
from xero_pipeline.connections.errors import (
    KeyIsBeingChanged,
    NoNewKey,
    SecretKeyUnusable,
    WrongSecretKey,
)
from xero_pipeline.connections.token_store import TokenStore
from xero_pipeline.connections.vault import Vault
from xero_pipeline.sandbox.serve import RunningSandbox
from xero_pipeline.settings import Settings
from xero_pipeline_tests.connections.conftest import Person, settings_of
from xero_pipeline_tests.postgres import on_both
from xero_pipeline_tests.xero.double import TestClock

FIRST, SECOND = (Fernet.generate_key().decode() for _ in range(2))


@pytest.fixture
def agency(connections: Connections, person: Person) -> Connections:
    person.connect(connections)
    return connections


def key_file(settings: Settings) -> Path:
    return settings.home / "secret.key"


def reads(connections: Connections) -> bool:
    with connections.client("Agency Ltd") as client:
        return client.organisation().name == "Agency Ltd"


@on_both
def test_a_new_key_replaces_the_old_one(agency: Connections, settings: Settings) -> None:
    before = key_file(settings).read_text()

    rotated = agency.rotate_key()

    assert (rotated.where, rotated.token_sets, rotated.to_drop) == (str(key_file(settings)), 1, 0)
    after = key_file(settings).read_text()
    assert before not in after
    assert Fernet(after)
    assert stat.S_IMODE(key_file(settings).stat().st_mode) == 0o600
    assert reads(agency)


def test_processes_that_are_under_way_go_on_with_the_new_key(
    agency: Connections, settings: Settings, clock: TestClock
) -> None:
    with Connections.open(settings, clock) as other:
        assert reads(other)
        agency.rotate_key()
        clock.advance(minutes=40)
        assert reads(other)  # refreshed, and so encrypted anew, with the key that is left
    with Connections.open(settings, clock) as later:
        assert reads(later)


class Killed(BaseException):
    """Nothing after this happens."""


@pytest.mark.parametrize(
    ("victim", "step"),
    [(Vault, "begin_new_key"), (Vault, "reencrypt"), (TokenStore, "reencrypt")],
)
@pytest.mark.parametrize("is_before", [True, False])
def test_a_change_that_is_killed_loses_nothing_and_is_made_up_for(
    *,
    agency: Connections,
    settings: Settings,
    clock: TestClock,
    monkeypatch: pytest.MonkeyPatch,
    victim: type,
    step: str,
    is_before: bool,
) -> None:
    done = getattr(victim, step)

    def killed(*args: object) -> None:
        if not is_before:
            done(*args)
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(victim, step, killed)
        agency.rotate_key()

    with Connections.open(settings, clock) as later:
        assert reads(later)
        later.rotate_key()
        assert reads(later)
    assert "," not in key_file(settings).read_text()


def test_two_do_not_change_it_at_once(agency: Connections) -> None:
    with agency.locks.take("rotate-key") or pytest.fail(), pytest.raises(KeyIsBeingChanged):
        agency.rotate_key()


def test_a_key_of_the_settings_is_changed_by_a_person_who_is_told_what_to_drop(
    sandbox: RunningSandbox, tmp_path: Path, clock: TestClock, person: Person
) -> None:
    def opened(secret_key: str) -> Connections:
        return Connections.open(settings_of(sandbox, tmp_path, secret_key=secret_key), clock)

    with opened(FIRST) as connections:
        person.connect(connections)
        with pytest.raises(NoNewKey, match="XERO_PIPELINE_SECRET_KEY holds a single key"):
            connections.rotate_key()
    with opened(f"{SECOND},{FIRST}") as connections:
        assert connections.rotate_key().to_drop == 1
    with opened(SECOND) as connections:
        assert reads(connections)
    with opened(FIRST) as connections, pytest.raises(WrongSecretKey):
        reads(connections)


def test_a_key_that_is_missing_leaves_everything_as_it_is(
    agency: Connections, settings: Settings, clock: TestClock
) -> None:
    right = key_file(settings).read_text()
    key_file(settings).write_text(FIRST)
    with pytest.raises(WrongSecretKey):
        agency.rotate_key()

    key_file(settings).write_text(right)
    assert reads(agency)


# --- the system's keyring -------------------------------------------------------------------------


class InMemory(KeyringBackend):
    """A keyring as the operating system has one, for the length of a test."""

    priority = 1

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


@pytest.fixture
def system() -> Iterator[InMemory]:
    before = keyring.get_keyring()
    system = InMemory()
    keyring.set_keyring(system)
    yield system
    keyring.set_keyring(before)


def with_keyring(home: Path) -> Settings:
    return Settings.model_validate({"home": home, "keyring": True})


def test_the_keyring_keeps_the_key_and_the_home_has_none(system: InMemory, tmp_path: Path) -> None:
    encrypted = Vault.open(with_keyring(tmp_path)).encrypt(b"t")

    assert Vault.open(with_keyring(tmp_path)).decrypt(encrypted) == b"t"
    assert list(system.kept) == [("xero-pipeline", str(tmp_path))]
    assert not (tmp_path / "secret.key").exists()


def test_a_key_file_from_before_moves_into_the_keyring(system: InMemory, tmp_path: Path) -> None:
    encrypted = Vault.open(Settings.model_validate({"home": tmp_path})).encrypt(b"t")
    key = (tmp_path / "secret.key").read_text()

    assert Vault.open(with_keyring(tmp_path)).decrypt(encrypted) == b"t"
    assert list(system.kept.values()) == [key]
    assert not (tmp_path / "secret.key").exists()


def test_a_key_in_the_keyring_can_be_changed(
    system: InMemory, sandbox: RunningSandbox, tmp_path: Path, clock: TestClock, person: Person
) -> None:
    with Connections.open(settings_of(sandbox, tmp_path, keyring=True), clock) as connections:
        person.connect(connections)
        (before,) = system.kept.values()
        connections.rotate_key()
        assert reads(connections)
    (after,) = system.kept.values()
    assert before != after
    assert Fernet(after)


def test_a_machine_without_a_keyring_is_told_what_to_do(tmp_path: Path, system: InMemory) -> None:
    keyring.set_keyring(NoKeyring())  # type: ignore[no-untyped-call]
    with pytest.raises(SecretKeyUnusable, match="XERO_PIPELINE_SECRET_KEY"):
        Vault.open(with_keyring(tmp_path))


def test_what_is_encrypted_anew_is_all_or_nothing(
    agency: Connections, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = Vault.open(settings)
    tokens = TokenStore(Database.open(settings), vault)
    connection = agency.find("Agency Ltd")
    stored = tokens.of(connection.organisation_id)
    assert stored is not None
    tokens.save("another-app", stored)
    seen: list[bytes] = []

    def dies_at_the_second(encrypted: bytes) -> bytes:
        seen.append(encrypted)
        if len(seen) == 2:
            raise Killed
        return b"lost"

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(vault, "reencrypt", dies_at_the_second)
        tokens.reencrypt()
    assert tokens.of(connection.organisation_id) == stored
