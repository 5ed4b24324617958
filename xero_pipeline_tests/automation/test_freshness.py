"""What the UI shows as stale when nothing was read for long."""

from __future__ import annotations

import dagster as dg

from xero_pipeline.automation.freshness import FRESH
from xero_pipeline.definitions import defs


def test_what_people_read_has_to_be_fresh_and_nothing_else() -> None:
    specs = list(defs.resolve_all_asset_specs())
    expected = {each.key for each in specs if each.group_name == "marts"} | {
        dg.AssetKey(["xero", "organisation"]),
        dg.AssetKey(["warehouse", "published"]),
    }
    assert {each.key for each in specs if each.freshness_policy == FRESH} == expected
    assert {each.key for each in specs if each.freshness_policy is not None} == expected
