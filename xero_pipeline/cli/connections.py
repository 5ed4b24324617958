"""Connect, look, check, choose accounts, reconnect, remove."""

from __future__ import annotations

import dataclasses
import json
import webbrowser
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.markup import escape

from xero_pipeline.cli.account_views import accounts_table
from xero_pipeline.cli.connection_views import (
    WIDTH,
    connections_table,
    what_removing_does,
    what_to_do,
)
from xero_pipeline.cli.console import AsJson, OrganisationName, fail, out
from xero_pipeline.connections import (
    AgencyNeverWrites,
    Choice,
    Connection,
    Connections,
    MonitoredAccount,
    Purpose,
    Status,
    document_types,
    watching,
)
from xero_pipeline.settings import Settings
from xero_pipeline.xero import Organisation, XeroError
from xero_pipeline.xero.tokens import Tenant

group = typer.Typer()
commands = typer.Typer(help="Who is connected, and how healthy it is.", no_args_is_help=True)
group.add_typer(commands, name="connections")

_NO_ROOM = (
    "As many organisations are connected as XERO_TIER allows. If Xero's page refuses, remove one "
    "or choose a higher tier."
)
NoBrowser = Annotated[
    bool, typer.Option("--no-browser", help="Print the address instead of opening it.")
]


@group.command()
def connect(
    *,
    workspace: Annotated[str, typer.Option(help="What you call these books.")],
    purpose: Annotated[Purpose, typer.Option(help="Your agency's own books, or a client's.")],
    organisation: Annotated[
        str | None, typer.Option(help="The organisation's name, when you have several.")
    ] = None,
    custom: Annotated[
        bool, typer.Option("--custom", help="The app is a custom connection: nobody signs in.")
    ] = False,
    write_back: Annotated[
        bool,
        typer.Option("--write-back", help="Clients' answers may be written to Xero as well."),
    ] = False,
    no_browser: NoBrowser = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Connect a Xero organisation: sign in at Xero, choose it, confirm it."""
    if write_back and purpose is Purpose.AGENCY:
        refused = AgencyNeverWrites()
        raise typer.BadParameter(str(refused), param_hint="--write-back")
    open_browser = _announce if no_browser else _browse
    with Connections.open(Settings()) as connections:
        if connections.room_left() == 0:
            out.print(_NO_ROOM)
        connection = connections.connect(
            workspace,
            purpose,
            organisation=organisation,
            open_browser=None if custom else open_browser,
            choose=_choose,
            confirm=lambda found: _confirm(found, ask=not yes),
            write_back=write_back,
        )
    name = escape(connection.organisation_name)
    out.print(f"Connected [bold]{name}[/] to workspace {escape(workspace)}.")
    if write_back and not connection.may_write:
        out.print("Xero did not grant all that writing needs: answers cannot be written back.")
    _tell_unless_healthy(connection)
    out.print("Next: [bold]xero-pipeline sync[/] reads it.")


@commands.command("list")
def list_connections(
    as_json: AsJson = False,
    everything: Annotated[bool, typer.Option("--all", help="Removed ones, too.")] = False,
) -> None:
    """Workspace, organisation, watched accounts, connected by, state, last sync, next step."""
    with Connections.open(Settings()) as connections:
        found = connections.connections() + (connections.removed() if everything else [])
        watched = {
            each.organisation_id: connections.monitored_accounts(each.organisation_id)
            for each in found
            if each.status is not Status.REMOVED
        }
    if as_json:
        print(json.dumps([_as_object(each, watched) for each in found], default=str, indent=2))
    elif not found:
        out.print("No organisation is connected yet: [bold]xero-pipeline connect[/].")
    else:
        out.print(connections_table(found, watched), width=min(out.width, WIDTH))
        for each in found:
            _tell_unless_healthy(each)


@commands.command("check")
def check_connections(
    organisation: Annotated[str | None, typer.Argument(help="Name or id; all when absent.")] = None,
) -> None:
    """Ask Xero whether the connections live. One call each, free of data charges.

    Ends with 1 when one of them needs a person.
    """
    with Connections.open(Settings()) as connections:
        known = [connections.find(organisation)] if organisation else connections.connections()
        checked = [_check(connections, each) for each in known]
    if any(each.needs_person for each in checked):
        raise typer.Exit(1)


@commands.command("accounts")
def accounts(
    organisation: OrganisationName,
    *,
    monitor: Annotated[
        list[str] | None, typer.Option(help="Code or name of an account to watch; repeatable.")
    ] = None,
    stop: Annotated[
        list[str] | None, typer.Option(help="Code or name of one to watch no longer; repeatable.")
    ] = None,
    look_back: Annotated[
        int | None, typer.Option(help="Days back for the first tasks; at first 90.", min=0)
    ] = None,
    types: Annotated[
        list[str] | None,
        typer.Option(help="Xero's types that make a task, e.g. SPEND,ACCPAY; at first all."),
    ] = None,
    suggest: Annotated[
        bool, typer.Option("--suggest", help="Only accounts whose names ask to be watched.")
    ] = False,
) -> None:
    """Show the accounts and which are watched; watch more of them, or fewer.

    --look-back and --types go for the accounts named in the same command.
    """
    choice = Choice(look_back, document_types(types or ()))
    with Connections.open(Settings()) as connections:
        chart = connections.chart_of_accounts(organisation)
        watched = connections.monitored_accounts(organisation)
        if monitor or stop:
            chosen = [chart.find(wanted) for wanted in monitor or ()]
            dropped = {chart.find_watched(wanted, watched) for wanted in stop or ()}
            watched = watching(watched, chosen, choice, dropped)
            connections.monitor_accounts(organisation, watched)
    out.print(accounts_table(chart.suggested() if suggest else chart.accounts, watched))


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
    _tell_unless_healthy(connection)


@commands.command("remove")
def remove(
    organisation: OrganisationName,
    purge: Annotated[
        bool, typer.Option("--purge/--keep-data", help="Delete what was read, or keep it.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """End the connection at Xero and forget its sign-in; says beforehand what will happen."""
    settings = Settings()
    with Connections.open(settings) as connections:
        removal = connections.removal(organisation)
        name = removal.connection.organisation_name
        out.print(what_removing_does(removal, purge=purge), soft_wrap=True)
        if not yes and typer.prompt("Type its name to remove it").strip() != name:
            fail("That is another name; nothing was removed.")
        if removal.connection.status is not Status.REMOVED:
            removed = connections.remove(removal.connection.organisation_id)
            out.print(f"Removed {escape(name)}.")
            if not removed.ended_at_xero:
                out.print("Xero did not take the sign-in: check Connected apps in Xero as well.")
    if purge:
        _purge(settings, removal.connection.organisation_id)


def _purge(settings: Settings, organisation_id: str) -> None:
    from xero_pipeline.automation.purging import purge

    purged = purge(settings, organisation_id)
    out.print(f"Deleted {purged.files:,} landed files and {purged.rows:,} rows.")
    if purged.problems:
        fail("\n".join((*purged.problems, "Published figures still hold it: run this again.")))


def _as_object(
    connection: Connection, watched: dict[str, list[MonitoredAccount]]
) -> dict[str, object]:
    accounts = watched.get(connection.organisation_id, [])
    return {
        **dataclasses.asdict(connection),
        "monitored_accounts": [dataclasses.asdict(each) for each in accounts],
    }


def _tell_unless_healthy(connection: Connection) -> None:
    if connection.status is not Status.HEALTHY:
        out.print(what_to_do(connection), soft_wrap=True)


def _check(connections: Connections, known: Connection) -> Connection:
    """Prints what Xero says; returns the connection as it is now."""
    try:
        checked = connections.check(known.organisation_id)
    except XeroError as failure:
        name = escape(f"{known.organisation_name}: {failure}")
        out.print(f"[red]✗[/] {name}", soft_wrap=True)
        return connections.find(known.organisation_id)
    out.print(f"[green]✓[/] {escape(checked.organisation_name)}: Xero answers.")
    _tell_unless_healthy(checked)
    return checked


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
