"""What is wrong now, and whether people would hear of it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING

import typer
from rich.markup import escape
from rich.table import Table

from xero_pipeline.cli.console import AsJson, fail, out
from xero_pipeline.settings import Settings

if TYPE_CHECKING:
    from xero_pipeline.alerts import Alert

group = typer.Typer()
commands = typer.Typer(help="What people are told, and how.")
group.add_typer(commands, name="alerts")


@commands.callback(invoke_without_command=True)
def alerts(context: typer.Context, as_json: AsJson = False) -> None:
    """What is wrong now: since when, why, and what mends it."""
    if context.invoked_subcommand is not None:
        return
    from xero_pipeline.alerts import AlertBook

    with closing(AlertBook.open(Settings())) as book:
        found = book.open_alerts()
    if as_json:
        print(json.dumps([dataclasses.asdict(each) for each in found], default=str, indent=2))
    elif not found:
        out.print("[green]✓[/] No alert is open.")
    else:
        out.print(alerts_table(found))


@commands.command("test")
def test() -> None:
    """Send a test message to every channel of XERO_ALERT_URLS."""
    from xero_pipeline.alerts import Channels

    channels = Channels(Settings().alert_urls)
    if not channels:
        fail("No channel is set. Put URLs into XERO_ALERT_URLS, e.g. mailto:// or slack://.")
    trials = channels.test()
    for each in trials:
        mark = "[green]✓[/]" if each.works else "[red]✗[/]"
        answer = "took it" if each.works else "did not take it"
        out.print(f"{mark} Channel {each.place}, {escape(each.service)}: {answer}.")
    if not all(each.works for each in trials):
        raise typer.Exit(1)


def alerts_table(found: Sequence[Alert]) -> Table:
    """The oldest first."""
    table = Table("Since", "What", "Why", "What to do")
    for alert in found:
        condition = alert.condition
        table.add_row(
            f"{alert.opened_at:%Y-%m-%d %H:%M} UTC",
            escape(condition.title),
            escape(condition.sentence),
            escape(condition.fix),
        )
    return table
