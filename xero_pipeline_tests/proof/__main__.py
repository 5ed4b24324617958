"""The proof, for as long as one likes: `python -m xero_pipeline_tests.proof --help`."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from xero_pipeline_tests.proof.kills import Campaign
from xero_pipeline_tests.proof.mutations import MUTATIONS, caught_after
from xero_pipeline_tests.proof.playing import COMPANIES, explained, play
from xero_pipeline_tests.proof.silent import watch
from xero_pipeline_tests.proof.stage import Stage
from xero_pipeline_tests.proof.writebacks import Campaign as AnswerCampaign

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__)
console = Console()

Count = Annotated[int, typer.Option(min=1)]
Seed = Annotated[int, typer.Option(help="Another seed, other draws.")]


@app.command()
def schedules(count: Count = 10_000, seed: Seed = 1) -> None:
    """Random schedules of changes during syncs; ends with 1 when one of them loses a record."""
    with _folder() as folder, Stage.of(COMPANIES, folder) as stage:
        began = time.monotonic()
        loss = play(stage, count, seed=seed, after_each=lambda: _progress(stage, count))
        _print_counts("What happened", stage.exercised.counts)
        _print_counts("What changed", stage.exercised.happenings)
        if loss is not None:
            console.print(explained(stage, loss), markup=False)
            raise typer.Exit(1)
        played = stage.exercised.counts["schedules"]
        console.print(
            f"{played:,} schedules in {time.monotonic() - began:,.0f} s: "
            "0 records missing, 0 stale, 0 duplicated."
        )


@app.command()
def kills(count: Count = 2_000, seed: Seed = 1) -> None:
    """Kill syncs; ends with an AssertionError when an ordinary sync does not mend it."""
    with _folder() as folder, Campaign.of(folder) as campaign:
        campaign.run(count, seed)
        _print_counts("Killed before", campaign.kills)
        console.print(
            f"{campaign.kills.total():,} kills in {campaign.chains:,} chains: each ended with the "
            "tables of an undisturbed sync, no whole page was asked for twice."
        )


@app.command()
def writebacks(count: Count = 200, seed: Seed = 1) -> None:
    """Kill write-backs; ends with an AssertionError when something is written twice, or lost."""
    with _folder() as folder, AnswerCampaign.of(folder) as campaign:
        campaign.run(count, seed)
        _print_counts("Killed", campaign.kills)
        _print_counts("What happened", campaign.found)
        console.print(
            f"{campaign.kills.total():,} kills: every account, note and file is at Xero once."
        )


@app.command()
def mutations(count: Count = 500) -> None:
    """Break the reading in known ways; ends with 1 when the schedules do not notice one."""
    table = Table("Broken on purpose", "noticed after schedules")
    missed = False
    for name, mutation in MUTATIONS.items():
        with _folder() as folder:
            after = caught_after(mutation, folder, count)
        missed |= after is None
        table.add_row(name, "never" if after is None else str(after))
    console.print(table)
    raise typer.Exit(1 if missed else 0)


@app.command()
def silent() -> None:
    """Which sync finds what Xero changes without a word, and the calls to that endpoint."""
    table = Table("Change", "known after", "calls")
    with _folder() as folder:
        for name, found in watch(folder).items():
            after = "never" if found.after is None else found.after.value
            table.add_row(name, after, str(found.calls))
    console.print(table)


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "state"


def _progress(stage: Stage, count: int) -> None:
    console.print(f"{stage.exercised.counts['schedules']:,} of {count:,}", end="\r")


def _print_counts(title: str, counts: Mapping[str, int]) -> None:
    table = Table(title, "times")
    for name, number in sorted(counts.items(), key=lambda item: -item[1]):
        table.add_row(name, f"{number:,}")
    console.print(table)


if __name__ == "__main__":
    app()
