"""Are Xero's limits used up, and kept? `python -m xero_pipeline_tests.benchmarks.limits`

One first sync of some 150 calls, in real time, at a sandbox that enforces Xero's limits and takes
as long to answer as Xero does; right after it another process asks for the organisation. It takes
about two minutes.

The shortest time is that of a caller who does not know when Xero's minutes begin: sixty calls, a
minute's wait since the first of them, and so on. The rest are pages of one listing, and the next
page is asked for when the last one has come.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from xero_pipeline.connections import Connections, Purpose
from xero_pipeline.sandbox.limits import Use
from xero_pipeline.sandbox.serve import RunningSandbox, SandboxSettings, start
from xero_pipeline.sandbox.world import Organisation
from xero_pipeline.settings import Settings
from xero_pipeline.sync import Depth, SyncFailure, sync_organisations
from xero_pipeline.warehouse import Landing, open_warehouse
from xero_pipeline.xero.limits import CALLS_A_MINUTE
from xero_pipeline_tests.connected import connect, environment
from xero_pipeline_tests.sandbox.books import harbour
from xero_pipeline_tests.studio import free_port, small_book

_PAGE_SIZE = 10
_OTHER_CALLS = 25
_ANSWER_SECONDS = 0.3


@dataclass(frozen=True)
class Result:
    """How the limits were used.

    Attributes:
        calls: of the sync.
        asking: seconds from its first request to the last.
        whole: seconds to its last committed row.
        use: as the sandbox counted, the other process's call included.
    """

    calls: int
    asking: float
    whole: float
    use: Use

    @property
    def shortest(self) -> float:
        """Seconds that the limits and the answers ask for at least."""
        full_minutes, rest = divmod(self.calls - 1, CALLS_A_MINUTE)
        return full_minutes * 60.0 + rest * _ANSWER_SECONDS


def main(calls: Annotated[int, typer.Option(help="Roughly, of the sync.", min=65)] = 150) -> None:
    """One sync that needs more calls than a minute has."""
    Console().print(table(measure((calls - _OTHER_CALLS) * _PAGE_SIZE)))


def measure(invoices: int) -> Result:
    """Sync an organisation of so many invoices, ten a page, and check it from outside."""
    with TemporaryDirectory() as folder, _sandbox(invoices) as sandbox:
        surroundings = {**environment(sandbox, Path(folder)), "XERO_PAGE_SIZE": str(_PAGE_SIZE)}
        settings = Settings.model_validate(surroundings)
        with Connections.open(settings) as connections:
            organisation = connect(connections, sandbox, "agency", Purpose.AGENCY)
            sandbox.control.fault("slow", path="/api.xro/", times=None, seconds=_ANSWER_SECONDS)
            sandbox.control.clear_requests()
            started = time.perf_counter()
            (synced,) = sync_organisations(
                connections,
                Landing(settings.landing),
                lambda: open_warehouse(settings.build_database),
                [organisation.organisation_id],
                depth=Depth.NIGHTLY,
            )
            whole = time.perf_counter() - started
        if isinstance(synced, SyncFailure):
            raise synced.error
        asked = [datetime.fromisoformat(each["at"]) for each in sandbox.control.requests()]
        _check_from_outside(surroundings)
        return Result(
            calls=len(asked),
            asking=(max(asked) - min(asked)).total_seconds(),
            whole=whole,
            use=sandbox.control.limit_use()["agency"],
        )


def table(result: Result) -> Table:
    """A column for each figure."""
    shown = Table(box=box.SIMPLE_HEAD)
    figures = {
        "calls": f"{result.calls}",
        "shortest": f"{result.shortest:.1f} s",
        "asking": f"{result.asking:.1f} s",
        "times": f"{result.asking / result.shortest:.3f}",
        "whole sync": f"{result.whole:.1f} s",
        "most in flight": f"{result.use.most_in_flight}",
        "busiest minute": f"{result.use.busiest_minute}",
        "429s": f"{result.use.refused.total()}",
    }
    for heading in figures:
        shown.add_column(heading, justify="right")
    shown.add_row(*figures.values())
    return shown


def _sandbox(invoices: int) -> RunningSandbox:
    """Its clock runs: Xero's minutes pass."""
    raised = [harbour.invoice(f"INV-{number}", 100) for number in range(invoices)]
    book = small_book("agency", "Harbour Studio", "NZD", raised)

    def cast(_seed: int, _start: date) -> Sequence[Organisation]:
        return [Organisation(book, lambda _until: [])]

    redirect = f"http://localhost:{free_port()}/callback"
    return start(SandboxSettings(redirect_uris=(redirect,)), cast)


def _check_from_outside(surroundings: dict[str, str]) -> None:
    command = Path(sys.executable).with_name("xero-pipeline")
    subprocess.run(
        [str(command), "connections", "check"], env=os.environ | surroundings, check=True
    )


if __name__ == "__main__":
    typer.run(main)
