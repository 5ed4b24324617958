"""What a person must know, told once: a connection that needs them, books that grow stale, calls
that run out, runs that fail.

Knows neither Dagster nor DuckDB.
"""

from xero_pipeline.alerts.book import Alert, AlertBook, Message, Occasion
from xero_pipeline.alerts.channels import Channels
from xero_pipeline.alerts.conditions import Condition, Kind, Thresholds, conditions
from xero_pipeline.alerts.desk import AlertDesk, Told
from xero_pipeline.alerts.observation import observe

__all__ = [
    "Alert",
    "AlertBook",
    "AlertDesk",
    "Channels",
    "Condition",
    "Kind",
    "Message",
    "Occasion",
    "Thresholds",
    "Told",
    "conditions",
    "observe",
]
