"""From `connect` to a saved connection, by the real sign-in."""

from __future__ import annotations

import socket
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from xero_pipeline.connections import Connections, Purpose, Status
from xero_pipeline.connections.errors import (
    HomeUnusable,
    InAnotherWorkspace,
    NoOrganisation,
    NotConfirmed,
    OtherOrganisationChosen,
    PurposeMismatch,
    SecondAgencyOrganisation,
    UnknownOrganisation,
)
from xero_pipeline.connections.model import MonitoredAccount
from xero_pipeline.sandbox.serve import RunningSandbox
from xero_pipeline.settings import Settings
from xero_pipeline.xero.errors import (
    AppMisconfigured,
    CallbackUnavailable,
    ConsentDenied,
    ConsentTimedOut,
    StateMismatch,
)
from xero_pipeline_tests.connections.conftest import (
    ACCOUNTANT,
    NOW,
    OWNER,
    Person,
    settings_of,
)
from xero_pipeline_tests.postgres import on_both
from xero_pipeline_tests.xero.double import TestClock


@on_both
def test_a_connection_shows_who_it_is_and_who_made_it(
    connections: Connections, person: Person, sandbox: RunningSandbox
) -> None:
    person.connect(connections)
    (made,) = connections.connections()
    assert (made.workspace, made.purpose) == ("Studio", Purpose.AGENCY)
    assert made.organisation_name == "Agency Ltd"
    assert made.organisation_id == sandbox.control.tenant_id("agency")
    assert (made.country, made.base_currency) == ("NZ", "NZD")
    assert (made.short_code, made.timezone) == ("!agency", "NEWZEALANDSTANDARDTIME")
    assert made.connected_by == f"Olga Lowe <{OWNER}>"
    assert made.connected_at == NOW
    assert (made.status, made.status_reason, made.next_step) == (Status.HEALTHY, "", "")
    assert made.last_sync_at is None
    assert "accounting.invoices.read" in made.scopes


def test_nothing_is_saved_unless_the_organisation_shown_is_confirmed(
    connections: Connections, person: Person
) -> None:
    person.confirms = False
    with pytest.raises(NotConfirmed, match="Agency Ltd"):
        person.connect(connections)
    (shown,) = person.was_shown
    assert (shown.name, shown.country_code, shown.base_currency) == ("Agency Ltd", "NZ", "NZD")
    assert connections.connections() == []


def test_a_single_organisation_is_not_asked_for(connections: Connections, person: Person) -> None:
    person.connect(connections)
    assert person.was_offered == []


def test_several_organisations_are_asked_for_and_never_guessed(
    connections: Connections, person: Person, sandbox: RunningSandbox
) -> None:
    sandbox.control.consent(["agency", "cafe"], user=ACCOUNTANT)
    person.chooses = "Cafe Ltd"
    assert person.connect(connections).organisation_name == "Cafe Ltd"
    assert sorted(person.was_offered) == ["Agency Ltd", "Cafe Ltd"]
    assert len(connections.connections()) == 1


def test_the_organisation_can_be_named(
    connections: Connections, person: Person, sandbox: RunningSandbox
) -> None:
    sandbox.control.consent(["agency", "cafe"], user=ACCOUNTANT)
    assert person.connect(connections, organisation="cafe ltd").organisation_name == "Cafe Ltd"
    assert person.was_offered == []


def test_an_unknown_name_is_refused_with_the_names_there_are(
    connections: Connections, person: Person, sandbox: RunningSandbox
) -> None:
    sandbox.control.consent(["agency", "cafe"], user=ACCOUNTANT)
    with pytest.raises(UnknownOrganisation, match=r"'Bakery'.*'Agency Ltd', 'Cafe Ltd'"):
        person.connect(connections, organisation="Bakery")
    assert connections.connections() == []


def test_only_organisations_of_this_consent_are_offered(
    connections: Connections, person: Person, sandbox: RunningSandbox
) -> None:
    sandbox.control.consent(["cafe"], user=ACCOUNTANT)
    person.connect(connections, "Clients", Purpose.CLIENT)
    sandbox.control.consent(["garage"], user=ACCOUNTANT)
    made = person.connect(connections, "Clients", Purpose.CLIENT)
    assert made.organisation_name == "Garage Ltd"
    assert person.was_offered == []


def test_a_consent_without_organisation_is_said_so(
    connections: Connections, person: Person, sandbox: RunningSandbox
) -> None:
    sandbox.control.consent([], user=OWNER)
    with pytest.raises(NoOrganisation, match="no organisation"):
        person.connect(connections)


def test_an_agency_workspace_takes_one_organisation(
    connections: Connections, person: Person, sandbox: RunningSandbox
) -> None:
    person.connect(connections)
    sandbox.control.consent(["cafe"], user=ACCOUNTANT)
    with pytest.raises(SecondAgencyOrganisation, match=r"'Studio'.*'Agency Ltd'.*'Cafe Ltd'"):
        person.connect(connections)
    assert [each.organisation_name for each in connections.connections()] == ["Agency Ltd"]


@on_both
def test_a_client_workspace_takes_several(
    connections: Connections, person: Person, sandbox: RunningSandbox
) -> None:
    for book in ("cafe", "garage"):
        sandbox.control.consent([book], user=ACCOUNTANT)
        person.connect(connections, "Clients", Purpose.CLIENT)
    names = [each.organisation_name for each in connections.connections()]
    assert names == ["Cafe Ltd", "Garage Ltd"]


def test_a_workspace_keeps_its_purpose_and_says_so_before_anybody_signs_in(
    connections: Connections, person: Person
) -> None:
    person.connect(connections)
    with pytest.raises(PurposeMismatch, match=r"agency's own books.*--purpose agency"):
        Person().connect(connections, "Studio", Purpose.CLIENT)
    assert len(person.was_sent_to) == 1


def test_an_organisation_is_in_one_workspace(connections: Connections, person: Person) -> None:
    person.connect(connections)
    with pytest.raises(InAnotherWorkspace, match=r"'Agency Ltd'.*'Studio'"):
        person.connect(connections, "Another")


@on_both
def test_connecting_again_keeps_what_belongs_to_the_organisation(
    connections: Connections, person: Person
) -> None:
    made = person.connect(connections)
    connections.record_sync(made.organisation_id)
    connections.monitor_accounts("Agency Ltd", [MonitoredAccount("a-1", "429", "General")])
    again = person.reconnect(connections, "Agency Ltd")
    assert again.last_sync_at == NOW
    assert [each.code for each in connections.monitored_accounts("Agency Ltd")] == ["429"]
    assert len(connections.connections()) == 1


def test_reconnecting_takes_no_other_organisation(
    connections: Connections, person: Person, sandbox: RunningSandbox
) -> None:
    person.connect(connections)
    sandbox.control.consent(["cafe"], user=ACCOUNTANT)
    with pytest.raises(OtherOrganisationChosen, match=r"'Agency Ltd'.*'Cafe Ltd'"):
        person.reconnect(connections, "Agency Ltd")


def test_an_app_without_a_secret_connects_by_pkce(
    sandbox: RunningSandbox, tmp_path: Path, clock: TestClock, person: Person
) -> None:
    pkce = settings_of(sandbox, tmp_path, client_id=sandbox.apps[1].client_id, client_secret=None)
    with Connections.open(pkce, clock) as connections:
        person.connect(connections)
        assert connections.check("Agency Ltd").status is Status.HEALTHY
    assert "code_challenge" in parse_qs(urlsplit(person.was_sent_to[0]).query)


@pytest.mark.parametrize(
    "wrong", [{"client_id": "NOT-AN-APP"}, {"client_secret": "not-the-secret"}]
)
def test_a_wrong_id_or_secret_is_said_before_anybody_signs_in(
    sandbox: RunningSandbox, tmp_path: Path, clock: TestClock, wrong: dict[str, str]
) -> None:
    person = Person()
    with (
        Connections.open(settings_of(sandbox, tmp_path, **wrong), clock) as connections,
        pytest.raises(AppMisconfigured, match="XERO_CLIENT_ID") as refused,
    ):
        person.connect(connections)
    assert person.was_sent_to == []
    assert "not-the-secret" not in str(refused.value)


def test_denied_consent_connects_nothing(
    connections: Connections, person: Person, sandbox: RunningSandbox
) -> None:
    sandbox.control.consent(["agency"], decision="deny")
    with pytest.raises(ConsentDenied, match="nothing was connected"):
        person.connect(connections)
    assert connections.connections() == []


def test_an_answer_to_another_sign_in_is_refused(connections: Connections) -> None:
    def forged(url: str) -> None:
        requests.get(url.replace("state=", "state=forged"), timeout=10)

    with pytest.raises(StateMismatch):
        Person(opens=forged).connect(connections)
    assert connections.connections() == []


def test_nobody_at_the_browser_is_waited_for_so_long(connections: Connections) -> None:
    with pytest.raises(ConsentTimedOut, match="XERO_REDIRECT_URI"):
        connections.connect(
            "Studio",
            Purpose.AGENCY,
            open_browser=lambda url: None,
            choose=Person().choose,
            confirm=Person().confirm,
            seconds=0,
        )


def test_a_taken_port_is_said_before_anybody_signs_in(
    connections: Connections, settings: Settings, person: Person
) -> None:
    port = urlsplit(settings.redirect_uri).port
    assert port is not None
    with (
        socket.create_server(("127.0.0.1", port)),
        pytest.raises(CallbackUnavailable, match=str(port)),
    ):
        person.connect(connections)
    assert person.was_sent_to == []


def test_a_home_that_is_no_folder_is_named(sandbox: RunningSandbox, tmp_path: Path) -> None:
    occupied = tmp_path / "home"
    occupied.write_text("a file")
    with pytest.raises(HomeUnusable, match=rf"{occupied}.*XERO_PIPELINE_HOME"):
        Connections.open(settings_of(sandbox, occupied))


def test_a_home_with_a_broken_state_file_is_named(sandbox: RunningSandbox, tmp_path: Path) -> None:
    (tmp_path / "state.db").write_bytes(b"this is not a database, " * 50)
    with pytest.raises(HomeUnusable, match=r"state.db"):
        Connections.open(settings_of(sandbox, tmp_path))
