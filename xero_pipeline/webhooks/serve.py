"""The receiver as a process."""

from __future__ import annotations

import logging
import socket
from contextlib import closing

import uvicorn

from xero_pipeline.settings import Settings
from xero_pipeline.webhooks.errors import NoWebhookKey
from xero_pipeline.webhooks.inbox import Inbox
from xero_pipeline.webhooks.receiver import PATH, receiver

logger = logging.getLogger(__name__)


def serve(settings: Settings, host: str, port: int) -> None:
    """Take deliveries until the process is told to stop.

    Xero calls HTTPS on port 443 only: a reverse proxy or tunnel in front of this ends TLS.

    Raises:
        NoWebhookKey: without it a forged delivery could not be told from Xero's.
        HomeUnusable
        OSError: the address is in use.
    """
    if settings.webhook_key is None:
        raise NoWebhookKey
    with (
        closing(Inbox.open(settings)) as inbox,
        socket.create_server((host, port)) as listening,
    ):
        config = uvicorn.Config(
            receiver(inbox, settings.webhook_key),
            access_log=False,
            log_level="warning",
            server_header=False,
            date_header=False,
        )
        logger.info("Listening on http://%s:%s%s", host, port, PATH)
        uvicorn.Server(config).run(sockets=[listening])
