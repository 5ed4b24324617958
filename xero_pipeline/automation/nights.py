"""When an organisation's own night has come: a rule over values, without Dagster or a clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from xero_pipeline.automation.due import Candidate
from xero_pipeline.warehouse import organisation_zone

_SUNDAY = 6


@dataclass(frozen=True)
class LocalHour:
    """A time that comes once a day, or once a week, wherever an organisation is.

    Attributes:
        at: on the organisation's clock.
        weekday: 0 is Monday; None: every day.
    """

    at: time
    weekday: int | None = None

    def latest(self, zone: ZoneInfo, now: datetime) -> datetime:
        """The last one that has come, in UTC.

        Each local day has one. Where the clocks are put forward over it, it comes as long after
        midnight as on other days; where they are put back over it, it is the first of the two.

        Args:
            now: UTC.
        """
        day = now.astimezone(zone).date()
        while True:
            came_at = datetime.combine(day, self.at, zone).astimezone(UTC)
            if came_at <= now and self.weekday in (None, day.weekday()):
                return came_at
            day -= timedelta(days=1)


NIGHT = LocalHour(time(2, 30))
WEEK = LocalHour(time(4), _SUNDAY)


def whose_hour_has_come(
    hour: LocalHour,
    candidates: Sequence[Candidate],
    last_asked: Mapping[str, datetime],
    now: datetime,
) -> list[str]:
    """The organisations whose hour came since they were asked for; one that was missed, too.

    Args:
        last_asked: organisation -> when it was last asked for because of this hour (UTC). Absent:
            never, and hours before it was connected are not made up for.
        now: UTC.
    """
    return [
        each.organisation
        for each in candidates
        if hour.latest(organisation_zone(each.timezone), now)
        > last_asked.get(each.organisation, each.connected_at)
    ]
