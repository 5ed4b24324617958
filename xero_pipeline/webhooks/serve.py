"""The receiver as a process."""

from __future__ import annotations

from contextlib import closing

import uvicorn

from xero_pipeline.settings import Settings
from xero_pipeline.webhooks.errors import NoWebhookKey
from xero_pipeline.webhooks.inbox import Inbox
from xero_pipeline.webhooks.receiver import receiver


def serve(settings: Settings, host: str, port: int) -> None:
    """Take deliveries until the process is told to stop.

    Xero calls HTTPS on port 443 only: a reverse proxy or tunnel in front of this ends TLS.

    Raises:
        NoWebhookKey: without it a forged delivery could not be told from Xero's.
        HomeUnusable
    """
    if settings.webhook_key is None:
        raise NoWebhookKey
    with closing(Inbox.open(settings)) as inbox:
        uvicorn.run(
            receiver(inbox, settings.webhook_key),
            host=host,
            port=port,
            access_log=False,
            log_level="warning",
            server_header=False,
            date_header=False,
        )
