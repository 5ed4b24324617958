"""Runs one full sync of the invoices as the pipeline does it: fetch, land, load.

Arguments: the address, and a folder.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import duckdb
from pydantic import AnyHttpUrl

from xero_pipeline.assets.sync import sync_organisation
from xero_pipeline.settings import Settings
from xero_pipeline.warehouse import Landing, open_warehouse
from xero_pipeline_tests.benchmarks.client import client
from xero_pipeline_tests.benchmarks.runners.report import timed


def main(address: str, folder: Path) -> None:
    settings = Settings(XERO_API_URL=AnyHttpUrl(address), XERO_PIPELINE_HOME=folder)
    report = timed(lambda: sync(settings))
    with duckdb.connect(str(settings.build_database), read_only=True) as connection:
        found = connection.sql("select count(*), sum(len(line_items)) from raw.invoices").fetchone()
    invoices, lines = found or (0, 0)
    replace(report, invoices=invoices, lines=int(lines)).write(folder, "ours")


def sync(settings: Settings) -> None:
    """One full sync of the page server's invoices into a warehouse of their own."""
    sync_organisation(
        client(settings),
        Landing(settings.landing),
        lambda: open_warehouse(settings.build_database),
        only={"invoices"},
    )


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
