"""Runs one full sync of the invoices as the pipeline does it: fetch, land, load.

Arguments: the address, and a folder. Credentials come from the environment, as for the pipeline.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import duckdb
import pandas  # noqa: F401 - where it is installed, DuckDB imports it at its first parameter
from pydantic import AnyHttpUrl

from xero_pipeline.settings import Settings
from xero_pipeline.sync import sync_organisation
from xero_pipeline.warehouse import Landing, open_warehouse
from xero_pipeline_tests.benchmarks.client import client, sign_in
from xero_pipeline_tests.benchmarks.runners.report import timed


def main(address: str, folder: Path) -> None:
    settings = Settings(XERO_API_URL=AnyHttpUrl(address), XERO_PIPELINE_HOME=folder)
    report = timed(lambda: sync(settings, address))
    with duckdb.connect(str(settings.build_database), read_only=True) as connection:
        found = connection.sql("select count(*), sum(len(line_items)) from raw.invoices").fetchone()
    invoices, lines = found or (0, 0)
    replace(report, invoices=invoices, lines=int(lines)).write(folder, "ours")


def sync(settings: Settings, address: str) -> None:
    """Sign in, and read all invoices into a new warehouse."""
    assert settings.client_secret is not None
    access = sign_in(address, settings.client_id, settings.client_secret.get_secret_value())
    sync_organisation(
        client(settings, access),
        Landing(settings.landing),
        lambda: open_warehouse(settings.build_database),
        only={"invoices"},
    )


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
