"""Alerts open once, are repeated, and close; told over real HTTP to a channel that can fail."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from xero_pipeline.alerts import AlertBook, AlertDesk, Channels, Condition, Kind
from xero_pipeline.alerts.errors import AlertUrlUnusable
from xero_pipeline.connections.database import Database
from xero_pipeline.settings import Settings
from xero_pipeline_tests.alerts.chat import Chat, open_chat
from xero_pipeline_tests.postgres import on_both
from xero_pipeline_tests.xero.double import TestClock

NOW = datetime(2026, 4, 1, 10, 0, tzinfo=UTC)
REVOKED = Condition(
    Kind.CONNECTION,
    "garage-ltd",
    "Garage Ltd needs you",
    "Access to Garage Ltd was revoked in Xero. Workspace Garage, connected by Ada Lowe.",
    "Run: xero-pipeline connections reconnect garage-ltd",
)
STALE = Condition(Kind.STALE, "harbour", "Harbour is out of date", "Not read since.", "Look.")


@pytest.fixture
def chat() -> Iterator[Chat]:
    with open_chat() as chat:
        yield chat


@pytest.fixture
def clock() -> TestClock:
    return TestClock(NOW)


@pytest.fixture
def book(tmp_path: Path, state_url: str | None) -> Iterator[AlertBook]:
    settings = Settings.model_validate({"home": tmp_path / "home", "state_url": state_url})
    with closing(Database.open(settings)) as database:
        yield AlertBook(database)


@pytest.fixture
def desk(book: AlertBook, chat: Chat, clock: TestClock) -> AlertDesk:
    return AlertDesk(book, Channels([SecretStr(chat.url)]), clock)


@on_both
def test_what_lasts_is_told_once(desk: AlertDesk, chat: Chat) -> None:
    for _ in range(3):
        desk.look([REVOKED])

    [(title, text)] = chat.heard
    assert title == "Garage Ltd needs you"
    assert REVOKED.sentence in text
    assert REVOKED.fix in text


def test_what_lasts_is_repeated_after_a_day_three_days_and_every_week(
    desk: AlertDesk, chat: Chat, clock: TestClock
) -> None:
    told_on = []
    for day in range(26):
        if desk.look([REVOKED]).told:
            told_on.append(day)
        clock.advance(days=1)

    assert told_on == [0, 1, 4, 11, 18, 25]
    assert chat.titles[1:] == ["Still so: Garage Ltd needs you"] * 5


@on_both
def test_a_recovery_is_told_once(desk: AlertDesk, book: AlertBook, chat: Chat) -> None:
    desk.look([REVOKED, STALE])
    for _ in range(3):
        desk.look([STALE])

    assert chat.titles[2:] == ["Solved: Garage Ltd needs you"]
    assert [alert.condition for alert in book.open_alerts()] == [STALE]


def test_the_same_trouble_after_a_recovery_is_a_new_alert(desk: AlertDesk, chat: Chat) -> None:
    for present in ([REVOKED], [], [REVOKED]):
        desk.look(present)

    assert chat.titles == [
        "Garage Ltd needs you",
        "Solved: Garage Ltd needs you",
        "Garage Ltd needs you",
    ]


@on_both
def test_a_message_that_no_channel_took_is_tried_again(
    desk: AlertDesk, chat: Chat, clock: TestClock
) -> None:
    chat.works = False
    assert len(desk.look([REVOKED]).failed) == 1
    chat.works = True
    assert desk.look([REVOKED]).told == ()  # it waits a minute

    clock.advance(minutes=1)
    desk.look([REVOKED])

    assert chat.titles == ["Garage Ltd needs you"]


def test_what_was_over_before_anybody_heard_of_it_is_not_told(
    desk: AlertDesk, chat: Chat, clock: TestClock
) -> None:
    chat.works = False
    desk.look([REVOKED])
    chat.works = True
    clock.advance(minutes=1)

    desk.look([])

    assert chat.heard == []


def test_a_restart_neither_repeats_nor_forgets(
    book: AlertBook, chat: Chat, clock: TestClock
) -> None:
    channels = Channels([SecretStr(chat.url)])
    AlertDesk(book, channels, clock).look([REVOKED])
    book.note([REVOKED, STALE], clock.now())  # then the process dies before it can tell

    AlertDesk(book, channels, clock).look([REVOKED, STALE])

    assert chat.titles == ["Garage Ltd needs you", "Harbour is out of date"]


def test_a_reminder_is_in_the_words_of_today(desk: AlertDesk, chat: Chat, clock: TestClock) -> None:
    desk.look([REVOKED])
    clock.advance(days=1)

    desk.look([replace(REVOKED, sentence="The user who connected Garage Ltd was removed.")])

    assert "was removed" in chat.heard[-1][1]


def test_a_look_at_runs_leaves_alerts_about_connections_open(
    desk: AlertDesk, book: AlertBook
) -> None:
    desk.look([REVOKED])

    desk.look([], kinds=[Kind.RUN_FAILED])

    assert [alert.condition for alert in book.open_alerts()] == [REVOKED]


def test_without_a_channel_alerts_are_still_in_the_book(book: AlertBook, clock: TestClock) -> None:
    AlertDesk(book, Channels([]), clock).look([REVOKED])

    assert [alert.opened_at for alert in book.open_alerts()] == [NOW]


def test_a_url_of_no_known_service_is_named_by_its_place_and_not_shown() -> None:
    with pytest.raises(AlertUrlUnusable, match="URL number 2") as refused:
        Channels([SecretStr("json://localhost/"), SecretStr("pigeon://secret@post")])
    assert "secret" not in str(refused.value)


def test_no_part_of_a_channels_address_is_logged(
    book: AlertBook, chat: Chat, clock: TestClock, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        AlertDesk(book, Channels([SecretStr(f"{chat.url}secret/path")]), clock).look([REVOKED])

    assert chat.heard
    assert "secret/path" not in caplog.text


def test_urls_in_the_environment_are_separated_by_spaces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XERO_ALERT_URLS", "mailto://a:b@c?to=x@y,z@y  json://localhost/")

    urls = [url.get_secret_value() for url in Settings().alert_urls]

    assert urls == ["mailto://a:b@c?to=x@y,z@y", "json://localhost/"]
