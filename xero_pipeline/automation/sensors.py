"""What runs because something happened."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import dagster as dg
from pydantic import TypeAdapter

from xero_pipeline.assets.keys import ORGANISATION_PARTITIONS, ORGANISATION_PARTITIONS_NAME
from xero_pipeline.assets.resources import Pipeline
from xero_pipeline.automation.batches import in_progress, run_requests
from xero_pipeline.automation.due import (
    Candidate,
    affordable_freshness,
    due,
    partition_changes,
)
from xero_pipeline.automation.jobs import REFRESH
from xero_pipeline.connections import Connection
from xero_pipeline.connections.gateway import day_budget
from xero_pipeline.sync import Depth, calls_without_changes
from xero_pipeline.xero import Asker, DayBudget

WANTED_FRESHNESS = timedelta(minutes=15)
"""Bank transactions have no webhook at Xero: asking this often is how they become known."""

_CALLS_AN_INCREMENT = calls_without_changes(Depth.INCREMENT)

_ASKED = TypeAdapter(dict[str, datetime])
"""The sensor's cursor: organisations that a run was asked for, and that none has read since."""

_NOTHING_CONNECTED = "No organisation is connected yet: run `xero-pipeline connect`."


@dg.sensor(
    job=REFRESH,
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def incremental_refresh(context: dg.SensorEvaluationContext, pipeline: Pipeline) -> dg.SensorResult:
    """Keep partitions equal to connections, and refresh the organisations that are due."""
    now = datetime.now(UTC)
    freshness = _affordable(day_budget(pipeline.settings()))
    asked = _ASKED.validate_json(context.cursor or "{}")
    busy = in_progress(context.instance)
    with pipeline.connections() as connections:
        candidates = [_candidate(each, asked) for each in connections.connections()]
        waiting = [
            organisation
            for organisation in due(candidates, now, freshness, in_progress=busy)
            if connections.calls_left(organisation, Asker.SCHEDULE) >= _CALLS_AN_INCREMENT
        ]
    changes = partition_changes(
        {each.organisation for each in candidates},
        context.instance.get_dynamic_partitions(ORGANISATION_PARTITIONS_NAME),
        busy,
    )
    asked = {
        each.organisation: each.last_asked_at for each in candidates if each.last_asked_at
    } | dict.fromkeys(waiting, now)
    return dg.SensorResult(
        run_requests=run_requests(waiting, Depth.INCREMENT, now.isoformat(timespec="minutes")),
        cursor=_ASKED.dump_json(asked).decode(),
        skip_reason=None if candidates else dg.SkipReason(_NOTHING_CONNECTED),
        dynamic_partitions_requests=[
            ORGANISATION_PARTITIONS.build_add_request(changes.to_add),
            ORGANISATION_PARTITIONS.build_delete_request(changes.to_delete),
        ],
    )


def _affordable(budget: DayBudget) -> timedelta:
    """Increments get what the nightly run and people leave of a day's calls."""
    calls_a_day = budget.of(Asker.SCHEDULE) - calls_without_changes(Depth.NIGHTLY)
    return affordable_freshness(WANTED_FRESHNESS, _CALLS_AN_INCREMENT, calls_a_day)


def _candidate(connection: Connection, asked: Mapping[str, datetime]) -> Candidate:
    asked_at, synced_at = asked.get(connection.organisation_key), connection.last_sync_at
    is_answered = asked_at is not None and synced_at is not None and synced_at >= asked_at
    return Candidate(
        organisation=connection.organisation_key,
        is_healthy=connection.may_sync,
        last_sync_at=synced_at,
        resume_at=connection.resume_at,
        last_asked_at=None if is_answered else asked_at,
    )
