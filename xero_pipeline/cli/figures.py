"""The figures outside the warehouse: as files, as pages, and down to what Xero sent."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.markup import escape

from xero_pipeline.cli.console import out
from xero_pipeline.settings import Settings

group = typer.Typer()


class FileFormat(StrEnum):
    """What files an export consists of."""

    PARQUET = "parquet"
    CSV = "csv"


@group.command()
def export(
    folder: Annotated[
        Path | None, typer.Argument(help="Replaced as a whole; `export` in the home by default.")
    ] = None,
    *,
    table: Annotated[
        list[str] | None, typer.Option(help="A table in marts, e.g. runway; all by default.")
    ] = None,
    organisation: Annotated[
        list[str] | None, typer.Option(help="Name or id; all by default.")
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day, for ar_aging_as_of and ap_aging_as_of."),
    ] = None,
    by_organisation: Annotated[
        bool, typer.Option("--by-organisation", help="A file per organisation.")
    ] = False,
    format: Annotated[FileFormat, typer.Option(help="What to write.")] = FileFormat.PARQUET,
) -> None:
    """Write the published marts as Parquet or CSV files, with a manifest of what they hold."""
    from xero_pipeline.warehouse import ExportRequest, ModelGraph, export

    settings = Settings()
    request = ExportRequest(
        tables=tuple(table or ()),
        organisations=tuple(organisation or ()),
        as_of=as_of.date() if as_of else None,
        by_organisation=by_organisation,
        format=format.value,
    )
    target = folder or settings.home / "export"
    exported = export(settings.published_database, ModelGraph.discover().docs, target, request)
    rows = sum(each.rows for each in exported.tables)
    size = sum(file.bytes for each in exported.tables for file in each.files)
    out.print(
        f"{len(exported.tables)} tables, {rows:,} rows, {size:,} bytes in {target}, "
        f"as published at {exported.published_at}.",
        soft_wrap=True,
    )


@group.command()
def docs(
    folder: Annotated[
        Path, typer.Argument(help="Holds queries.md and why.md; gets figures/.")
    ] = Path("docs"),
) -> None:
    """Write docs/figures/ anew from the models, their .yml and the queries in the docs."""
    from xero_pipeline.warehouse import ModelGraph
    from xero_pipeline.warehouse.figures import figures_of, write_pages

    written = write_pages(folder, figures_of(ModelGraph.discover()))
    out.print(f"{written} pages in {folder / 'figures'}.", soft_wrap=True)


@group.command()
def landed(
    table: Annotated[str, typer.Argument(help="A table of raw, e.g. invoices.")],
    record_id: Annotated[UUID, typer.Argument(help="Xero's id of the record.")],
) -> None:
    """Show the page that a raw row was read from, and the record as Xero sent it."""
    import simplejson

    from xero_pipeline.warehouse import Landing
    from xero_pipeline.warehouse.landed import find_landed

    settings = Settings()
    found = find_landed(settings.published_database, Landing(settings.landing), table, record_id)
    for label, value in (
        ("Sync", found.sync_id),
        ("Kept in", found.place),
        ("Page", f"{found.page.file}, {found.page.bytes:,} bytes"),
        ("SHA-256", f"{found.page.sha256} (compared)"),
    ):
        out.print(f"{label:8} {escape(str(value))}", soft_wrap=True, highlight=False)
    print(simplejson.dumps(found.record, use_decimal=True, indent=2))
