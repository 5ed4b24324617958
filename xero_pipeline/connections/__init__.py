"""Who is connected to Xero, and how healthy it is."""

from xero_pipeline.connections.errors import ConnectionsError
from xero_pipeline.connections.lifecycle import Connections
from xero_pipeline.connections.model import (
    Connection,
    MonitoredAccount,
    Purpose,
    Removed,
    Status,
)

__all__ = [
    "Connection",
    "Connections",
    "ConnectionsError",
    "MonitoredAccount",
    "Purpose",
    "Removed",
    "Status",
]
