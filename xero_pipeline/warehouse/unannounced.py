"""What Xero changes without moving UpdatedDateUTC, so that no increment shows it."""

from __future__ import annotations

import duckdb


def part_settled_invoices(connection: duckdb.DuckDBPyConnection, organisation_id: str) -> list[str]:
    """Invoices and bills that are open and partly settled: their due date can move in silence.

    Source: developer.xero.com, Invoices: a due date or sent flag edited on a part-paid document
    leaves UpdatedDateUTC as it was.

    Args:
        organisation_id: Xero's tenant id.

    Returns:
        Their ids, in a stable order.
    """
    rows = connection.execute(
        """
        select invoice_id::varchar
        from raw.invoices
        where organisation_id = ?
            and status = 'AUTHORISED'
            and amount_paid + amount_credited > 0
        order by invoice_id
        """,
        [organisation_id],
    ).fetchall()
    return [invoice_id for (invoice_id,) in rows]
