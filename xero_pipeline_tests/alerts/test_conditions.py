"""What is worth an alert."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from xero_pipeline.alerts import Condition, Kind, Thresholds, conditions
from xero_pipeline.connections import Connection, Purpose, Status

NOW = datetime(2026, 4, 1, 10, 0, tzinfo=UTC)
HEALTHY = Connection(
    workspace="Garage",
    purpose=Purpose.CLIENT,
    organisation_id="id-of-garage",
    organisation_key="garage-ltd",
    xero_organisation_id="id-of-garage",
    organisation_name="Garage Ltd",
    country="NZ",
    base_currency="NZD",
    short_code="!g",
    timezone="NEWZEALANDSTANDARDTIME",
    connected_by="Ada Lowe <ada@harbour.example>",
    connected_at=NOW - timedelta(days=30),
    status=Status.HEALTHY,
    status_reason="",
    next_step="",
    resume_at=None,
    last_sync_at=NOW - timedelta(hours=1),
    scopes=(),
)
REVOKED = replace(
    HEALTHY,
    status=Status.NEEDS_RECONNECT,
    status_reason="Access to Garage Ltd was revoked in Xero.",
    next_step="Run: xero-pipeline connections reconnect garage-ltd",
    last_sync_at=NOW - timedelta(days=9),
)


def found(connection: Connection, calls: int = 0) -> list[Condition]:
    return conditions([connection], {"id-of-garage": calls}, 1000, NOW, Thresholds())


def test_a_healthy_connection_is_worth_none() -> None:
    assert found(HEALTHY) == []


def test_who_must_act_is_told_what_why_whose_and_how() -> None:
    [alert] = found(REVOKED)

    assert alert.kind is Kind.CONNECTION
    assert alert.sentence == (
        "Access to Garage Ltd was revoked in Xero. "
        "Workspace Garage, connected by Ada Lowe <ada@harbour.example>."
    )
    assert alert.fix == "Run: xero-pipeline connections reconnect garage-ltd"


@pytest.mark.parametrize(("hours", "is_stale"), [(25, False), (26, False), (27, True)])
def test_books_are_stale_after_26_hours(hours: int, is_stale: bool) -> None:
    last = replace(HEALTHY, last_sync_at=NOW - timedelta(hours=hours))

    assert [each.kind for each in found(last)] == ([Kind.STALE] if is_stale else [])


def test_books_that_were_never_read_are_stale_a_day_after_connecting() -> None:
    [alert] = found(replace(HEALTHY, last_sync_at=None))

    assert alert.kind is Kind.STALE
    assert "has never been read" in alert.sentence


def test_a_reason_that_is_known_stands_in_the_alert_about_stale_books() -> None:
    offline = "The organisation is offline."
    [alert] = found(
        replace(
            HEALTHY,
            status=Status.UNREACHABLE,
            status_reason=offline,
            last_sync_at=NOW - timedelta(days=2),
        )
    )

    assert alert.kind is Kind.STALE
    assert offline in alert.sentence


@pytest.mark.parametrize(("calls", "kinds"), [(899, []), (900, [Kind.BUDGET])])
def test_nine_tenths_of_the_days_calls_are_worth_an_alert(calls: int, kinds: list[Kind]) -> None:
    assert [each.kind for each in found(HEALTHY, calls)] == kinds
