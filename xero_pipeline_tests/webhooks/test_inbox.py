"""Events wait in the state database, each one once, with numbers that only grow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from xero_pipeline.settings import Settings
from xero_pipeline.webhooks import Inbox
from xero_pipeline.webhooks.delivery import Event
from xero_pipeline_tests.postgres import on_both
from xero_pipeline_tests.webhooks.conftest import event

pytestmark = on_both

NOW = datetime(2026, 4, 1, 10, 0, tzinfo=UTC)


def changed(organisation: str, resource: str) -> Event:
    return Event.model_validate(event(organisation, resourceId=resource))


def test_what_was_seen_is_no_news(inbox: Inbox) -> None:
    inbox.store([changed("harbour", "inv-1")], NOW)
    seen = inbox.news()["harbour"].last_event

    assert inbox.news(seen) == {}
    inbox.store([changed("harbour", "inv-2")], NOW)
    assert inbox.news(seen)["harbour"].events == 1


def test_numbers_are_not_used_again_after_old_events_were_forgotten(inbox: Inbox) -> None:
    inbox.store([changed("harbour", "inv-1")], NOW - timedelta(days=40))
    first = inbox.news()["harbour"].last_event

    assert inbox.forget(before=NOW - timedelta(days=31)) == 1
    inbox.store([changed("harbour", "inv-2")], NOW)

    assert inbox.news()["harbour"].last_event > first


def test_another_process_finds_what_was_stored(inbox: Inbox, settings: Settings) -> None:
    inbox.store([changed("harbour", "inv-1")], NOW)

    elsewhere = Inbox.open(settings)

    assert elsewhere.news()["harbour"].received_at == NOW
    elsewhere.close()
