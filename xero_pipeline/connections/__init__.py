"""Who is connected to Xero, and how healthy it is."""

from xero_pipeline.connections.accounts import Account, ChartOfAccounts
from xero_pipeline.connections.errors import ConnectionsError, HomeUnusable, WrongOrganisation
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

__all__ = [
    "Account",
    "Cause",
    "ChartOfAccounts",
    "Connection",
    "Connections",
    "ConnectionsError",
    "EndpointUsage",
    "HomeUnusable",
    "MonitoredAccount",
    "Purpose",
    "Removal",
    "Removed",
    "Status",
    "WatchedAccount",
    "WrongOrganisation",
]
