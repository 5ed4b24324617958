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


_EARLIER_STATUS = {
    "connected": ("healthy", ""),
    "limited_access": ("degraded", "role_too_low"),
    "waiting": ("rate_limited", "daily_limit"),
    "unreachable": ("unreachable", "xero_unavailable"),
    "misconfigured": ("misconfigured", "app_misconfigured"),
    "needs_reconnect": ("needs_reconnect", "access_revoked"),
    "disconnected": ("needs_reconnect", "organisation_disconnected"),
}


def _tell_causes(database: sa.Connection) -> None:
    """A status had no cause beside it, and other words."""
    look = sa.inspect(database)
    if not look.has_table("connections"):
        return
    columns = {column["name"] for column in look.get_columns("connections")}
    if "status_cause" in columns:
        return
    for column in (
        "status_cause VARCHAR NOT NULL DEFAULT ''",
        "degraded_endpoints JSON NOT NULL DEFAULT '[]'",
        "is_demo_company BOOLEAN NOT NULL DEFAULT false",
    ):
        database.exec_driver_sql(f"ALTER TABLE connections ADD COLUMN {column}")
    change = sa.text(
        "UPDATE connections SET status = :status, status_cause = :cause "
        "WHERE status = :earlier AND status_cause = ''"
    )
    for earlier, (status, cause) in _EARLIER_STATUS.items():
        database.execute(change, {"earlier": earlier, "status": status, "cause": cause})


_STEPS: tuple[Callable[[sa.Connection], None], ...] = (
    _count_by_endpoint,
    _know_idle_tokens,
    _tell_causes,
)
