"""From Xero to `raw.*`: which endpoints a sync asks, in which order, and how it ends.

Stands between the rooms that know Xero (`connections`, `xero`) and the one that knows DuckDB
(`warehouse`); knows no Dagster.
"""

from xero_pipeline.sync.depth import Depth
from xero_pipeline.sync.organisation import (
    OVERLAP,
    EndpointSync,
    OrganisationSync,
    sync_organisation,
)

__all__ = ["OVERLAP", "Depth", "EndpointSync", "OrganisationSync", "sync_organisation"]
