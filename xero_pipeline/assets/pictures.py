"""Which marts have a chart in their metadata, and what it shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import groupby

import duckdb

from xero_pipeline.assets.charts import Series, bars, lines

# Drawing takes longer than building the mart, and every run of the history keeps its pictures.
_SHOWN = 4

Draw = Callable[[duckdb.DuckDBPyConnection], str]


def picture(connection: duckdb.DuckDBPyConnection, relation: str) -> str | None:
    """Markdown with the mart's chart in it; None when it has none, or nothing to show yet."""
    draw = _PICTURES.get(relation)
    return draw(connection) if draw else None


def _aging(side: str, title: str) -> Draw:
    """A picture per organisation: amounts of different base currencies are never added. Of many
    organisations those with the most open documents are shown."""

    def draw(connection: duckdb.DuckDBPyConnection) -> str:
        rows = connection.execute(
            f"""
            select
                organisations.name || ', ' || organisations.base_currency,
                bucket,
                amount_due_base
            from marts.{side}_aging_summary
            join staging.organisations as organisations using (organisation_id)
            semi join (
                select organisation_id
                from marts.{side}_aging_summary
                group by organisation_id
                order by sum(documents) desc, organisation_id
                limit {_SHOWN}
            ) as shown using (organisation_id)
            order by organisations.name, bucket_number
            """
        ).fetchall()
        return "\n\n".join(
            bars(f"{title}: {label}", [row[1] for row in group], [row[2] for row in group])
            for label, group in ((k, list(g)) for k, g in groupby(rows, key=lambda row: row[0]))
        )

    return draw


def _over_time(sql: str, title: str) -> Draw:
    """A line per organisation; of many those with the longest histories are shown."""

    def draw(connection: duckdb.DuckDBPyConnection) -> str:
        rows = connection.execute(
            f"""
            with points(label, day, value) as ({sql}),

            shown as (
                select label from points group by label order by count(*) desc, label limit {_SHOWN}
            )

            from points semi join shown using (label) order by label, day
            """
        ).fetchall()
        groups = ((label, list(group)) for label, group in groupby(rows, key=lambda row: row[0]))
        return lines(
            title,
            [
                Series(label, [day for _, day, _ in group], [value for *_, value in group])
                for label, group in groups
            ],
        )

    return draw


_PICTURES: Mapping[str, Draw] = {
    "marts.ar_aging_summary": _aging("ar", "Receivables by days overdue"),
    "marts.ap_aging_summary": _aging("ap", "Payables by days overdue"),
    "marts.mrr_monthly": _over_time(
        """
        select organisations.name || ', ' || organisations.base_currency, month, closing
        from marts.mrr_monthly
        join staging.organisations as organisations using (organisation_id)
        where closing <> 0
        """,
        "Monthly recurring revenue",
    ),
    "marts.cash_flow_monthly": _over_time(
        """
        select
            organisations.name || ', ' || organisations.base_currency,
            flows.as_of_date,
            flows.cash_base
        from marts.cash_flow_monthly as flows
        join staging.organisations as organisations using (organisation_id)
        """,
        "Cash at month end",
    ),
}
