"""Which organisation is meant, where it may go, and how it is after an error: by table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from xero_pipeline.connections.errors import (
    ConnectionsError,
    InAnotherWorkspace,
    NoOrganisation,
    NotConnectedHere,
    PurposeMismatch,
    SecondAgencyOrganisation,
    SeveralOfThatName,
    UnknownOrganisation,
)
from xero_pipeline.connections.model import Connection, Purpose, Status, health_after
from xero_pipeline.connections.rules import (
    meant,
    named,
    organisation_key,
    refusal_of_organisation,
    refusal_of_purpose,
)
from xero_pipeline.xero.errors import (
    AppMisconfigured,
    ConsentDenied,
    DailyLimitReached,
    MalformedPage,
    MissingPermission,
    MissingScope,
    NeedsReconnect,
    OrganisationNotConnected,
    XeroError,
    XeroMaintenance,
)
from xero_pipeline.xero.tokens import Tenant

AT = datetime(2026, 4, 1, tzinfo=UTC)


def tenant(id: str, name: str) -> Tenant:
    return Tenant(connection_id=f"c-{id}", tenant_id=id, name=name)


def connected(id: str, name: str, workspace: str, purpose: Purpose = Purpose.AGENCY) -> Connection:
    return Connection(
        workspace=workspace,
        purpose=purpose,
        organisation_id=id,
        organisation_key=organisation_key(id, name),
        xero_organisation_id=id,
        organisation_name=name,
        country="NZ",
        base_currency="NZD",
        short_code="!x",
        timezone="NEWZEALANDSTANDARDTIME",
        connected_by="Ada",
        connected_at=AT,
        status=Status.CONNECTED,
        status_reason="",
        next_step="",
        resume_at=None,
        last_sync_at=None,
        scopes=(),
    )


HARBOUR, TWIN_1, TWIN_2 = tenant("1", "Harbour"), tenant("2", "Demo"), tenant("3", "Demo")


def last(offered: Sequence[Tenant]) -> Tenant:
    return offered[-1]


@pytest.mark.parametrize(
    ("offered", "wanted", "expected"),
    [
        ([HARBOUR], None, HARBOUR),
        ([HARBOUR, TWIN_1], None, TWIN_1),
        ([HARBOUR, TWIN_1], "Harbour", HARBOUR),
        ([HARBOUR, TWIN_1], "HARBOUR", HARBOUR),
        ([TWIN_1, TWIN_2], "3", TWIN_2),
        ([], None, NoOrganisation),
        ([], "Harbour", NoOrganisation),
        ([HARBOUR], "Harb", UnknownOrganisation),
        ([TWIN_1, TWIN_2], "Demo", SeveralOfThatName),
    ],
)
def test_the_organisation_meant(
    offered: list[Tenant], wanted: str | None, expected: Tenant | type[ConnectionsError]
) -> None:
    if isinstance(expected, Tenant):
        assert meant(offered, wanted, last) == expected
    else:
        with pytest.raises(expected):
            meant(offered, wanted, last)


@pytest.mark.parametrize(
    ("is_for", "asked_for", "refused"),
    [
        (None, Purpose.AGENCY, False),
        (Purpose.AGENCY, Purpose.AGENCY, False),
        (Purpose.CLIENT, Purpose.CLIENT, False),
        (Purpose.AGENCY, Purpose.CLIENT, True),
        (Purpose.CLIENT, Purpose.AGENCY, True),
    ],
)
def test_a_workspace_has_one_purpose(
    is_for: Purpose | None, asked_for: Purpose, refused: bool
) -> None:
    found = refusal_of_purpose("Studio", is_for, asked_for)
    assert isinstance(found, PurposeMismatch) == refused


@pytest.mark.parametrize(
    ("present", "workspace", "purpose", "refusal"),
    [
        ([], "Studio", Purpose.AGENCY, None),
        ([connected("1", "Harbour", "Studio")], "Studio", Purpose.AGENCY, None),
        ([connected("9", "Other", "Elsewhere")], "Studio", Purpose.AGENCY, None),
        ([connected("9", "Other", "Studio")], "Studio", Purpose.AGENCY, SecondAgencyOrganisation),
        ([connected("1", "Harbour", "Other")], "Studio", Purpose.AGENCY, InAnotherWorkspace),
        ([connected("1", "Harbour", "Other")], "Studio", Purpose.CLIENT, InAnotherWorkspace),
        ([connected("9", "Cafe", "Firm", Purpose.CLIENT)], "Firm", Purpose.CLIENT, None),
    ],
)
def test_where_an_organisation_may_go(
    present: list[Connection],
    workspace: str,
    purpose: Purpose,
    refusal: type[ConnectionsError] | None,
) -> None:
    found = refusal_of_organisation(workspace, purpose, HARBOUR, present)
    assert (None if found is None else type(found)) is refusal


def test_connections_go_by_id_or_name() -> None:
    present = [connected("1", "Harbour", "A"), connected("2", "Demo", "B")]
    assert named("1", present) is named("harbour", present) is present[0]
    with pytest.raises(NotConnectedHere, match="'Harbour', 'Demo'"):
        named("Bakery", present)
    with pytest.raises(SeveralOfThatName):
        named("Demo", [*present, connected("3", "Demo", "C")])


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (None, Status.CONNECTED),
        (NeedsReconnect("Harbour"), Status.NEEDS_RECONNECT),
        (OrganisationNotConnected("Harbour"), Status.DISCONNECTED),
        (AppMisconfigured("x", "y"), Status.MISCONFIGURED),
        (MissingScope("Harbour", "users", "accounting.settings.read"), Status.LIMITED_ACCESS),
        (MissingPermission("Harbour", "trial_balance"), Status.LIMITED_ACCESS),
        (DailyLimitReached("Harbour", AT), Status.WAITING),
        (XeroMaintenance("Harbour"), Status.UNREACHABLE),
        (MalformedPage("Harbour", "users", 1, "it ends in the middle"), Status.UNREACHABLE),
        (ConsentDenied(), None),
    ],
)
def test_how_a_connection_is_after_an_error(error: XeroError | None, status: Status | None) -> None:
    health = health_after(error)
    assert (None if health is None else health.status) is status


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Harbour & Pine", "harbour-pine-f8874d2f"),
        ("Copper Kettle Café", "copper-kettle-cafe-f8874d2f"),
        ("東京", "f8874d2f"),
    ],
)
def test_an_organisation_has_a_readable_key(name: str, key: str) -> None:
    assert organisation_key("f8874d2f-e04b-5448-9a47-707d0c309742", name) == key


def test_an_organisation_is_found_by_its_key() -> None:
    harbour = connected("f8874d2f-e04b", "Harbour & Pine", "agency")
    assert named("harbour-pine-f8874d2f", [harbour]) is harbour
