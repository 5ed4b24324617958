"""`xero-pipeline`: the command line. Exit code 0 done, 1 failed with a sentence, 2 wrong use.

Each command parses, calls one function of a room below, and prints. Dagster and DuckDB are imported
by the commands that need them: the others answer at once.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import os
import subprocess
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.logging import RichHandler
from rich.markup import escape
from rich.table import Table

from xero_pipeline.connections import Connection, Connections, MonitoredAccount, Purpose
from xero_pipeline.settings import Settings
from xero_pipeline.xero import Organisation, XeroError
from xero_pipeline.xero.tokens import Tenant

if TYPE_CHECKING:
    import duckdb

app = typer.Typer(
    name="xero-pipeline",
    help="Xero books to DuckDB through Dagster.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
connections_app = typer.Typer(help="Who is connected, and how healthy it is.", no_args_is_help=True)
app.add_typer(connections_app, name="connections")

out = Console()
err = Console(stderr=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
DepthName = Literal["increment", "nightly", "full"]
OrganisationName = Annotated[str, typer.Argument(help="Name or id of a connected organisation.")]
NoBrowser = Annotated[
    bool, typer.Option("--no-browser", help="Print the address instead of opening it.")
]


def main() -> None:
    """Run a command; what a person may meet ends in one sentence, never in a traceback."""
    from xero_pipeline.warehouse import WarehouseError

    try:
        app()
    except (XeroError, WarehouseError, OSError) as failure:
        _fail(str(failure))
    except ValidationError as invalid:
        _fail("\n".join(f"Setting {e['loc'][0]}: {e['msg']}." for e in invalid.errors()))


@app.command()
def demo(
    home: Annotated[Path, typer.Option(help="Where the demo keeps its state.")] = Path(".demo"),
) -> None:
    """A Xero on this machine: connect it, read it, and show its figures."""
    from xero_pipeline.demo import run_demo

    run_demo(home, out)


@app.command()
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


@connections_app.command("list")
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


@connections_app.command("check")
def check_connections(
    organisation: Annotated[str | None, typer.Argument(help="Name or id; all when absent.")] = None,
) -> None:
    """Ask Xero whether the connections live. One call each, free of data charges."""
    with Connections.open(Settings()) as connections:
        known = [connections.find(organisation)] if organisation else connections.connections()
        failed = [not _check(connections, each) for each in known]
    if any(failed):
        raise typer.Exit(1)


@connections_app.command("accounts")
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


@connections_app.command("reconnect")
def reconnect(organisation: OrganisationName, no_browser: NoBrowser = False) -> None:
    """Sign in anew for an organisation that is connected; no other one is accepted."""
    with Connections.open(Settings()) as connections:
        connection = connections.reconnect(
            organisation,
            open_browser=_announce if no_browser else _browse,
            confirm=lambda found: _confirm(found, ask=False),
        )
    out.print(f"[green]✓[/] {escape(connection.organisation_name)} is connected again.")


@connections_app.command("remove")
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


@app.command()
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
    from xero_pipeline.automation import refresh_in_process
    from xero_pipeline.sync import Depth

    _show_progress()
    settings = Settings()
    with Connections.open(settings) as connections:
        named = [connections.find(each) for each in organisation or ()]
        known = connections.connections()
    if not known:
        _fail("No organisation is connected yet. Connect one with `xero-pipeline connect`.")
    chosen = named or [each for each in known if each.may_sync]
    left_out = [] if named else [each for each in known if not each.may_sync]
    problems = [f"{e.organisation_name}: {e.status_reason} {e.next_step}" for e in left_out]
    if chosen:
        outcome = refresh_in_process(
            settings,
            [each.organisation_key for each in chosen],
            depth=Depth.FULL if full else Depth(depth),
        )
        problems += outcome.problems
        if outcome.is_published:
            out.print(f"[green]✓[/] Published {settings.published_database}", soft_wrap=True)
    if problems:
        _fail("\n".join(problems))


@app.command()
def rebuild(
    without_damaged: Annotated[
        bool, typer.Option("--without-damaged", help="Do without pages that are damaged.")
    ] = False,
) -> None:
    """Make the warehouse anew from the landed pages, without a call to Xero, and publish it."""
    from xero_pipeline.automation import publish_in_process
    from xero_pipeline.warehouse import Landing, rebuild

    _show_progress()
    settings = Settings()
    rebuilt = rebuild(
        Landing(settings.landing),
        settings.build_database,
        settings.published_database,
        without_damaged=without_damaged,
    )
    for damaged in rebuilt.left_out:
        out.print(escape(f"Left out: {damaged.file} ({damaged.reason})"), soft_wrap=True)
    out.print(f"{rebuilt.rows:,} records in {rebuilt.batches:,} batches, {rebuilt.seconds:.1f} s.")
    if rebuilt.history is None:
        out.print("There was no history of models to bring along: it begins with this rebuild.")
    outcome = publish_in_process(settings)
    if outcome.problems:
        _fail("\n".join(outcome.problems))
    out.print(f"[green]✓[/] Published {settings.published_database}", soft_wrap=True)


@app.command()
def tidy() -> None:
    """Put old landed pages into few files; delete those that the settings do not keep."""
    from datetime import UTC, datetime

    from xero_pipeline.warehouse import Keeping, Landing, tidy

    settings = Settings()
    keeping = Keeping(settings.landing_keep_days, settings.landing_archive_days)
    tidied = tidy(Landing(settings.landing), keeping, datetime.now(UTC))
    out.print(
        f"{tidied.archived:,} batches archived, {tidied.deleted:,} deleted: "
        f"{tidied.before.files:,} files of {tidied.before.bytes:,} bytes are now "
        f"{tidied.after.files:,} of {tidied.after.bytes:,}."
    )
    if tidied.damaged:
        listed = "\n".join(f"{damaged.file} ({damaged.reason})" for damaged in tidied.damaged)
        _fail(f"Damaged, and left where it is:\n{listed}\n`xero-pipeline rebuild` says what to do.")


@app.command()
def query(
    sql: Annotated[str, typer.Argument(help='A SELECT, e.g. "from marts.runway".')],
    as_json: AsJson = False,
) -> None:
    """Ask the published warehouse. Reads only, and never blocks a run."""
    import duckdb

    from xero_pipeline.warehouse import read_published

    with read_published(Settings().published_database) as connection:
        try:
            answer = connection.sql(sql)
            if answer is None:
                _fail("That is no question: nothing comes back. Ask with a SELECT.")
            if as_json:
                print(_as_json(answer))
            else:
                answer.show(max_width=out.width, max_rows=200)
        except duckdb.Error as refused:
            _fail(str(refused))


@app.command()
def summary() -> None:
    """The figures at a glance: aging, MRR, runway, riskiest clients, newest tasks."""
    from xero_pipeline.summary import print_summary

    print_summary(Settings().published_database, out)


@app.command()
def usage(as_json: AsJson = False) -> None:
    """What reading costs: calls and bytes by month and organisation, what the tier includes."""
    from xero_pipeline import api_cost

    cost = api_cost.read_api_cost(Settings())
    if as_json:
        print(api_cost.as_json(cost))
    else:
        api_cost.print_api_cost(cost, out)


@app.command()
def doctor() -> None:
    """Check settings, home, key, clock, Xero, and every connection; say what to do."""
    from xero_pipeline.doctor import diagnose

    findings = diagnose(Settings())
    for finding in findings:
        mark = "[green]✓[/]" if finding.is_fine else "[red]✗[/]"
        out.print(f"{mark} {escape(finding.subject)}: {escape(finding.sentence)}", soft_wrap=True)
    if not all(finding.is_fine for finding in findings):
        raise typer.Exit(1)


@app.command()
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


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)
def sandbox(context: typer.Context) -> None:
    """A Xero on this machine: `sandbox serve`, `sandbox reset`."""
    command = [sys.executable, "-m", "xero_pipeline.sandbox", *context.args]
    raise typer.Exit(subprocess.run(command, check=False).returncode)


def connections_table(found: Sequence[Connection]) -> Table:
    """Connections as a person wants to see them: a green tick, or what to do."""
    table = Table("Workspace", "Organisation", "Purpose", "Connected by", "State", "Last sync")
    for each in found:
        healthy = each.status.value == "connected"
        problem = escape(f"{each.status_reason} {each.next_step}")
        synced = f"{each.last_sync_at:%Y-%m-%d %H:%M} UTC" if each.last_sync_at else "never"
        table.add_row(
            escape(each.workspace),
            escape(each.organisation_name),
            each.purpose.value,
            escape(each.connected_by),
            "[green]✓[/] connected" if healthy else f"[red]✗[/] {problem}",
            synced,
        )
    return table


def _as_json(answer: duckdb.DuckDBPyRelation) -> str:
    """Rows as objects. Money keeps its digits; dates, instants and ids are strings."""
    import simplejson

    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.fetchall()]
    return simplejson.dumps(rows, use_decimal=True, ignore_nan=True, default=str, indent=2)


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
        _fail(f"There is no organisation number {number}. Nothing was connected.")
    chosen: Tenant = offered[number - 1]
    return chosen


def _confirm(found: Organisation, *, ask: bool) -> bool:
    out.print(
        f"[bold]{escape(found.name)}[/], {found.country_code}, {found.base_currency}, "
        f"short code {found.short_code}"
    )
    return not ask or typer.confirm("Connect this organisation?", default=True)


def _show_progress() -> None:
    """Progress of our own rooms; Dagster's event log stays in Dagster."""
    logger = logging.getLogger("xero_pipeline")
    logger.setLevel(logging.INFO)
    logger.addHandler(RichHandler(console=out, show_path=False, show_level=False, markup=False))


def _fail(sentence: str) -> NoReturn:
    # Other people's words: brackets in them are no markup, and lines are the reader's to wrap.
    err.print(sentence, style="red", highlight=False, markup=False, soft_wrap=True)
    raise SystemExit(1)
