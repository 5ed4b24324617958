"""The jobs that schedules, sensors and people launch."""

from __future__ import annotations

import dagster as dg

from xero_pipeline.assets.extraction import EXTRACTION_OP

REFRESH = dg.define_asset_job(
    "refresh",
    selection=dg.AssetSelection.all(),
    description="One organisation: read what changed, rebuild the models, publish.",
)

RECONCILE = dg.define_asset_job(
    "reconcile",
    selection=dg.AssetSelection.all(),
    config={"ops": {EXTRACTION_OP: {"config": {"full": True}}}},
    description="One organisation: read everything again, to find what Xero does not announce.",
)
