"""`xero-pipeline doctor`: each thing that may be wrong, and the sentence that says what to do."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from xero_pipeline.connections import Purpose
from xero_pipeline.doctor import Finding, diagnose
from xero_pipeline.settings import Settings
from xero_pipeline.xero.oauth import READ_SCOPES
from xero_pipeline_tests.studio import (
    AGENCY,
    Studio,
    free_port,
    settings_of,
    small_sandbox,
    studio_at,
)
from xero_pipeline_tests.xero.double import TestClock


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """Harbour Studio, connected, at a sandbox whose clock is right."""
    now = dt.datetime.now(dt.UTC)
    home = tmp_path_factory.mktemp("home")
    with small_sandbox() as sandbox:
        sandbox.control.set_clock(now, frozen=False)
        studio = Studio(sandbox, settings_of(sandbox, home), TestClock(now))
        studio.connect("agency", Purpose.AGENCY)
        yield studio


def found(settings: Settings) -> dict[str, Finding]:
    return {finding.subject: finding for finding in diagnose(settings)}


def changed(studio: Studio, **fields: Any) -> Settings:  # noqa: ANN401
    return settings_of(studio.sandbox, studio.settings.home, **fields)


def test_all_is_well_until_something_has_to_be_published(studio: Studio) -> None:
    findings = found(studio.settings)
    assert [subject for subject, each in findings.items() if each.is_fine] == [
        "Xero app",
        "Key",
        "Network",
        "Clock",
        "Credentials",
        "Disk",
        "Home",
        AGENCY,
    ]
    assert "xero-pipeline sync" in findings["Published warehouse"].sentence


def test_a_connected_organisation_answers_and_has_calls_left(studio: Studio) -> None:
    """One call to connect, one for this."""
    settings = changed(studio, daily_call_limit=1000)
    before = _calls_left(found(settings)[AGENCY])
    assert _calls_left(found(settings)[AGENCY]) == before - 1


def _calls_left(finding: Finding) -> int:
    words = finding.sentence.removeprefix("Xero answers; ")
    return int(words.partition(" ")[0])


def test_a_missing_client_id_says_where_to_get_one(studio: Studio) -> None:
    finding = found(changed(studio, client_id=""))["Xero app"]
    assert not finding.is_fine
    assert "developer.xero.com/app/manage" in finding.sentence


def test_a_wrong_secret_is_found_without_anybody_signing_in(studio: Studio) -> None:
    finding = found(changed(studio, client_secret="not-the-secret"))["Credentials"]
    assert not finding.is_fine
    assert "XERO_CLIENT_SECRET" in finding.sentence
    assert "not-the-secret" not in finding.sentence


def test_a_network_that_does_not_answer_is_found_and_the_rest_still_looked_at(
    studio: Studio,
) -> None:
    nobody = f"http://localhost:{free_port()}"
    findings = found(changed(studio, identity_url=nobody))
    assert not findings["Network"].is_fine
    assert "XERO_IDENTITY_URL" in findings["Network"].sentence
    assert findings["Home"].is_fine


def test_a_clock_that_is_wrong_is_found(tmp_path: Path) -> None:
    with studio_at(tmp_path) as long_ago:
        finding = found(long_ago.settings)["Clock"]
    assert not finding.is_fine
    assert "Set this machine's clock" in finding.sentence


def test_an_organisation_that_was_disconnected_is_found(tmp_path: Path) -> None:
    with studio_at(tmp_path) as studio:
        studio.connect("agency", Purpose.AGENCY)
        studio.sandbox.control.disconnect("agency")
        finding = found(studio.settings)[AGENCY]
    assert not finding.is_fine
    assert "xero-pipeline connections reconnect" in finding.sentence


def test_each_address_of_xeros_that_does_not_answer_is_named(studio: Studio) -> None:
    nobody = f"http://localhost:{free_port()}"
    finding = found(changed(studio, login_url=nobody, api_url=nobody))["Network"]
    assert not finding.is_fine
    assert "XERO_LOGIN_URL and XERO_API_URL" in finding.sentence


def test_a_key_that_is_none_is_found(studio: Studio) -> None:
    finding = found(changed(studio, secret_key="not a key"))["Key"]
    assert not finding.is_fine
    assert "XERO_PIPELINE_SECRET_KEY" in finding.sentence
    assert "not a key" not in finding.sentence


def test_alert_addresses_and_a_webhook_key_are_looked_at_when_they_are_set(studio: Studio) -> None:
    findings = found(changed(studio, webhook_key="k", alert_urls="json://localhost nonsense://x"))
    assert findings["Webhooks"].is_fine
    assert not findings["Alerts"].is_fine
    assert "URL number 2" in findings["Alerts"].sentence
    assert "Alerts" not in found(studio.settings)


def test_a_full_disk_is_found(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(studio.settings.home)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=500_000_000))
    finding = found(studio.settings)["Disk"]
    assert not finding.is_fine
    assert "0.5 GB free" in finding.sentence
    assert "free some space" in finding.sentence


def test_an_organisation_that_is_read_only_in_part_is_found(tmp_path: Path) -> None:
    with studio_at(tmp_path) as studio:
        scopes = " ".join(scope for scope in READ_SCOPES if "payments" not in scope)
        settings = settings_of(studio.sandbox, studio.settings.home, scopes=scopes)
        Studio(studio.sandbox, settings, studio.clock).connect("agency", Purpose.AGENCY)
        finding = found(settings)[AGENCY]
    assert not finding.is_fine
    assert "accounting.payments.read" in finding.sentence


def test_a_home_that_is_no_folder_is_found(studio: Studio, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("a file")
    finding = found(settings_of(studio.sandbox, home))["Home and connections"]
    assert not finding.is_fine
    assert "XERO_PIPELINE_HOME" in finding.sentence


def test_a_published_file_that_is_no_database_is_found(studio: Studio, tmp_path: Path) -> None:
    settings = settings_of(studio.sandbox, tmp_path)
    settings.published_database.parent.mkdir()
    settings.published_database.write_text("no database")
    finding = found(settings)["Published warehouse"]
    assert not finding.is_fine
    assert "cannot be opened" in finding.sentence


def test_a_published_warehouse_says_when_it_was_loaded(published_studio: Studio) -> None:
    finding = found(published_studio.settings)["Published warehouse"]
    assert finding.is_fine
    assert re.search(r"loaded \d{4}-\d\d-\d\d \d\d:\d\d UTC", finding.sentence)
