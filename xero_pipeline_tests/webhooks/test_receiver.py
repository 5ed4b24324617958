"""What the receiver answers to Xero, to forgers and to a full disk."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import pytest

from xero_pipeline.connections.errors import HomeUnusable
from xero_pipeline.settings import Settings
from xero_pipeline.webhooks import Inbox
from xero_pipeline.webhooks.delivery import Event
from xero_pipeline.webhooks.errors import NoWebhookKey
from xero_pipeline.webhooks.serve import serve
from xero_pipeline_tests.webhooks.conftest import Endpoint, delivery, event

HARBOUR, GARAGE = "harbour", "garage"


def test_a_signed_delivery_is_stored_and_answered_without_a_body(endpoint: Endpoint) -> None:
    answer = endpoint.post(delivery(event(HARBOUR)))

    assert (answer.status_code, answer.content, len(answer.cookies)) == (200, b"", 0)
    assert endpoint.inbox.news()[HARBOUR].events == 1


def test_xeros_check_of_the_address_passes_when_signed_and_fails_when_not(
    endpoint: Endpoint,
) -> None:
    nothing_yet = b'{"events":[],"lastEventSequence":0,"firstEventSequence":0,"entropy":"ABC"}'

    assert endpoint.post(nothing_yet).status_code == 200
    assert endpoint.post(nothing_yet, signature="bm90IHNpZ25lZA==").status_code == 401
    assert not endpoint.inbox.news()


@pytest.mark.parametrize("signature", ["", "bm90IHNpZ25lZA==", "not base64"])
def test_nothing_unsigned_is_stored(endpoint: Endpoint, signature: str) -> None:
    assert endpoint.post(delivery(event(HARBOUR)), signature).status_code == 401
    assert not endpoint.inbox.news()


def test_one_changed_byte_breaks_the_signature(endpoint: Endpoint) -> None:
    body = delivery(event(HARBOUR))
    signature = endpoint.post(body).request.headers["x-xero-signature"]

    changed = endpoint.post(body.replace(b"harbour", b"harbouR"), signature)

    assert changed.status_code == 401


def test_an_event_delivered_again_is_stored_once(endpoint: Endpoint) -> None:
    for _ in range(3):
        assert endpoint.post(delivery(event(HARBOUR))).status_code == 200

    assert endpoint.inbox.news()[HARBOUR].events == 1


def test_events_are_counted_by_organisation(endpoint: Endpoint) -> None:
    endpoint.post(
        delivery(
            event(HARBOUR, resourceId="inv-1"),
            event(GARAGE, resourceId="inv-2"),
            event(HARBOUR, resourceId="inv-3"),
        )
    )

    news = endpoint.inbox.news()
    assert {organisation: each.events for organisation, each in news.items()} == {
        HARBOUR: 2,
        GARAGE: 1,
    }


def test_a_category_that_xero_adds_later_is_taken_in(endpoint: Endpoint) -> None:
    answer = endpoint.post(delivery(event(HARBOUR, eventCategory="OVERPAYMENT", added="later")))

    assert answer.status_code == 200
    assert endpoint.inbox.news()[HARBOUR].events == 1


def test_events_about_the_apps_subscriptions_are_no_news_of_an_organisation(
    endpoint: Endpoint,
) -> None:
    about_the_app = event("the-app", tenantType="APPLICATION", eventCategory="SUBSCRIPTION")

    assert endpoint.post(delivery(about_the_app)).status_code == 200
    assert not endpoint.inbox.news()


def test_a_signed_body_of_another_form_is_refused(endpoint: Endpoint) -> None:
    assert endpoint.post(b'{"events": "none"}').status_code == 400


def test_a_body_larger_than_xero_sends_is_refused(endpoint: Endpoint) -> None:
    assert endpoint.post(b" " * 1_000_001).status_code == 413


def test_what_cannot_be_stored_is_not_acknowledged(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(self: Inbox, events: Iterable[Event], received_at: datetime) -> None:
        raise HomeUnusable(Path("state.db"), "database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(Inbox, "store", full_disk)
        assert endpoint.post(delivery(event(HARBOUR))).status_code == 503
    assert endpoint.post(delivery(event(HARBOUR))).status_code == 200


def test_without_a_signing_key_the_receiver_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(NoWebhookKey, match="XERO_WEBHOOK_KEY is not set"):
        serve(Settings(home=tmp_path), "127.0.0.1", 0)
