"""The receiver as the process that `xero-pipeline webhooks serve` starts."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from xero_pipeline.cli import app
from xero_pipeline.settings import Settings
from xero_pipeline.webhooks import Inbox
from xero_pipeline.webhooks.errors import NoWebhookKey
from xero_pipeline_tests.webhooks.conftest import KEY, Endpoint, delivery, event


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XERO_PIPELINE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XERO_WEBHOOK_KEY", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


@contextmanager
def serving(port: int) -> Iterator[None]:
    """A process that listens on this port, until it is killed."""
    command = "from xero_pipeline.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", command, "webhooks", "serve", "--port", str(port)],
        env={**os.environ, "XERO_WEBHOOK_KEY": KEY},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert "Listening on http://127.0.0.1" in process.stdout.readline()
        yield
    finally:
        process.kill()
        process.communicate()


def test_what_was_answered_survives_a_killed_process(inbox: Inbox, home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with serving(port):
        endpoint = Endpoint(f"http://127.0.0.1:{port}/webhooks/xero", inbox)
        assert endpoint.post(delivery(event("garage"))).status_code == 200

    with closing(Inbox.open(Settings(home=home))) as found:
        assert found.news().keys() == {"garage"}


def test_it_does_not_start_without_a_signing_key() -> None:
    """A forged delivery could not be told from Xero's."""
    result = CliRunner().invoke(app, ["webhooks", "serve"])
    assert isinstance(result.exception, NoWebhookKey)
