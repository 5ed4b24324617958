"""The command line as programs and people meet it: exit codes, and one sentence for a failure."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import webbrowser
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from xero_pipeline.assets import RESOURCES
from xero_pipeline.assets.resources import Warehouse
from xero_pipeline.automation import refresh
from xero_pipeline.connections import Connections, Purpose
from xero_pipeline.sandbox.serve import RunningSandbox
from xero_pipeline.settings import Settings
from xero_pipeline.xero.errors import NeedsReconnect
from xero_pipeline_tests import few_models
from xero_pipeline_tests.command_line import Run, running
from xero_pipeline_tests.connected import browser, environment
from xero_pipeline_tests.studio import (
    AGENCY,
    Studio,
    settings_of,
    small_sandbox,
)
from xero_pipeline_tests.xero.double import TestClock

pytestmark = pytest.mark.long

CONNECT = ("connect", "--workspace", "studio", "--purpose", "agency", "--yes")


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home of its own, no `.env`, and nothing configured."""
    for name in Settings.model_fields.values():
        monkeypatch.delenv(str(name.alias), raising=False)
    monkeypatch.setenv("XERO_PIPELINE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """`xero-pipeline WORDS`, in this process."""
    return running(monkeypatch, capsys)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    with small_sandbox() as running:
        yield running


@pytest.fixture
def at_sandbox(
    sandbox: RunningSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> RunningSandbox:
    """The environment points to a sandbox, and the browser is a person who consents at once."""
    sandbox.control.reset()
    sandbox.control.consent(["agency"])
    set_environment(monkeypatch, environment(sandbox, tmp_path / "home"))
    monkeypatch.setattr(webbrowser, "open", browser)
    return sandbox


def set_environment(monkeypatch: pytest.MonkeyPatch, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def published(published_studio: Studio, monkeypatch: pytest.MonkeyPatch) -> Studio:
    monkeypatch.setenv("XERO_PIPELINE_HOME", str(published_studio.settings.home))
    return published_studio


# --- wrong use -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ("conect",),
        ("sync", "--fulll"),
        ("connect", "--workspace", "studio"),
        ("connect", "--workspace", "studio", "--purpose", "mine"),
        ("query",),
    ],
    ids=" ".join,
)
def test_wrong_use_ends_with_two(run: Run, words: tuple[str, ...]) -> None:
    ran = run(*words)
    assert ran.code == 2
    assert "Usage: xero-pipeline" in ran.err


def test_a_setting_that_cannot_be_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XERO_PAGE_SIZE", "0")
    ran = run("connections", "list")
    assert ran.is_plain_failure
    assert ran.err.startswith("Setting XERO_PAGE_SIZE: ")


# --- nothing there yet ---------------------------------------------------------------------------


def test_an_empty_home_has_no_connections(run: Run) -> None:
    ran = run("connections", "list")
    assert (ran.code, ran.err) == (0, "")
    assert "No organisation is connected yet: xero-pipeline connect." in ran.out


def test_an_empty_home_has_no_connections_for_programs_either(run: Run) -> None:
    assert json.loads(run("connections", "list", "--json").out) == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("sync",), "No organisation is connected yet."),
        (("sync", "--organisation", "Nobody"), "No organisation 'Nobody' is connected."),
        (("connections", "check", "Nobody"), "No organisation 'Nobody' is connected."),
        (("connections", "remove", "Nobody"), "No organisation 'Nobody' is connected."),
        (("query", "from marts.runway"), "Nothing has been published to"),
        (("summary",), "Nothing has been published to"),
        (CONNECT, "XERO_CLIENT_ID is not set."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_is_missing_is_said_with_what_to_do(
    run: Run, words: tuple[str, ...], sentence: str
) -> None:
    ran = run(*words)
    assert ran.is_plain_failure
    assert ran.err.startswith(sentence)


@pytest.mark.parametrize(
    "words", [("connections", "list"), ("sync",), ("query", "select 1"), ("summary",)], ids=" ".join
)
def test_a_home_that_is_no_folder_is_a_plain_failure(
    run: Run, tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "home").write_text("a file")
    assert run(*words).is_plain_failure


# --- connecting ----------------------------------------------------------------------------------


def test_connecting_says_what_was_connected_and_what_comes_next(
    run: Run, at_sandbox: RunningSandbox
) -> None:
    ran = run(*CONNECT)
    assert (ran.code, ran.err) == (0, "")
    assert "Connected Harbour Studio to workspace studio." in ran.out
    assert "xero-pipeline sync" in ran.out
    listed = json.loads(run("connections", "list", "--json").out)
    assert [(each["organisation_name"], each["status"]) for each in listed] == [(AGENCY, "healthy")]


def test_a_custom_connection_needs_no_browser(
    run: Run, at_sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = next(each for each in at_sandbox.apps if each.custom_connection)
    monkeypatch.setenv("XERO_CLIENT_ID", app.client_id)
    monkeypatch.setenv("XERO_CLIENT_SECRET", app.client_secret or "")
    ran = run(*CONNECT, "--custom")
    assert (ran.code, ran.err) == (0, "")
    assert "Connected Harbour Studio to workspace studio." in ran.out
    assert at_sandbox.url not in ran.out


def test_the_key_is_changed_and_where_it_lies_is_said(
    run: Run, at_sandbox: RunningSandbox, tmp_path: Path
) -> None:
    run(*CONNECT)
    before = (tmp_path / "home" / "secret.key").read_text()
    ran = run("rotate-key")
    assert (ran.code, ran.err) == (0, "")
    assert "1 sign-in is encrypted with the newest key" in ran.out
    assert before not in (tmp_path / "home" / "secret.key").read_text()
    assert run("connections", "check").code == 0


def test_a_key_of_the_environment_is_changed_by_a_person(
    run: Run, at_sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    monkeypatch.setenv("XERO_PIPELINE_SECRET_KEY", first)
    run(*CONNECT)
    refused = run("rotate-key")
    assert refused.is_plain_failure
    assert "Put a new one in front of it" in refused.err
    monkeypatch.setenv("XERO_PIPELINE_SECRET_KEY", f"{second},{first}")
    assert "all but the first of 2" in run("rotate-key").out
    monkeypatch.setenv("XERO_PIPELINE_SECRET_KEY", second)
    assert run("connections", "check").code == 0


def test_the_address_to_sign_in_at_stands_on_a_line_of_its_own(
    run: Run, at_sandbox: RunningSandbox
) -> None:
    ran = run(*CONNECT)
    assert [line for line in ran.out.splitlines() if line.startswith(at_sandbox.url)]


def test_a_wrong_client_id_is_said_before_anybody_signs_in(
    run: Run, at_sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XERO_CLIENT_ID", "NO-SUCH-APP")
    ran = run(*CONNECT)
    assert ran.is_plain_failure
    assert "XERO_CLIENT_ID" in ran.err


def test_a_wrong_secret_is_said_without_showing_it(
    run: Run, at_sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XERO_CLIENT_SECRET", "not-the-secret")
    ran = run(*CONNECT)
    assert ran.is_plain_failure
    assert "XERO_CLIENT_SECRET" in ran.err
    assert "not-the-secret" not in ran.out + ran.err


def test_denied_consent_connects_nothing(run: Run, at_sandbox: RunningSandbox) -> None:
    at_sandbox.control.consent(["agency"], decision="deny")
    ran = run(*CONNECT)
    assert ran.is_plain_failure
    assert "Access was denied on Xero's consent page" in ran.err
    assert json.loads(run("connections", "list", "--json").out) == []


def test_consent_to_no_organisation_connects_nothing(run: Run, at_sandbox: RunningSandbox) -> None:
    at_sandbox.control.consent([])
    ran = run(*CONNECT)
    assert ran.is_plain_failure
    assert "no organisation" in ran.err


def test_an_organisation_that_was_not_consented_to_is_refused(
    run: Run, at_sandbox: RunningSandbox
) -> None:
    ran = run(*CONNECT, "--organisation", "Nobody Ltd")
    assert ran.is_plain_failure
    assert "There is no organisation 'Nobody Ltd'" in ran.err
    assert "'Harbour Studio'" in ran.err


def test_no_secret_is_ever_printed(run: Run, at_sandbox: RunningSandbox) -> None:
    said = [run(*CONNECT), run("connections", "list", "--json"), run("doctor")]
    secrets = [at_sandbox.client_secret, "Bearer", "refresh_token"]
    text = "".join(each.out + each.err for each in said)
    assert [secret for secret in secrets if secret in text] == []


def test_a_check_says_who_answers_and_who_does_not(run: Run, at_sandbox: RunningSandbox) -> None:
    run(*CONNECT)
    assert run("connections", "check").out == "✓ Harbour Studio: Xero answers.\n"
    at_sandbox.control.disconnect("agency")
    ran = run("connections", "check")
    assert ran.code == 1
    assert "✗ Harbour Studio: Xero says that" in ran.out


def test_an_account_that_does_not_exist_is_not_watched(
    run: Run, at_sandbox: RunningSandbox
) -> None:
    run(*CONNECT)
    ran = run("connections", "accounts", AGENCY, "--monitor", "Petty cash")
    assert ran.is_plain_failure
    assert "There is no active account with the code or name 'Petty cash'." in ran.err


def test_watched_accounts_are_ticked(run: Run, at_sandbox: RunningSandbox) -> None:
    run(*CONNECT)
    ran = run("connections", "accounts", AGENCY, "--monitor", "469")
    (rent,) = (line for line in ran.out.splitlines() if "Rent" in line)
    assert "✓" in rent
    assert ran.out.count("✓") == 1
    (listed,) = json.loads(run("connections", "list", "--json").out)
    assert [each["code"] for each in listed["monitored_accounts"]] == ["469"]


def test_an_account_is_watched_in_its_own_way_and_no_longer_when_told(
    run: Run, at_sandbox: RunningSandbox
) -> None:
    run(*CONNECT)
    accounts = ("connections", "accounts", AGENCY)
    run(*accounts, "--monitor", "469", "--look-back", "30", "--types", "spend,accpay")
    ran = run(*accounts, "--monitor", "Sales")
    assert "30 days back, SPEND, ACCPAY" in " ".join(ran.out.split())
    assert ran.out.count("✓") == 2
    assert run(*accounts, "--stop", "469").out.count("✓") == 1


def test_a_type_that_xero_does_not_have_is_refused_with_those_it_has(
    run: Run, at_sandbox: RunningSandbox
) -> None:
    run(*CONNECT)
    ran = run("connections", "accounts", AGENCY, "--monitor", "469", "--types", "EXPENSE")
    assert ran.is_plain_failure
    assert "'EXPENSE' is no type" in ran.err
    assert "SPEND-OVERPAYMENT" in ran.err


def test_removing_says_what_will_happen_and_asks_for_the_name(
    run: Run, at_sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(*CONNECT)
    monkeypatch.setattr(sys, "stdin", io.StringIO("Harbour\n"))
    refused = run("connections", "remove", AGENCY)
    assert refused.is_plain_failure
    for told in ("Its connection at Xero ends", "is forgotten", "What was read stays"):
        assert told in refused.out
    assert len(json.loads(run("connections", "list", "--json").out)) == 1
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{AGENCY}\n"))
    assert run("connections", "remove", AGENCY).code == 0
    assert json.loads(run("connections", "list", "--json").out) == []


def test_what_was_removed_is_still_listed_with_all(run: Run, at_sandbox: RunningSandbox) -> None:
    run(*CONNECT)
    run("connections", "remove", AGENCY, "--yes")
    (left,) = json.loads(run("connections", "list", "--all", "--json").out)
    assert (left["organisation_name"], left["status"]) == (AGENCY, "removed")
    run(*CONNECT)
    (back,) = json.loads(run("connections", "list", "--all", "--json").out)
    assert back["status"] == "healthy"
    assert back["organisation_key"] == left["organisation_key"]


def test_a_list_says_below_the_table_what_is_wrong_and_what_to_do(
    run: Run, at_sandbox: RunningSandbox
) -> None:
    run(*CONNECT)
    at_sandbox.control.disconnect("agency")
    assert run("connections", "check").code == 1
    listed = run("connections", "list")
    assert f"{AGENCY}: Xero says that the organisation" in listed.out
    assert f'→ Reconnect it: `xero-pipeline connections reconnect "{AGENCY}"`.' in listed.out


# --- asking --------------------------------------------------------------------------------------


def test_a_query_prints_a_table(run: Run, published: Studio) -> None:
    ran = run("query", "select bucket, amount_due_base from marts.ar_aging_summary")
    assert ran.code == 0
    assert "amount_due_base" in ran.out
    assert "600.00" in ran.out


def test_a_query_for_programs_keeps_money_ids_and_days_as_they_are(
    run: Run, published: Studio
) -> None:
    sql = """
        select organisation_id, as_of_date, amount_due_base, null as nothing
        from marts.ar_aging_summary
        join staging.organisations using (organisation_id, as_of_date)
        where bucket = '1-30' and base_currency = 'AUD'
    """
    ran = run("query", sql, "--json")
    assert '"amount_due_base": 70.00' in ran.out
    (row,) = json.loads(ran.out)
    tenant = published.sandbox.control.tenant_id("abroad")
    assert (row["organisation_id"], row["as_of_date"], row["nothing"]) == (
        tenant,
        "2026-04-01",
        None,
    )


@pytest.mark.parametrize(
    "sql",
    [
        "select from",
        "from marts.no_such_table",
        "select [/unclosed]",
        "delete from marts.runway",
        "set threads = 1",
    ],
)
def test_a_question_that_cannot_be_answered_is_a_plain_failure(
    run: Run, published: Studio, sql: str
) -> None:
    assert run("query", sql).is_plain_failure


def test_an_error_is_printed_as_it_is(run: Run, published: Studio) -> None:
    """Neither wrapped nor with its brackets taken for markup."""
    wanted = "a_column_with_a_very_long_name_that_does_not_exist_in_any_table_of_the_warehouse"
    ran = run("query", f'select "[red]{wanted}" from marts.runway')
    assert f"[red]{wanted}" in ran.err


def test_the_summary_is_printed(run: Run, published: Studio) -> None:
    ran = run("summary")
    assert (ran.code, ran.err) == (0, "")
    assert AGENCY in ran.out


# --- syncing -------------------------------------------------------------------------------------


def test_usage_says_what_reading_costs(run: Run, at_sandbox: RunningSandbox) -> None:
    """Connecting asks for the organisation, whose bytes are free."""
    assert run("usage").out == "No call to Xero has been counted yet.\n"
    assert run(*CONNECT).code == 0
    printed = run("usage").out
    assert "Xero's tier starter" in printed
    assert AGENCY in printed
    cost = json.loads(run("usage", "--json").out)
    assert [(month["calls"], month["billed_bytes"]) for month in cost["months"]] == [(1, 0)]
    assert cost["today"] == [{"organisation_name": AGENCY, "left": 999, "left_for_schedules": 899}]


def test_organisations_to_be_reconnected_are_named_and_not_asked_for(
    run: Run, at_sandbox: RunningSandbox
) -> None:
    run(*CONNECT)
    with Connections.open(Settings()) as known:
        known.mark(AGENCY, NeedsReconnect(AGENCY))
    at_sandbox.control.clear_requests()
    ran = run("sync")
    assert ran.is_plain_failure
    assert ran.err.startswith("Harbour Studio: Xero no longer accepts the sign-in")
    assert "xero-pipeline connections reconnect" in ran.err
    assert at_sandbox.control.requests() == []


_HOLD = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def held_by_another_program(database: Path) -> Iterator[int]:
    database.parent.mkdir(parents=True, exist_ok=True)
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield holder.pid
        holder.terminate()


def test_a_warehouse_that_is_held_by_another_program_is_said_with_its_process_id(
    run: Run, at_sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(*CONNECT)
    monkeypatch.setitem(RESOURCES, "warehouse", Warehouse(deadline_seconds=0.1))
    with held_by_another_program(Settings().build_database) as pid:
        ran = run("sync")
    assert ran.is_plain_failure
    assert f"(PID {pid})" in ran.err
    assert "run again" in ran.err


@pytest.fixture
def one_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole way from Xero to the snapshot, with one model in place of all."""
    graph = few_models.one_model(tmp_path / "models")
    monkeypatch.setattr(refresh, "ALL_ASSETS", few_models.assets_of(graph))


@pytest.mark.usefixtures("one_model")
def test_an_organisation_that_fails_is_named_while_the_others_are_published(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_sandbox() as sandbox:
        set_environment(monkeypatch, environment(sandbox, tmp_path / "home"))
        now = datetime.now(UTC)
        studio = Studio(sandbox, settings_of(sandbox, tmp_path / "home"), TestClock(now))
        studio.connect("agency", Purpose.AGENCY)
        studio.connect("client", Purpose.CLIENT)
        sandbox.control.fault("organisation_offline", organisation="client", times=None)
        ran = run("sync")
        asked = {r["tenant"] for r in sandbox.control.requests() if "api.xro" in r["path"]}
    assert ran.is_plain_failure
    assert ran.err.startswith("Xero has taken the organisation 'Garage Ltd' offline")
    assert AGENCY not in ran.err
    assert "✓ Published" in ran.out
    published = json.loads(run("query", "select name from staging.organisations", "--json").out)
    assert published == [{"name": AGENCY}]
    assert len(asked) == 2


@pytest.mark.usefixtures("one_model")
def test_purging_takes_an_organisation_out_of_what_is_landed_and_published(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_sandbox() as sandbox:
        set_environment(monkeypatch, environment(sandbox, tmp_path / "home"))
        now = datetime.now(UTC)
        studio = Studio(sandbox, settings_of(sandbox, tmp_path / "home"), TestClock(now))
        studio.connect("agency", Purpose.AGENCY)
        client = studio.connect("client", Purpose.CLIENT)
        assert run("sync").code == 0
        ran = run("connections", "remove", client.organisation_name, "--purge", "--yes")
    assert (ran.code, ran.err) == (0, "")
    assert "is deleted for good" in ran.out
    published = json.loads(run("query", "select name from staging.organisations", "--json").out)
    assert published == [{"name": AGENCY}]
    rows = "select organisation_name, status from ops.connections order by status"
    assert json.loads(run("query", rows, "--json").out) == [
        {"organisation_name": AGENCY, "status": "healthy"},
        {"organisation_name": client.organisation_name, "status": "removed"},
    ]
    home = tmp_path / "home"
    landed = {each.name for each in (home / "landing").glob("*/*")}
    assert client.organisation_id not in landed
    assert len(list((home / "snapshots").iterdir())) == 1


def test_the_installed_command_ends_with_one_and_a_sentence(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("xero-pipeline")
    finished = subprocess.run(
        [program, "summary"],
        env={"XERO_PIPELINE_HOME": str(tmp_path / "empty")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr.startswith("Nothing has been published to")
