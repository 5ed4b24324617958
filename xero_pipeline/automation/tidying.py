"""Once a week old landed pages are put into few files, and quiet syncs are forgotten."""

from datetime import UTC, datetime

import dagster as dg

from xero_pipeline.assets.resources import Pipeline
from xero_pipeline.warehouse import Keeping, open_build_database, tidy
from xero_pipeline.warehouse.walks import QUIET_WALKS_KEPT, forget_quiet_walks


@dg.op
def tidy_landing(context: dg.OpExecutionContext, pipeline: Pipeline) -> None:
    """Archive and delete what the settings say; fail naming what is damaged, which stays."""
    settings = pipeline.settings()
    keeping = Keeping(settings.landing_keep_days, settings.landing_archive_days)
    tidied = tidy(pipeline.landing(), keeping, datetime.now(UTC))
    context.log.info(
        f"{tidied.archived:,} batches archived, {tidied.deleted:,} deleted; "
        f"{tidied.before.files:,} files are now {tidied.after.files:,}."
    )
    if tidied.damaged:
        listed = "\n".join(f"{damaged.file} ({damaged.reason})" for damaged in tidied.damaged)
        raise dg.Failure(
            f"Damaged landed pages:\n{listed}\n`xero-pipeline rebuild` says what to do.",
            allow_retries=False,
        )


@dg.op
def forget_quiet_syncs(context: dg.OpExecutionContext, pipeline: Pipeline) -> None:
    """What `ops.syncs` tells of old syncs that found nothing new."""
    with open_build_database(pipeline.settings().build_database) as connection:
        forgotten = forget_quiet_walks(connection, datetime.now(UTC) - QUIET_WALKS_KEPT)
    context.log.info(f"{forgotten:,} quiet walks forgotten.")


@dg.job(name="tidy")
def tidy_job() -> None:
    """Landed pages: old ones into few files, those that the settings do not keep away."""
    tidy_landing()
    forget_quiet_syncs()


@dg.schedule(
    job=tidy_job, cron_schedule="0 12 * * 0", default_status=dg.DefaultScheduleStatus.RUNNING
)
def weekly_tidy(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Sundays, when the weekly reconcile has replaced what came before it."""
    return dg.RunRequest()
