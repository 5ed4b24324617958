"""The pipeline's own client, signed in as a custom connection: no browser, one organisation."""

from __future__ import annotations

from dataclasses import dataclass

import requests
from pydantic import SecretStr

from xero_pipeline.settings import Settings, Tier
from xero_pipeline.xero import OrganisationClient, OrganisationLimits, SlidingWindow, SystemClock
from xero_pipeline.xero.limits import APP_CALLS_A_MINUTE, DayBudget, DayCountInMemory

_SCOPES = "accounting.invoices.read accounting.settings.read"


@dataclass(frozen=True)
class Access:
    """What a custom connection may read: an access token and its one organisation."""

    token: SecretStr
    tenant_id: str


def sign_in(url: str, client_id: str, client_secret: str) -> Access:
    """Sign in at a server that stands for all of Xero, and ask whose books these are."""
    form = {"grant_type": "client_credentials", "scope": _SCOPES}
    token = requests.post(
        f"{url}/connect/token", data=form, auth=(client_id, client_secret), timeout=10
    ).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    answer = requests.get(f"{url}/api.xro/2.0/Organisation", headers=headers, timeout=10).json()
    return Access(SecretStr(token), answer["Organisations"][0]["OrganisationID"])


def client(settings: Settings, access: Access) -> OrganisationClient:
    """A client within the limits of every tier of Xero's above the smallest."""
    clock = SystemClock()
    limits = OrganisationLimits(
        organisation_id=access.tenant_id,
        organisation_name="Benchmark",
        budget=DayBudget(Tier.CORE.daily_calls),
        app=SlidingWindow(APP_CALLS_A_MINUTE, clock),
        day_count=DayCountInMemory(),
        clock=clock,
    )
    return OrganisationClient(
        organisation_id=access.tenant_id,
        organisation_name="Benchmark",
        access_token=lambda rejected=None: access.token,
        limits=limits,
        settings=settings,
    )
