"""The jobs that schedules, sensors and people launch. Which organisations they read, and how much,
is in the config of their runs."""

from __future__ import annotations

import dagster as dg

from xero_pipeline.assets.keys import WRITEBACK
from xero_pipeline.automation.batches import extraction_config, writeback_config
from xero_pipeline.sync import Depth

_READING = dg.AssetSelection.all() - dg.AssetSelection.assets(WRITEBACK)

REFRESH = dg.define_asset_job(
    "refresh",
    selection=_READING,
    config=extraction_config([], Depth.NIGHTLY),
    description="Read what changed in many organisations, rebuild their models, publish.",
)

RECONCILE = dg.define_asset_job(
    "reconcile",
    selection=_READING,
    config=extraction_config([], Depth.FULL),
    description="Read everything again, to find what Xero does not announce.",
)

TASK_WRITEBACK = dg.define_asset_job(
    "task_writeback",
    selection=dg.AssetSelection.all(),
    config=writeback_config([]),
    description="Send approved answers of clients to Xero, then read what became of them.",
)
