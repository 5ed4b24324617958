"""`xero-pipeline tasks` as people and programs meet it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from xero_pipeline_tests.command_line import Run, running
from xero_pipeline_tests.connected import environment
from xero_pipeline_tests.studio import Studio


@pytest.fixture
def run(
    published_studio: Studio,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """In a home of its own, with the studio's connections and figures."""
    studio = published_studio.settings.home
    home = tmp_path / "home"
    home.mkdir()
    (home / "current").symlink_to(studio / "current", target_is_directory=True)
    for file in (*studio.glob("state.db*"), studio / "secret.key"):
        shutil.copy(file, home)
    for name, value in environment(published_studio.sandbox, home).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return running(monkeypatch, capsys, "tasks")


def test_the_whole_loop_from_question_to_approval(run: Run, tmp_path: Path) -> None:
    (task,) = json.loads(run("--organisation", "Garage Ltd", "--state", "open", "--json").out)
    assert (task["amount"], task["matched_account_codes"]) == (45.0, ["469"])
    id = task["task_id"][:8]
    assert id in run().out
    receipt = tmp_path / "receipt.pdf"
    receipt.write_bytes(b"paid")
    words = ("--line", "1=815", "--comment", "Deposit", "--file", str(receipt), "--by", "Ada")
    assert run("answer", id, *words).code == 0
    page = run("show", id).out
    assert "submitted" in page
    assert "line 1: 815" in page
    approved = run("approve", id, "--by", "Bea")
    assert "is connected for reading only, so nothing is sent" in approved.out
    whole = json.loads(run("show", id, "--json").out)
    assert whole["answer_state"] == "approved"
    assert whole["answers"][0]["files"][0]["name"] == "receipt.pdf"
    assert "No answer waits to be sent." in run("send").out
    assert run("withdraw", id, "--by", "Ada").code == 0
    assert run("dismiss", id, "--by", "Bea", "--note", "Known").code == 0
    assert json.loads(run("--state", "closed", "--json").out)[0]["closed_reason"] == "dismissed"
    assert run("reopen", id, "--by", "Bea", "--note", "Unknown after all").code == 0


def test_events_after_a_number_are_lines_for_programs(run: Run) -> None:
    (line,) = run("--since", "0", "--organisation", "Garage Ltd", "--json").out.splitlines()
    event = json.loads(line)
    assert (event["sequence"], event["event"]) == (1, "created")
    assert run("--since", "1", "--json").out == ""
    assert "created" in run("--since", "0").out


def test_a_refusal_is_one_plain_failure_with_everything_that_is_wrong(run: Run) -> None:
    (task,) = json.loads(run("--json").out)
    ran = run("answer", task["task_id"], "--account", "469", "--file", "gone.pdf", "--by", "Ada")
    assert ran.code == 1
    assert "is itself watched" in ran.err
    assert "There is no file 'gone.pdf'" in ran.err
    nobody = run("--organisation", "Nobody Ltd")
    assert (nobody.code, "There is no organisation 'Nobody Ltd'" in nobody.err) == (1, True)
    unanswered = run("approve", task["task_id"], "--by", "Bea").err
    assert f"Answer it first.\nxero-pipeline tasks answer {task['task_id'][:8]}" in unanswered


@pytest.mark.parametrize(
    "words",
    [
        ("answer", "x", "--by", "Ada", "--line", "493"),
        ("answer", "x", "--by", "Ada", "--line", "one=493"),
        ("answer", "x", "--by", "Ada", "--tracking", "North"),
        ("approve", "x"),
    ],
    ids=" ".join,
)
def test_wrong_use_ends_with_two(run: Run, words: tuple[str, ...]) -> None:
    assert run(*words).code == 2


def test_nothing_attached_and_nobody_to_deliver_to_is_said(run: Run) -> None:
    (task,) = json.loads(run("--json").out)
    assert "No file is attached in Xero" in run("attachments", task["task_id"]).out
    nobody = run("deliver")
    assert (nobody.code, "XERO_TASK_WEBHOOK_URL is not set" in nobody.err) == (1, True)
