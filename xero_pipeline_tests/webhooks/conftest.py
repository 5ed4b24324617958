"""A receiver over real HTTP, with its inbox in a home of its own."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
import uvicorn
from pydantic import SecretStr

from xero_pipeline.settings import Settings
from xero_pipeline.webhooks import Inbox, receiver

KEY = "pretend-signing-key"
URL = "http://localhost/webhooks/xero"


@dataclass(frozen=True)
class Endpoint:
    """What Xero calls, and what it fills."""

    url: str
    inbox: Inbox

    def post(self, body: bytes, signature: str | None = None) -> requests.Response:
        """As Xero does; signed with the right key unless told otherwise."""
        digest = hmac.new(KEY.encode(), body, hashlib.sha256).digest()
        signed = base64.b64encode(digest).decode() if signature is None else signature
        headers = {"x-xero-signature": signed, "Content-Type": "application/json"}
        return requests.post(self.url, body, headers=headers, timeout=10)


def event(organisation: str, **other: str) -> dict[str, str]:
    """An invoice of the organisation was changed."""
    return {
        "resourceUrl": "https://api.xero.com/api.xro/2.0/Invoices/inv-1",
        "resourceId": "inv-1",
        "tenantId": organisation,
        "tenantType": "ORGANISATION",
        "eventCategory": "INVOICE",
        "eventType": "UPDATE",
        "eventDateUtc": "2026-04-01T10:00:00.123",
        **other,
    }


def delivery(*events: dict[str, str]) -> bytes:
    return json.dumps(
        {
            "events": events,
            "firstEventSequence": 1,
            "lastEventSequence": len(events),
            "entropy": "FXNGWLCCGVANWHKILRUB",
        }
    ).encode()


@pytest.fixture
def settings(tmp_path: Path, state_url: str | None) -> Settings:
    return Settings.model_validate({"home": tmp_path / "home", "state_url": state_url})


@pytest.fixture
def inbox(settings: Settings) -> Iterator[Inbox]:
    inbox = Inbox.open(settings)
    yield inbox
    inbox.close()


@pytest.fixture
def endpoint(inbox: Inbox) -> Iterator[Endpoint]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(receiver(inbox, SecretStr(KEY)), log_level="error", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        port = listening.getsockname()[1]
        yield Endpoint(f"http://127.0.0.1:{port}/webhooks/xero", inbox)
        server.should_exit = True
        thread.join()
