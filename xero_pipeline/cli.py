"""The command line."""

import typer

main = typer.Typer()
