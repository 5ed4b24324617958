"""What runs at a person's request, and how far it is, wherever it runs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Work(StrEnum):
    """What is to be done with an organisation; `xero-pipeline` has a command for each."""

    SYNC = "sync"
    SEND = "send"
    """Write approved answers to Xero, and read back what became of them."""


@dataclass(frozen=True)
class Progress:
    """One look at a run.

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
