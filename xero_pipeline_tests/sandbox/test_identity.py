"""Consent, tokens and connections behave as Xero's do."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import requests

from xero_pipeline.sandbox.serve import RunningSandbox, SandboxSettings
from xero_pipeline_tests.sandbox.conftest import ACCOUNTANT, CALLBACK, NOW, OWNER, StartSandbox
from xero_pipeline_tests.sandbox.xero_client import (
    SCOPES,
    XeroClient,
    answer_of,
    consent,
    exchange,
    sign_in,
    token,
)


def claims(jwt: str) -> dict[str, Any]:
    part = jwt.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))


def refresh(sandbox: RunningSandbox, refresh_token: str) -> requests.Response:
    return token(sandbox, grant_type="refresh_token", refresh_token=refresh_token)


# --- consent --------------------------------------------------------------------------------------


def test_consent_redirects_with_a_code_and_the_state_unchanged(sandbox: RunningSandbox) -> None:
    redirect = consent(sandbox)

    assert redirect.status_code == 302
    assert redirect.headers["Location"].startswith(f"{CALLBACK}?")
    assert answer_of(redirect)["state"] == "a b&c"
    assert answer_of(redirect)["code"]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"client_id": "somebody else"}, "unauthorized_client"),
        ({"redirect_uri": "http://localhost:1/callback"}, "unauthorized_client"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "accounting.everything"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"code_challenge": "x", "code_challenge_method": "plain"}, "invalid_request"),
    ],
)
def test_a_wrong_request_shows_an_error_page_and_never_redirects(
    sandbox: RunningSandbox, change: dict[str, str | None], error: str
) -> None:
    answer = consent(sandbox, **change)

    assert answer.status_code == 400
    assert error in answer.text


def test_denied_consent_goes_back_as_access_denied_with_the_state(sandbox: RunningSandbox) -> None:
    sandbox.control.consent(["agency"], decision="deny")

    assert answer_of(consent(sandbox)) == {"error": "access_denied", "state": "a b&c"}


@pytest.mark.parametrize("wanted", [{"user": "nobody@example.com"}, {"organisations": ["mars"]}])
def test_consent_of_nobody_or_to_nothing_is_refused_by_the_control_endpoint(
    sandbox: RunningSandbox, wanted: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match="No"):
        sandbox.control.consent(**{"organisations": ["agency"], **wanted})


def test_the_consent_page_offers_each_login_its_own_organisations(
    start_sandbox: StartSandbox,
) -> None:
    sandbox = start_sandbox(SandboxSettings(until=NOW))

    page = consent(sandbox).text

    assert OWNER in page
    assert ACCOUNTANT in page
    assert page.count("Agency Ltd") == 2
    assert page.count("Client Ltd") == 1
    assert "<li>accounting.invoices.read</li>" in page


def test_clicking_allow_connects_the_chosen_organisations(start_sandbox: StartSandbox) -> None:
    sandbox = start_sandbox(SandboxSettings(until=NOW))
    accountant = next(
        user for user in sandbox.control.overview()["users"] if user["email"] == ACCOUNTANT
    )
    chosen = [f"{accountant['user_id']}/{tenant}" for tenant in accountant["tenants"]]
    form = {"user": accountant["user_id"], "organisation": chosen, "decision": "allow"}

    clicked = requests.post(
        consent(sandbox).url, data=urlencode(form, doseq=True), allow_redirects=False, timeout=30
    )

    access_token = exchange(sandbox, answer_of(clicked)["code"]).json()["access_token"]
    connections = XeroClient(sandbox.url, access_token, None).send("/connections").json()
    assert [connection["tenantName"] for connection in connections] == ["Agency Ltd", "Client Ltd"]


def test_an_app_on_the_loopback_address_is_refused(sandbox: RunningSandbox) -> None:
    with pytest.raises(ValueError, match="http://localhost"):
        sandbox.control.register_app(
            name="x",
            client_id="x",
            client_secret="x",
            redirect_uris=["http://127.0.0.1/callback"],
            created="2026-06-01",
        )


def test_apps_of_before_march_2026_may_still_ask_for_broad_scopes(sandbox: RunningSandbox) -> None:
    broad = "openid accounting.transactions.read"
    old = next(app for app in sandbox.apps if app.created < dt.date(2026, 3, 2))

    assert consent(sandbox, scope=broad).status_code == 400
    assert consent(sandbox, scope=broad, client_id=old.client_id).status_code == 302


# --- codes and tokens -----------------------------------------------------------------------------


def test_the_token_answer_carries_what_the_scopes_ask_for(sandbox: RunningSandbox) -> None:
    full = sign_in(sandbox)
    bare = sign_in(sandbox, scope="accounting.settings.read")

    assert list(full) == [
        "id_token", "access_token", "expires_in", "token_type", "refresh_token", "scope",
    ]  # fmt: skip
    assert full["expires_in"] == 1800
    assert claims(full["id_token"])["email"] == OWNER
    assert claims(full["access_token"])["scope"] == SCOPES.split()
    assert claims(full["access_token"])["xero_userid"]
    assert claims(full["access_token"])["authentication_event_id"]
    assert bare["token_type"] == "Bearer"


def test_without_openid_and_offline_access_there_is_only_an_access_token(
    sandbox: RunningSandbox,
) -> None:
    answer = sign_in(sandbox, scope="accounting.settings.read")

    assert set(answer) == {"access_token", "expires_in", "token_type", "scope"}


def test_a_code_works_once(sandbox: RunningSandbox) -> None:
    code = answer_of(consent(sandbox))["code"]

    assert exchange(sandbox, code).status_code == 200
    again = exchange(sandbox, code)
    assert (again.status_code, again.text) == (400, '{"error":"invalid_grant"}')


def test_a_code_dies_after_five_minutes(sandbox: RunningSandbox) -> None:
    code = answer_of(consent(sandbox))["code"]
    sandbox.control.advance(dt.timedelta(minutes=5, seconds=1))

    assert exchange(sandbox, code).json() == {"error": "invalid_grant"}


def exchange_with_verifier(
    sandbox: RunningSandbox, presented: str, verifier: str
) -> requests.Response:
    """By PKCE: consent with the challenge of one verifier, exchange with another or the same."""
    app = next(app for app in sandbox.apps if app.client_secret is None)
    digest = hashlib.sha256(verifier.encode()).digest()
    redirect = consent(
        sandbox,
        client_id=app.client_id,
        code_challenge=base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        code_challenge_method="S256",
    )
    code = answer_of(redirect)["code"]
    return exchange(sandbox, code, client_id=app.client_id, code_verifier=presented)


def test_pkce_needs_the_verifier_and_no_secret(sandbox: RunningSandbox) -> None:
    refused = exchange_with_verifier(sandbox, "w" * 43, "v" * 43)

    assert refused.json() == {"error": "invalid_grant"}
    assert "access_token" in exchange_with_verifier(sandbox, "v" * 43, "v" * 43).json()


@pytest.mark.parametrize(
    ("verifier", "is_taken"),
    [("v" * 42, False), ("v" * 128, True), ("v" * 129, False), ("v" * 42 + "!", False)],
)
def test_a_verifier_has_43_to_128_characters_of_a_small_alphabet(
    sandbox: RunningSandbox, verifier: str, is_taken: bool
) -> None:
    answer = exchange_with_verifier(sandbox, verifier, verifier).json()

    assert ("access_token" in answer) is is_taken


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unauthorized_client"),
        ({"grant_type": "refresh_token", "refresh_token": "unknown"}, "invalid_grant"),
        ({"client_id": "unknown", "client_secret": "x"}, "invalid_client"),
        ({"client_id": ""}, "unauthorized_client"),
    ],
)
def test_refusals_of_the_token_endpoint(
    sandbox: RunningSandbox, form: dict[str, str], error: str
) -> None:
    answer = token(sandbox, **form)

    assert (answer.status_code, answer.json()) == (400, {"error": error})


def test_a_wrong_secret_is_invalid_client(sandbox: RunningSandbox) -> None:
    answer = token(sandbox, client_id=sandbox.client_id, client_secret="wrong")

    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_client"})


def test_a_used_refresh_token_works_for_thirty_minutes_more(sandbox: RunningSandbox) -> None:
    first = sign_in(sandbox)["refresh_token"]
    second = refresh(sandbox, first).json()["refresh_token"]
    assert second != first

    sandbox.control.advance(dt.timedelta(minutes=30))
    assert refresh(sandbox, first).status_code == 200
    sandbox.control.advance(dt.timedelta(seconds=1))
    assert refresh(sandbox, first).json() == {"error": "invalid_grant"}
    assert refresh(sandbox, second).status_code == 200


def test_a_refresh_token_dies_after_sixty_idle_days(sandbox: RunningSandbox) -> None:
    first = sign_in(sandbox)["refresh_token"]
    sandbox.control.advance(dt.timedelta(days=59))
    second = refresh(sandbox, first).json()["refresh_token"]
    sandbox.control.advance(dt.timedelta(days=60, seconds=1))

    assert refresh(sandbox, second).json() == {"error": "invalid_grant"}


def test_scopes_add_up_over_consents(sandbox: RunningSandbox) -> None:
    sign_in(sandbox, scope="offline_access accounting.settings.read")

    later = sign_in(sandbox, scope="offline_access accounting.contacts.read")

    assert set(later["scope"].split()) == {
        "offline_access", "accounting.settings.read", "accounting.contacts.read",
    }  # fmt: skip


def test_a_machine_token_needs_no_tenant_and_cannot_be_refreshed(sandbox: RunningSandbox) -> None:
    app = next(app for app in sandbox.apps if app.custom_connection)
    answer = token(
        sandbox,
        grant_type="client_credentials",
        scope="accounting.settings.read",
        client_id=app.client_id,
        client_secret=app.client_secret or "",
    ).json()

    assert "refresh_token" not in answer
    organisation = XeroClient(sandbox.url, answer["access_token"], None).get("Organisation").json()
    assert organisation["Organisations"][0]["Name"] == "Agency Ltd"


def test_a_machine_token_lists_its_one_organisation(sandbox: RunningSandbox) -> None:
    app = next(app for app in sandbox.apps if app.custom_connection)
    answer = token(
        sandbox,
        grant_type="client_credentials",
        scope="accounting.settings.read",
        client_id=app.client_id,
        client_secret=app.client_secret or "",
    ).json()
    machine = XeroClient(sandbox.url, answer["access_token"], None)

    (connection,) = machine.send("/connections").json()

    assert connection["tenantId"] == app.custom_connection
    assert machine.send(f"/connections/{connection['id']}", "DELETE").status_code == 404


# --- connections ----------------------------------------------------------------------------------


def test_a_connection_has_xeros_seven_fields_and_zoneless_times(xero: XeroClient) -> None:
    (connection,) = xero.send("/Connections").json()

    assert list(connection) == [
        "id", "authEventId", "tenantId", "tenantType", "tenantName",
        "createdDateUtc", "updatedDateUtc",
    ]  # fmt: skip
    assert connection["createdDateUtc"] == "2026-04-01T10:00:00.0000000"


def test_connections_narrow_to_one_consent(sandbox: RunningSandbox) -> None:
    sandbox.control.consent(["agency"], user=ACCOUNTANT)
    sign_in(sandbox)
    sandbox.control.consent(["client"], user=ACCOUNTANT)
    tokens = sign_in(sandbox)
    event = claims(tokens["access_token"])["authentication_event_id"]
    client = XeroClient(sandbox.url, tokens["access_token"], None)

    assert len(client.send("/connections").json()) == 2
    (narrowed,) = client.send(f"/connections?authEventId={event}").json()
    assert narrowed["tenantName"] == "Client Ltd"


def test_a_deleted_connection_is_gone_and_comes_back_with_its_creation_date(
    sandbox: RunningSandbox, xero: XeroClient
) -> None:
    (connection,) = xero.send("/connections").json()

    assert xero.send(f"/connections/{connection['id']}", "DELETE").status_code == 204
    assert xero.send(f"/connections/{connection['id']}", "DELETE").status_code == 404
    assert xero.send("/connections").json() == []
    assert xero.get("Organisation").status_code == 403

    sandbox.control.advance(dt.timedelta(minutes=1))
    sign_in(sandbox)
    (revived,) = xero.send("/connections").json()
    assert revived["createdDateUtc"] == "2026-04-01T10:00:00.0000000"
    assert revived["updatedDateUtc"] == "2026-04-01T10:01:00.0000000"


def test_revocation_drops_tokens_and_connections(sandbox: RunningSandbox) -> None:
    tokens = sign_in(sandbox)
    client = XeroClient(sandbox.url, tokens["access_token"], None)

    answer = requests.post(
        f"{sandbox.url}/connect/revocation",
        data={"token": tokens["refresh_token"]},
        auth=(sandbox.client_id, sandbox.client_secret),
        timeout=30,
    )

    assert (answer.status_code, answer.content) == (200, b"")
    assert client.send("/connections").json() == []
    assert refresh(sandbox, tokens["refresh_token"]).json() == {"error": "invalid_grant"}


def test_a_removed_user_can_neither_refresh_nor_read(sandbox: RunningSandbox) -> None:
    tokens = sign_in(sandbox)
    client = XeroClient.connected(sandbox)

    sandbox.control.remove_user(OWNER)

    assert refresh(sandbox, tokens["refresh_token"]).json() == {"error": "invalid_grant"}
    assert client.get("Organisation").status_code == 403


def test_tokens_and_connections_outlive_a_restart(
    start_sandbox: StartSandbox, tmp_path: Path
) -> None:
    settings = SandboxSettings(until=NOW, auto_consent=("agency",), state=tmp_path)
    first = start_sandbox(settings)
    tokens = sign_in(first)
    first.stop()

    second = start_sandbox(settings)

    refreshed = refresh(second, tokens["refresh_token"]).json()
    client = XeroClient(second.url, refreshed["access_token"], None)
    assert [item["tenantName"] for item in client.send("/connections").json()] == ["Agency Ltd"]
