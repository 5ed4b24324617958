"""The key that encrypts tokens."""

from __future__ import annotations

import typer
from rich.markup import escape

from xero_pipeline.cli.console import out
from xero_pipeline.connections import Connections
from xero_pipeline.settings import Settings

group = typer.Typer()


@group.command("rotate-key")
def rotate_key() -> None:
    """Encrypt all tokens with a new key, and drop the old one. Runs may go on meanwhile."""
    with Connections.open(Settings()) as connections:
        rotated = connections.rotate_key()
    signs = "1 sign-in is" if rotated.token_sets == 1 else f"{rotated.token_sets} sign-ins are"
    out.print(f"[green]✓[/] {signs} encrypted with the newest key, from {escape(rotated.where)}.")
    if rotated.to_drop:
        out.print(
            "When every process has the new key, take the earlier ones out: "
            f"all but the first of {1 + rotated.to_drop}.",
            soft_wrap=True,
        )
