"""What all commands print with, and the words that several of them take."""

from __future__ import annotations

import logging
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.logging import RichHandler

out = Console()
err = Console(stderr=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
OrganisationName = Annotated[str, typer.Argument(help="Name or id of a connected organisation.")]


def show_progress() -> None:
    """Progress of our own rooms; Dagster's event log stays in Dagster."""
    logger = logging.getLogger("xero_pipeline")
    logger.setLevel(logging.INFO)
    logger.addHandler(RichHandler(console=out, show_path=False, show_level=False, markup=False))


def fail(sentence: str) -> NoReturn:
    # Other people's words: brackets in them are no markup, and lines are the reader's to wrap.
    err.print(sentence, style="red", highlight=False, markup=False, soft_wrap=True)
    raise SystemExit(1)
