"""How much a sync asks for."""

from __future__ import annotations

from enum import Enum


class Depth(Enum):
    """What a sync looks at; each deeper one finds everything that the ones before it find.

    INCREMENT is for all day long: what Xero announces through If-Modified-Since. NIGHTLY adds
    the lists without such a filter and what Xero changes in silence on open documents. FULL
    lists everything again, whatever the cursors say.
    """

    INCREMENT = "increment"
    NIGHTLY = "nightly"
    FULL = "full"

    def covers(self, other: Depth) -> bool:
        """Whether a sync of this depth finds whatever one of the other depth finds."""
        return _BY_DEPTH.index(self) >= _BY_DEPTH.index(other)


_BY_DEPTH = tuple(Depth)
