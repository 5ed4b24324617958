"""The pipeline's own client, pointed at the page server."""

from __future__ import annotations

from pydantic import SecretStr

from xero_pipeline.settings import Settings
from xero_pipeline.xero import OrganisationClient, OrganisationLimits, SlidingWindow, SystemClock
from xero_pipeline.xero.limits import APP_CALLS_A_MINUTE, DayCountInMemory
from xero_pipeline_tests.benchmarks.page_server import TENANT_ID


def client(settings: Settings) -> OrganisationClient:
    """A client of the page server's organisation, within the limits of Xero's smallest tier."""
    return OrganisationClient(
        organisation_id=TENANT_ID,
        organisation_name="Benchmark",
        access_token=lambda rejected=None: SecretStr("benchmark"),
        limits=_limits(),
        settings=settings,
    )


def _limits() -> OrganisationLimits:
    clock = SystemClock()
    return OrganisationLimits(
        organisation_id=TENANT_ID,
        organisation_name="Benchmark",
        daily_limit=1000,
        app=SlidingWindow(APP_CALLS_A_MINUTE, clock),
        day_count=DayCountInMemory(),
        clock=clock,
    )
