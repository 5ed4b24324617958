"""A report's parameters, read the way Xero reads them: names in any case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from xero_pipeline.sandbox.books.errors import BadQuery
from xero_pipeline.sandbox.books.reports.periods import MONTHS_IN

_UNANSWERED = (
    "paymentsOnly",
    "trackingCategoryID",
    "trackingCategoryID2",
    "trackingOptionID",
    "trackingOptionID2",
    "trackingOptionID1",
)


class Query:
    """The parameters of one call."""

    def __init__(self, parameters: Mapping[str, str]) -> None:
        """Raises BadQuery for what would change the figures and is not kept here: cash basis and
        tracking."""
        self._parameters = {name.lower(): value.strip() for name, value in parameters.items()}
        for name in _UNANSWERED:
            if self._parameters.get(name.lower(), "").lower() not in ("", "false"):
                raise BadQuery(f"These books do not answer reports with {name}.")

    def text(self, name: str) -> str:
        return self._parameters.get(name.lower(), "")

    def date(self, name: str, default: dt.date) -> dt.date:
        return self.optional_date(name) or default

    def optional_date(self, name: str) -> dt.date | None:
        text = self.text(name)
        if not text:
            return None
        try:
            return dt.date.fromisoformat(text[: len("2026-01-31")])
        except ValueError:
            raise BadQuery(f"{name} {text!r} is not a date; write it as 2026-01-31.") from None

    def periods(self) -> int | None:
        """How many earlier periods stand beside the report's own, 1 to 12."""
        text = self.text("periods")
        if not text:
            return None
        if not text.isdecimal() or not 1 <= int(text) <= 12:
            raise BadQuery("periods must be a whole number from 1 to 12.")
        return int(text)

    def months_per_period(self) -> int:
        timeframe = self.text("timeframe").upper() or "MONTH"
        if timeframe not in MONTHS_IN:
            raise BadQuery("timeframe must be MONTH, QUARTER or YEAR.")
        return MONTHS_IN[timeframe]
