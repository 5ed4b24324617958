"""Every state that a connection can be in, reached over HTTP and printed as a person sees it.

docs/connection-states.md is what these tests print. After a change, write it anew with
`RECORD=1 pytest xero_pipeline_tests/connections/test_states.py`.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from xero_pipeline.cli.connection_views import WIDTH, connections_table, what_to_do
from xero_pipeline.connections import Connection, Status
from xero_pipeline.sandbox.serve import RunningSandbox, SandboxSettings, start
from xero_pipeline.xero import XeroError
from xero_pipeline_tests.connections.conftest import NOW, free_port
from xero_pipeline_tests.connections.situations import (
    REFUSALS,
    SITUATIONS,
    Refusal,
    Situation,
    Stage,
    books,
)
from xero_pipeline_tests.xero.double import TestClock

DOCUMENT = Path(__file__).parents[2] / "docs" / "connection-states.md"
HEAD = """# What can befall a connection

Each of these was brought about at the sandbox, over HTTP, and printed as `xero-pipeline
connections list` prints it. Where Xero's answer does not let one cause be told from another, the
sentence names all that it can be. The tests hold this page to what is printed.
"""


@pytest.fixture(scope="module")
def demo_and_others() -> Iterator[RunningSandbox]:
    redirect_uri = f"http://localhost:{free_port()}/callback"
    with start(SandboxSettings(until=NOW, redirect_uris=(redirect_uri,)), books) as sandbox:
        yield sandbox


@pytest.fixture
def stage(demo_and_others: RunningSandbox, tmp_path: Path) -> Stage:
    demo_and_others.control.reset()
    return Stage(demo_and_others, tmp_path / "home", TestClock(NOW))


@pytest.fixture(scope="module")
def told() -> Iterator[dict[str, str]]:
    """What each situation printed, for the document."""
    sections: dict[str, str] = {}
    yield sections
    if os.environ.get("RECORD") and len(sections) == len(SITUATIONS) + len(REFUSALS):
        DOCUMENT.write_text(HEAD + "".join(sections.values()))


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda each: each.happens.__name__)
def test_what_befalls_a_connection_is_told_with_its_cause_and_the_next_step(
    stage: Stage, told: dict[str, str], situation: Situation
) -> None:
    situation.happens(stage)
    now = stage.connection()
    assert (now.status, now.status_cause) == (situation.status, situation.cause)
    assert now.needs_person == (now.status in (Status.NEEDS_RECONNECT, Status.MISCONFIGURED))
    told[situation.title] = section = state_section(situation, now)
    assert os.environ.get("RECORD") or section in DOCUMENT.read_text()


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda each: each.happens.__name__)
def test_what_is_refused_while_connecting_is_told_and_connects_nothing(
    stage: Stage, told: dict[str, str], refusal: Refusal
) -> None:
    with pytest.raises(XeroError) as refused:
        refusal.happens(stage)
    assert type(refused.value).__name__ == refusal.error
    told[refusal.title] = section = refusal_section(refusal, refused.value)
    assert os.environ.get("RECORD") or section in DOCUMENT.read_text()


def test_a_list_fits_into_100_columns(stage: Stage) -> None:
    SITUATIONS[2].happens(stage)
    assert max(len(line) for line in printed(stage.connection()).splitlines()[:5]) <= 100


def state_section(situation: Situation, connection: Connection) -> str:
    cause = f", {connection.status_cause}" if connection.status_cause else ""
    return (
        f"\n## {situation.title}\n\nXero answers: {situation.answer}. "
        f"State: `{connection.status}{cause}`.\n\n```\n{printed(connection)}```\n"
    )


def refusal_section(refusal: Refusal, error: XeroError) -> str:
    return f"\n## While connecting: {refusal.title}\n\n```\n{error.what}\n{error.next_step}\n```\n"


def printed(connection: Connection) -> str:
    console = Console(file=io.StringIO(), width=WIDTH)
    console.print(connections_table([connection], {}))
    if connection.status is not Status.HEALTHY:
        console.print(what_to_do(connection), soft_wrap=True)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()
