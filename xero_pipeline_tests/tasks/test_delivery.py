"""Events of client tasks on their way to a receiver that takes them, or does not."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from xero_pipeline.settings import Settings
from xero_pipeline.tasks import delivery
from xero_pipeline.tasks.delivery import Courier, Delivered, PublishedEvents, deliver_events
from xero_pipeline.tasks.delivery_progress import DeliveryProgress
from xero_pipeline.tasks.errors import DeliveryUnusable
from xero_pipeline.warehouse import open_warehouse, read_published
from xero_pipeline_tests.tasks.receiver import HANG_UP, Receiver, receiving
from xero_pipeline_tests.xero.double import TestClock

CAFE, GARAGE = (f"{n}0000000-0000-4000-8000-000000000000" for n in (1, 2))
NOON = dt.datetime(2026, 4, 1, 12, 0)
KEY = "whsec_" + base64.b64encode(b"a key that both know").decode()


@dataclass
class Desk:
    """A home with published events, and somebody who wants them."""

    settings: Settings
    receiver: Receiver
    clock: TestClock

    def happens(self, organisation: str, *sequences: int) -> None:
        with open_warehouse(self.settings.published_database) as connection:
            connection.execute("create schema if not exists marts")
            connection.execute(
                "create table if not exists marts.client_task_events "
                "(organisation_id uuid, sequence bigint, event_id uuid, event varchar, "
                "occurred_at timestamp)"
            )
            connection.executemany(
                "insert into marts.client_task_events values (?, ?, ?, 'created', ?)",
                [
                    (organisation, n, str(uuid.uuid5(uuid.UUID(organisation), str(n))), NOON)
                    for n in sequences
                ],
            )

    def deliver(self) -> Delivered:
        return deliver_events(self.settings, self.clock)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with receiving() as receiver:
        settings = Settings.model_validate(
            {
                "home": tmp_path,
                "task_webhook_url": receiver.url.replace("//", "//ada:secret@") + "?token=hidden",
                "task_webhook_secret": KEY,
            }
        )
        yield Desk(settings, receiver, TestClock())


def test_events_come_in_order_and_once_each(desk: Desk) -> None:
    desk.happens(CAFE, 1, 2, 3)
    assert desk.deliver() == Delivered(events=3, posts=1)
    desk.happens(CAFE, 4)
    assert desk.deliver() == Delivered(events=1, posts=1)
    assert desk.deliver() == Delivered()
    assert desk.receiver.sequences() == [1, 2, 3, 4]


def test_a_post_holds_a_limited_number_of_one_organisations_events(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "EVENTS_A_POST", 2)
    desk.happens(CAFE, 1, 2, 3)
    desk.happens(GARAGE, 1)
    assert desk.deliver() == Delivered(events=4, posts=3)
    bodies = [json.loads(body)["data"] for _, body in desk.receiver.requests]
    assert [(b["organisation_id"], len(b["events"])) for b in bodies] == [
        (CAFE, 2),
        (CAFE, 1),
        (GARAGE, 1),
    ]


def test_the_receiver_can_tell_who_sent_what_and_when(desk: Desk) -> None:
    desk.happens(CAFE, 1)
    desk.deliver()
    ((headers, body),) = desk.receiver.requests
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = hmac.new(b"a key that both know", signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()
    assert int(headers["webhook-timestamp"]) == int(desk.clock.now().timestamp())
    message = json.loads(body)
    assert message["type"] == "client_task.events"
    assert message["data"]["events"][0]["occurred_at"] == "2026-04-01T12:00:00Z"


@pytest.mark.parametrize("answer", [500, 404, 302, HANG_UP])
def test_what_was_not_taken_is_sent_again_under_the_same_id(desk: Desk, answer: int) -> None:
    desk.happens(CAFE, 1, 2)
    desk.receiver.answers = [answer]
    assert set(desk.deliver().failures) == {CAFE}
    assert desk.deliver().events == 0, "a minute has not passed"
    desk.clock.advance(minutes=1)
    assert desk.deliver() == Delivered(events=2, posts=1)
    first, second = (headers["webhook-id"] for headers, _ in desk.receiver.requests)
    assert first == second
    assert desk.receiver.sequences() == [1, 2]


def test_a_receiver_that_does_not_answer_in_time_gets_them_again(desk: Desk) -> None:
    desk.happens(CAFE, 1)
    subscriber = delivery.subscriber_of(desk.settings)
    assert subscriber is not None
    with (
        closing(DeliveryProgress.open(desk.settings, subscriber.name)) as progress,
        read_published(desk.settings.published_database) as published,
        desk.receiver.silence(),
    ):
        courier = Courier(subscriber, progress, desk.clock, answer_seconds=0.1)
        late = courier.round(PublishedEvents(published))
    assert late.failures == {CAFE: "no answer in time"}
    desk.clock.advance(minutes=1)
    assert desk.deliver().events == 1


def test_waits_grow_to_an_hour(desk: Desk) -> None:
    desk.happens(CAFE, 1)
    desk.receiver.answers = [400] * 9
    for minutes in (1, 2, 4, 8, 16, 32, 60, 60):
        assert len(desk.deliver().failures) == 1
        tried = len(desk.receiver.requests)
        desk.clock.advance(minutes=minutes, seconds=-1)
        desk.deliver()
        assert len(desk.receiver.requests) == tried, "too early"
        desk.clock.advance(seconds=1)
    desk.deliver()
    assert len(desk.receiver.requests) == 9


def test_one_that_wants_no_more_is_asked_once_a_day(desk: Desk) -> None:
    desk.happens(CAFE, 1)
    desk.receiver.answers = [410]
    assert desk.deliver().failures == {CAFE: "HTTP 410: it wants no more events"}
    desk.clock.advance(hours=23)
    assert desk.deliver().events == 0
    desk.clock.advance(hours=1)
    assert desk.deliver().events == 1


def test_events_that_one_organisation_cannot_get_rid_of_hold_up_no_other(desk: Desk) -> None:
    desk.happens(CAFE, 1)
    desk.happens(GARAGE, 1)
    desk.receiver.answers = [400]
    assert desk.deliver() == Delivered(1, 1, {CAFE: "HTTP 400"}, is_complete=False)


def test_a_receiver_that_is_down_is_tried_once_a_round(desk: Desk) -> None:
    desk.happens(CAFE, 1)
    desk.happens(GARAGE, 1)
    desk.receiver.answers = [503, 503]
    desk.deliver()
    assert len(desk.receiver.requests) == 1


def test_a_redirect_is_not_followed(desk: Desk) -> None:
    desk.happens(CAFE, 1)
    desk.receiver.answers = [307]
    desk.deliver()
    assert len(desk.receiver.requests) == 1


def test_killed_after_sending_and_before_noting_it_sends_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def dies(*args: object) -> None:
        raise Killed

    desk.happens(CAFE, 1)
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(DeliveryProgress, "advance", dies)
        desk.deliver()
    assert desk.deliver().events == 1
    first, again = desk.receiver.taken
    assert first["event_id"] == again["event_id"]


def test_nothing_secret_is_kept_of_the_address(desk: Desk) -> None:
    subscriber = delivery.subscriber_of(desk.settings)
    assert subscriber is not None
    assert subscriber.name == desk.receiver.url
    assert "secret" not in repr(subscriber)


def test_without_a_secret_nothing_is_sent(desk: Desk) -> None:
    desk.happens(CAFE, 1)
    unsigned = desk.settings.model_copy(update={"task_webhook_secret": None})
    with pytest.raises(DeliveryUnusable, match="XERO_TASK_WEBHOOK_SECRET is not"):
        deliver_events(unsigned, desk.clock)
    damaged = desk.settings.model_copy(update={"task_webhook_secret": SecretStr("whsec_?")})
    with pytest.raises(DeliveryUnusable, match="no base64"):
        deliver_events(damaged, desk.clock)
    assert desk.receiver.requests == []
