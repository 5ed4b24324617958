"""Read what changed."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from xero_pipeline.cli.console import fail, out, show_progress
from xero_pipeline.connections import Connections
from xero_pipeline.settings import Settings

group = typer.Typer()

DepthName = Literal["increment", "nightly", "full"]


@group.command()
def sync(
    organisation: Annotated[
        list[str] | None, typer.Option(help="Key, name or id; repeatable. All if absent.")
    ] = None,
    depth: Annotated[
        DepthName,
        typer.Option(help="What Xero announces; also its silent changes; everything again."),
    ] = "nightly",
    full: Annotated[bool, typer.Option("--full", help="The same as --depth full.")] = False,
) -> None:
    """Read what changed, rebuild the models, check them, publish: through Dagster."""
    show_progress()
    settings = Settings()
    with Connections.open(settings) as connections:
        named = [connections.find(each) for each in organisation or ()]
        known = connections.connections()
    if not known:
        fail("No organisation is connected yet. Connect one with `xero-pipeline connect`.")
    chosen = named or [each for each in known if each.may_sync]
    left_out = [] if named else [each for each in known if not each.may_sync]
    problems = [f"{e.organisation_name}: {e.status_reason} {e.next_step}" for e in left_out]
    if chosen:
        from xero_pipeline.automation import refresh_in_process
        from xero_pipeline.sync import Depth

        outcome = refresh_in_process(
            settings,
            [each.organisation_key for each in chosen],
            depth=Depth.FULL if full else Depth(depth),
        )
        problems += outcome.problems
        if outcome.is_published:
            out.print(f"[green]✓[/] Published {settings.published_database}", soft_wrap=True)
    if problems:
        fail("\n".join(problems))
