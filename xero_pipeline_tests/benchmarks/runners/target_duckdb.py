"""Runs target-duckdb on the Singer messages that a tap writes.

Arguments: an address, which it needs not, and a folder.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import duckdb
import target_duckdb  # type: ignore[import-not-found]

from xero_pipeline_tests.benchmarks.runners.report import timed


def main(folder: Path) -> None:
    database = folder / "target.duckdb"
    config = {"path": str(database), "default_target_schema": "raw"}

    def load() -> None:
        connection = target_duckdb.duckdb_connect(config)
        target_duckdb.persist_lines(connection, config, sys.stdin)
        connection.close()

    report = timed(load)
    with duckdb.connect(str(database)) as connection:
        found = connection.sql(
            "select count(*), sum(json_array_length(lineitems)) from raw.invoices"
        ).fetchone()
    invoices, lines = found or (0, 0)
    replace(report, invoices=invoices, lines=int(lines)).write(folder, "target")


if __name__ == "__main__":
    main(Path(sys.argv[2]))
