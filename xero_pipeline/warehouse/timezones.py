"""Xero's word for a time zone -> the zone."""

from __future__ import annotations

import csv
from functools import cache
from zoneinfo import ZoneInfo

from xero_pipeline.warehouse.models.graph import MODELS_FOLDER


def organisation_zone(xero_timezone: str) -> ZoneInfo:
    """The zone an organisation lives in.

    Args:
        xero_timezone: `Organisation.Timezone`, a Windows zone name in capitals without spaces
            ("NEWZEALANDSTANDARDTIME").

    Returns:
        The IANA zone; UTC for a word that Xero has added since, as in `staging.organisations`.
    """
    return ZoneInfo(_zones().get(xero_timezone, "UTC"))


@cache
def _zones() -> dict[str, str]:
    with (MODELS_FOLDER / "seeds" / "xero_timezones.csv").open(encoding="utf-8") as file:
        return {row["xero_timezone"]: row["iana_timezone"] for row in csv.DictReader(file)}
