"""What was read: made anew, kept in order, asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from xero_pipeline.cli.console import AsJson, fail, out, show_progress
from xero_pipeline.settings import Settings

if TYPE_CHECKING:
    import duckdb

group = typer.Typer()


@group.command()
def rebuild(
    without_damaged: Annotated[
        bool, typer.Option("--without-damaged", help="Do without pages that are damaged.")
    ] = False,
) -> None:
    """Make the warehouse anew from the landed pages, without a call to Xero, and publish it."""
    from xero_pipeline.automation import publish_in_process
    from xero_pipeline.warehouse import Landing, rebuild

    show_progress()
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
        fail("\n".join(outcome.problems))
    out.print(f"[green]✓[/] Published {settings.published_database}", soft_wrap=True)


@group.command()
def tidy() -> None:
    """Put old landed pages into few files; delete those that the settings do not keep."""
    from datetime import UTC, datetime

    from xero_pipeline.warehouse import Keeping, Landing, open_build_database, tidy
    from xero_pipeline.warehouse.walks import QUIET_WALKS_KEPT, forget_quiet_walks

    settings = Settings()
    keeping = Keeping(settings.landing_keep_days, settings.landing_archive_days)
    now = datetime.now(UTC)
    tidied = tidy(Landing(settings.landing), keeping, now)
    with open_build_database(settings.build_database) as connection:
        forget_quiet_walks(connection, now - QUIET_WALKS_KEPT)
    out.print(
        f"{tidied.archived:,} batches archived, {tidied.deleted:,} deleted: "
        f"{tidied.before.files:,} files of {tidied.before.bytes:,} bytes are now "
        f"{tidied.after.files:,} of {tidied.after.bytes:,}."
    )
    if tidied.damaged:
        listed = "\n".join(f"{damaged.file} ({damaged.reason})" for damaged in tidied.damaged)
        fail(f"Damaged, and left where it is:\n{listed}\n`xero-pipeline rebuild` says what to do.")


@group.command()
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
                fail("That is no question: nothing comes back. Ask with a SELECT.")
            if as_json:
                print(_as_json(answer))
            else:
                answer.show(max_width=out.width, max_rows=200)
        except duckdb.Error as refused:
            fail(str(refused))


@group.command()
def summary() -> None:
    """The figures at a glance: aging, MRR, runway, riskiest clients, newest tasks."""
    from xero_pipeline.summary import print_summary

    print_summary(Settings().published_database, out)


def _as_json(answer: duckdb.DuckDBPyRelation) -> str:
    """Rows as objects. Money keeps its digits; dates, instants and ids are strings."""
    import simplejson

    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.fetchall()]
    return simplejson.dumps(rows, use_decimal=True, ignore_nan=True, default=str, indent=2)
