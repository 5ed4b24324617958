"""What runs because a bookkeeper approved an answer."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta

import dagster as dg

from xero_pipeline.assets.resources import Pipeline
from xero_pipeline.automation.batches import in_progress, writeback_config
from xero_pipeline.automation.candidates import candidates
from xero_pipeline.automation.jobs import TASK_WRITEBACK
from xero_pipeline.automation.sensors import CALLS_AN_INCREMENT
from xero_pipeline.tasks import TaskRecords
from xero_pipeline.tasks.outlived import withdraw_outlived

AGAIN_AFTER = timedelta(minutes=10)
"""An answer that Xero could not be given is tried again so often: longer than Xero remembers what
it answered to the first attempt."""

_NOTHING_WAITS = "No answer of a client waits to be sent."


@dg.sensor(
    job=TASK_WRITEBACK,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def approved_answers(
    context: dg.SensorEvaluationContext, pipeline: Pipeline
) -> dg.RunRequest | dg.SkipReason:
    """Send the answers that were approved, where the consent covers it; take in those that another
    program handed in; withdraw those whose tasks have closed meanwhile."""
    settings = pipeline.settings()
    with pipeline.connections() as connections:
        writable = [each.organisation_id for each in connections.connections() if each.may_write]
    with closing(TaskRecords.open(settings)) as records:
        withdraw_outlived(settings, records, pipeline.clock())
        waiting = records.waiting(writable)
    if not waiting:
        return dg.SkipReason(_NOTHING_WAITS)
    now, busy = pipeline.clock().now(), in_progress(context.instance)
    free = {
        each.organisation_id: each.organisation
        for each in candidates(pipeline)
        if each.organisation not in busy and each.may_be_asked(now, CALLS_AN_INCREMENT)
    }
    chosen = {id: answers for id, answers in waiting.items() if id in free}
    if not chosen:
        return dg.SkipReason(_NOTHING_WAITS)
    return dg.RunRequest(
        run_key=run_key(chosen, now),
        run_config=writeback_config(sorted(free[id] for id in chosen)),
    )


def run_key(waiting: Mapping[str, Collection[int]], now: datetime) -> str:
    """The same while the same answers wait, for ten minutes: a run that could not send them is
    asked for again after that, one with others at once.

    Args:
        waiting: organisation id -> numbers of its answers.
        now: UTC.
    """
    numbers: Sequence[int] = sorted(number for each in waiting.values() for number in each)
    digest = hashlib.sha256(",".join(map(str, numbers)).encode()).hexdigest()[:16]
    return f"writeback:{int(now.timestamp() // AGAIN_AFTER.total_seconds())}:{digest}"
