"""What Xero changes without moving UpdatedDateUTC, so that no increment shows it."""

from __future__ import annotations

from collections.abc import Collection

import duckdb


def part_settled_invoices(
    connection: duckdb.DuckDBPyConnection, organisation_ids: Collection[str]
) -> dict[str, list[str]]:
    """Invoices and bills that are open and partly settled: their due date can move in silence.

    Source: developer.xero.com, Invoices: a due date or sent flag edited on a part-paid document
    leaves UpdatedDateUTC as it was.

    Args:
        organisation_ids: Xero's tenant ids.

    Returns:
        Organisation id -> their ids, in a stable order; without an entry there are none.
    """
    rows = connection.execute(
        """
        select organisation_id::varchar, list(invoice_id::varchar order by invoice_id)
        from raw.invoices
        where organisation_id in (select unnest($organisation_ids::uuid[]))
            and status = 'AUTHORISED'
            and amount_paid + amount_credited > 0
        group by organisation_id
        """,
        {"organisation_ids": list(organisation_ids)},
    ).fetchall()
    return dict(rows)
