"""What assets need from outside, resolved when a run starts and never at import."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dagster as dg
import duckdb
from dagster_duckdb import DuckDBResource

from xero_pipeline.connections import Connections
from xero_pipeline.settings import Settings
from xero_pipeline.warehouse import DEFAULT_DEADLINE_SECONDS, Landing, open_build_database
from xero_pipeline.xero.limits import Clock, SystemClock


class Pipeline(dg.ConfigurableResource[Any]):
    """The pipeline's own rooms, from the settings of the process that runs the step."""

    def settings(self) -> Settings:
        return Settings()

    def clock(self) -> Clock:
        return SystemClock()

    def connections(self) -> Connections:
        return Connections.open(self.settings(), self.clock())

    def landing(self) -> Landing:
        return Landing(self.settings().landing)


class Warehouse(DuckDBResource):
    """The build database with every table in place, with a jittered wait for DuckDB's lock instead
    of a growing back-off, and closed after an exception too."""

    database: str = ""
    deadline_seconds: float = DEFAULT_DEADLINE_SECONDS

    @contextmanager
    def get_connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        settings = Settings()
        with open_build_database(
            settings.build_database, deadline_seconds=self.deadline_seconds, memory=settings.memory
        ) as connection:
            yield connection
