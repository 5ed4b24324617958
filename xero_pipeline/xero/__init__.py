"""The Xero API: what is read, how, and within which limits."""

from xero_pipeline.xero.client import AccessTokens, Organisation, OrganisationClient, Usage
from xero_pipeline.xero.endpoints import (
    CONTACT_REPORTS,
    ENDPOINTS,
    EXTRA_ENDPOINTS,
    REPORTS,
    Deletion,
    Endpoint,
    Report,
    switched_on,
)
from xero_pipeline.xero.errors import LimitError, PermanentError, TransientError, XeroError
from xero_pipeline.xero.limits import (
    Asker,
    Clock,
    DayBudget,
    DayCount,
    OrganisationLimits,
    SlidingWindow,
    SystemClock,
)
from xero_pipeline.xero.pages import Page

__all__ = [
    "CONTACT_REPORTS",
    "ENDPOINTS",
    "EXTRA_ENDPOINTS",
    "REPORTS",
    "AccessTokens",
    "Asker",
    "Clock",
    "DayBudget",
    "DayCount",
    "Deletion",
    "Endpoint",
    "LimitError",
    "Organisation",
    "OrganisationClient",
    "OrganisationLimits",
    "Page",
    "PermanentError",
    "Report",
    "SlidingWindow",
    "SystemClock",
    "TransientError",
    "Usage",
    "XeroError",
    "switched_on",
]
