"""`xero-pipeline summary`: the published figures at a glance, each a small SELECT on a mart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from xero_pipeline.warehouse import read_published

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Organisation:
    """One published organisation and what its books are read for."""

    id: str
    name: str
    purpose: str
    currency: str
    as_of: str


def print_summary(published: Path, out: Console) -> None:
    """Print what a person wants to see first.

    Raises:
        NothingPublished: there is no snapshot yet.
    """
    with read_published(published) as connection:
        for organisation in _organisations(connection):
            # Names and descriptions are other people's words: brackets in them are no markup.
            out.rule(
                f"{escape(organisation.name)} ({organisation.purpose}), {organisation.currency}, "
                f"as of {organisation.as_of}"
            )
            out.print(_last_sync(connection, organisation), markup=False)
            sections = _AGENCY if organisation.purpose == "agency" else _CLIENT
            for section in sections:
                out.print(section(connection, organisation), markup=False)


def _organisations(connection: duckdb.DuckDBPyConnection) -> list[Organisation]:
    rows = connection.execute(
        """
        select
            organisation_id::varchar,
            name,
            purpose,
            organisations.base_currency,
            as_of_date::varchar
        from staging.organisations as organisations
        join ops.connections using (organisation_id)
        order by purpose, name
        """
    ).fetchall()
    return [Organisation(*row) for row in rows]


def _last_sync(connection: duckdb.DuckDBPyConnection, organisation: Organisation) -> Table:
    """Rows per raw table with what they cost in the organisation's last sync."""
    rows = _rows(
        connection,
        organisation,
        """
        select
            endpoint,
            case when modified_since is null then 'full' else 'increment' end,
            rows_received,
            rows_changed + rows_removed,
            calls,
            wire_bytes
        from ops.syncs
        where organisation_id = $organisation
        qualify started_at = max(started_at) over ()
        order by rows_received desc, endpoint
        """,
    )
    table = _table("Last sync", "Table", "Read", "Rows", "Changed", "Calls", "Bytes")
    table.columns[1].justify = "left"
    for endpoint, mode, received, changed, calls, wire_bytes in rows:
        cells = (f"{received:,}", f"{changed:,}", f"{calls:,}", f"{wire_bytes:,}")
        table.add_row(f"raw.{endpoint}", mode, *cells)
    table.add_section()
    totals = [f"{sum(row[n] for row in rows):,}" for n in range(2, 6)]
    table.add_row("together", "", *totals, style="bold")
    return table


def _aging(connection: duckdb.DuckDBPyConnection, organisation: Organisation) -> Table:
    rows = _rows(
        connection,
        organisation,
        """
        select bucket, documents, amount_due_base
        from marts.ar_aging_summary
        where organisation_id = $organisation
        order by bucket_number
        """,
    )
    table = _table("Receivables by days overdue", "Bucket", "Documents", organisation.currency)
    for bucket, documents, amount in rows:
        table.add_row(bucket, str(documents), _money(amount))
    table.add_section()
    total = sum((row[2] for row in rows), Decimal(0))
    table.add_row("together", str(sum(row[1] for row in rows)), _money(total), style="bold")
    return table


def _recurring(connection: duckdb.DuckDBPyConnection, organisation: Organisation) -> Table:
    rows = _rows(
        connection,
        organisation,
        """
        select
            month, new + reactivation, expansion, contraction, churn, fx, closing, customers
        from marts.mrr_monthly
        where organisation_id = $organisation
        qualify row_number() over (order by month desc) <= 6
        order by month
        """,
    )
    headings = ("Month", "New", "Expanded", "Reduced", "Churned", "FX", "MRR", "Clients")
    table = _table(f"Monthly recurring revenue, {organisation.currency}", *headings)
    for month, *amounts, customers in rows:
        table.add_row(f"{month:%b %y}", *(_money(each) for each in amounts), str(customers))
    return table


def _cash(connection: duckdb.DuckDBPyConnection, organisation: Organisation) -> Table:
    rows = _rows(
        connection,
        organisation,
        """
        select account_name, currency_code, balance, balance_base
        from marts.cash_balances
        where organisation_id = $organisation
        order by is_credit_card, account_name
        """,
    )
    table = _table("Cash", "Account", "Currency", "Balance", organisation.currency)
    for account, currency, balance, base in rows:
        table.add_row(account, currency, _money(balance), _money(base))
    return table


def _runway(connection: duckdb.DuckDBPyConnection, organisation: Organisation) -> Table:
    rows = _rows(
        connection,
        organisation,
        """
        select basis, cash_base, net_burn_base, runway_months, runway_date, state, is_default
        from marts.runway
        where organisation_id = $organisation
        order by is_default desc, months_needed, basis
        """,
    )
    table = _table("Runway", "Burn over", "Cash", "Net burn", "Months", "Until")
    for basis, cash, burn, months, until, state, is_default in rows:
        lasts = f"{months:.1f}" if months is not None else state.replace("_", " ")
        style = "bold" if is_default else None
        table.add_row(basis, _money(cash), _money(burn), lasts, str(until or ""), style=style)
    return table


def _risk(connection: duckdb.DuckDBPyConnection, organisation: Organisation) -> Table:
    rows = _rows(
        connection,
        organisation,
        """
        select contact_name, outstanding_base, score, band, sentence
        from marts.overdue_risk
        where organisation_id = $organisation and outstanding_base > 0
        order by exposure_base desc, score desc
        limit 5
        """,
    )
    table = _table("Riskiest clients", "Client", "Outstanding", "Score", "Band", "Why")
    for column in table.columns[3:]:
        column.justify = "left"
    for client, outstanding, score, band, sentence in rows:
        table.add_row(client, _money(outstanding), str(score), band, sentence)
    return table


def _tasks(connection: duckdb.DuckDBPyConnection, organisation: Organisation) -> Table:
    rows = _rows(
        connection,
        organisation,
        """
        select document_date, xero_type, contact_name, description, amount, currency_code
        from marts.client_tasks
        where organisation_id = $organisation and state = 'open'
        order by document_date desc, task_id
        limit 8
        """,
    )
    open_, closed = _rows(
        connection,
        organisation,
        """
        select
            count(*) filter (where state = 'open'),
            count(*) filter (where state = 'closed')
        from marts.client_tasks
        where organisation_id = $organisation
        """,
    )[0]
    title = f"Newest client tasks ({open_} open, {closed} closed)"
    table = _table(title, "Date", "Type", "Contact", "Description", "Amount")
    for column in table.columns[:-1]:
        column.justify = "left"
    for document_date, type_, contact, description, amount, currency in rows:
        money = f"{_money(amount)} {currency}"
        table.add_row(str(document_date), type_, contact or "", description or "", money)
    return table


_AGENCY = (_aging, _recurring, _cash, _runway, _risk)
_CLIENT = (_tasks,)


def _rows(
    connection: duckdb.DuckDBPyConnection, organisation: Organisation, sql: str
) -> Sequence[Row]:
    return connection.execute(sql, {"organisation": organisation.id}).fetchall()


def _table(title: str, first: str, *others: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    table.pad_edge = False
    table.add_column(first)
    for heading in others:
        table.add_column(heading, justify="right")
    return table


def _money(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:,.2f}"
