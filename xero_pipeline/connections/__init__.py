"""Who is connected to Xero, and how healthy it is."""

from xero_pipeline.connections.accounts import (
    Account,
    ChartOfAccounts,
    Choice,
    document_types,
    watching,
)
from xero_pipeline.connections.errors import (
    AgencyNeverWrites,
    ConnectionsError,
    HomeUnusable,
    MayNotWrite,
    WrongOrganisation,
)
from xero_pipeline.connections.lifecycle import Connections
from xero_pipeline.connections.model import (
    Cause,
    Connection,
    EndpointUsage,
    MonitoredAccount,
    Purpose,
    Removal,
    Removed,
    Status,
    WatchedAccount,
)
from xero_pipeline.connections.upkeep import KeptAlive, RotatedKey

__all__ = [
    "Account",
    "AgencyNeverWrites",
    "Cause",
    "ChartOfAccounts",
    "Choice",
    "Connection",
    "Connections",
    "ConnectionsError",
    "EndpointUsage",
    "HomeUnusable",
    "KeptAlive",
    "MayNotWrite",
    "MonitoredAccount",
    "Purpose",
    "Removal",
    "Removed",
    "RotatedKey",
    "Status",
    "WatchedAccount",
    "WrongOrganisation",
    "document_types",
    "watching",
]
