"""The console: pages for people."""

from __future__ import annotations

from typing import Annotated

import typer

from xero_pipeline.cli.console import out, show_progress
from xero_pipeline.settings import Settings

PORT = 8978

group = typer.Typer()
commands = typer.Typer(help="Pages to connect, choose and see, in a browser.")
group.add_typer(commands, name="console")


@commands.callback(invoke_without_command=True)
def console(
    context: typer.Context,
    host: Annotated[
        str, typer.Option(help="Address to listen on; others than this machine's need a sign-in.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = PORT,
) -> None:
    """Show the console until it is stopped."""
    if context.invoked_subcommand is not None:
        return
    from xero_pipeline.console import serve

    show_progress()
    serve(Settings(), host, port)


@commands.command()
def password() -> None:
    """Ask for a password, and print what XERO_CONSOLE_PASSWORD_HASH is to be."""
    from xero_pipeline.console import hashed

    chosen = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    out.print("Put this into the environment or `.env`, within single quotes:")
    print(f"XERO_CONSOLE_PASSWORD_HASH='{hashed(chosen)}'")
