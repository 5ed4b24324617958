"""The main navigation, in the order shown; the first entry is where `/` leads."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One entry.

    Attributes:
        address: current for every page below it.
    """

    title: str
    address: str

    def is_current(self, path: str) -> bool:
        return path == self.address or path.startswith(f"{self.address}/")


ENTRIES = (
    Entry("Connections", "/connections"),
    Entry("Signals", "/signals"),
    Entry("Tasks", "/tasks"),
)
