"""The browser's way back, over a real socket."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests

from xero_pipeline.xero.callback import CallbackReceiver
from xero_pipeline.xero.errors import (
    AppMisconfigured,
    CallbackUnavailable,
    ConsentDenied,
    ConsentTimedOut,
    StateMismatch,
    XeroError,
)

STATE = "the-state"


@pytest.fixture
def redirect_uri() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://localhost:{free.getsockname()[1]}/callback"


@pytest.fixture
def receiver(redirect_uri: str) -> Iterator[CallbackReceiver]:
    with CallbackReceiver(redirect_uri, STATE) as listening:
        yield listening


def test_the_code_is_received_and_the_person_is_told(
    receiver: CallbackReceiver, redirect_uri: str, capfd: pytest.CaptureFixture[str]
) -> None:
    page = requests.get(redirect_uri, {"code": "the-code", "state": STATE}, timeout=5)
    assert receiver.wait(5).get_secret_value() == "the-code"
    assert "You can close this page" in page.text
    assert "the-code" not in page.text
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"code": "the-code", "state": "another"}, StateMismatch),
        ({"code": "the-code"}, StateMismatch),
        ({"error": "access_denied", "state": STATE}, ConsentDenied),
        ({"error": "invalid_scope", "state": STATE}, AppMisconfigured),
        ({"state": STATE}, AppMisconfigured),
    ],
)
def test_anything_else_is_refused_here_and_in_the_browser(
    receiver: CallbackReceiver, redirect_uri: str, answer: dict[str, str], error: type[XeroError]
) -> None:
    page = requests.get(redirect_uri, answer, timeout=5)
    with pytest.raises(error) as refused:
        receiver.wait(5)
    assert refused.value.next_step.split("'")[0] in page.text
    assert "the-code" not in str(refused.value)


def test_other_addresses_are_not_the_answer(receiver: CallbackReceiver, redirect_uri: str) -> None:
    favicon = requests.get(redirect_uri.replace("/callback", "/favicon.ico"), timeout=5)
    assert favicon.status_code == 404
    with pytest.raises(ConsentTimedOut, match="No answer came"):
        receiver.wait(0)


def test_a_connection_that_says_nothing_does_not_block_the_answer(
    receiver: CallbackReceiver, redirect_uri: str
) -> None:
    port = urlsplit(redirect_uri).port
    with socket.create_connection(("127.0.0.1", port)):
        requests.get(redirect_uri, {"code": "the-code", "state": STATE}, timeout=5)
        assert receiver.wait(5).get_secret_value() == "the-code"


def test_a_port_in_use_is_named(receiver: CallbackReceiver, redirect_uri: str) -> None:
    port = urlsplit(redirect_uri).port
    with (
        pytest.raises(CallbackUnavailable, match=f"Port {port} .* XERO_REDIRECT_URI"),
        CallbackReceiver(redirect_uri, STATE),
    ):
        pass


@pytest.mark.parametrize(
    "elsewhere", ["https://app.example/callback", "http://app.example/callback"]
)
def test_a_redirect_uri_on_another_machine_is_refused(elsewhere: str) -> None:
    with pytest.raises(AppMisconfigured, match="localhost"), CallbackReceiver(elsewhere, STATE):
        pass
