"""The event log that keeps its databases open holds what Dagster's own would, in the same files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log.sqlite import SqliteEventLogStorage

from xero_pipeline.automation.event_log import PooledSqliteEventLogStorage
from xero_pipeline.automation.instance import dagster_instance
from xero_pipeline.settings import Settings


@dg.asset
def ledger() -> dg.MaterializeResult[None]:
    return dg.MaterializeResult(metadata={"rows": 3})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(XERO_PIPELINE_HOME=tmp_path)


@pytest.fixture
def instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """As the pipeline's own `dagster.yaml` makes it."""
    with dagster_instance(settings) as instance:
        yield instance


def run_in(instance: dg.DagsterInstance) -> str:
    result = dg.materialize([ledger], instance=instance)
    assert result.success
    return result.run_id


def history(settings: Settings) -> str:
    return str(settings.home / "dagster" / "history" / "runs")


@contextmanager
def dagsters_own(settings: Settings) -> Iterator[SqliteEventLogStorage]:
    storage = SqliteEventLogStorage(history(settings))
    yield storage
    storage.dispose()


def open_databases(settings: Settings) -> set[str]:
    """The files of the history that this process has open."""
    descriptors = (each.resolve() for each in Path("/proc/self/fd").iterdir())
    return {each.name for each in descriptors if history(settings) in str(each)}


def test_the_pipelines_dagster_uses_it(instance: dg.DagsterInstance) -> None:
    assert isinstance(instance.event_log_storage, PooledSqliteEventLogStorage)


def test_dagsters_own_class_reads_what_it_wrote(
    instance: dg.DagsterInstance, settings: Settings
) -> None:
    run_id = run_in(instance)
    written = list(instance.event_log_storage.get_logs_for_run(run_id))
    with dagsters_own(settings) as storage:
        assert list(storage.get_logs_for_run(run_id)) == written
        materialised = storage.get_latest_materialization_events([ledger.key])
    assert materialised == instance.get_latest_materialization_events([ledger.key])
    assert any(entry.is_dagster_event for entry in written)


def test_it_reads_what_dagsters_own_class_wrote(
    instance: dg.DagsterInstance, settings: Settings
) -> None:
    run_id = run_in(instance)
    template = list(instance.event_log_storage.get_logs_for_run(run_id))
    with dagsters_own(settings) as storage:
        for entry in template:
            storage.store_event(entry._replace(run_id="another"))
        expected = list(storage.get_logs_for_run("another"))
    assert list(instance.event_log_storage.get_logs_for_run("another")) == expected
    assert len(expected) == len(template)


def test_a_wiped_log_is_empty_and_can_be_written_again(instance: dg.DagsterInstance) -> None:
    before = run_in(instance)
    instance.event_log_storage.wipe()
    assert list(instance.event_log_storage.get_logs_for_run(before)) == []
    after = run_in(instance)
    assert list(instance.event_log_storage.get_logs_for_run(after)) != []
    assert instance.get_latest_materialization_event(ledger.key) is not None


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_the_files_of_old_runs_are_closed(instance: dg.DagsterInstance, settings: Settings) -> None:
    storage = instance.event_log_storage
    assert isinstance(storage, PooledSqliteEventLogStorage)
    for number in range(10):
        with storage.run_connection(f"run-{number}"):
            pass
    databases = {name for name in open_databases(settings) if name.endswith(".db")}
    assert "run-9.db" in databases
    assert "run-0.db" not in databases
    storage.dispose()
    assert open_databases(settings) == set()
