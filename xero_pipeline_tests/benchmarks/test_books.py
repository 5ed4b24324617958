"""The books that the models are measured on are books: nothing in them is out of order."""

from __future__ import annotations

from pathlib import Path

from xero_pipeline.warehouse import ModelGraph, create_tables, open_warehouse, run_data_tests
from xero_pipeline_tests.benchmarks.books import Books, write_books


def test_the_books_pass_every_data_test(tmp_path: Path) -> None:
    graph = ModelGraph.discover()
    with open_warehouse(tmp_path / "build.duckdb") as connection:
        create_tables(connection)
        write_books(connection, Books(invoices=1_000, organisations=2))

        graph.build(connection)

        failed = [each.case.name for each in run_data_tests(connection, graph) if not each.passed]
        counted = connection.execute("select count(*) from staging.invoice_lines").fetchall()
    assert failed == []
    assert counted == [(3_000,)]
