"""What is told to people: connections that need them, stale books, spent budgets, failed runs."""

from collections.abc import Sequence
from contextlib import closing

import dagster as dg

from xero_pipeline.alerts import (
    AlertBook,
    AlertDesk,
    Channels,
    Condition,
    Kind,
    Told,
    observe,
)
from xero_pipeline.assets import connection_check
from xero_pipeline.assets.deliveries import IS_RECORDED
from xero_pipeline.assets.resources import Pipeline
from xero_pipeline.automation.causes import cause
from xero_pipeline.automation.jobs import RECONCILE, REFRESH
from xero_pipeline.automation.tidying import tidy_job

_OF_CONNECTIONS = (Kind.CONNECTION, Kind.STALE, Kind.BUDGET)
_NOTHING_NEW = "Nothing new to tell: {} open."
_WILL_RETRY_TAG = "dagster/will_retry"


@dg.sensor(minimum_interval_seconds=60, default_status=dg.DefaultSensorStatus.RUNNING)
def reconnect_alerts(context: dg.SensorEvaluationContext, pipeline: Pipeline) -> dg.SensorResult:
    """One alert when a connection starts to need a person, reminders, one all-clear.

    Also for books that were not read for too long, and for calls that run out.
    """
    with pipeline.connections() as connections:
        present = observe(connections, pipeline.settings(), pipeline.clock().now())
    told = _look(pipeline, present, _OF_CONNECTIONS)
    if not told.told and not told.failed:
        return dg.SensorResult(skip_reason=dg.SkipReason(_NOTHING_NEW.format(len(present))))
    return dg.SensorResult(asset_events=[connection_check.evaluation(present)])


@dg.run_failure_sensor(
    monitored_jobs=[REFRESH, RECONCILE, tidy_job],
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def run_failure_alerts(context: dg.RunFailureSensorContext, pipeline: Pipeline) -> None:
    """One alert when a job starts to fail.

    Not for what the alerts about its connections tell, nor for a run that Dagster starts again.
    """
    if _is_told_by_connections(context) or _is_retried(context):
        return
    job, run_id = context.dagster_run.job_name, context.dagster_run.run_id
    failed = Condition(
        Kind.RUN_FAILED,
        job,
        f"The job {job} failed",
        f"Run {run_id[:8]} of {job} failed: {_reason(context)} "
        "Figures stay as the last good run published them.",
        "Look at the run in the Dagster UI; the next one starts by itself.",
    )
    _look(pipeline, [*_failing(pipeline, other_than=job), failed], [Kind.RUN_FAILED])


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    monitored_jobs=[REFRESH, RECONCILE, tidy_job],
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def run_recovery_alerts(context: dg.RunStatusSensorContext, pipeline: Pipeline) -> None:
    """The all-clear when a job that failed succeeds again."""
    still = _failing(pipeline, other_than=context.dagster_run.job_name)
    _look(pipeline, still, [Kind.RUN_FAILED])


def _look(pipeline: Pipeline, present: Sequence[Condition], kinds: Sequence[Kind]) -> Told:
    settings = pipeline.settings()
    with closing(AlertBook.open(settings)) as book:
        desk = AlertDesk(book, Channels(settings.alert_urls), pipeline.clock())
        return desk.look(present, kinds)


def _failing(pipeline: Pipeline, other_than: str) -> list[Condition]:
    """The jobs that are known to fail, without this one."""
    with closing(AlertBook.open(pipeline.settings())) as book:
        known = [alert.condition for alert in book.open_alerts()]
    return [each for each in known if each.kind is Kind.RUN_FAILED and each.subject != other_than]


def _is_told_by_connections(context: dg.RunFailureSensorContext) -> bool:
    """Every step that failed did so for reasons that stand in the state of the connections."""
    described = [
        event.step_failure_data.user_failure_data for event in context.get_step_failure_events()
    ]
    return bool(described) and all(
        each is not None and IS_RECORDED in each.metadata for each in described
    )


def _is_retried(context: dg.RunFailureSensorContext) -> bool:
    return context.dagster_run.tags.get(_WILL_RETRY_TAG) == "true"


def _reason(context: dg.RunFailureSensorContext) -> str:
    """Of the first step that failed; none has when the run's own process died."""
    failed = context.get_step_failure_events()
    return cause(failed[0].step_failure_data) if failed else context.failure_event.message or ""
