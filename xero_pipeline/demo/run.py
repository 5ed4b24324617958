"""`xero-pipeline demo`: each step is a public command, shown before it runs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import requests
from rich.console import Console

from xero_pipeline.demo.environment import Demo, RunningDemo
from xero_pipeline.demo.proof import prove
from xero_pipeline.sandbox.life import MONITORED_ACCOUNTS
from xero_pipeline.sandbox.serve import SavedLife
from xero_pipeline.summary import print_summary
from xero_pipeline.warehouse import read_published

_CONSENT_SECONDS = 30


class DemoFailed(OSError):
    """A step of the demo failed; it has already said why."""


def run_demo(folder: Path, out: Console) -> None:
    """Connect the sandbox's agency and its client, sync, show the figures, prove them.

    The first run reads everything. In every later one a day has passed at the organisations, and
    only what changed is read.

    Args:
        folder: keeps the sandbox's and the pipeline's state.

    Raises:
        DemoFailed, SandboxFailed
    """
    started = time.monotonic()
    demo = Demo(folder.resolve())
    is_first = not demo.has_run
    out.rule("A Xero on this machine")
    out.print("Starting the sandbox: a digital agency and a client, two and a half years of books.")
    with demo.running(extra_days=0 if is_first else 1) as running:
        # Nothing happens there while the demo reads: what is true stays true until it is compared.
        running.control.set_clock(running.control.now(), frozen=True)
        commands = _Commands(running.environment, out)
        if is_first:
            _connect_both(running, commands, out)
        else:
            out.print("A day has passed there. This run reads only what changed.")
        out.rule("Extract, load, model, check, publish")
        commands.run("sync")
        commands.show("summary")
        print_summary(demo.published, out)
        out.rule("Is it true?")
        _prove(demo, out)
    _say_where_to_look(demo, out, time.monotonic() - started)


def _connect_both(running: RunningDemo, commands: _Commands, out: Console) -> None:
    out.rule("Connect")
    running.control.consent(["agency"])
    commands.consent("connect", "--workspace", "agency", "--purpose", "agency")
    running.control.consent(["client"])
    commands.consent("connect", "--workspace", "clients", "--purpose", "client")
    client = next(o for o in running.control.overview()["organisations"] if o["key"] == "client")
    watched = [word for code in sorted(MONITORED_ACCOUNTS) for word in ("--monitor", code)]
    commands.run("connections", "accounts", client["name"], *watched, quiet=True)


@dataclass(frozen=True)
class _Commands:
    """Runs `xero-pipeline` as a person would, in the demo's environment."""

    environment: Mapping[str, str]
    out: Console

    def run(self, *words: str, quiet: bool = False) -> None:
        self.show(*words)
        output = subprocess.DEVNULL if quiet else None
        finished = subprocess.run(
            [_program(), *words], env=self._environment(), stdout=output, check=False
        )
        if finished.returncode != 0:
            raise DemoFailed(f"`xero-pipeline {' '.join(words)}` failed; see above.")

    def consent(self, *words: str) -> None:
        """Run `connect`, and be the browser that follows the address it prints."""
        words = (*words, "--no-browser", "--yes")
        self.show(*words)
        with subprocess.Popen(
            [_program(), *words], env=self._environment(), stdout=subprocess.PIPE, text=True
        ) as process:
            for line in process.stdout or ():
                if line.startswith("http"):
                    self.out.print("[dim]The demo follows the address, as your browser would.[/]")
                    requests.get(line.strip(), timeout=_CONSENT_SECONDS)
                else:
                    self.out.print(line.rstrip())
        if process.returncode != 0:
            raise DemoFailed("Connecting failed; see above.")

    def show(self, *words: str) -> None:
        shown = " ".join(f'"{word}"' if " " in word else word for word in words)
        self.out.print(f"[bold cyan]$ xero-pipeline {shown}[/]")

    def _environment(self) -> dict[str, str]:
        return os.environ | dict(self.environment)


def _program() -> str:
    return str(Path(sys.executable).with_name("xero-pipeline"))


def _prove(demo: Demo, out: Console) -> None:
    """Compare what was published with the sandbox's own list of events.

    Raises:
        DemoFailed: a figure differs.
    """
    life = SavedLife.load(demo.sandbox)
    if life is None:
        raise DemoFailed(f"{demo.sandbox} holds no sandbox.")
    with read_published(demo.published) as connection:
        proof = prove(connection, life.seed, life.start)
    for difference in proof.differences[:20]:
        out.print(f"[red]✗[/] {difference}", soft_wrap=True)
    if proof.differences:
        raise DemoFailed(f"{len(proof.differences)} rows differ from the truth.")
    out.print(
        f"[green]✓[/] {proof.total:,} figures in {len(proof.figures)} marts equal, to the cent, "
        "what the sandbox's list of events says."
    )


def _say_where_to_look(demo: Demo, out: Console, seconds: float) -> None:
    out.rule("Where to look next")
    out.print(f"DuckDB file:  {demo.published}", soft_wrap=True)
    out.print(
        f"Query it:     XERO_PIPELINE_HOME={demo.home} .venv/bin/xero-pipeline query "
        '"from marts.runway"',
        soft_wrap=True,
    )
    out.print(
        "Console:      make ui   (pages at http://localhost:8978, "
        "Dagster at http://localhost:3000)",
        soft_wrap=True,
    )
    out.print("Again:        make demo   (a day passes at the agency; only changes are read)")
    out.print(f"[dim]{seconds:.0f} seconds.[/]")
