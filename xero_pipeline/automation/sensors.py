"""What runs because time has passed since the last reading."""

from datetime import timedelta

import dagster as dg

from xero_pipeline.assets.keys import ORGANISATION_PARTITIONS, ORGANISATION_PARTITIONS_NAME
from xero_pipeline.assets.resources import Pipeline
from xero_pipeline.automation.batches import asked_for_since, in_progress, run_requests
from xero_pipeline.automation.candidates import candidates
from xero_pipeline.automation.due import affordable_freshness, due, partition_changes
from xero_pipeline.automation.jobs import REFRESH
from xero_pipeline.connections.gateway import day_budget
from xero_pipeline.settings import Settings
from xero_pipeline.sync import Depth, calls_without_changes
from xero_pipeline.xero import Asker

WANTED_FRESHNESS = timedelta(minutes=15)
"""Bank transactions have no webhook at Xero: asking this often is how they become known."""

CALLS_AN_INCREMENT = calls_without_changes(Depth.INCREMENT)

_NOTHING_CONNECTED = "No organisation is connected yet: run `xero-pipeline connect`."


@dg.sensor(
    job=REFRESH,
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def incremental_refresh(context: dg.SensorEvaluationContext, pipeline: Pipeline) -> dg.SensorResult:
    """Keep partitions equal to connections, and refresh the organisations that are due."""
    now = pipeline.clock().now()
    freshness = _affordable(pipeline.settings())
    known = candidates(pipeline)
    busy = in_progress(context.instance)
    asked_for = busy | asked_for_since(context.instance, now - freshness)
    waiting = due(known, now, freshness, CALLS_AN_INCREMENT, asked_for)
    changes = partition_changes(
        {each.organisation for each in known},
        context.instance.get_dynamic_partitions(ORGANISATION_PARTITIONS_NAME),
        busy,
    )
    return dg.SensorResult(
        run_requests=run_requests(waiting, Depth.INCREMENT, now),
        skip_reason=None if known else dg.SkipReason(_NOTHING_CONNECTED),
        dynamic_partitions_requests=[
            ORGANISATION_PARTITIONS.build_add_request(changes.to_add),
            ORGANISATION_PARTITIONS.build_delete_request(changes.to_delete),
        ],
    )


def _affordable(settings: Settings) -> timedelta:
    """Increments get what the nightly run and people leave of a day's calls."""
    a_night = calls_without_changes(Depth.NIGHTLY, settings.aged_contacts)
    calls_a_day = day_budget(settings).of(Asker.SCHEDULE) - a_night
    return affordable_freshness(WANTED_FRESHNESS, CALLS_AN_INCREMENT, calls_a_day)
