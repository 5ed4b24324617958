"""Connect, choose accounts, check, reconnect, remove: what each page shows and does."""

from __future__ import annotations

import re

import requests

from xero_pipeline.connections import Status
from xero_pipeline_tests.console.conftest import Browser, words
from xero_pipeline_tests.studio import ABROAD, AGENCY, CLIENT, Studio


def to_xero(browser: Browser, page: str) -> str:
    """Follow the link to Xero, where consent is given, and come back.

    Returns:
        The page that the browser lands on.
    """
    link = re.search(r'href="([^"]+)">Continue to Xero', page)
    assert link
    url = link[1].replace("&amp;", "&")
    back = requests.get(url, timeout=10, allow_redirects=True, hooks={"response": stop_at_console})
    path = back.headers["Location"].partition("localhost:8978")[2]
    settled = browser.get(path)
    while "One moment" in settled.text:
        settled = browser.get(path)
    return settled.text


def stop_at_console(response: requests.Response, **kwargs: object) -> None:
    """Xero's answer goes to the callback; where that leads is the test client's to visit."""
    if "localhost:8978" in response.headers.get("Location", ""):
        response.status_code = 200


def begin(browser: Browser, workspace: str, purpose: str, **fields: str | list[str]) -> str:
    asked = {"workspace": workspace, "purpose": purpose, **fields}
    return browser.send("/connect", asked).text


def press(browser: Browser, page: str, button: str, **fields: str | list[str]) -> str:
    """The button of a consent's card."""
    path = re.search(rf'action="(/consents/[^"]+/{button})"', page)
    assert path, page
    return browser.send(path[1], dict(fields)).text


def key_of(studio: Studio, name: str) -> str:
    return studio.connection(name).organisation_key


def test_without_connections_the_page_says_how_to_begin(browser: Browser) -> None:
    text = browser.text("/connections")
    assert "No organisation is connected yet" in text
    assert "Connect Xero" in text


def test_the_table_shows_who_is_connected_and_how_it_is(
    browser: Browser, connected: Studio
) -> None:
    text = browser.text("/connections")
    row = text.partition(CLIENT)[2].partition("organisations")[0]
    for shown in ("client's books", "NZ, NZD", "Healthy", "Choose accounts", "Olga Lowe", "never"):
        assert shown in row


def test_what_is_to_be_connected_is_shown_before_anything_is_saved(
    browser: Browser, studio: Studio
) -> None:
    studio.sandbox.control.consent(["agency"])
    card = to_xero(browser, begin(browser, "Our books", "agency"))
    for shown in (AGENCY, "NZ", "NZD", "!agency", "Our books", "Nothing has been saved yet"):
        assert shown in card
    assert browser.console.connections.connections() == []

    assert f"{AGENCY} is connected" in press(browser, card, "confirm")
    (made,) = browser.console.connections.connections()
    assert (made.organisation_name, made.workspace) == (AGENCY, "Our books")


def test_an_organisation_that_is_not_confirmed_is_not_saved(
    browser: Browser, studio: Studio
) -> None:
    studio.sandbox.control.consent(["agency"])
    card = to_xero(browser, begin(browser, "Our books", "agency"))
    assert "Nothing was connected" in press(browser, card, "drop")
    assert browser.console.connections.connections() == []


def test_of_several_organisations_one_is_chosen(browser: Browser, studio: Studio) -> None:
    studio.sandbox.control.consent(["agency", "client"])
    card = to_xero(browser, begin(browser, "Clients", "client"))
    assert "Which organisation?" in card
    chosen = press(browser, card, "choose", organisation=studio.client)
    press(browser, chosen, "confirm")
    assert studio.connection(CLIENT).workspace == "Clients"


def test_the_second_book_of_an_agency_is_refused_as_the_command_line_does(
    browser: Browser, connected: Studio
) -> None:
    connected.sandbox.control.consent(["abroad"])
    refused = to_xero(browser, begin(browser, "agency", "agency"))
    assert "Nothing was connected" in refused
    assert f"already reads the agency&#39;s books from &#39;{AGENCY}&#39;" in refused


def test_a_workspace_for_another_purpose_is_refused_before_xero_is_asked(
    browser: Browser, connected: Studio
) -> None:
    assert "is for the books of clients" in begin(browser, "client", "agency")


def test_the_agencys_own_books_are_never_written_to(browser: Browser) -> None:
    assert "only ever read" in begin(browser, "agency", "agency", write_back="yes")


def test_who_stops_before_xero_can_begin_again_at_once(browser: Browser, studio: Studio) -> None:
    first = begin(browser, "Our books", "agency")
    assert "Nothing was connected" in press(browser, first, "drop")
    assert "Continue to Xero" in begin(browser, "Our books", "agency")


def test_beginning_anew_drops_what_was_under_way(browser: Browser, studio: Studio) -> None:
    begin(browser, "Our books", "agency")
    studio.sandbox.control.consent(["agency"])
    card = to_xero(browser, begin(browser, "Other name", "agency"))
    press(browser, card, "confirm")
    assert studio.connection(AGENCY).workspace == "Other name"


def test_nobody_else_sees_or_decides_what_somebody_connects(
    browser: Browser, studio: Studio
) -> None:
    studio.sandbox.control.consent(["agency"])
    card = to_xero(browser, begin(browser, "Our books", "agency"))
    browser.client.cookies.clear()
    path = re.search(r'action="(/consents/[^"]+/confirm)"', card)
    assert path
    answer = browser.send(path[1])
    assert answer.status_code == 409
    assert "not under way any more" in words(answer)
    assert browser.console.connections.connections() == []


def test_the_page_is_told_nothing_while_nothing_has_changed(
    browser: Browser, studio: Studio
) -> None:
    page = begin(browser, "Our books", "agency")
    path = re.search(r'hx-get="([^"]+)"', page)
    assert path
    assert browser.get(path[1], HX_Request="true").status_code == 204
    earlier = path[1].replace("seen=at_xero", "seen=working")
    assert "Continue to Xero" in browser.get(earlier, HX_Request="true").text


def test_a_disconnected_organisation_offers_to_reconnect_and_is_well_again(
    browser: Browser, connected: Studio
) -> None:
    connected.sandbox.control.disconnect("agency")
    key = key_of(connected, AGENCY)
    shown = words(browser.send(f"/connections/{key}/check"))
    assert "Needs reconnect" in shown
    assert "Reconnect" in shown.partition("Needs reconnect")[2]

    connected.sandbox.control.consent(["agency"])
    done = to_xero(browser, browser.send(f"/connections/{key}/reconnect").text)
    assert f"{AGENCY} is connected again" in done
    assert connected.connection(AGENCY).status is Status.HEALTHY


def test_another_organisation_is_refused_at_a_reconnect(
    browser: Browser, connected: Studio
) -> None:
    connected.sandbox.control.consent(["abroad"])
    key = key_of(connected, AGENCY)
    refused = to_xero(browser, browser.send(f"/connections/{key}/reconnect").text)
    assert "Nothing was changed" in refused
    assert f"&#39;{AGENCY}&#39; is to be reconnected" in refused
    assert ABROAD in refused


def test_a_check_says_that_xero_answers(browser: Browser, connected: Studio) -> None:
    answer = browser.send(f"/connections/{key_of(connected, AGENCY)}/check")
    assert f"{AGENCY}: Xero answers." in words(answer)
    assert "Xero answers" not in browser.text("/connections")


def test_accounts_are_chosen_changed_and_dropped(browser: Browser, connected: Studio) -> None:
    connections, client = browser.console.connections, connected.client
    page = f"/connections/{key_of(connected, CLIENT)}/accounts"
    chart = connections.chart_of_accounts(client)
    rent, sales = chart.find("469").account_id, chart.find("200").account_id

    browser.send(page, {"add": [rent, sales], "look_back": "30", "types": ["SPEND", "ACCPAY"]})
    watched = {each.code: each for each in connections.monitored_accounts(client)}
    assert {*watched} == {"469", "200"}
    assert watched["469"].look_back_days == 30
    assert watched["469"].document_types == ("SPEND", "ACCPAY")

    kept = {f"look_back:{rent}": "60"}
    browser.send(page, {"stop": sales, "look_back": "90", **kept})
    (left,) = connections.monitored_accounts(client)
    assert (left.code, left.look_back_days, left.document_types) == ("469", 60, None)
    assert "469" in browser.text("/connections").partition(CLIENT)[2]


def test_removing_says_what_it_does_and_asks_for_the_name(
    browser: Browser, connected: Studio
) -> None:
    page = f"/connections/{key_of(connected, CLIENT)}/remove"
    asked = browser.text(page)
    assert "Its connection at Xero ends" in asked
    assert f"stays, because it also reads {AGENCY}" in asked

    assert "nothing was removed" in words(browser.send(page, {"name": "Garage"}))
    assert f"Removed {CLIENT}." in words(browser.send(page, {"name": CLIENT}))
    assert [each.organisation_name for each in browser.console.connections.connections()] == [
        AGENCY
    ]


def test_an_unknown_organisation_is_said_so(browser: Browser) -> None:
    answer = browser.get("/connections/nobody/accounts")
    assert answer.status_code == 409
    assert "No organisation 'nobody' is connected" in words(answer)


def test_within_a_page_a_failure_is_a_message_at_its_top(browser: Browser) -> None:
    answer = browser.get("/connections/nobody/row", HX_Request="true")
    assert answer.headers["HX-Retarget"] == "#messages"
    assert "<html" not in answer.text
