"""Listen to Xero."""

from __future__ import annotations

from typing import Annotated

import typer

from xero_pipeline.cli.console import show_progress
from xero_pipeline.settings import Settings

group = typer.Typer()
commands = typer.Typer(help="What Xero reports by itself.", no_args_is_help=True)
group.add_typer(commands, name="webhooks")


@commands.callback()
def webhooks() -> None:
    """A group, although there is one command."""


@commands.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8977,
) -> None:
    """Take Xero's webhooks in. Xero calls HTTPS: put a reverse proxy or tunnel in front."""
    from xero_pipeline.webhooks.serve import serve as listen

    show_progress()
    listen(Settings(), host, port)
