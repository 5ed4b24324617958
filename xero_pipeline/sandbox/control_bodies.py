"""What is posted to the sandbox's own endpoint."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class EventsBody(_Body):
    organisation: str
    events: list[dict[str, Any]]
    skip_refused: bool = False


class ClockBody(_Body):
    advance_seconds: float = 0
    now: dt.datetime | None = None
    frozen: bool | None = None
    tick_seconds: float | None = None


class ConsentBody(_Body):
    automatic: bool = True
    user: str | None = None
    organisations: list[str]
    decision: Literal["allow", "deny"] = "allow"


class DisconnectBody(_Body):
    organisation: str
    user: str | None = None


class DemoBody(_Body):
    organisation: str


class LimitsBody(_Body):
    """Limits that are set replace those of the app's tier, for one organisation or for all."""

    enforced: bool | None = None
    organisation: str | None = None
    concurrent: int | None = None
    minute: int | None = None
    day: int | None = None
    app_minute: int | None = None

    def changes(self) -> dict[str, int]:
        return self.model_dump(
            include={"concurrent", "minute", "day", "app_minute"}, exclude_none=True
        )


class TokensBody(_Body):
    """`life_seconds` counts for access tokens given out from now on."""

    life_seconds: float | None = None
    expire: bool = False


class SeriesBody(_Body):
    """See `series.Series`."""

    key: str
    organisations: int
    invoices: int
