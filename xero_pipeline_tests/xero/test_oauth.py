"""Signing in: addresses, proofs, tokens, and what goes wrong."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from pydantic import SecretStr

from xero_pipeline.settings import Settings
from xero_pipeline.xero.errors import (
    AppMisconfigured,
    NeedsReconnect,
    SignInExpired,
    XeroUnavailable,
)
from xero_pipeline.xero.oauth import READ_SCOPES, Authorisation, XeroApp
from xero_pipeline.xero.scopes import read_scopes
from xero_pipeline.xero.tokens import TokenSet
from xero_pipeline_tests.xero.double import START, Double, Reply, TestClock, json_reply

CODE = SecretStr("the-code")
SECRET = "the-secret"


def jwt(**claims: str) -> str:
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{payload}.signature"


ACCESS = jwt(xero_userid="user-1", authentication_event_id="event-1", scope="accounting.x.read")
PERSON = jwt(email="ada@harbour.example", given_name="Ada", family_name="Lowe")
ISSUED = {
    "access_token": ACCESS,
    "refresh_token": "refresh-1",
    "id_token": PERSON,
    "expires_in": 1800,
    "token_type": "Bearer",
    "scope": "accounting.x.read",
}
TOKENS = TokenSet(
    access_token=SecretStr(ACCESS),
    refresh_token=SecretStr("refresh-0"),
    expires_at=START,
    refreshed_at=START,
    xero_userid="user-1",
    authentication_event_id="event-1",
    email="ada@harbour.example",
    name="Ada Lowe",
)


def app_at(xero: Double, clock: TestClock, secret: str | None = SECRET) -> XeroApp:
    settings = {
        "client_id": "the-client",
        "client_secret": secret,
        "login_url": xero.url,
        "identity_url": xero.url,
        "api_url": xero.url,
    }
    return XeroApp(Settings.model_validate(settings), clock)


def query_of(authorisation: Authorisation) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(authorisation.url).query))


def test_only_reading_is_asked_for() -> None:
    assert {"openid", "profile", "email", "offline_access"} < set(READ_SCOPES)
    accounting = [scope for scope in READ_SCOPES if scope.startswith("accounting.")]
    assert "accounting.invoices.read" in accounting
    assert all(scope.endswith(".read") for scope in accounting)


def test_scopes_of_extra_endpoints_are_asked_for_only_when_they_are_switched_on() -> None:
    assert set(read_scopes(["Quotes", "BrandingThemes"])) == set(READ_SCOPES)
    more = {"accounting.budgets.read", "accounting.journals.read"}
    assert set(read_scopes(["Budgets", "Journals"])) - set(READ_SCOPES) == more


def test_the_authorise_address_carries_everything_xero_needs(
    xero: Double, clock: TestClock
) -> None:
    begun = app_at(xero, clock).authorise()
    assert begun.url.startswith(xero.url + "/identity/connect/authorize?")
    query = query_of(begun)
    assert query.pop("scope").split() == list(READ_SCOPES)
    assert query == {
        "response_type": "code",
        "client_id": "the-client",
        "redirect_uri": "http://localhost:8976/callback",
        "state": begun.state,
    }
    assert len(begun.state) >= 32
    assert xero.requests == []


def test_every_sign_in_has_a_state_of_its_own(xero: Double, clock: TestClock) -> None:
    app = app_at(xero, clock)
    assert app.authorise().state != app.authorise().state


def test_an_app_with_a_secret_proves_itself_by_basic_auth(xero: Double, clock: TestClock) -> None:
    xero.answers("/connect/token", json_reply(ISSUED))
    app = app_at(xero, clock)
    tokens = app.exchange(CODE, app.authorise())
    (request,) = xero.requests
    basic = base64.b64encode(b"the-client:the-secret").decode()
    assert request.headers["authorization"] == f"Basic {basic}"
    assert request.form == {
        "grant_type": "authorization_code",
        "code": "the-code",
        "redirect_uri": "http://localhost:8976/callback",
    }
    assert tokens.refresh_token == SecretStr("refresh-1")
    assert tokens.expires_at == START + timedelta(minutes=30)
    assert (tokens.xero_userid, tokens.authentication_event_id) == ("user-1", "event-1")
    assert (tokens.name, tokens.email) == ("Ada Lowe", "ada@harbour.example")
    assert tokens.scopes == ("accounting.x.read",)


def test_an_app_without_a_secret_proves_itself_by_pkce(xero: Double, clock: TestClock) -> None:
    xero.answers("/connect/token", json_reply(ISSUED))
    app = app_at(xero, clock, secret=None)
    begun = app.authorise()
    app.exchange(CODE, begun)
    (request,) = xero.requests
    assert "authorization" not in request.headers
    assert request.form["client_id"] == "the-client"
    verifier = request.form["code_verifier"]
    assert 43 <= len(verifier) <= 128
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    assert query_of(begun)["code_challenge"] == challenge.decode()
    assert query_of(begun)["code_challenge_method"] == "S256"


def test_a_refresh_brings_new_tokens_and_keeps_what_xero_does_not_repeat(
    xero: Double, clock: TestClock
) -> None:
    fresh = {"access_token": ACCESS, "refresh_token": "refresh-1", "expires_in": 1800}
    xero.answers("/connect/token", json_reply(fresh))
    clock.advance(days=3)
    tokens = app_at(xero, clock).refresh(TOKENS)
    assert xero.requests[0].form == {"grant_type": "refresh_token", "refresh_token": "refresh-0"}
    assert tokens.refresh_token == SecretStr("refresh-1")
    assert tokens.refreshed_at == START + timedelta(days=3)
    assert (tokens.name, tokens.email) == ("Ada Lowe", "ada@harbour.example")


def test_a_pkce_app_names_itself_when_it_refreshes(xero: Double, clock: TestClock) -> None:
    xero.answers("/connect/token", json_reply(ISSUED))
    app_at(xero, clock, secret=None).refresh(TOKENS)
    assert xero.requests[0].form["client_id"] == "the-client"
    assert "authorization" not in xero.requests[0].headers


def test_a_dead_refresh_token_means_reconnect_and_is_not_tried_again(
    xero: Double, clock: TestClock
) -> None:
    xero.answers("/connect/token", json_reply({"error": "invalid_grant"}, 400))
    with pytest.raises(NeedsReconnect, match="Harbour Digital"):
        app_at(xero, clock).refresh(TOKENS, "Harbour Digital")
    assert len(xero.requests) == 1


def test_a_spent_code_means_sign_in_again(xero: Double, clock: TestClock) -> None:
    xero.answers("/connect/token", json_reply({"error": "invalid_grant"}, 400))
    app = app_at(xero, clock)
    with pytest.raises(SignInExpired):
        app.exchange(CODE, app.authorise())


@pytest.mark.parametrize("error", ["invalid_client", "unauthorized_client", "invalid_scope"])
def test_a_misconfigured_app_is_told_from_a_dead_connection(
    xero: Double, clock: TestClock, error: str
) -> None:
    xero.answers("/connect/token", json_reply({"error": error}, 400))
    with pytest.raises(AppMisconfigured, match=f"{error}.*XERO_CLIENT_SECRET"):
        app_at(xero, clock).refresh(TOKENS)


def test_wrong_credentials_are_found_before_anybody_is_asked_to_sign_in(
    xero: Double, clock: TestClock
) -> None:
    xero.answers("/connect/token", json_reply({"error": "invalid_client"}, 400))
    with pytest.raises(AppMisconfigured):
        app_at(xero, clock).check_credentials()
    xero.answers("/connect/token", json_reply({"error": "invalid_grant"}, 400))
    app_at(xero, clock).check_credentials()


@pytest.mark.parametrize("trouble", [Reply(503, b"<html>"), Reply(200, b"{}", cut_at=1)])
def test_an_outage_is_ridden_out_because_refreshing_again_is_safe(
    xero: Double, clock: TestClock, trouble: Reply
) -> None:
    xero.answers("/connect/token", trouble, json_reply(ISSUED))
    assert app_at(xero, clock).refresh(TOKENS).refresh_token == SecretStr("refresh-1")


def test_an_exchange_is_never_repeated_because_a_code_works_once(
    xero: Double, clock: TestClock
) -> None:
    xero.answers("/connect/token", Reply(503))
    app = app_at(xero, clock)
    with pytest.raises(XeroUnavailable):
        app.exchange(CODE, app.authorise())
    assert len(xero.requests) == 1


def test_tokens_without_a_refresh_token_are_refused(xero: Double, clock: TestClock) -> None:
    xero.answers("/connect/token", json_reply({"access_token": ACCESS, "expires_in": 1800}))
    app = app_at(xero, clock)
    with pytest.raises(AppMisconfigured, match="offline_access"):
        app.exchange(CODE, app.authorise())


def test_organisations_are_listed_and_practices_left_out(xero: Double, clock: TestClock) -> None:
    listed = [
        {"id": "c-1", "tenantId": "t-1", "tenantType": "ORGANISATION", "tenantName": "Harbour"},
        {"id": "c-2", "tenantId": "t-2", "tenantType": "PRACTICE", "tenantName": "Firm"},
    ]
    xero.answers("/connections", json_reply(listed))
    (tenant,) = app_at(xero, clock).tenants(TOKENS, this_consent_only=True)
    assert (tenant.connection_id, tenant.tenant_id, tenant.name) == ("c-1", "t-1", "Harbour")
    assert xero.requests[0].query == {"authEventId": "event-1"}


@pytest.mark.parametrize("body", [b"<html>", b'[{"tenantName": "no id"}]'])
def test_an_unreadable_list_of_connections_is_said_so(
    xero: Double, clock: TestClock, body: bytes
) -> None:
    xero.answers("/connections", Reply(200, body))
    with pytest.raises(XeroUnavailable, match="unreadable"):
        app_at(xero, clock).tenants(TOKENS)


def test_a_connection_that_is_gone_already_counts_as_ended(xero: Double, clock: TestClock) -> None:
    xero.answers("/connections/c-1", Reply(204), Reply(404))
    for _ in range(2):
        app_at(xero, clock).disconnect(TOKENS, "c-1")
    assert [request.method for request in xero.requests] == ["DELETE", "DELETE"]


def test_everything_can_be_given_back(xero: Double, clock: TestClock) -> None:
    xero.answers("/connect/revocation", Reply(200))
    app_at(xero, clock).revoke(TOKENS)
    assert xero.requests[0].form == {"token": "refresh-0"}


def test_no_client_id_is_said_before_anything_happens(clock: TestClock) -> None:
    with pytest.raises(AppMisconfigured, match="XERO_CLIENT_ID is not set"):
        XeroApp(Settings.model_validate({"client_id": ""}), clock)


def test_secrets_never_travel_over_plain_http_to_another_machine(clock: TestClock) -> None:
    settings = {"client_id": "the-client", "identity_url": "http://identity.example"}
    with pytest.raises(AppMisconfigured, match="https"):
        XeroApp(Settings.model_validate(settings), clock)


def test_the_log_at_its_most_talkative_holds_no_secret(
    xero: Double, clock: TestClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    xero.answers("/connect/token", json_reply(ISSUED))
    app = app_at(xero, clock)
    tokens = app.refresh(app.exchange(CODE, app.authorise()))
    for secret in ("the-code", "the-secret", "refresh-1", ACCESS, PERSON):
        assert secret not in caplog.text
        assert secret not in repr(tokens)


def test_revealed_tokens_can_be_read_back() -> None:
    assert TokenSet.model_validate_json(TOKENS.revealed()) == TOKENS
