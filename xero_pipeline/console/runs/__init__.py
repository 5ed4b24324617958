"""How far a sync is, wherever it runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """One look at a sync.

    Attributes:
        doing: what it is at, in plain words.
        done: steps that have ended.
        steps: all of them; None: not known.
        problem: why it failed, as whole sentences; empty unless it did.
        address: of the run in Dagster's UI; empty when it is not there.
    """

    doing: str
    is_over: bool = False
    done: int = 0
    steps: int | None = None
    problem: str = ""
    address: str = ""
