"""What runs at a person's request, and how far it is, wherever it runs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_CHECKS_FAILED = re.compile(r"blocking asset checks? failed with ERROR severity:?(.*)", re.DOTALL)
_CHECK = re.compile(r"\S+/\w+: (\w+)")


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


def in_plain_words(problem: str) -> str:
    """Why a run failed; of checks that failed, Dagster's sentence is for those who know it."""
    found = _CHECKS_FAILED.search(problem)
    if found is None:
        return problem
    names = ", ".join(name.replace("_", " ") for name in _CHECK.findall(found[1]))
    return (
        f"Figures did not pass their checks ({names}), so the earlier ones stay published. Sync "
        "again; if it stays so, the checks in Dagster's UI say by how much."
    )
