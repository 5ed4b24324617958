"""What has to be fresh, and how fresh: the UI shows what is not."""

from collections.abc import Iterable
from datetime import timedelta

import dagster as dg

from xero_pipeline.assets.keys import PUBLISHED, raw_key

FRESH = dg.FreshnessPolicy.time_window(
    warn_window=timedelta(hours=2), fail_window=timedelta(hours=26)
)
"""Every refresh writes these assets, though nothing may have changed. A warning after two hours
without any; failing after a night without one, and two hours to be late."""

_FRESH_GROUP = "marts"
_FRESH_KEYS = (raw_key("organisation"), PUBLISHED)


def with_freshness(assets: Iterable[dg.AssetsDefinition]) -> list[dg.AssetsDefinition]:
    """The policy on what people read, and on what tells when Xero was last asked."""
    return list(dg.map_asset_specs(_with_freshness, assets))


def _with_freshness(spec: dg.AssetSpec) -> dg.AssetSpec:
    is_read = spec.group_name == _FRESH_GROUP or spec.key in _FRESH_KEYS
    return dg.apply_freshness_policy(spec, FRESH) if is_read else spec
