"""Xero's webhooks: hints that something changed, taken in quickly and kept until they are used.

Knows neither Dagster nor DuckDB. A webhook never carries data: it says which organisation to read.
Source: developer.xero.com/documentation/guides/webhooks.
"""

from xero_pipeline.webhooks.inbox import Inbox
from xero_pipeline.webhooks.receiver import receiver

__all__ = ["Inbox", "receiver"]
