"""What runs because something happened."""

from datetime import UTC, datetime, timedelta

import dagster as dg

from xero_pipeline.assets.keys import ORGANISATION_PARTITIONS, ORGANISATION_PARTITIONS_NAME
from xero_pipeline.assets.resources import Pipeline
from xero_pipeline.automation.due import (
    Candidate,
    affordable_freshness,
    due,
    partition_changes,
)
from xero_pipeline.automation.jobs import REFRESH
from xero_pipeline.xero import ENDPOINTS, REPORTS

WANTED_FRESHNESS = timedelta(minutes=15)
"""Bank transactions have no webhook at Xero: asking this often is how they become known."""

CALLS_A_SYNC = len(ENDPOINTS) + len(REPORTS) + 1
"""One per endpoint and report, and one for part-settled invoices."""

_NOTHING_CONNECTED = "No organisation is connected yet: run `xero-pipeline connect`."
_PARTITION_TAG = "dagster/partition"
_UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


@dg.sensor(
    job=REFRESH,
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def incremental_refresh(context: dg.SensorEvaluationContext, pipeline: Pipeline) -> dg.SensorResult:
    """Keep partitions equal to connections, and refresh the organisations that are due."""
    now = datetime.now(UTC)
    with pipeline.connections() as connections:
        known = connections.connections()
    busy = _in_progress(context.instance)
    changes = partition_changes(
        {each.organisation_key for each in known},
        context.instance.get_dynamic_partitions(ORGANISATION_PARTITIONS_NAME),
        busy,
    )
    candidates = [
        Candidate(each.organisation_key, each.may_sync, each.last_sync_at, each.resume_at)
        for each in known
    ]
    freshness = affordable_freshness(
        WANTED_FRESHNESS, CALLS_A_SYNC, pipeline.settings().daily_call_limit
    )
    waiting = due(candidates, now, freshness, in_progress=busy)
    return dg.SensorResult(
        run_requests=[refresh_request(organisation, now, freshness) for organisation in waiting],
        skip_reason=None if known else dg.SkipReason(_NOTHING_CONNECTED),
        dynamic_partitions_requests=[
            ORGANISATION_PARTITIONS.build_add_request(changes.to_add),
            ORGANISATION_PARTITIONS.build_delete_request(changes.to_delete),
        ],
    )


def _in_progress(instance: dg.DagsterInstance) -> set[str]:
    runs = instance.get_runs(dg.RunsFilter(statuses=_UNFINISHED))
    return {run.tags[_PARTITION_TAG] for run in runs if _PARTITION_TAG in run.tags}


def refresh_request(organisation: str, now: datetime, freshness: timedelta) -> dg.RunRequest:
    """The slot of time is in the key: asked for once in it, and again in the next one should the
    run have failed."""
    slot = int(now.timestamp() // freshness.total_seconds())
    return dg.RunRequest(run_key=f"{organisation}:{slot}", partition_key=organisation)
