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
from xero_pipeline.connections import Connections
from xero_pipeline.sync import Depth
from xero_pipeline.xero import ENDPOINTS, REPORTS

WANTED_FRESHNESS = timedelta(minutes=15)
"""Bank transactions have no webhook at Xero: asking this often is how they become known."""

_KEPT_FOR_PEOPLE = 0.1
"""Of the day's calls the scheduler leaves these to people who look something up or connect."""

_CALLS_AN_INCREMENT = 1 + sum(endpoint.modified_since for endpoint in ENDPOINTS)
_CALLS_A_NIGHT = len(ENDPOINTS) + len(REPORTS) + 1

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
    plannable = round(pipeline.settings().daily_call_limit * (1 - _KEPT_FOR_PEOPLE))
    freshness = affordable_freshness(
        WANTED_FRESHNESS, _CALLS_AN_INCREMENT, plannable - _CALLS_A_NIGHT
    )
    asked = _ASKED.validate_json(context.cursor or "{}")
    with pipeline.connections() as connections:
        candidates = _candidates(connections, plannable, now, asked)
    busy = in_progress(context.instance)
    changes = partition_changes(
        {each.organisation for each in candidates},
        context.instance.get_dynamic_partitions(ORGANISATION_PARTITIONS_NAME),
        busy,
    )
    waiting = due(candidates, now, freshness, calls_a_sync=_CALLS_AN_INCREMENT, in_progress=busy)
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


def _candidates(
    connections: Connections, plannable: int, now: datetime, asked: Mapping[str, datetime]
) -> list[Candidate]:
    used = {
        each.organisation_id: each.calls for each in connections.usage() if each.day == now.date()
    }
    return [
        Candidate(
            organisation=each.organisation_key,
            is_healthy=each.may_sync,
            last_sync_at=each.last_sync_at,
            calls_left=plannable - used.get(each.organisation_id, 0),
            resume_at=each.resume_at,
            last_asked_at=_unanswered(asked.get(each.organisation_key), each.last_sync_at),
        )
        for each in connections.connections()
    ]


def _unanswered(asked_at: datetime | None, last_sync_at: datetime | None) -> datetime | None:
    is_answered = asked_at and last_sync_at and last_sync_at >= asked_at
    return None if is_answered else asked_at
