"""A home connected to a sandbox as a person would connect it: through the consent page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import requests

from xero_pipeline.connections import Connection, Connections, MonitoredAccount, Purpose
from xero_pipeline.sandbox.life import MONITORED_ACCOUNTS
from xero_pipeline.sandbox.serve import RunningSandbox
from xero_pipeline.settings import Settings
from xero_pipeline.xero import Organisation
from xero_pipeline.xero.tokens import Tenant


@dataclass(frozen=True)
class SandboxClock:
    """The pipeline's clock in step with the sandbox's."""

    sandbox: RunningSandbox

    def now(self) -> datetime:
        return self.sandbox.control.now()

    def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing here has to wait")


def environment(sandbox: RunningSandbox, home: Path) -> dict[str, str]:
    """What points the pipeline at a sandbox, and its state at a folder."""
    return {
        "XERO_LOGIN_URL": sandbox.url,
        "XERO_IDENTITY_URL": sandbox.url,
        "XERO_API_URL": sandbox.url,
        "XERO_CLIENT_ID": sandbox.client_id,
        "XERO_CLIENT_SECRET": sandbox.client_secret,
        "XERO_REDIRECT_URI": sandbox.apps[0].redirect_uris[0],
        "XERO_PIPELINE_HOME": str(home),
        "DAGSTER_HOME": str(home / "dagster"),
    }


def connect_both(sandbox: RunningSandbox, settings: Settings) -> tuple[Connection, Connection]:
    """The agency and its client, whose unclear accounts are watched.

    Returns:
        Both connections.
    """
    with Connections.open(settings) as connections:
        agency = connect(connections, sandbox, "agency", Purpose.AGENCY)
        client = connect(connections, sandbox, "client", Purpose.CLIENT)
        chart = connections.chart_of_accounts(client.organisation_id)
    watched = [chart.find(code) for code in sorted(MONITORED_ACCOUNTS)]
    # Look-back counts from the day of the choice: it is made on the sandbox's day, not on ours.
    with Connections.open(settings, clock=SandboxClock(sandbox)) as connections:
        connections.monitor_accounts(
            client.organisation_id,
            [MonitoredAccount(each.account_id, each.code, each.name) for each in watched],
        )
    return agency, client


def connect(
    connections: Connections,
    sandbox: RunningSandbox,
    key: str,
    purpose: Purpose,
    *,
    write_back: bool = False,
) -> Connection:
    """Connect the sandbox's organisation of this key to a workspace of the same name."""
    sandbox.control.consent([key])
    return connections.connect(
        key,
        purpose,
        open_browser=browser,
        choose=_never_asked,
        confirm=_agree,
        seconds=10,
        write_back=write_back,
    )


def browser(url: str) -> None:
    """A person who signs in and consents."""
    requests.get(url, timeout=30)


def _never_asked(offered: Sequence[Tenant]) -> Tenant:
    raise AssertionError(f"one organisation was consented to, offered were {offered}")


def _agree(found: Organisation) -> bool:
    return True
