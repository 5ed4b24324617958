"""What somebody might try, and that it does not work."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher
from pydantic import SecretStr

from xero_pipeline.console.errors import (
    AddressMissing,
    PasswordHashUnusable,
    ProxyMisconfigured,
    SignInMissing,
)
from xero_pipeline.console.security import Access, Attempts
from xero_pipeline.console.security.access import hashed
from xero_pipeline.console.security.sessions import COOKIE
from xero_pipeline.console.serve import Listening
from xero_pipeline.settings import Settings
from xero_pipeline_tests.console.conftest import ORIGIN, Browser, OpenConsole, words
from xero_pipeline_tests.studio import CLIENT, Studio
from xero_pipeline_tests.xero.double import TestClock

PASSWORD = "correct horse 4711"
HASH = SecretStr(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD))
"""Of the kind that the command makes, at less cost."""

WITH_PASSWORD = Access(password_hash=HASH)


def sign_in(browser: Browser, password: str, name: str = "Ada") -> int:
    form = browser.get("/sign-in").text
    token = form.partition('name="csrf_token" value="')[2].partition('"')[0]
    data = {"csrf_token": token, "name": name, "password": password}
    answer = browser.client.post("/sign-in", data=data, headers={"Origin": ORIGIN})
    return answer.status_code


# --- who is let in --------------------------------------------------------------------------------


def test_on_this_machine_nobody_has_to_sign_in(browser: Browser) -> None:
    assert browser.get("/connections").status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/connections", "/connect", "/connections/x/row", "/nowhere"]
)
def test_with_a_password_no_page_is_shown_before_signing_in(
    open_console: OpenConsole, path: str
) -> None:
    stranger = open_console(WITH_PASSWORD)
    answer = stranger.client.get(path, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


def test_the_password_opens_the_console_under_the_name_given(open_console: OpenConsole) -> None:
    person = open_console(WITH_PASSWORD)
    assert sign_in(person, PASSWORD, name="Ada Lowe") == 200
    assert "Ada Lowe" in person.get("/connections").text


def test_the_command_makes_a_hash_that_its_password_opens() -> None:
    access = Access.of(Settings(XERO_CONSOLE_PASSWORD_HASH=SecretStr(hashed("a password"))))
    assert access.opens("a password")
    assert not access.opens("another")


def test_another_password_does_not(open_console: OpenConsole) -> None:
    stranger = open_console(WITH_PASSWORD)
    assert sign_in(stranger, "correct horse 4712") == 403
    assert stranger.get("/connections").url.path == "/sign-in"


def test_a_session_signed_with_another_key_is_none(open_console: OpenConsole) -> None:
    person, elsewhere = open_console(WITH_PASSWORD), open_console(WITH_PASSWORD)
    sign_in(person, PASSWORD)
    elsewhere.client.cookies.set(COOKIE, person.client.cookies[COOKIE])
    assert elsewhere.get("/connections").url.path == "/sign-in"


def test_who_signed_out_cannot_come_back_with_the_old_cookie(open_console: OpenConsole) -> None:
    person = open_console(WITH_PASSWORD)
    sign_in(person, PASSWORD)
    cookie = person.client.cookies[COOKIE]
    person.send("/sign-out")
    person.client.cookies.clear()
    person.client.cookies.set(COOKIE, cookie)
    assert person.get("/connections").url.path == "/sign-in"


def test_a_session_ends_after_twelve_hours(open_console: OpenConsole, studio: Studio) -> None:
    person = open_console(WITH_PASSWORD)
    sign_in(person, PASSWORD)
    studio.clock.advance(hours=12)
    assert person.get("/connections").url.path == "/sign-in"


def test_signing_in_begins_a_new_session(open_console: OpenConsole) -> None:
    """A cookie that somebody planted beforehand is worth nothing afterwards."""
    person = open_console(WITH_PASSWORD)
    person.get("/sign-in")
    planted = person.client.cookies[COOKIE]
    sign_in(person, PASSWORD)
    assert person.client.cookies[COOKIE] != planted


def test_guessing_becomes_slow(open_console: OpenConsole, studio: Studio) -> None:
    stranger = open_console(WITH_PASSWORD)
    assert [sign_in(stranger, "guess") for _ in range(5)] == [403] * 5
    assert sign_in(stranger, PASSWORD) == 429
    studio.clock.advance(seconds=1)
    assert sign_in(stranger, "guess") == 403
    studio.clock.advance(seconds=1)
    assert sign_in(stranger, PASSWORD) == 429
    studio.clock.advance(seconds=1)
    assert sign_in(stranger, PASSWORD) == 200


def test_waits_double_up_to_a_quarter_of_an_hour() -> None:
    clock = TestClock()
    attempts = Attempts(clock)
    waited = []
    for _ in range(20):
        if wait := attempts.begin("10.0.0.1"):
            waited.append(int(wait.total_seconds()))
            clock.advance(seconds=wait.total_seconds())
            attempts.begin("10.0.0.1")
    assert waited == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900, 900]


def test_one_address_does_not_slow_another_down() -> None:
    attempts = Attempts(TestClock())
    for _ in range(6):
        attempts.begin("10.0.0.1")
    assert attempts.begin("10.0.0.1")
    assert not attempts.begin("10.0.0.2")


def test_a_trusted_proxy_names_the_person(open_console: OpenConsole) -> None:
    person = open_console(behind_proxy("10.0.0.0/24"), peer="10.0.0.5")
    assert "ada@firm.example" in person.get("/connections", Remote_User="ada@firm.example").text


def test_the_proxys_header_is_worth_nothing_from_elsewhere(open_console: OpenConsole) -> None:
    stranger = open_console(behind_proxy("10.0.0.0/24"), peer="10.0.1.5")
    answer = stranger.get("/connections", Remote_User="ada@firm.example")
    assert answer.status_code == 403
    assert "did not name you" in words(answer)


def test_without_the_header_the_proxy_lets_nobody_in(open_console: OpenConsole) -> None:
    stranger = open_console(behind_proxy("10.0.0.5"), peer="10.0.0.5")
    assert stranger.get("/connections").status_code == 403


def behind_proxy(network: str) -> Access:
    return Access.of(
        Settings(XERO_CONSOLE_TRUSTED_HEADER="Remote-User", XERO_CONSOLE_TRUSTED_PROXY=network)
    )


# --- where it listens -----------------------------------------------------------------------------


def test_it_listens_to_this_machine_without_a_sign_in() -> None:
    assert Listening.at("127.0.0.1", 8978, Settings(), Access()).host == "127.0.0.1"


@pytest.mark.parametrize("host", ["::", "192.168.1.7", "console.firm.example"])
def test_it_does_not_listen_to_others_without_a_sign_in(host: str) -> None:
    with pytest.raises(SignInMissing, match="XERO_CONSOLE_PASSWORD_HASH"):
        Listening.at(host, 8978, Settings(), Access())


def test_it_does_not_listen_to_others_without_knowing_its_name() -> None:
    with pytest.raises(AddressMissing, match="XERO_CONSOLE_URL"):
        Listening.at("192.168.1.7", 8978, Settings(), WITH_PASSWORD)


def test_with_both_it_does_and_answers_to_its_own_name() -> None:
    settings = Settings.model_validate({"XERO_CONSOLE_URL": "https://console.firm.example"})
    listening = Listening.at("192.168.1.7", 8978, settings, WITH_PASSWORD)
    assert "console.firm.example" in listening.hosts
    assert listening.is_https


def test_what_cannot_keep_strangers_out_stops_the_start() -> None:
    with pytest.raises(PasswordHashUnusable):
        Access.of(Settings(XERO_CONSOLE_PASSWORD_HASH=SecretStr("plain")))
    with pytest.raises(ProxyMisconfigured, match="one of the two is missing"):
        Access.of(Settings(XERO_CONSOLE_TRUSTED_HEADER="Remote-User"))
    with pytest.raises(ProxyMisconfigured, match=r"proxy\.example"):
        Access.of(
            Settings(
                XERO_CONSOLE_TRUSTED_HEADER="Remote-User",
                XERO_CONSOLE_TRUSTED_PROXY="proxy.example",
            )
        )


# --- other sites ----------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["attacker.example", "localhost.attacker.example", ""])
def test_another_sites_name_pointing_here_is_refused(browser: Browser, host: str) -> None:
    assert browser.get("/connections", Host=host).status_code == 400


def test_a_change_without_the_token_is_refused(browser: Browser, connected: Studio) -> None:
    key = connected.connection(CLIENT).organisation_key
    answer = browser.client.post(f"/connections/{key}/remove", data={"name": CLIENT})
    assert answer.status_code == 403
    assert connected.connection(CLIENT).organisation_name == CLIENT


def test_another_sessions_token_is_refused(open_console: OpenConsole) -> None:
    browser, stranger = open_console(), open_console()
    browser.get("/connections")
    answer = browser.client.post("/connect", data={"csrf_token": stranger.token()})
    assert answer.status_code == 403


@pytest.mark.parametrize("header", [{"Origin": "https://attacker.example"}, {"Origin": "null"}])
def test_the_token_from_another_site_is_refused(browser: Browser, header: dict[str, str]) -> None:
    answer = browser.client.post("/connect", data={"csrf_token": browser.token()}, headers=header)
    assert answer.status_code == 403
    assert "another site" in words(answer)


def test_the_token_from_a_neighbouring_site_is_refused(browser: Browser) -> None:
    header = {"Sec-Fetch-Site": "same-site"}
    answer = browser.client.post("/connect", data={"csrf_token": browser.token()}, headers=header)
    assert answer.status_code == 403


def test_the_token_in_the_header_does_as_well(browser: Browser) -> None:
    header = {"X-CSRF-Token": browser.token(), "Origin": ORIGIN}
    assert browser.client.post("/connect", headers=header).status_code == 422


def test_a_huge_request_is_refused_unread(browser: Browser) -> None:
    header = {"Content-Length": "30000001"}
    answer = browser.client.post("/connect", content=b"a=b", headers=header)
    assert answer.status_code == 413


def test_every_answer_says_how_it_may_be_used(browser: Browser) -> None:
    for path in ("/connections", "/nowhere", "/static/console.css"):
        headers = browser.get(path).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
    assert browser.get("/connections").headers["cache-control"] == "no-store"


def test_the_cookie_is_for_the_server_alone(open_console: OpenConsole) -> None:
    plain = open_console().get("/connections").headers["set-cookie"]
    assert "HttpOnly" in plain
    assert "SameSite=Lax" in plain
    assert "; Secure" not in plain
    behind_https = open_console(is_https=True).get("/connections")
    assert "; Secure" in behind_https.headers["set-cookie"]
    assert "max-age" in behind_https.headers["strict-transport-security"]


# --- what pages give away -------------------------------------------------------------------------


def test_names_from_xero_are_text_and_nothing_else(browser: Browser, studio: Studio) -> None:
    evil = '"><script>alert(1)</script>'
    page = browser.send("/connect", {"workspace": evil, "purpose": "neither"}).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_no_secret_is_on_any_page(browser: Browser, connected: Studio) -> None:
    key = connected.connection(CLIENT).organisation_key
    paths = ("/connections", "/connect", f"/connections/{key}/accounts", "/nowhere")
    pages = "".join(browser.get(path).text for path in paths)
    secret = connected.settings.client_secret
    assert secret is not None
    assert secret.get_secret_value() not in pages
    assert "refresh_token" not in pages


def test_static_files_stay_in_their_folder(browser: Browser) -> None:
    for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static//etc/passwd"):
        assert browser.get(path).status_code == 404


def test_a_fault_of_ours_tells_nothing_but_that_it_happened(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: object) -> None:
        raise RuntimeError("internal detail")

    monkeypatch.setattr(type(browser.console.connections), "connections", broken)
    answer = browser.get("/connections")
    assert answer.status_code == 500
    assert "internal detail" not in answer.text
    assert "default-src 'self'" in answer.headers["content-security-policy"]
