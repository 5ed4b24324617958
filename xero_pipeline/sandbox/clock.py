"""The sandbox's one clock: real time plus an offset, or an instant that stands still."""

from __future__ import annotations

import datetime as dt


class Clock:
    """What the sandbox takes for now, in UTC.

    A running clock keeps pace with real time from wherever it was set; a frozen one stands until
    someone moves it, so that tests read the same figures on every day of the year.

    Attributes:
        step: how far `tick` moves it: nothing, until it is set.
    """

    def __init__(self, start: dt.datetime | None = None, *, frozen: bool = False) -> None:
        start = (start or _real_now()).astimezone(dt.UTC)
        self._offset = start - _real_now()
        self._frozen_at = start if frozen else None
        self.step = dt.timedelta()

    @property
    def frozen(self) -> bool:
        return self._frozen_at is not None

    def now(self) -> dt.datetime:
        return self._frozen_at or _real_now() + self._offset

    def set(self, instant: dt.datetime) -> None:
        """Moves the clock to an instant (aware), forwards or backwards."""
        if self._frozen_at is not None:
            self._frozen_at = instant.astimezone(dt.UTC)
        self._offset = instant.astimezone(dt.UTC) - _real_now()

    def advance(self, by: dt.timedelta) -> None:
        self.set(self.now() + by)

    def tick(self) -> None:
        if self.step:
            self.advance(self.step)

    def freeze(self) -> None:
        self._frozen_at = self.now()

    def run(self) -> None:
        self.set(self.now())
        self._frozen_at = None


def _real_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
