"""When less comes than was to be expected: rules over numbers, and what is said about it.

A full page of nothing is an answer like any other, and believing it would empty a table. Asking
again at once tells a hiccup from the truth; either way it is not passed over in silence.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from xero_pipeline.sync.results import Alarm

_PLENTY = 5
"""Below this, losing all of them is an ordinary day: somebody deleted an item or two."""


def is_suspicious(expected: int, actual: int) -> bool:
    """Whether a whole listing is too short to be believed at once: under half of what was there.

    Args:
        expected: rows that the table has.
        actual: records that came.
    """
    return expected >= _PLENTY and actual < expected / 2


@dataclass(frozen=True)
class Alarms:
    """The sentences about one endpoint of one organisation."""

    organisation: str
    endpoint: str

    def many_removed(self, expected: int, actual: int) -> Alarm:
        return self._alarm(
            expected,
            actual,
            f"Xero lists {actual} {self.endpoint} of '{self.organisation}' where {expected} were "
            f"known, and said the same when asked again: the others are marked as removed. If "
            f"nobody deleted them, ask Xero's support.",
        )

    def not_believed(self, expected: int, actual: int) -> Alarm:
        return self._alarm(
            expected,
            actual,
            f"Xero listed {actual} {self.endpoint} of '{self.organisation}' where {expected} were "
            f"known, and something else when asked again at once: none is marked as removed. The "
            f"next nightly sync asks again.",
        )

    def short_walk(self, expected: int, actual: int) -> Alarm:
        return self._alarm(
            expected,
            actual,
            f"Xero lists {actual} {self.endpoint} of '{self.organisation}' where {expected} are "
            f"known: those stay, and the next sync reads {self.endpoint} from the same point "
            f"again. If it stays so, look at the organisation in Xero.",
        )

    def shrunk(self, expected: int, actual: int) -> Alarm:
        return self._alarm(
            expected,
            actual,
            f"Xero's count of {self.endpoint} of '{self.organisation}' fell from {expected} to "
            f"{actual} while they were read: what came is kept, and the next sync reads "
            f"{self.endpoint} from the same point again.",
        )

    def refused(self, expected: int, reason: str) -> Alarm:
        return self._alarm(expected, 0, f"{self.endpoint} was left out: {reason}")

    def _alarm(self, expected: int, actual: int, sentence: str) -> Alarm:
        return Alarm(self.endpoint, expected, actual, sentence)


@dataclass
class CountOverPages:
    """What Xero says of a listing's length, from page to page. While it is walked it only grows.

    Attributes:
        first: records in all pages, as the first page has it; None where Xero does not say.
        fell_to: the count that was lower than one before it.
    """

    first: int | None = None
    greatest: int = 0
    fell_to: int | None = field(default=None)

    def see(self, item_count: int | None) -> None:
        if item_count is None:
            return
        if self.first is None:
            self.first = item_count
        if item_count < self.greatest:
            self.fell_to = item_count
        self.greatest = max(self.greatest, item_count)
