"""What keeps the receiver from starting."""

from __future__ import annotations

from xero_pipeline.xero.errors import PermanentError


class NoWebhookKey(PermanentError):
    def __init__(self) -> None:
        super().__init__(
            "Webhooks cannot be received: XERO_WEBHOOK_KEY is not set.",
            "Copy the signing key from the Webhooks page of your app at developer.xero.com.",
        )
