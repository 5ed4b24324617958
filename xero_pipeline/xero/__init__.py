"""The Xero API: what is read, how, and within which limits."""

from xero_pipeline.xero.client import Organisation, OrganisationClient
from xero_pipeline.xero.endpoints import (
    ATTACHMENTS,
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
from xero_pipeline.xero.exchange import AccessTokens, Usage
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
    "ATTACHMENTS",
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
