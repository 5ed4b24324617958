"""`xero-pipeline alerts` as people and programs meet it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from xero_pipeline.alerts import AlertBook, Condition, Kind
from xero_pipeline.cli import app
from xero_pipeline.cli.console import out
from xero_pipeline.settings import Settings
from xero_pipeline_tests.alerts.chat import Chat, open_chat

NOW = datetime(2026, 4, 1, 10, 0, tzinfo=UTC)
REVOKED = Condition(
    Kind.CONNECTION, "garage", "Garage Ltd needs you", "Access was revoked.", "Reconnect it."
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XERO_PIPELINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("XERO_ALERT_URLS", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch) -> Iterator[Chat]:
    with open_chat() as chat:
        monkeypatch.setenv("XERO_ALERT_URLS", chat.url)
        yield chat


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["alerts", *words])


def open_one() -> None:
    with closing(AlertBook.open(Settings())) as book:
        book.note([REVOKED], NOW)


def test_without_alerts_it_says_so() -> None:
    assert "No alert is open" in run().output


def test_an_open_alert_is_shown_with_its_reason_and_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(out, "width", 400)  # so that no cell is broken into lines
    open_one()
    shown = run().output
    for expected in ("2026-04-01 10:00 UTC", REVOKED.title, REVOKED.sentence, REVOKED.fix):
        assert expected in shown


def test_programs_get_json() -> None:
    open_one()
    [alert] = json.loads(run("--json").output)
    assert alert["condition"]["subject"] == "garage"
    assert alert["opened_at"] == "2026-04-01 10:00:00+00:00"


def test_a_test_message_reaches_the_channel(chat: Chat) -> None:
    result = run("test")
    assert result.exit_code == 0
    assert "Channel 1, JSON: took it" in result.output
    assert chat.titles == ["A test from xero-pipeline"]


def test_a_channel_that_does_not_take_it_is_named_by_its_place(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_chat() as broken:
        broken.works = False
        monkeypatch.setenv("XERO_ALERT_URLS", f"{chat.url} {broken.url}")
        result = run("test")
    assert result.exit_code == 1
    assert "Channel 1, JSON: took it" in result.output
    assert "Channel 2, JSON: did not take it" in result.output


def test_without_a_channel_there_is_nothing_to_test() -> None:
    assert run("test").exit_code == 1
