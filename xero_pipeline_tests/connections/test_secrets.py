"""No token, code or secret is ever seen outside the encrypted store."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests

from xero_pipeline.connections import Connections
from xero_pipeline.sandbox.faults import FaultKind
from xero_pipeline.sandbox.serve import RunningSandbox
from xero_pipeline.settings import Settings
from xero_pipeline.xero import ENDPOINTS
from xero_pipeline.xero.errors import NeedsReconnect, XeroError
from xero_pipeline.xero.tokens import TokenSet
from xero_pipeline_tests.connections.conftest import Person
from xero_pipeline_tests.xero.double import TestClock


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> set[str]:
    """The app's secret, and every code and token that goes over the wire from now on."""
    assert settings.client_secret is not None
    seen = {settings.client_secret.get_secret_value()}
    send = requests.Session.send

    def listening(
        session: requests.Session,
        request: requests.PreparedRequest,
        **options: Any,  # noqa: ANN401
    ) -> requests.Response:
        response = send(session, request, **options)
        if "/connect/token" in str(request.url):
            seen.update(parse_qs(str(request.body)).get("code", []))
            answer = response.json() if response.ok else {}
            seen.update(text for name, text in answer.items() if name.endswith("_token"))
        return response

    monkeypatch.setattr(requests.Session, "send", listening)
    return seen


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    caplog.set_level(logging.DEBUG)
    # The sandbox runs in this process too; what Xero logs is not ours.
    for name in ("asyncio", "uvicorn"):
        logging.getLogger(name).setLevel(logging.INFO)
    yield caplog


def test_logs_hold_no_secret(
    connections: Connections, secrets: set[str], log: pytest.LogCaptureFixture
) -> None:
    made = Person().connect(connections)
    with connections.client("Agency Ltd") as client:
        list(client.pages(ENDPOINTS[0]))
    assert len(secrets) == 5  # the app's, the code, access, refresh and id token
    assert "GET" in log.text
    for secret in secrets:
        assert secret not in log.text
        assert secret not in repr(made)
        assert secret not in repr(connections.connections())


def everything_in(error: BaseException | None) -> str:
    """What a log or a report could make of an error and its causes."""
    if error is None:
        return ""
    shown = f"{error} {error!r} {error.args} {vars(error)}"
    return shown + everything_in(error.__cause__) + everything_in(error.__context__)


@pytest.mark.parametrize("fault", ["server_error", "invalid_grant"])
def test_an_error_at_sign_in_holds_no_secret(
    connections: Connections, secrets: set[str], sandbox: RunningSandbox, fault: FaultKind
) -> None:
    # The first call only asks whether the credentials are right.
    sandbox.control.fault(fault, path="/connect/token", skip=1, times=None)
    with pytest.raises(XeroError) as met:
        Person().connect(connections)
    assert len(secrets) == 2  # the app's and the code
    assert not [secret for secret in secrets if secret in everything_in(met.value)]


@pytest.mark.parametrize("fault", ["server_error", "truncated", "disconnected_403"])
def test_an_error_while_reading_holds_no_secret(
    connections: Connections, secrets: set[str], sandbox: RunningSandbox, fault: FaultKind
) -> None:
    Person().connect(connections)
    sandbox.control.fault(fault, path="Organisation", times=None)
    with pytest.raises(XeroError) as met:
        connections.check("Agency Ltd")
    assert not [secret for secret in secrets if secret in everything_in(met.value)]


def test_an_error_at_refresh_holds_no_secret(
    connections: Connections, secrets: set[str], sandbox: RunningSandbox, clock: TestClock
) -> None:
    Person().connect(connections)
    clock.advance(minutes=40)
    sandbox.control.fault("invalid_grant", times=None)
    with pytest.raises(NeedsReconnect) as met:
        connections.check("Agency Ltd")
    assert not [secret for secret in secrets if secret in everything_in(met.value)]


def test_state_holds_no_secret_in_the_clear(
    connections: Connections, secrets: set[str], settings: Settings
) -> None:
    Person().connect(connections)
    key = (settings.home / "secret.key").read_text()
    files = [path for path in settings.home.rglob("*") if path.is_file()]
    assert settings.home / "state.db" in files
    for path in files:
        if path.name == "secret.key":
            continue
        content = path.read_bytes()
        for secret in (*secrets, key):
            assert secret.encode() not in content


def test_state_is_for_its_owner_only(connections: Connections, settings: Settings) -> None:
    Person().connect(connections)
    modes = {path.name: path.stat().st_mode & 0o777 for path in settings.home.glob("state.db*")}
    assert set(modes.values()) == {0o600}


def test_tokens_print_as_stars() -> None:
    fields = {"access_token": "a-secret", "refresh_token": "b-secret"}
    times = {"expires_at": "2026-04-01T10:30:00Z", "refreshed_at": "2026-04-01T10:00:00Z"}
    tokens = TokenSet.model_validate(fields | times)
    assert "secret" not in f"{tokens!r} {tokens} {tokens.model_dump_json()}"
