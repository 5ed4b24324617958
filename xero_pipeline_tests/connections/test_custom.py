"""A custom connection: an app for one organisation, to which nobody signs in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from xero_pipeline.connections import Connection, Connections, Purpose
from xero_pipeline.sandbox.serve import RunningSandbox
from xero_pipeline.xero.errors import AppMisconfigured
from xero_pipeline_tests.connections.conftest import Person, settings_of
from xero_pipeline_tests.xero.double import TestClock


@pytest.fixture
def connections(sandbox: RunningSandbox, tmp_path: Path, clock: TestClock) -> Iterator[Connections]:
    app = next(each for each in sandbox.apps if each.custom_connection)
    settings = settings_of(
        sandbox, tmp_path, client_id=app.client_id, client_secret=app.client_secret
    )
    with Connections.open(settings, clock) as opened:
        yield opened


def connect(connections: Connections, person: Person) -> Connection:
    return connections.connect(
        "Studio",
        Purpose.AGENCY,
        open_browser=None,
        choose=person.choose,
        confirm=person.confirm,
    )


def test_its_one_organisation_is_shown_and_connected_without_a_browser(
    connections: Connections, person: Person
) -> None:
    made = connect(connections, person)

    assert [shown.name for shown in person.was_shown] == ["Agency Ltd"]
    assert (made.organisation_name, made.connected_by) == ("Agency Ltd", "custom connection")
    assert made.is_custom
    assert made.expires_at is None
    assert connections.check("Agency Ltd").organisation_name == "Agency Ltd"


def test_a_new_token_is_asked_for_before_one_runs_out(
    connections: Connections, person: Person, sandbox: RunningSandbox, clock: TestClock
) -> None:
    connect(connections, person)
    sandbox.control.clear_requests()
    for days in (0, 90):
        clock.advance(days=days, minutes=40)
        sandbox.control.advance(dt.timedelta(days=days, minutes=40))
        connections.check("Agency Ltd")

    paths = [call["path"] for call in sandbox.control.requests()]
    assert paths.count("/connect/token") == 2


def test_nothing_has_to_be_kept_alive(
    connections: Connections, person: Person, sandbox: RunningSandbox, clock: TestClock
) -> None:
    connect(connections, person)
    clock.advance(days=70)
    sandbox.control.clear_requests()

    kept = connections.keep_alive()

    assert (kept.refreshed, kept.failed) == (0, ())
    assert sandbox.control.requests() == []


def test_reconnecting_needs_no_browser_either(connections: Connections, person: Person) -> None:
    connect(connections, person)
    assert person.reconnect(connections, "Agency Ltd").is_custom
    assert person.was_sent_to == []


def test_an_app_of_another_kind_is_refused(
    sandbox: RunningSandbox, tmp_path: Path, clock: TestClock, person: Person
) -> None:
    settings = settings_of(sandbox, tmp_path)
    with (
        Connections.open(settings, clock) as connections,
        pytest.raises(AppMisconfigured, match="not for this kind of sign-in"),
    ):
        connect(connections, person)


def test_an_app_without_a_secret_cannot_be_one(
    sandbox: RunningSandbox, tmp_path: Path, clock: TestClock, person: Person
) -> None:
    settings = settings_of(sandbox, tmp_path, client_secret=None)
    with (
        Connections.open(settings, clock) as connections,
        pytest.raises(AppMisconfigured, match="XERO_CLIENT_SECRET is not set"),
    ):
        connect(connections, person)
