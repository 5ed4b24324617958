"""How a sync or the sending of answers is launched and followed: nothing else here knows.

Where this home's Dagster is running, it launches the run, which then stands in its history like any
other; else a process of our own does what `xero-pipeline sync` and `tasks send` do.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from xero_pipeline.console.runs import Progress, Work
from xero_pipeline.console.runs.dagster import DagsterRuns
from xero_pipeline.console.runs.process import OwnProcesses
from xero_pipeline.settings import Settings


class Runs(Protocol):
    """Somewhere that work is done."""

    def is_running(self) -> bool:
        """Whether one can be launched there now."""

    def launch(self, organisation_key: str, work: Work) -> str:
        """Begin one; returns its id."""

    def progress(self, id: str) -> Progress: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class _Launched:
    runs: Runs
    id: str


def places(settings: Settings, environment: Mapping[str, str]) -> list[Runs]:
    """This home's Dagster, else processes.

    Args:
        environment: of the processes; says the same as the settings.
    """
    dagster = DagsterRuns(str(settings.dagster_url), settings.home / "dagster")
    return [dagster, OwnProcesses(environment)]


class Syncs:
    """What was asked for here, the newest of each organisation and kind. Threads may share it.

    Args:
        places: where one may run; the first that is running is taken.
    """

    def __init__(self, places: Sequence[Runs]) -> None:
        self._places = places
        self._lock = threading.Lock()
        self._launched: dict[tuple[str, Work], _Launched] = {}

    def start(self, organisation_key: str, work: Work = Work.SYNC) -> None:
        """Sync an organisation, unless one asked for here is under way; or do other work.

        Raises:
            SyncNotStarted: Dagster refused.
        """
        with self._lock:
            known = self._launched.get((organisation_key, work))
            if known is not None and not known.runs.progress(known.id).is_over:
                return
            runs = next(each for each in self._places if each.is_running())
            launched = _Launched(runs, runs.launch(organisation_key, work))
            self._launched[organisation_key, work] = launched

    def progress(self, organisation_key: str, work: Work = Work.SYNC) -> Progress | None:
        """How the newest one goes; None: none was asked for here.

        Raises:
            SyncLost: it cannot be found out.
        """
        known = self._launched.get((organisation_key, work))
        return None if known is None else known.runs.progress(known.id)

    def forget(self, organisation_key: str, work: Work = Work.SYNC) -> None:
        """It has been shown how it ended."""
        with self._lock:
            self._launched.pop((organisation_key, work), None)

    def close(self) -> None:
        """End the processes that were started here; Dagster's runs go on."""
        for each in self._places:
            each.close()
