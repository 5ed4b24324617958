"""How things stand: what reading costs, and whether everything is in order."""

from __future__ import annotations

import typer
from rich.markup import escape

from xero_pipeline.cli.console import AsJson, out
from xero_pipeline.settings import Settings

group = typer.Typer()


@group.command()
def usage(as_json: AsJson = False) -> None:
    """What reading costs: calls and bytes by month and organisation, what the tier includes."""
    from xero_pipeline import api_cost

    cost = api_cost.read_api_cost(Settings())
    if as_json:
        print(api_cost.as_json(cost))
    else:
        api_cost.print_api_cost(cost, out)


@group.command()
def doctor() -> None:
    """Check settings, home, key, clock, Xero, and every connection; say what to do."""
    from xero_pipeline.doctor import diagnose

    findings = diagnose(Settings())
    for finding in findings:
        mark = "[green]✓[/]" if finding.is_fine else "[red]✗[/]"
        out.print(f"{mark} {escape(finding.subject)}: {escape(finding.sentence)}", soft_wrap=True)
    if not all(finding.is_fine for finding in findings):
        raise typer.Exit(1)
