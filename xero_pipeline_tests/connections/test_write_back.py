"""Who may write to Xero: a client's books with consent to it, an agency's own never."""

from __future__ import annotations

import pytest
import requests
from pydantic import SecretStr

from xero_pipeline.connections import AgencyNeverWrites, Connections, MayNotWrite, Purpose
from xero_pipeline.sandbox.serve import RunningSandbox
from xero_pipeline.settings import Settings
from xero_pipeline.xero.client import wire_to
from xero_pipeline.xero.scopes import covers_writing, write_scopes
from xero_pipeline.xero.writer import WriteConsent
from xero_pipeline_tests.connections.conftest import ACCOUNTANT, Person

WRITING = write_scopes()


def connect(
    connections: Connections, person: Person, workspace: str, purpose: Purpose, *, write_back: bool
) -> None:
    connections.connect(
        workspace,
        purpose,
        open_browser=person.open_browser,
        choose=person.choose,
        confirm=person.confirm,
        seconds=5,
        write_back=write_back,
    )


def test_only_with_write_back_the_scopes_of_writing_are_asked_for(
    connections: Connections, person: Person
) -> None:
    connect(connections, person, "Clients", Purpose.CLIENT, write_back=False)
    connect(connections, person, "Clients", Purpose.CLIENT, write_back=True)

    reading, writing = (
        set(each.split("scope=")[1].split("&")[0].split("+")) for each in person.was_sent_to
    )
    assert writing - reading == set(WRITING)
    assert connections.find("Agency Ltd").may_write


def test_an_agency_s_own_books_are_refused_before_anybody_is_asked(
    connections: Connections, person: Person
) -> None:
    with pytest.raises(AgencyNeverWrites):
        connect(connections, person, "Studio", Purpose.AGENCY, write_back=True)

    assert person.was_sent_to == []


def test_no_writer_is_to_be_had_for_an_agency_s_books_whatever_the_tokens_cover(
    sandbox: RunningSandbox, connections: Connections, person: Person
) -> None:
    sandbox.control.consent(["cafe"], user=ACCOUNTANT)
    connect(connections, person, "Clients", Purpose.CLIENT, write_back=True)
    # The same person connects the agency: the tokens are shared, and cover writing.
    sandbox.control.consent(["agency"], user=ACCOUNTANT)
    connect(connections, person, "Studio", Purpose.AGENCY, write_back=False)

    assert connections.find("Cafe Ltd").may_write
    connection = connections.find("Agency Ltd")
    assert not connection.may_write
    assert not covers_writing(connection.scopes)
    with pytest.raises(MayNotWrite, match="only ever read"):
        connections.writer("Agency Ltd")
    with pytest.raises(ValueError, match="only ever read"):
        WriteConsent(connection.organisation_id, "Agency Ltd", False, WRITING)


def test_a_client_connected_for_reading_is_not_written_to(
    connections: Connections, person: Person
) -> None:
    connect(connections, person, "Clients", Purpose.CLIENT, write_back=False)

    with pytest.raises(MayNotWrite, match="--write-back"):
        connections.writer("Agency Ltd")
    with pytest.raises(ValueError, match="scopes"):
        WriteConsent("any", "Agency Ltd", True, connections.find("Agency Ltd").scopes)


def test_consent_to_writing_for_one_organisation_is_none_for_the_user_s_next_one(
    connections: Connections, person: Person
) -> None:
    connect(connections, person, "Clients", Purpose.CLIENT, write_back=True)
    # Xero adds consents up: the new token covers writing, too, and nobody asked for it.
    connect(connections, person, "Clients", Purpose.CLIENT, write_back=False)

    assert not connections.find("Agency Ltd").may_write
    assert not connections.check("Agency Ltd").may_write


def test_reconnecting_asks_for_writing_where_it_was_consented_to(
    connections: Connections, person: Person
) -> None:
    connect(connections, person, "Clients", Purpose.CLIENT, write_back=True)

    assert person.reconnect(connections, "Agency Ltd").may_write


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_what_reads_cannot_send_anything_but_get(settings: Settings, method: str) -> None:
    wire = wire_to(settings)

    with (
        pytest.raises(ValueError, match="only reads"),
        wire._send(requests.Request(method, str(settings.api_url)), {}, {}, SecretStr("token")),
    ):
        pass
    wire.close()
