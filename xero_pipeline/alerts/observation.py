"""What is wrong now, from what the state database knows."""

from __future__ import annotations

from datetime import datetime

from xero_pipeline.alerts.conditions import Condition, Thresholds, conditions
from xero_pipeline.connections import Connections
from xero_pipeline.settings import Settings


def observe(connections: Connections, settings: Settings, now: datetime) -> list[Condition]:
    """Everything that is wrong with the connections. Asks Xero nothing.

    Args:
        now: UTC.
    """
    return conditions(
        connections.connections(),
        connections.calls_used_today(),
        settings.daily_call_limit,
        now,
        Thresholds(),
    )
