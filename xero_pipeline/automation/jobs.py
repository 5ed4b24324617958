"""The jobs that schedules, sensors and people launch. Which organisations they read, and how much,
is in the config of their runs."""

from __future__ import annotations

import dagster as dg

from xero_pipeline.automation.batches import extraction_config
from xero_pipeline.sync import Depth

REFRESH = dg.define_asset_job(
    "refresh",
    selection=dg.AssetSelection.all(),
    config=extraction_config([], Depth.NIGHTLY),
    description="Read what changed in many organisations, rebuild their models, publish.",
)

RECONCILE = dg.define_asset_job(
    "reconcile",
    selection=dg.AssetSelection.all(),
    config=extraction_config([], Depth.FULL),
    description="Read everything again, to find what Xero does not announce.",
)
