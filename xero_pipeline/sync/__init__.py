"""From Xero to `raw.*`: which endpoints a sync asks, in which order, and how it ends.

Stands between the rooms that know Xero (`connections`, `xero`) and the one that knows DuckDB
(`warehouse`); knows no Dagster.
"""

from xero_pipeline.sync.depth import Depth
from xero_pipeline.sync.known import read_known
from xero_pipeline.sync.landing import LandedOrganisation, land_organisation
from xero_pipeline.sync.loading import Loaded, brought, failure_of, load_waiting
from xero_pipeline.sync.many import sync_organisations
from xero_pipeline.sync.organisation import OpenWarehouse, sync_organisation
from xero_pipeline.sync.plan import OVERLAP, Known, calls_without_changes
from xero_pipeline.sync.reading import processes_for
from xero_pipeline.sync.request import Request
from xero_pipeline.sync.results import Alarm, EndpointSync, OrganisationSync, SyncFailure

__all__ = [
    "OVERLAP",
    "Alarm",
    "Depth",
    "EndpointSync",
    "Known",
    "LandedOrganisation",
    "Loaded",
    "OpenWarehouse",
    "OrganisationSync",
    "Request",
    "SyncFailure",
    "brought",
    "calls_without_changes",
    "failure_of",
    "land_organisation",
    "load_waiting",
    "processes_for",
    "read_known",
    "sync_organisation",
    "sync_organisations",
]
