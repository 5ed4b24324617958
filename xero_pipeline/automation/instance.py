"""Dagster's own home below ours: run history, schedules, and the settings that suit one machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from xero_pipeline.settings import Settings

_DAGSTER_YAML = """\
# Written by xero-pipeline when missing; yours to edit.
telemetry: {enabled: false}
nux: {enabled: false}
python_logs: {managed_python_loggers: [xero_pipeline]}
concurrency:
  runs: {max_concurrent_runs: 4}
  pools: {default_limit: 1, granularity: op}
run_monitoring: {enabled: true}
# Failures in a step are classified by the pipeline itself; the daemon retries crashed workers only.
run_retries: {enabled: true, max_retries: 2, retry_on_asset_or_op_failure: false}
event_log_storage:
  module: xero_pipeline.automation.event_log
  class: PooledSqliteEventLogStorage
  config: {base_dir: "EVENTS"}
retention:
  schedule: {purge_after_days: 90}
  sensor: {purge_after_days: {skipped: 7, success: 30}}
"""


def ensure_dagster_home(settings: Settings) -> Path:
    """Dagster's home for these settings, with a `dagster.yaml` in it. Returns its path."""
    home = settings.home / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    configuration = home / "dagster.yaml"
    if not configuration.exists():
        configuration.write_text(_DAGSTER_YAML.replace("EVENTS", str(home / "history" / "runs")))
    return home


@contextmanager
def dagster_instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """The instance that the Dagster UI of the same home shows."""
    with dg.DagsterInstance.from_config(str(ensure_dagster_home(settings))) as instance:
        yield instance
