"""State that an earlier version left is taken over."""

from __future__ import annotations

import sqlite3

import pytest

from xero_pipeline.connections import Cause, Connections, Status
from xero_pipeline.settings import Settings
from xero_pipeline_tests.connections.conftest import Person
from xero_pipeline_tests.xero.double import TestClock

_ADDED = ("status_cause", "degraded_endpoints", "is_demo_company")


@pytest.mark.parametrize(
    ("earlier", "status", "cause"),
    [
        ("connected", Status.HEALTHY, Cause.NONE),
        ("limited_access", Status.DEGRADED, Cause.ROLE_TOO_LOW),
        ("waiting", Status.RATE_LIMITED, Cause.DAILY_LIMIT),
        ("unreachable", Status.UNREACHABLE, Cause.XERO_UNAVAILABLE),
        ("misconfigured", Status.MISCONFIGURED, Cause.APP_MISCONFIGURED),
        ("needs_reconnect", Status.NEEDS_RECONNECT, Cause.ACCESS_REVOKED),
        ("disconnected", Status.NEEDS_RECONNECT, Cause.ORGANISATION_DISCONNECTED),
    ],
)
def test_the_words_for_a_state_become_todays(
    settings: Settings, clock: TestClock, earlier: str, status: Status, cause: Cause
) -> None:
    with Connections.open(settings, clock) as connections:
        Person().connect(connections)
    with sqlite3.connect(settings.home / "state.db") as database:
        for column in _ADDED:
            database.execute(f"ALTER TABLE connections DROP COLUMN {column}")
        database.execute("DROP TABLE removed_connections")
        database.execute("UPDATE connections SET status = ?", [earlier])
        database.execute("PRAGMA user_version = 2")
    with Connections.open(settings, clock) as connections:
        (now,) = connections.connections()
    assert (now.status, now.status_cause, now.degraded_endpoints) == (status, cause, ())
