"""Connect, look, check, choose accounts, reconnect, remove."""

from __future__ import annotations

import dataclasses
import json
import webbrowser
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from xero_pipeline.cli.console import AsJson, OrganisationName, fail, out
from xero_pipeline.connections import Connection, Connections, MonitoredAccount, Purpose, Status
from xero_pipeline.settings import Settings
from xero_pipeline.xero import Organisation, XeroError
from xero_pipeline.xero.tokens import Tenant

group = typer.Typer()
commands = typer.Typer(help="Who is connected, and how healthy it is.", no_args_is_help=True)
group.add_typer(commands, name="connections")

NoBrowser = Annotated[
    bool, typer.Option("--no-browser", help="Print the address instead of opening it.")
]


@group.command()
def connect(
    workspace: Annotated[str, typer.Option(help="What you call these books.")],
    purpose: Annotated[Purpose, typer.Option(help="Your agency's own books, or a client's.")],
    organisation: Annotated[
        str | None, typer.Option(help="The organisation's name, when you have several.")
    ] = None,
    no_browser: NoBrowser = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Connect a Xero organisation: sign in at Xero, choose it, confirm it."""
    with Connections.open(Settings()) as connections:
        connection = connections.connect(
            workspace,
            purpose,
            organisation=organisation,
            open_browser=_announce if no_browser else _browse,
            choose=_choose,
            confirm=lambda found: _confirm(found, ask=not yes),
        )
    name = escape(connection.organisation_name)
    out.print(f"Connected [bold]{name}[/] to workspace {escape(workspace)}.")
    out.print("Next: [bold]xero-pipeline sync[/] reads it.")


@commands.command("list")
def list_connections(as_json: AsJson = False) -> None:
    """Workspace, organisation, purpose, connected by, state, last sync, next step."""
    with Connections.open(Settings()) as connections:
        found = connections.connections()
    if as_json:
        print(json.dumps([dataclasses.asdict(each) for each in found], default=str, indent=2))
    elif not found:
        out.print("No organisation is connected yet: [bold]xero-pipeline connect[/].")
    else:
        out.print(connections_table(found))


@commands.command("check")
def check_connections(
    organisation: Annotated[str | None, typer.Argument(help="Name or id; all when absent.")] = None,
) -> None:
    """Ask Xero whether the connections live. One call each, free of data charges."""
    with Connections.open(Settings()) as connections:
        known = [connections.find(organisation)] if organisation else connections.connections()
        failed = [not _check(connections, each) for each in known]
    if any(failed):
        raise typer.Exit(1)


@commands.command("accounts")
def accounts(
    organisation: OrganisationName,
    monitor: Annotated[
        list[str] | None, typer.Option(help="Code or name of an account to watch; repeatable.")
    ] = None,
    look_back: Annotated[int, typer.Option(help="Days back for the first tasks.", min=0)] = 90,
) -> None:
    """Show the accounts and which are watched; with --monitor, watch exactly those."""
    with Connections.open(Settings()) as connections:
        chart = connections.chart_of_accounts(organisation)
        if monitor:
            chosen = [chart.find(wanted) for wanted in monitor]
            connections.monitor_accounts(
                organisation,
                [MonitoredAccount(a.account_id, a.code, a.name, look_back) for a in chosen],
            )
        watched = {each.account_id for each in connections.monitored_accounts(organisation)}
    table = Table("Code", "Account", "Type", "Watched")
    for account in chart.accounts:
        mark = "[green]✓[/]" if account.account_id in watched else ""
        hint = " [dim](suggested)[/]" if account.is_suggested and not mark else ""
        table.add_row(account.code, escape(account.name), account.type, mark + hint)
    out.print(table)


@commands.command("reconnect")
def reconnect(organisation: OrganisationName, no_browser: NoBrowser = False) -> None:
    """Sign in anew for an organisation that is connected; no other one is accepted."""
    with Connections.open(Settings()) as connections:
        connection = connections.reconnect(
            organisation,
            open_browser=_announce if no_browser else _browse,
            confirm=lambda found: _confirm(found, ask=False),
        )
    out.print(f"[green]✓[/] {escape(connection.organisation_name)} is connected again.")


@commands.command("remove")
def remove(
    organisation: OrganisationName,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """End the connection at Xero and forget its tokens. What was read stays."""
    with Connections.open(Settings()) as connections:
        connection = connections.find(organisation)
        out.print(
            f"This ends the connection of [bold]{escape(connection.organisation_name)}[/] at Xero "
            "and forgets its tokens. Landed pages and tables stay where they are."
        )
        if not yes and not typer.confirm("Remove it?"):
            raise typer.Exit(1)
        removed = connections.remove(organisation)
    out.print(f"Removed {escape(removed.organisation_name)}.")
    if not removed.ended_at_xero:
        out.print("Xero no longer accepted the sign-in: check Connected apps in Xero as well.")


def connections_table(found: Sequence[Connection]) -> Table:
    """Connections as a person wants to see them: a green tick, or what to do."""
    table = Table("Workspace", "Organisation", "Purpose", "Connected by", "State", "Last sync")
    for each in found:
        healthy = each.status is Status.HEALTHY
        problem = escape(f"{each.status_reason} {each.next_step}")
        synced = f"{each.last_sync_at:%Y-%m-%d %H:%M} UTC" if each.last_sync_at else "never"
        table.add_row(
            escape(each.workspace),
            escape(each.organisation_name),
            each.purpose.value,
            escape(each.connected_by),
            "[green]✓[/] healthy" if healthy else f"[red]✗[/] {problem}",
            synced,
        )
    return table


def _check(connections: Connections, known: Connection) -> bool:
    try:
        checked = connections.check(known.organisation_id)
    except XeroError as failure:
        out.print(f"[red]✗[/] {escape(f'{known.organisation_name}: {failure}')}", soft_wrap=True)
        return False
    out.print(f"[green]✓[/] {escape(checked.organisation_name)}: Xero answers.")
    return True


def _announce(url: str) -> None:
    """The address on a line of its own, unwrapped, so that a program can read it."""
    out.print("Open this address and sign in to Xero:")
    print(url, flush=True)


def _browse(url: str) -> None:
    _announce(url)
    webbrowser.open(url)


def _choose(offered: Sequence[Tenant]) -> Tenant:
    for number, tenant in enumerate(offered, 1):
        out.print(f"{number}. {escape(tenant.name)}")
    number = int(typer.prompt("Which organisation", type=int))
    if not 1 <= number <= len(offered):
        fail(f"There is no organisation number {number}. Nothing was connected.")
    chosen: Tenant = offered[number - 1]
    return chosen


def _confirm(found: Organisation, *, ask: bool) -> bool:
    out.print(
        f"[bold]{escape(found.name)}[/], {found.country_code}, {found.base_currency}, "
        f"short code {found.short_code}"
    )
    return not ask or typer.confirm("Connect this organisation?", default=True)
