"""What runs by the clock."""

from collections.abc import Iterator

import dagster as dg

from xero_pipeline.assets.keys import ORGANISATION_PARTITIONS_NAME
from xero_pipeline.automation.batches import extraction_config, run_requests
from xero_pipeline.automation.jobs import RECONCILE, REFRESH
from xero_pipeline.sync import Depth

Requests = Iterator[dg.RunRequest | dg.SkipReason]

_NOTHING_CONNECTED = "No organisation is connected yet: run `xero-pipeline connect`."


@dg.schedule(
    job=REFRESH, cron_schedule="30 2 * * *", default_status=dg.DefaultScheduleStatus.RUNNING
)
def nightly(context: dg.ScheduleEvaluationContext) -> Requests:
    """Every organisation once a night, whatever the day brought: one run, which publishes once."""
    if not _organisations(context):
        yield dg.SkipReason(_NOTHING_CONNECTED)
        return
    yield dg.RunRequest(
        run_key=f"{Depth.NIGHTLY.value}:{_day(context)}",
        run_config=extraction_config([], Depth.NIGHTLY),
    )


@dg.schedule(
    job=RECONCILE, cron_schedule="0 4 * * 0", default_status=dg.DefaultScheduleStatus.RUNNING
)
def weekly_reconcile(context: dg.ScheduleEvaluationContext) -> Requests:
    """Everything again once a week: finds what Xero does not announce (due dates of part-paid
    invoices, contact balances). In batches, since reading all books takes hours."""
    organisations = _organisations(context)
    if not organisations:
        yield dg.SkipReason(_NOTHING_CONNECTED)
    yield from run_requests(organisations, Depth.FULL, _day(context))


def _organisations(context: dg.ScheduleEvaluationContext) -> list[str]:
    return list(context.instance.get_dynamic_partitions(ORGANISATION_PARTITIONS_NAME))


def _day(context: dg.ScheduleEvaluationContext) -> str:
    """In the keys of runs, so that a tick repeated after a crash asks for none of them twice."""
    return f"{context.scheduled_execution_time:%Y-%m-%d}"
