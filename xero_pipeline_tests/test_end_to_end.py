"""Connect, extract, land, load, model, check, publish: once fully and once incrementally, over
HTTP, through Dagster, against the ground truth."""

from __future__ import annotations

import datetime as dt
import operator
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
import requests
from tenacity import (
    Retrying,
    retry_if_exception_type,
    retry_if_result,
    stop_after_delay,
    wait_fixed,
)
from typer.testing import CliRunner

from xero_pipeline.automation import Outcome, refresh_in_process
from xero_pipeline.cli import app
from xero_pipeline.connections import Connection
from xero_pipeline.demo.proof import Proof, prove
from xero_pipeline.sandbox.events import ContactAdded
from xero_pipeline.sandbox.serve import RunningSandbox
from xero_pipeline.settings import Settings
from xero_pipeline.sync import Depth
from xero_pipeline.warehouse import ModelGraph
from xero_pipeline.xero import ENDPOINTS, REPORTS
from xero_pipeline_tests.conftest import DEMO, DEMO_START, SandboxFactory
from xero_pipeline_tests.connected import connect_both, environment
from xero_pipeline_tests.documents import DOCS, ROOT, answers, shell_queries, unexplained
from xero_pipeline_tests.studio import free_port

pytestmark = pytest.mark.long

ALL_SOURCES = len(ENDPOINTS) + len(REPORTS)


@dataclass(frozen=True)
class Refresh:
    """One refresh of both organisations, and what there was to see right after it."""

    outcome: Outcome
    proof: Proof
    requests: list[dict[str, Any]]
    snapshot: Path


@dataclass(frozen=True)
class Pipeline:
    sandbox: RunningSandbox
    settings: Settings
    agency: Connection
    client: Connection

    def refresh(self) -> Refresh:
        self.sandbox.control.clear_requests()
        outcome = refresh_in_process(
            self.settings, [self.agency.organisation_key, self.client.organisation_key]
        )
        asked = self.sandbox.control.requests()
        with duckdb.connect(self.settings.published_database, read_only=True) as published:
            proof = prove(published, DEMO.seed or 0, DEMO_START)
        return Refresh(outcome, proof, asked, self.settings.published_database.resolve())

    def published(self, sql: str) -> list[Any]:
        with duckdb.connect(self.settings.published_database, read_only=True) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def pipeline(
    sandbox_factory: SandboxFactory, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pipeline]:
    home = tmp_path_factory.mktemp("home")
    sandbox = sandbox_factory(
        replace(DEMO, redirect_uris=(f"http://localhost:{free_port()}/callback",))
    )
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(sandbox, home).items():
            patch.setenv(name, value)
        settings = Settings()
        yield Pipeline(sandbox, settings, *connect_both(sandbox, settings))


@pytest.fixture(scope="module")
def first(pipeline: Pipeline) -> Refresh:
    return pipeline.refresh()


@pytest.fixture(scope="module")
def second(pipeline: Pipeline, first: Refresh) -> Refresh:
    """A day later."""
    pipeline.sandbox.control.advance(dt.timedelta(days=1))
    return pipeline.refresh()


def test_the_first_refresh_publishes(first: Refresh) -> None:
    assert first.outcome == Outcome(problems=(), is_published=True)


def test_every_mart_equals_the_ground_truth_to_the_cent(first: Refresh) -> None:
    assert first.proof.differences == ()
    assert set(first.proof.figures) >= {
        "ar_aging_documents",
        "ar_aging_summary",
        "ap_aging_documents",
        "ap_aging_summary",
        "overdue_risk",
        "mrr_customers",
        "mrr_movements",
        "mrr_monthly",
        "mrr_cohorts",
        "cash_balances",
        "cash_balances_history",
        "cash_flow_monthly",
        "runway",
        "client_tasks",
    }
    assert all(figures > 0 for figures in first.proof.figures.values())


def test_every_query_in_the_docs_is_answered(pipeline: Pipeline, first: Refresh) -> None:
    with duckdb.connect(first.snapshot, read_only=True) as published:
        told = list(answers(published, DOCS / "queries.md"))
        told_by_command = [
            published.sql(sql).fetchall() for sql in shell_queries(ROOT / "README.md")
        ]
    assert len(told) >= 20
    assert [answer.query.title for answer in told if not answer.rows] == []
    assert told_by_command and all(told_by_command)


def test_every_figure_is_explained_by_its_documents_rows_and_pages(
    pipeline: Pipeline, first: Refresh
) -> None:
    """Parts add up to their figure, down to what Xero sent: docs/why.md."""
    with duckdb.connect(first.snapshot, read_only=True) as published:
        assert unexplained(published, pipeline.settings.home) == []


def test_a_full_sync_asks_each_endpoint_once_per_thousand_rows(
    pipeline: Pipeline, first: Refresh
) -> None:
    """And no report or endpoint besides."""
    pages = {
        "Invoices": 2,
        "Payments": 2,
        "BankTransactions": 2,
    }
    asked = [
        request["path"].removeprefix("/api.xro/2.0/")
        for request in first.requests
        if request["tenant"] == pipeline.agency.organisation_id
    ]
    counted = {path: asked.count(path) for path in set(asked)}
    sources = [*(e.path for e in ENDPOINTS), *(r.path for r in REPORTS)]
    assert counted == {path: pages.get(path, 1) for path in sources}


def test_only_get_ever_reaches_the_api(first: Refresh) -> None:
    assert {r["method"] for r in first.requests if r["path"].startswith("/api.xro/")} == {"GET"}


def test_a_day_later_only_what_changed_is_read(second: Refresh, pipeline: Pipeline) -> None:
    assert second.outcome == Outcome(problems=(), is_published=True)
    answered = [r for r in second.requests if r["tenant"] and r["status"] == 200]
    part_settled = [r for r in answered if "IDs=" in r["query"]]
    of_contacts = [r for r in answered if "ByContact" in r["path"]]
    of_tasks = [r for r in answered if r["path"].endswith("/Attachments")]
    listings = len(answered) - len(part_settled) - len(of_contacts) - len(of_tasks)
    assert listings == 2 * ALL_SOURCES
    assert len(part_settled) <= 2
    assert 0 < len(of_contacts) <= 2 * 2 * pipeline.settings.aged_contacts
    ((with_files,),) = pipeline.published(
        "select count(*) from marts.client_tasks where has_attachments"
    )
    assert 0 < len(of_tasks) <= with_files, "one call a document, of tasks alone"
    ((changed, received),) = pipeline.published(
        """
        select sum(rows_changed), sum(rows_received)
        from ops.syncs
        where modified_since is not null
        """
    )
    assert 0 < changed <= received < 100


def test_a_day_later_the_marts_equal_the_ground_truth_of_that_day(second: Refresh) -> None:
    assert second.proof.differences == ()


def test_the_first_snapshot_is_kept_beside_the_second(first: Refresh, second: Refresh) -> None:
    assert first.snapshot.exists()
    assert first.snapshot != second.snapshot


def test_no_secret_is_in_anything_that_is_published_landed_or_logged(
    pipeline: Pipeline, second: Refresh
) -> None:
    secrets = [pipeline.settings.client_secret.get_secret_value().encode()]  # type: ignore[union-attr]
    secrets += [b"Bearer ", b"refresh_token"]
    home = pipeline.settings.home
    places = [second.snapshot, *home.glob("dagster/**/*"), *home.glob("landing/**/*")]
    files = [place for place in places if place.is_file()]
    assert len(files) > 50
    assert not [(file, s) for file in files for s in secrets if s in file.read_bytes()]


def test_a_failed_check_leaves_the_last_good_snapshot_in_place(
    pipeline: Pipeline, second: Refresh
) -> None:
    with duckdb.connect(pipeline.settings.build_database) as build:
        build.execute("insert into raw.invoices from raw.invoices limit 1")
    outcome = refresh_in_process(pipeline.settings, [pipeline.agency.organisation_key])
    assert not outcome.is_published
    assert "staging/invoices" in " ".join(outcome.problems)
    assert pipeline.settings.published_database.resolve() == second.snapshot


def test_a_rebuild_mends_it_from_the_landed_pages_without_a_call(
    pipeline: Pipeline, second: Refresh
) -> None:
    """After the duplicate row above; tasks keep their ids, versions and history."""
    pipeline.sandbox.control.clear_requests()

    ended = CliRunner().invoke(app, ["rebuild"])

    assert (ended.exit_code, pipeline.sandbox.control.requests()) == (0, [])
    rebuilt = pipeline.settings.published_database.resolve()
    assert rebuilt != second.snapshot
    with duckdb.connect(rebuilt, read_only=True) as published:
        assert prove(published, DEMO.seed or 0, DEMO_START).differences == ()
        published.execute(f"attach '{second.snapshot}' as earlier (read_only)")
        for table in ("snapshots.task_documents", "marts.client_tasks", "marts.client_task_events"):
            for one, other in ((table, f"earlier.{table}"), (f"earlier.{table}", table)):
                assert published.sql(f"from {one} except from {other}").fetchall() == []


def test_an_increment_rebuilds_who_changed_and_leaves_what_a_whole_build_would(
    pipeline: Pipeline, second: Refresh, tmp_path: Path
) -> None:
    control, known = pipeline.sandbox.control, [pipeline.agency, pipeline.client]
    control.advance(dt.timedelta(minutes=15))
    control.apply("client", [ContactAdded(control.now(), "newcomer", "Newcomer Limited")])

    keys = [each.organisation_key for each in known]
    outcome = refresh_in_process(pipeline.settings, keys, depth=Depth.INCREMENT)

    assert outcome == Outcome(problems=(), is_published=True)
    copy = shutil.copy(pipeline.settings.build_database, tmp_path / "copy.duckdb")
    with duckdb.connect(copy) as build:
        newest = "select organisation_id::varchar from ops.builds order by number desc limit 1"
        assert build.sql(newest).fetchall() == [(pipeline.client.organisation_id,)]
        after_the_increment = _contents(build)
        ModelGraph.discover().build(build)
        assert after_the_increment == _contents(build)


def _contents(warehouse: duckdb.DuckDBPyConnection) -> dict[str, object]:
    """Every table of the models as a number of rows and a digest of them."""
    tables = warehouse.sql(
        "select schema_name || '.' || table_name from duckdb_tables() "
        "where schema_name in ('staging', 'intermediate', 'snapshots', 'marts')"
    ).fetchall()
    assert len(tables) > 80
    return {
        table: warehouse.sql(f"select count(*), bit_xor(hash(t)) from {table} as t").fetchone()
        for (table,) in tables
    }


def test_a_partition_is_materialised_from_the_ui(pipeline: Pipeline, second: Refresh) -> None:
    """Through the webserver's own GraphQL API, as the Materialize button does."""
    with _dagster_dev() as url:
        launched = _graphql(
            url,
            """
            mutation ($params: ExecutionParams!) {
              launchPipelineExecution(executionParams: $params) {
                __typename
                ... on LaunchRunSuccess { run { runId } }
                ... on PythonError { message }
              }
            }
            """,
            {
                "params": {
                    "selector": {
                        "repositoryLocationName": "xero_pipeline.definitions",
                        "repositoryName": "__repository__",
                        "pipelineName": "__ASSET_JOB",
                        "assetSelection": [{"path": ["xero", "contacts"]}],
                        "assetCheckSelection": [],
                    },
                    "mode": "default",
                    "executionMetadata": {
                        "tags": [
                            {"key": "dagster/partition", "value": pipeline.client.organisation_key}
                        ]
                    },
                }
            },
        )["launchPipelineExecution"]
        assert launched["__typename"] == "LaunchRunSuccess", launched
        run_id = launched["run"]["runId"]
        _wait_for(lambda: _status(url, run_id) in ("SUCCESS", "FAILURE", "CANCELED"))
        assert _status(url, run_id) == "SUCCESS"


def _status(url: str, run_id: str) -> str:
    query = "query ($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"
    return str(_graphql(url, query, {"id": run_id})["runOrError"]["status"])


def _graphql(url: str, query: str, variables: dict[str, Any]) -> dict[str, Any]:
    body = {"query": query, "variables": variables}
    answer = requests.post(f"{url}/graphql", json=body, timeout=60).json()
    assert "errors" not in answer, answer
    return dict(answer["data"])


@contextmanager
def _dagster_dev() -> Iterator[str]:
    """`dagster dev` as the README starts it: webserver, daemon and code server."""
    port = free_port()
    dagster = Path(sys.executable).with_name("dagster")
    command = [
        str(dagster),
        "dev",
        "--module-name",
        "xero_pipeline.definitions",
        "--port",
        str(port),
    ]
    # Told to end, it does as with Ctrl-C: nothing, where a shell runs the tests in the background.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    signal.signal(signal.SIGINT, before)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(lambda: requests.get(f"{url}/server_info", timeout=1).ok)
        yield url
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


def _wait_for(condition: Callable[[], object]) -> None:
    attempts = Retrying(
        stop=stop_after_delay(120),
        wait=wait_fixed(0.2),
        retry=retry_if_exception_type(requests.RequestException) | retry_if_result(operator.not_),
    )
    attempts(condition)
