"""What runs on this machine beside the pipeline: the demo, Dagster's UI, the sandbox."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from xero_pipeline.cli.console import out
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
    demo_home: Annotated[
        Path, typer.Option("--demo", help="Shown while nothing of your own is connected.")
    ] = Path(".demo"),
) -> None:
    """Dagster's UI and daemon: assets, runs, schedules, sensors."""
    from xero_pipeline.automation.instance import ensure_dagster_home
    from xero_pipeline.demo import Demo, environment_to_show

    with environment_to_show(Settings(), Demo(demo_home.resolve())) as (environment, sentence):
        out.print(sentence, soft_wrap=True)
        ensure_dagster_home(Settings(XERO_PIPELINE_HOME=environment["XERO_PIPELINE_HOME"]))
        command = ["dev", "--module-name", "xero_pipeline.definitions", "--port", str(port)]
        raise typer.Exit(
            subprocess.run(
                [str(Path(sys.executable).with_name("dagster")), *command],
                env=os.environ | environment,
                check=False,
            ).returncode
        )


@group.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)
def sandbox(context: typer.Context) -> None:
    """A Xero on this machine: `sandbox serve`, `sandbox reset`."""
    command = [sys.executable, "-m", "xero_pipeline.sandbox", *context.args]
    raise typer.Exit(subprocess.run(command, check=False).returncode)
