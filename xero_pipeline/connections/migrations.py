"""State made by an earlier version becomes one of this version, in place.

Tables that are merely new are created; a table that changes its shape has a step here, which runs
once, in the transaction that counts it.
"""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from xero_pipeline.connections.backends import Backend
from xero_pipeline.connections.tables import metadata


class MadeByNewerVersion(Exception):
    """What to say of state that this version does not understand."""

    def __str__(self) -> str:
        return "it was made by a newer version of xero-pipeline; install that one"


def migrate(database: sa.Connection, backend: Backend) -> None:
    """Bring the tables up to date: new ones, those of any earlier version, those that are already.

    Args:
        database: in a transaction that writes.

    Raises:
        MadeByNewerVersion: nothing was changed.
    """
    version = backend.version(database)
    if version > len(_STEPS):
        raise MadeByNewerVersion
    for step in _STEPS[version:]:
        step(database)
    metadata.create_all(database)
    if version < len(_STEPS):
        backend.set_version(database, len(_STEPS))


def _count_by_endpoint(database: sa.Connection) -> None:
    """api_usage had a row per organisation and day; which endpoints it was is not known."""
    if not sa.inspect(database).has_table("api_usage"):
        return
    database.exec_driver_sql("ALTER TABLE api_usage RENAME TO api_usage_by_day")
    metadata.create_all(database)
    database.exec_driver_sql(
        "INSERT INTO day_calls (organisation_id, day, calls) "
        "SELECT organisation_id, day, calls FROM api_usage_by_day"
    )
    database.exec_driver_sql(
        "INSERT INTO api_usage (organisation_id, endpoint, day, calls, wire_bytes, body_bytes) "
        "SELECT organisation_id, 'unattributed', day, calls, wire_bytes, body_bytes "
        "FROM api_usage_by_day"
    )
    database.exec_driver_sql("DROP TABLE api_usage_by_day")


def _know_idle_tokens(database: sa.Connection) -> None:
    """When tokens were refreshed stood in the encrypted part alone; the next refresh tells it."""
    look = sa.inspect(database)
    if not look.has_table("token_sets"):
        return
    if "refreshed_at" not in {column["name"] for column in look.get_columns("token_sets")}:
        database.exec_driver_sql("ALTER TABLE token_sets ADD COLUMN refreshed_at DATETIME")


_STEPS: tuple[Callable[[sa.Connection], None], ...] = (_count_by_endpoint, _know_idle_tokens)
