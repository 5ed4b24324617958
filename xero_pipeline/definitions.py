"""Everything Dagster sees, on one page. Loads with nothing configured and opens no file."""

from __future__ import annotations

import dagster as dg

from xero_pipeline.assets import ALL_ASSETS, RESOURCES
from xero_pipeline.automation.alerts import (
    reconnect_alerts,
    run_failure_alerts,
    run_recovery_alerts,
)
from xero_pipeline.automation.deliveries import task_deliveries
from xero_pipeline.automation.freshness import with_freshness
from xero_pipeline.automation.jobs import RECONCILE, REFRESH, TASK_WRITEBACK
from xero_pipeline.automation.schedules import nightly, weekly_reconcile
from xero_pipeline.automation.sensors import incremental_refresh
from xero_pipeline.automation.tidying import tidy_job, weekly_tidy
from xero_pipeline.automation.upkeep import keep_connections_alive
from xero_pipeline.automation.watching import task_watch
from xero_pipeline.automation.webhooks import webhook_refresh
from xero_pipeline.automation.writeback import approved_answers

defs = dg.Definitions(
    assets=with_freshness(ALL_ASSETS),
    jobs=[REFRESH, RECONCILE, TASK_WRITEBACK, tidy_job],
    schedules=[nightly, weekly_reconcile, weekly_tidy],
    sensors=[
        incremental_refresh,
        webhook_refresh,
        task_watch,
        approved_answers,
        task_deliveries,
        reconnect_alerts,
        run_failure_alerts,
        run_recovery_alerts,
        keep_connections_alive,
    ],
    resources=RESOURCES,
    # One DuckDB file has one writer: processes of their own per step would only cost seconds each.
    executor=dg.in_process_executor,
)
