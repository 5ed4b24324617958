"""What runs by the clock: by each organisation's own."""

from collections.abc import Iterator
from datetime import UTC

import dagster as dg

from xero_pipeline.assets.resources import Pipeline
from xero_pipeline.automation.batches import in_progress, last_asked, one_run, run_requests
from xero_pipeline.automation.candidates import candidates
from xero_pipeline.automation.jobs import RECONCILE, REFRESH
from xero_pipeline.automation.nights import NIGHT, WEEK, LocalHour, whose_hour_has_come
from xero_pipeline.sync import Depth, calls_without_changes

Requests = Iterator[dg.RunRequest | dg.SkipReason]

_EVERY_HALF_HOUR = "*/30 * * * *"
_NOTHING_CONNECTED = "No organisation is connected yet: run `xero-pipeline connect`."
_NOT_YET = "For none of the {} connected organisations the hour has come since the last look."


@dg.schedule(
    job=REFRESH,
    cron_schedule=_EVERY_HALF_HOUR,
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def nightly(context: dg.ScheduleEvaluationContext, pipeline: Pipeline) -> Requests:
    """At 02:30 of each organisation's own clock, what Xero changes in silence too.

    One run for all whose night it is, which publishes once.
    """
    yield from _requests(context, pipeline, "nightly", NIGHT, Depth.NIGHTLY)


@dg.schedule(
    job=RECONCILE,
    cron_schedule=_EVERY_HALF_HOUR,
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def weekly_reconcile(context: dg.ScheduleEvaluationContext, pipeline: Pipeline) -> Requests:
    """Everything again on Sundays at 04:00 of each organisation's own clock: finds what Xero does
    not announce (due dates of part-paid invoices, contact balances). In batches, since reading all
    books takes hours."""
    yield from _requests(context, pipeline, "weekly_reconcile", WEEK, Depth.FULL)


def _requests(
    context: dg.ScheduleEvaluationContext,
    pipeline: Pipeline,
    schedule: str,
    hour: LocalHour,
    depth: Depth,
) -> Requests:
    """Those that a run reads at this moment, or that have no calls left, wait for the next tick."""
    now = context.scheduled_execution_time.astimezone(UTC)
    known = candidates(pipeline)
    busy = in_progress(context.instance)
    calls = calls_without_changes(depth, pipeline.settings().aged_contacts)
    free = [
        each for each in known if each.organisation not in busy and each.may_be_asked(now, calls)
    ]
    asked = last_asked(context.instance, schedule)
    chosen = whose_hour_has_come(hour, free, asked, now)
    if not chosen:
        yield dg.SkipReason(_NOT_YET.format(len(known)) if known else _NOTHING_CONNECTED)
    elif depth is Depth.FULL:
        yield from run_requests(chosen, depth, now)
    else:
        yield one_run(chosen, depth, now)
