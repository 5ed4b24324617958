"""Runs dlt's REST API source into DuckDB, through parquet files, its fastest way there.

Arguments: the address, and a folder. Lines and payments become child tables, as dlt does it.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import dlt  # type: ignore[import-not-found]
import duckdb
from dlt.sources.rest_api import rest_api_source  # type: ignore[import-not-found]

from xero_pipeline_tests.benchmarks.runners.report import timed


def main(address: str, folder: Path) -> None:
    dlt.config["runtime.dlthub_telemetry"] = False
    # Both cores: as many normalising processes, and files enough to keep them busy.
    dlt.config["normalize.workers"] = 2
    dlt.config["sources.data_writer.file_max_items"] = 5_000
    database = folder / "dlt.duckdb"
    pipeline = dlt.pipeline(
        pipeline_name="xero",
        pipelines_dir=str(folder / "pipelines"),
        destination=dlt.destinations.duckdb(str(database)),
        dataset_name="raw",
    )
    source = rest_api_source(_xero(address))
    report = timed(lambda: pipeline.run(source, loader_file_format="parquet"))
    with duckdb.connect(str(database)) as connection:
        found = connection.sql(
            "select (select count(*) from raw.invoices), "
            "(select count(*) from raw.invoices__line_items)"
        ).fetchone()
    invoices, lines = found or (0, 0)
    replace(report, invoices=invoices, lines=lines).write(folder, "dlt")


def _xero(address: str) -> dict[str, object]:
    return {
        "client": {
            "base_url": f"{address}/api.xro/2.0/",
            "auth": {"type": "bearer", "token": "benchmark"},
            "headers": {"Accept": "application/json"},
            "paginator": {
                "type": "page_number",
                "base_page": 1,
                "total_path": "pagination.pageCount",
            },
        },
        "resources": [
            {
                "name": "invoices",
                "primary_key": "InvoiceID",
                "write_disposition": "merge",
                "endpoint": {
                    "path": "Invoices",
                    "params": {"pageSize": 1000, "order": "InvoiceID", "unitdp": 4},
                    "data_selector": "Invoices",
                },
            }
        ],
    }


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
