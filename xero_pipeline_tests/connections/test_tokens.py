"""Tokens stay alive: refreshed ahead of expiry, once, and stored before they are used."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from xero_pipeline.connections import Connections, Purpose, Status
from xero_pipeline.connections.token_store import TokenStore
from xero_pipeline.sandbox.serve import RunningSandbox
from xero_pipeline.settings import Settings
from xero_pipeline.xero.errors import ConsentExpired, NeedsReconnect
from xero_pipeline.xero.tokens import TokenSet
from xero_pipeline_tests.connections.conftest import ACCOUNTANT, Person
from xero_pipeline_tests.postgres import on_both
from xero_pipeline_tests.xero.double import TestClock

pytestmark = on_both

Pass = Callable[[dt.timedelta], None]


@pytest.fixture
def let_pass(clock: TestClock, sandbox: RunningSandbox) -> Pass:
    """Time passes here and at Xero."""

    def both(time: dt.timedelta) -> None:
        clock.advance(seconds=time.total_seconds())
        sandbox.control.advance(time)

    return both


def refreshes(sandbox: RunningSandbox) -> int:
    return len([call for call in sandbox.control.requests() if call["path"] == "/connect/token"])


def read(connections: Connections, organisation: str = "Agency Ltd") -> str:
    with connections.client(organisation) as client:
        return client.organisation().name


@pytest.fixture
def agency(connections: Connections, person: Person, sandbox: RunningSandbox) -> Connections:
    person.connect(connections)
    sandbox.control.clear_requests()
    return connections


def test_a_good_token_is_used_as_it_is(agency: Connections, sandbox: RunningSandbox) -> None:
    for _ in range(3):
        assert read(agency) == "Agency Ltd"
    assert refreshes(sandbox) == 0


def test_a_token_is_refreshed_before_it_expires(
    agency: Connections, sandbox: RunningSandbox, let_pass: Pass
) -> None:
    let_pass(dt.timedelta(minutes=28))
    read(agency)
    read(agency)
    assert refreshes(sandbox) == 1
    answers = [c["status"] for c in sandbox.control.requests() if "Organisation" in c["path"]]
    assert answers == [200, 200]


def test_the_refreshed_tokens_are_there_for_the_next_process(
    agency: Connections,
    sandbox: RunningSandbox,
    let_pass: Pass,
    settings: Settings,
    clock: TestClock,
) -> None:
    let_pass(dt.timedelta(minutes=40))
    read(agency)
    let_pass(dt.timedelta(minutes=40))
    with Connections.open(settings, clock) as next_process:
        read(next_process)
    # Xero forgives a spent refresh token for 30 minutes only: the new one was stored.
    let_pass(dt.timedelta(minutes=40))
    read(agency)
    assert refreshes(sandbox) == 3


def test_many_at_once_refresh_once(
    agency: Connections,
    sandbox: RunningSandbox,
    let_pass: Pass,
    settings: Settings,
    clock: TestClock,
) -> None:
    let_pass(dt.timedelta(minutes=40))
    with ExitStack() as stack:
        opened = [stack.enter_context(Connections.open(settings, clock)) for _ in range(4)]
        with ThreadPoolExecutor(8) as pool:
            names = list(pool.map(read, opened * 2))
    assert names == ["Agency Ltd"] * 8
    assert refreshes(sandbox) == 1


def test_a_token_that_dies_on_the_way_is_renewed_and_the_answer_comes(
    agency: Connections, sandbox: RunningSandbox
) -> None:
    sandbox.control.advance(dt.timedelta(minutes=31))  # our clock is behind
    assert read(agency) == "Agency Ltd"
    assert refreshes(sandbox) == 1


def test_organisations_of_one_user_share_their_tokens(
    connections: Connections, person: Person, sandbox: RunningSandbox, let_pass: Pass
) -> None:
    for book in ("cafe", "garage"):
        sandbox.control.consent([book], user=ACCOUNTANT)
        person.connect(connections, "Clients", Purpose.CLIENT)
    let_pass(dt.timedelta(minutes=40))
    sandbox.control.clear_requests()
    assert read(connections, "Cafe Ltd") == "Cafe Ltd"
    assert read(connections, "Garage Ltd") == "Garage Ltd"
    assert refreshes(sandbox) == 1


def test_sixty_idle_days_need_a_person_and_xero_is_asked_once(
    agency: Connections, sandbox: RunningSandbox, let_pass: Pass
) -> None:
    let_pass(dt.timedelta(days=61))
    for _ in range(2):
        with pytest.raises(NeedsReconnect, match="'Agency Ltd'"):
            read(agency)
    assert refreshes(sandbox) == 1
    (now,) = agency.connections()
    assert now.status is Status.NEEDS_RECONNECT
    assert not now.may_sync
    assert "60 days" in now.status_reason
    assert "reconnect" in now.next_step


def test_one_sign_in_brings_all_organisations_of_the_user_back(
    connections: Connections, person: Person, sandbox: RunningSandbox, let_pass: Pass
) -> None:
    for book in ("cafe", "garage"):
        sandbox.control.consent([book], user=ACCOUNTANT)
        person.connect(connections, "Clients", Purpose.CLIENT)
    let_pass(dt.timedelta(days=61))
    with pytest.raises(NeedsReconnect):
        read(connections, "Cafe Ltd")
    cafe, garage = connections.connections()
    assert cafe.status is garage.status is Status.NEEDS_RECONNECT
    assert "Cafe Ltd" not in garage.status_reason
    person.reconnect(connections, "Garage Ltd")
    assert {each.status for each in connections.connections()} == {Status.HEALTHY}
    assert read(connections, "Cafe Ltd") == "Cafe Ltd"


# --- dying between Xero's answer and the store ----------------------------------------------------


class Killed(BaseException):
    """Nothing after this happens."""


def test_new_tokens_are_stored_before_they_are_used(
    agency: Connections,
    sandbox: RunningSandbox,
    let_pass: Pass,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    let_pass(dt.timedelta(minutes=40))

    def dies(store: TokenStore, client_id: str, tokens: TokenSet) -> None:
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(TokenStore, "save", dies)
        read(agency)
    assert [call["path"] for call in sandbox.control.requests()] == ["/connect/token"]


@pytest.mark.parametrize(("minutes", "survives"), [(29, True), (31, False)])
def test_who_dies_before_storing_lives_on_with_the_old_token_for_half_an_hour(
    *,
    agency: Connections,
    let_pass: Pass,
    settings: Settings,
    clock: TestClock,
    monkeypatch: pytest.MonkeyPatch,
    minutes: int,
    survives: bool,
) -> None:
    let_pass(dt.timedelta(minutes=40))

    def dies(store: TokenStore, client_id: str, tokens: TokenSet) -> None:
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(TokenStore, "save", dies)
        read(agency)
    let_pass(dt.timedelta(minutes=minutes))

    with Connections.open(settings, clock) as next_process:
        if survives:
            assert read(next_process) == "Agency Ltd"
        else:
            with pytest.raises(NeedsReconnect):
                read(next_process)


# --- idle connections -----------------------------------------------------------------------------


def test_a_connection_says_when_its_sign_in_ends(
    agency: Connections, clock: TestClock, let_pass: Pass
) -> None:
    assert agency.find("Agency Ltd").expires_at == clock.now() + dt.timedelta(days=60)
    let_pass(dt.timedelta(days=50))
    assert agency.find("Agency Ltd").expires_at == clock.now() + dt.timedelta(days=10)
    read(agency)
    assert agency.find("Agency Ltd").expires_at == clock.now() + dt.timedelta(days=60)


def test_an_idle_sign_in_is_refreshed_once_in_twenty_days_and_so_never_ends(
    agency: Connections, sandbox: RunningSandbox, let_pass: Pass
) -> None:
    for _ in range(70):
        let_pass(dt.timedelta(days=1))
        assert agency.keep_alive().failed == ()

    assert refreshes(sandbox) == 3  # on the days 21, 42 and 63
    assert read(agency) == "Agency Ltd"


def test_organisations_of_one_user_are_kept_alive_together(
    connections: Connections, person: Person, sandbox: RunningSandbox, let_pass: Pass
) -> None:
    for book in ("cafe", "garage"):
        sandbox.control.consent([book], user=ACCOUNTANT)
        person.connect(connections, "Clients", Purpose.CLIENT)
    let_pass(dt.timedelta(days=21))
    sandbox.control.clear_requests()

    assert connections.keep_alive().refreshed == 1
    assert refreshes(sandbox) == 1


def test_a_sign_in_that_is_dead_is_recorded_and_does_not_stop_the_others(
    connections: Connections, person: Person, sandbox: RunningSandbox, let_pass: Pass
) -> None:
    person.connect(connections)
    let_pass(dt.timedelta(days=50))
    sandbox.control.consent(["cafe"], user=ACCOUNTANT)
    person.connect(connections, "Clients", Purpose.CLIENT)
    let_pass(dt.timedelta(days=25))

    kept = connections.keep_alive()

    assert kept.refreshed == 1
    assert [type(error) for error in kept.failed] == [ConsentExpired]
    assert connections.find("Agency Ltd").status is Status.NEEDS_RECONNECT
    assert connections.keep_alive().failed == ()  # not asked again
