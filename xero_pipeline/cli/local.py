"""What runs on this machine beside the pipeline: the demo, Dagster's UI, the sandbox."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from xero_pipeline.cli.console import out
from xero_pipeline.cli.pages import PORT as CONSOLE_PORT
from xero_pipeline.settings import Settings

group = typer.Typer()


@group.command()
def demo(
    home: Annotated[Path, typer.Option(help="Where the demo keeps its state.")] = Path(".demo"),
) -> None:
    """A Xero on this machine: connect it, read it, and show its figures."""
    from xero_pipeline.demo import run_demo

    run_demo(home, out)


@group.command()
def ui(
    port: Annotated[int, typer.Option(help="Port of the Dagster UI.")] = 3000,
    console_port: Annotated[int, typer.Option(help="Port of the console.")] = CONSOLE_PORT,
    demo_home: Annotated[
        Path, typer.Option("--demo", help="Shown while nothing of your own is connected.")
    ] = Path(".demo"),
) -> None:
    """The console, Dagster's UI and its daemon together: pages, assets, runs, schedules."""
    from xero_pipeline.automation.instance import ensure_dagster_home
    from xero_pipeline.demo import Demo, environment_to_show

    _heed_interrupts()
    with environment_to_show(Settings(), Demo(demo_home.resolve())) as (environment, sentence):
        out.print(sentence, soft_wrap=True)
        ensure_dagster_home(Settings(XERO_PIPELINE_HOME=environment["XERO_PIPELINE_HOME"]))
        shared = {**os.environ, **environment, "XERO_DAGSTER_URL": f"http://localhost:{port}"}
        dagster = ["dev", "--module-name", "xero_pipeline.definitions", "--port", str(port)]
        with (
            _running("xero-pipeline", ["console", "--port", str(console_port)], shared),
            _running("dagster", dagster, shared) as process,
        ):
            code = process.wait()
        raise typer.Exit(code)


@group.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)
def sandbox(context: typer.Context) -> None:
    """A Xero on this machine: `sandbox serve`, `sandbox reset`."""
    command = [sys.executable, "-m", "xero_pipeline.sandbox", *context.args]
    raise typer.Exit(subprocess.run(command, check=False).returncode)


def _heed_interrupts() -> None:
    """Whoever ends this process ends what it started.

    A shell lets programs in the background ignore Ctrl-C, which Dagster takes for the way in which
    it is to meet every other signal, too.
    """
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)


@contextmanager
def _running(
    name: str, words: Sequence[str], environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """One of this environment's programs, until the block is left."""
    with subprocess.Popen([_program(name), *words], env=environment) as process:
        try:
            yield process
        finally:
            process.terminate()


def _program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))
