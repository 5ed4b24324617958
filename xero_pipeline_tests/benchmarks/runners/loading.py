"""Loads what is landed and not in the warehouse yet, or does with the same pages the least that
DuckDB can do.

Arguments: the home, the name of the report, and what to do: `load`, or `bare` for a typed
`read_json` into one table with the same types, no conversion, no merging and no bookkeeping.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import pandas  # noqa: F401 - where it is installed, DuckDB imports it at its first parameter

from xero_pipeline.settings import Settings
from xero_pipeline.warehouse import Landing, load, open_build_database, open_warehouse
from xero_pipeline.warehouse.reading import raw_table, typed_pages
from xero_pipeline_tests.benchmarks.runners.report import Report, timed


def main(home: Path, name: str, work: str) -> None:
    settings = Settings(XERO_PIPELINE_HOME=home)
    landing = Landing(settings.landing)
    report = _bare(settings, landing) if work == "bare" else _load(settings, landing)
    report.write(home, name)


def _load(settings: Settings, landing: Landing) -> Report:
    def new() -> None:
        with open_build_database(settings.build_database) as connection:
            load(connection, landing.all())

    with open_build_database(settings.build_database):
        pass  # tables are created once in a warehouse's life
    return timed(new)


def _bare(settings: Settings, landing: Landing) -> Report:
    table = raw_table("invoices")
    batches = [batch for batch in landing.all() if batch.manifest.endpoint == table.endpoint]
    files = [str(file) for batch in batches for file in batch.files]
    largest = max(page.bytes for batch in batches for page in batch.manifest.pages)
    sql = f"create table bare as select unnest({table.list_key}, max_depth := 2) from "

    def read(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(sql + typed_pages(table, largest), {"files": files})

    def into_a_new_file() -> None:
        with open_warehouse(settings.home / "bare.duckdb") as connection:
            read(connection)

    return timed(into_a_new_file)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
