"""Where each endpoint's next increment starts."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import duckdb


def read_cursors(
    connection: duckdb.DuckDBPyConnection, organisation_id: str | UUID
) -> dict[str, dt.datetime]:
    """Endpoint -> the If-Modified-Since of its next increment (UTC), where it has had a first.

    Args:
        organisation_id: Xero's tenant id.
    """
    rows = connection.execute(
        "select endpoint, modified_since from ops.cursors "
        "where organisation_id = ? and modified_since is not null",
        [str(organisation_id)],
    ).fetchall()
    return {endpoint: since.replace(tzinfo=dt.UTC) for endpoint, since in rows}
