"""What runs by the clock."""

from collections.abc import Iterator

import dagster as dg

from xero_pipeline.assets.keys import ORGANISATION_PARTITIONS_NAME
from xero_pipeline.automation.jobs import RECONCILE, REFRESH


def _one_run_each(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """A run per connected organisation; the day is in the key, so that a tick repeated after a
    crash asks for none of them twice."""
    organisations = context.instance.get_dynamic_partitions(ORGANISATION_PARTITIONS_NAME)
    if not organisations:
        yield dg.SkipReason("No organisation is connected yet: run `xero-pipeline connect`.")
    for organisation in organisations:
        day = f"{context.scheduled_execution_time:%Y-%m-%d}"
        yield dg.RunRequest(run_key=f"{organisation}:{day}", partition_key=organisation)


@dg.schedule(
    job=REFRESH, cron_schedule="30 2 * * *", default_status=dg.DefaultScheduleStatus.RUNNING
)
def nightly(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Every organisation once a night, whatever the day brought."""
    yield from _one_run_each(context)


@dg.schedule(
    job=RECONCILE, cron_schedule="0 4 * * 0", default_status=dg.DefaultScheduleStatus.RUNNING
)
def weekly_reconcile(
    context: dg.ScheduleEvaluationContext,
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Everything again once a week: finds what Xero does not announce (due dates of part-paid
    invoices, contact balances)."""
    yield from _one_run_each(context)
