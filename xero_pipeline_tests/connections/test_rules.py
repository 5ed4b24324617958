"""Which organisation is meant, where it may go, and how it is after an error: by table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

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
    WrongOrganisation,
)
from xero_pipeline.connections.health import (
    health_after,
    health_without,
    seen_at,
    why_refused,
)
from xero_pipeline.connections.model import Cause, Connection, Purpose, Status
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
    ConsentExpired,
    DailyLimitReached,
    DemoCompanyReset,
    MalformedPage,
    MinuteLimitReached,
    MissingPermission,
    MissingScope,
    NeedsReconnect,
    OrganisationNotConnected,
    OrganisationOffline,
    OrganisationRefuses,
    XeroError,
    XeroMaintenance,
)
from xero_pipeline.xero.scopes import ScopeGap
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
        status=Status.HEALTHY,
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
    ("error", "status", "cause"),
    [
        (None, Status.HEALTHY, Cause.NONE),
        (NeedsReconnect("Harbour"), Status.NEEDS_RECONNECT, Cause.ACCESS_REVOKED),
        (ConsentExpired("Harbour"), Status.NEEDS_RECONNECT, Cause.CONSENT_EXPIRED),
        (
            OrganisationNotConnected("Harbour"),
            Status.NEEDS_RECONNECT,
            Cause.ORGANISATION_DISCONNECTED,
        ),
        (OrganisationRefuses("Harbour"), Status.NEEDS_RECONNECT, Cause.TRIAL_ENDED),
        (DemoCompanyReset("Harbour"), Status.NEEDS_RECONNECT, Cause.DEMO_COMPANY_RESET),
        (WrongOrganisation("Harbour", "Pine"), Status.NEEDS_RECONNECT, Cause.WRONG_ORGANISATION),
        (AppMisconfigured("x", "y"), Status.MISCONFIGURED, Cause.APP_MISCONFIGURED),
        (MissingScope("Harbour", "users", "a.b.read"), Status.DEGRADED, Cause.SCOPE_MISSING),
        (MissingPermission("Harbour", "trial_balance"), Status.DEGRADED, Cause.ROLE_TOO_LOW),
        (MinuteLimitReached("Harbour", AT), Status.RATE_LIMITED, Cause.MINUTE_LIMIT),
        (DailyLimitReached("Harbour", AT), Status.RATE_LIMITED, Cause.DAILY_LIMIT),
        (OrganisationOffline("Harbour"), Status.UNREACHABLE, Cause.ORGANISATION_OFFLINE),
        (XeroMaintenance("Harbour"), Status.UNREACHABLE, Cause.XERO_MAINTENANCE),
        (
            MalformedPage("Harbour", "users", 1, "it ends in the middle"),
            Status.UNREACHABLE,
            Cause.ANSWER_UNUSABLE,
        ),
    ],
)
def test_how_a_connection_is_after_an_error(
    error: XeroError | None, status: Status, cause: Cause
) -> None:
    health = health_after(error)
    assert health is not None
    assert (health.status, health.cause) == (status, cause)


def test_a_consent_that_was_denied_says_nothing_about_a_connection() -> None:
    assert health_after(ConsentDenied()) is None


@pytest.mark.parametrize(
    ("status", "is_listed", "is_demo_company", "cause"),
    [
        (403, False, False, Cause.ORGANISATION_DISCONNECTED),
        (401, False, False, Cause.ORGANISATION_DISCONNECTED),
        (403, False, True, Cause.DEMO_COMPANY_RESET),
        (403, True, False, Cause.TRIAL_ENDED),
        (403, True, True, Cause.TRIAL_ENDED),
        (401, True, False, Cause.ORGANISATION_DISCONNECTED),
    ],
)
def test_what_a_refusal_means_follows_from_xeros_list_of_connections(
    status: int, is_listed: bool, is_demo_company: bool, cause: Cause
) -> None:
    met = OrganisationNotConnected("Harbour", status)
    meant = why_refused(met, "Harbour", is_listed=is_listed, is_demo_company=is_demo_company)
    health = health_after(meant)
    assert health is not None
    assert health.cause is cause


def test_what_a_consent_leaves_out_and_what_a_role_does_not_reach_are_told_together() -> None:
    gap = ScopeGap("accounting.payments.read", ("payments", "batch_payments"))
    denials: list[MissingScope | MissingPermission] = [
        MissingScope("Harbour", "payments", "accounting.payments.read"),
        MissingPermission("Harbour", "trial_balance"),
    ]
    health = health_without(denials, [gap], "Harbour")
    assert (health.status, health.cause) == (Status.DEGRADED, Cause.SCOPE_MISSING)
    assert health.degraded_endpoints == ("payments", "batch_payments", "trial_balance")
    assert health.reason == (
        "Payments and batch payments are not read: the scope accounting.payments.read was not "
        "granted. Trial balance is not read: in Xero, the user who connected it lacks the "
        "permission."
    )
    assert 'xero-pipeline connections reconnect "Harbour"' in health.next_step


@pytest.mark.parametrize(
    ("days", "status"), [(60, Status.HEALTHY), (15, Status.HEALTHY), (14, Status.EXPIRING)]
)
def test_a_sign_in_that_ends_soon_is_told_with_the_days_left(days: int, status: Status) -> None:
    connection = replace(connected("1", "Harbour", "A"), expires_at=AT + timedelta(days=days))
    seen = seen_at(AT, connection)
    assert (seen.status, seen.expires_in_days) == (status, days)


def test_a_limit_that_has_passed_is_over() -> None:
    waiting = replace(connected("1", "Harbour", "A"), status=Status.RATE_LIMITED, resume_at=AT)
    assert seen_at(AT - timedelta(seconds=1), waiting).status is Status.RATE_LIMITED
    assert seen_at(AT, waiting).status is Status.HEALTHY


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
