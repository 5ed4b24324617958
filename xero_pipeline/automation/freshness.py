"""What has to be fresh, and how fresh: the UI shows what is not."""

from datetime import timedelta

import dagster as dg

from xero_pipeline.assets.keys import PUBLISHED, raw_key

FRESH = dg.FreshnessPolicy.time_window(
    warn_window=timedelta(hours=2), fail_window=timedelta(hours=26)
)
"""Every refresh writes these assets, though nothing may have changed. A warning after two hours
without any; failing after a night without one, and two hours to be late."""

TO_BE_FRESH = dg.AssetSelection.groups("marts") | dg.AssetSelection.assets(
    raw_key("organisation"), PUBLISHED
)
"""What people read, and what tells when Xero was last asked."""
