"""What keeps alerts from being sent."""

from __future__ import annotations

from xero_pipeline.xero.errors import PermanentError


class AlertUrlUnusable(PermanentError):
    """
    Args:
        place: of the URL in the setting, counted from 1.
    """

    def __init__(self, place: int) -> None:
        super().__init__(
            f"Alerts cannot be sent: URL number {place} in XERO_ALERT_URLS is of no known service.",
            "Its form for each service stands at appriseit.com/services.",
        )
