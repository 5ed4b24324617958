"""One life of the pipeline with everything written down, and then a search for every secret.

Connects, reads, publishes, fails in several ways and tells people of it, with every log at DEBUG.
Afterwards no secret that was used or issued may stand in a log, an error, the home, the published
warehouse, Dagster's storage or the state database.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit
from urllib.request import urlopen

import psycopg
import pytest
import requests
from cryptography.fernet import Fernet

from xero_pipeline.alerts import AlertBook, AlertDesk, Channels, Condition, Kind
from xero_pipeline.automation import refresh, refresh_in_process
from xero_pipeline.connections import Connections, Purpose
from xero_pipeline.connections.errors import WrongSecretKey
from xero_pipeline.sandbox.faults import FaultKind
from xero_pipeline.settings import Settings
from xero_pipeline.xero.errors import XeroError
from xero_pipeline_tests import connected, few_models
from xero_pipeline_tests.connected import environment
from xero_pipeline_tests.postgres import Postgres
from xero_pipeline_tests.studio import NOW, Studio, small_sandbox
from xero_pipeline_tests.xero.double import TestClock

STATE_PASSWORD = "state-password-4711"
WEBHOOK_KEY = "webhook-signing-key-4711"
ALERT_PASSWORD = "alert-password-4711"
ALERT_PATH = "alert-hook-4711"
KEYS = f"{Fernet.generate_key().decode()},{Fernet.generate_key().decode()}"
_FAULTS: tuple[FaultKind, ...] = ("truncated", "server_error", "disconnected_403", "invalid_grant")


@dataclass
class Life:
    """What was used, and what could be read of it.

    Attributes:
        secrets: name -> text; tokens and codes are numbered.
        shown: all that people and programs were told.
    """

    studio: Studio
    state_url: str
    secrets: dict[str, str] = field(default_factory=dict)
    shown: list[str] = field(default_factory=list)

    def notes(self, kind: str, text: str) -> None:
        if text not in self.secrets.values():
            self.secrets[f"{kind} {len(self.secrets)}"] = text

    def found_in(self, content: bytes) -> list[str]:
        return [name for name, secret in self.secrets.items() if secret.encode() in content]


@pytest.fixture
def one_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole way from Xero to the snapshot, with one model in place of all."""
    graph = few_models.one_model(tmp_path / "models")
    monkeypatch.setattr(refresh, "ALL_ASSETS", few_models.assets_of(graph))


@pytest.fixture
def life(
    tmp_path: Path,
    postgres: Postgres,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> Iterator[Life]:
    caplog.set_level(logging.DEBUG)
    # The sandbox runs in this process too; what Xero logs is not ours.
    for name in ("asyncio", "uvicorn"):
        logging.getLogger(name).setLevel(logging.INFO)
    state_url = postgres.new_state()
    with small_sandbox() as sandbox:
        variables = {
            **environment(sandbox, tmp_path / "home"),
            "XERO_PIPELINE_STATE_URL": state_url.replace(":@", f":{STATE_PASSWORD}@"),
            "XERO_PIPELINE_SECRET_KEY": KEYS,
            "XERO_WEBHOOK_KEY": WEBHOOK_KEY,
            "XERO_ALERT_URLS": f"json://ada:{ALERT_PASSWORD}@localhost:1/{ALERT_PATH}",
        }
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        life = Life(Studio(sandbox, Settings(), TestClock(NOW)), state_url)
        life.secrets |= {
            "client secret": sandbox.client_secret,
            "state password": STATE_PASSWORD,
            "webhook key": WEBHOOK_KEY,
            "alert password": ALERT_PASSWORD,
            "alert path": ALERT_PATH,
        }
        for key in KEYS.split(","):
            life.notes("key", key)
        _listen(life, monkeypatch)
        # What the person's browser logs is not ours either.
        monkeypatch.setattr(connected, "browser", _browse)
        yield life


def _browse(url: str) -> None:
    urlopen(url, timeout=10).close()  # noqa: S310


def _listen(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    """Note every code and token that goes over the wire, in either direction."""
    send = requests.Session.send

    def listening(
        session: requests.Session,
        request: requests.PreparedRequest,
        **options: Any,  # noqa: ANN401
    ) -> requests.Response:
        response = send(session, request, **options)
        if "/connect/token" in str(request.url):
            sent = parse_qs(str(request.body))
            for kind in ("code", "refresh_token"):
                for text in sent.get(kind, []):
                    if text != "none":
                        life.notes(kind, text)
            for kind, text in (response.json() if response.ok else {}).items():
                if kind.endswith("_token"):
                    life.notes(kind, text)
        return response

    monkeypatch.setattr(requests.Session, "send", listening)


def _everything_in(error: BaseException | None) -> str:
    """What a log or a report could make of an error and its causes."""
    if error is None:
        return ""
    shown = f"{error} {error!r} {error.args} {vars(error)}"
    return shown + _everything_in(error.__cause__) + _everything_in(error.__context__)


def _live(life: Life) -> None:
    home, control = life.studio, life.studio.sandbox.control
    agency = home.connect("agency", Purpose.AGENCY)
    client = home.connect("client", Purpose.CLIENT)
    control.fault("server_error", organisation="client", times=None)
    outcome = refresh_in_process(home.settings, [agency.organisation_key, client.organisation_key])
    control.clear_faults()
    assert outcome.is_published
    life.shown += [repr(outcome), repr(home.settings)]
    with home.connections() as known:
        life.shown += [repr(known.rotate_key()), repr(known.connections())]
    _fails(life, WrongSecretKey, secret_key=Fernet.generate_key().decode())
    for fault in _FAULTS:
        home.advance(minutes=40)
        control.fault(fault, times=None)
        _fails(life, XeroError)
        control.clear_faults()
    _tell(life)


def _fails(life: Life, kind: type[XeroError], **changed: str) -> None:
    settings = Settings.model_validate(
        {name: getattr(life.studio.settings, name) for name in Settings.model_fields} | changed
    )
    with Connections.open(settings, life.studio.clock) as known, pytest.raises(kind) as met:
        known.check("Garage Ltd")
    life.shown.append(_everything_in(met.value))


def _tell(life: Life) -> None:
    book = AlertBook.open(life.studio.settings)
    trouble = Condition(Kind.CONNECTION, "Garage Ltd", "title", "sentence", "fix")
    desk = AlertDesk(book, Channels(life.studio.settings.alert_urls), life.studio.clock)
    life.shown.append(repr(desk.look([trouble])))
    book.close()


def _state(url: str) -> bytes:
    """Everything in the state database, as text."""
    schema = dict(parse_qsl(urlsplit(url).query))["options"].partition("search_path=")[2]
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = %s", [schema]
        ).fetchall()
        rows = [
            connection.execute(f'SELECT * FROM "{name}"'.encode()).fetchall() for (name,) in tables
        ]
    assert any(rows)
    return repr(rows).encode()


@pytest.mark.usefixtures("one_model")
def test_no_secret_stands_in_anything_that_was_written(
    life: Life, caplog: pytest.LogCaptureFixture
) -> None:
    _live(life)

    kinds = {name.partition(" ")[0] for name in life.secrets}
    assert kinds >= {"client", "code", "access_token", "refresh_token", "id_token", "key"}
    assert len(life.secrets) > 15
    logs = "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records)
    assert "GET" in logs
    assert life.found_in(logs.encode()) == []
    assert life.found_in("\n".join(life.shown).encode()) == []
    assert life.found_in(_state(life.state_url)) == []
    files = [path for path in life.studio.settings.home.rglob("*") if path.is_file()]
    folders = {path.relative_to(life.studio.settings.home).parts[0] for path in files}
    assert folders >= {"build.duckdb", "landing", "snapshots", "dagster"}
    assert {str(path): life.found_in(path.read_bytes()) for path in files} == {
        str(path): [] for path in files
    }
