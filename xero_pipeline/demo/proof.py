"""Hold the published marts against what the sandbox's events say must be in them.

The truth is computed from the list of events alone. It has never seen the sandbox's ledger, its
answers, or a row of the pipeline.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from xero_pipeline.sandbox.events import Event, xero_id
from xero_pipeline.sandbox.life import (
    MONITORED_ACCOUNTS,
    Truth,
    agency,
    client_book,
    ground_truth,
    studio,
)
from xero_pipeline.sandbox.life.truth import ClientTask, History, tasks_after

Values = tuple[Any, ...]
Rows = dict[Values, Values]
Plan = Callable[[int, dt.date, dt.datetime], list[Event]]

BOOKS: Mapping[str, Plan] = {
    "agency": agency,
    "client": client_book,
    "studio": studio,
}


@dataclass(frozen=True)
class Proof:
    """The outcome of a comparison.

    Attributes:
        figures: how many values were compared, by mart.
        differences: one sentence per row that differs, is missing, or should not be there.
    """

    figures: Mapping[str, int]
    differences: tuple[str, ...]

    @property
    def total(self) -> int:
        return sum(self.figures.values())

    @staticmethod
    def together(proofs: Iterable[Proof]) -> Proof:
        figures: dict[str, int] = {}
        differences: list[str] = []
        for proof in proofs:
            for mart, count in proof.figures.items():
                figures[mart] = figures.get(mart, 0) + count
            differences += proof.differences
        return Proof(figures, tuple(differences))


@dataclass(frozen=True)
class Lived:
    """One book's life as a warehouse has seen it.

    Attributes:
        first, last: its events up to the first and up to the latest sync.
        first_day, as_of: the organisation-local days of those syncs.
        read_at: when repeating invoices were read.
    """

    first: Sequence[Event]
    last: Sequence[Event]
    first_day: dt.date
    as_of: dt.date
    read_at: Sequence[dt.datetime]


def prove(connection: duckdb.DuckDBPyConnection, seed: int, start: dt.date) -> Proof:
    """Compare every mart that has a ground truth, for every organisation of the sandbox.

    Args:
        connection: a published warehouse, or one as good.
        seed, start: what the sandbox's life grew from.
    """
    return Proof.together(
        _prove_book(connection, xero_id(book, "Organisation", book), plan, seed, start)
        for book, plan in BOOKS.items()
    )


def _prove_book(
    connection: duckdb.DuckDBPyConnection,
    organisation_id: str,
    plan: Plan,
    seed: int,
    start: dt.date,
) -> Proof:
    lived = _lived(connection, organisation_id, lambda until: plan(seed, start, until))
    if lived is None:
        return Proof({}, ())
    truth = ground_truth(lived.last, lived.as_of, read_at=lived.read_at)
    compared = [
        _compare(mart, truth_rows(truth), _mart_rows(connection, sql, organisation_id))
        for mart, (truth_rows, sql) in _COMPARISONS.items()
    ]
    return Proof.together([*compared, _compare_tasks(connection, organisation_id, lived)])


def _lived(
    connection: duckdb.DuckDBPyConnection,
    organisation_id: str,
    events: Callable[[dt.datetime], list[Event]],
) -> Lived | None:
    """None when the warehouse does not know the organisation."""
    row = connection.execute(
        """
        select
            min(syncs.started_at),
            max(syncs.started_at),
            (
                min(syncs.started_at)
                at time zone 'UTC' at time zone any_value(organisations.iana_timezone)
            )::date,
            any_value(organisations.as_of_date),
            list(distinct syncs.started_at) filter (where syncs.endpoint = 'repeating_invoices')
        from ops.syncs as syncs
        join staging.organisations as organisations using (organisation_id)
        where organisation_id = ?
        """,
        [organisation_id],
    ).fetchone()
    if row is None or row[0] is None:
        return None
    first, last, *read_at = (
        instant.replace(tzinfo=dt.UTC) for instant in (*row[:2], *(row[4] or ()))
    )
    lived = events(last)
    earlier = [event for event in lived if event.at <= first]
    return Lived(earlier, lived, row[2], row[3], read_at)


def _mart_rows(connection: duckdb.DuckDBPyConnection, sql: str, organisation_id: str) -> Rows:
    """The SELECT's rows by key; it names its key as the struct `key`, the rest are the values."""
    rows = connection.execute(sql, {"organisation": organisation_id}).fetchall()
    return {tuple(key.values()): tuple(values) for key, *values in rows}


def _compare(mart: str, expected: Rows, actual: Rows) -> Proof:
    differences = [
        f"{mart} {_shown(key)}: expected {_shown(expected.get(key))}, "
        f"found {_shown(actual.get(key))}"
        for key in sorted({*expected, *actual}, key=str)
        if expected.get(key) != actual.get(key)
    ]
    return Proof({mart: sum(len(values) for values in expected.values())}, tuple(differences))


def _shown(values: Values | None) -> str:
    return "nothing" if values is None else ", ".join(str(value) for value in values)


def _aging_sql(side: str) -> str:
    return f"""
        select
            {{'document': document_id::varchar}} as key,
            document_type, contact_id::varchar, due_date, days_overdue, bucket, currency_code,
            amount_due, amount_due_base
        from marts.{side}_aging_documents
        where organisation_id = $organisation
    """


def _buckets_sql(side: str) -> str:
    return f"""
        select {{'bucket': bucket}} as key, documents, amount_due_base
        from marts.{side}_aging_summary
        where organisation_id = $organisation
    """


def _aging_rows(side: str) -> Callable[[Truth], Rows]:
    return lambda truth: {
        (row.document_id,): (
            row.document_type,
            row.contact_id,
            row.due_date,
            row.days_overdue,
            row.bucket,
            row.currency_code,
            row.amount_due,
            row.amount_due_base,
        )
        for row in getattr(truth, f"{side}_aging_documents")
    }


def _bucket_rows(side: str) -> Callable[[Truth], Rows]:
    return lambda truth: {
        (row.bucket,): (row.documents, row.amount_due_base)
        for row in getattr(truth, f"{side}_aging_summary")
    }


_MRR_MONTHLY_SQL = """
    select
        {'month': month} as key,
        opening, new, reactivation, expansion, contraction, churn, closing, customers, arpa,
        recurring_variable_base
    from marts.mrr_monthly
    where organisation_id = $organisation
"""

_COMPARISONS: Mapping[str, tuple[Callable[[Truth], Rows], str]] = {
    "ar_aging_documents": (_aging_rows("ar"), _aging_sql("ar")),
    "ar_aging_summary": (_bucket_rows("ar"), _buckets_sql("ar")),
    "ap_aging_documents": (_aging_rows("ap"), _aging_sql("ap")),
    "ap_aging_summary": (_bucket_rows("ap"), _buckets_sql("ap")),
    "overdue_risk": (
        lambda truth: {
            (row.contact_id,): (
                row.open_invoices,
                row.outstanding_base,
                row.overdue_base,
                row.worst_age,
                row.share_of_receivables,
                row.dso,
                row.bpdso,
                row.days_beyond_terms,
                row.on_time_rate,
                row.trend_days,
                row.decided_invoices,
                row.settled_invoices,
            )
            for row in truth.client_risks
        },
        """
        select
            {'contact': contact_id::varchar} as key,
            open_invoices, outstanding_base, overdue_base, worst_age, share_of_receivables,
            dso, bpdso, days_beyond_terms, on_time_rate, trend_days,
            decided_invoices, settled_invoices
        from marts.overdue_risk
        where organisation_id = $organisation
        """,
    ),
    "mrr_customers": (
        lambda truth: {(row.month, row.contact_id): (row.mrr_base,) for row in truth.mrr_customers},
        """
        select {'month': month, 'contact': contact_id::varchar} as key, mrr_base
        from marts.mrr_customers
        where organisation_id = $organisation
        """,
    ),
    "mrr_movements": (
        lambda truth: {
            (row.month, row.contact_id, row.movement): (row.amount_base,)
            for row in truth.mrr_movements
        },
        """
        select
            {'month': month, 'contact': contact_id::varchar, 'movement': movement} as key,
            amount_base
        from marts.mrr_movements
        where organisation_id = $organisation
        """,
    ),
    "mrr_monthly": (
        lambda truth: {
            (row.month,): (
                row.opening,
                row.new,
                row.reactivation,
                row.expansion,
                row.contraction,
                row.churn,
                row.closing,
                row.customers,
                row.arpa,
                row.recurring_variable_base,
            )
            for row in truth.mrr_monthly
        },
        _MRR_MONTHLY_SQL,
    ),
    "mrr_cohorts": (
        lambda truth: {
            (row.cohort_month, row.month): (
                row.customers_at_start,
                row.customers,
                row.mrr_at_start,
                row.mrr_base,
                row.fx_base,
                row.net_revenue_retention,
                row.gross_revenue_retention,
            )
            for row in truth.mrr_cohorts
        },
        """
        select
            {'cohort': cohort_month, 'month': month} as key,
            customers_at_start, customers, mrr_at_start, mrr_base, fx_base,
            net_revenue_retention, gross_revenue_retention
        from marts.mrr_cohorts
        where organisation_id = $organisation
        """,
    ),
    "cash_balances": (
        lambda truth: {
            (row.account_id,): (row.currency_code, row.balance, row.balance_base)
            for row in truth.cash_balances
            if row.as_of_date == truth.as_of
        },
        """
        select
            {'account': account_id::varchar} as key, currency_code, balance, balance_base
        from marts.cash_balances
        where organisation_id = $organisation
        """,
    ),
    "cash_balances_history": (
        lambda truth: {
            (row.as_of_date, row.account_id): (row.balance_base,)
            for row in truth.cash_balances
            if row.balance_base
        },
        """
        select {'day': as_of_date, 'account': account_id::varchar} as key, closing_base
        from marts.cash_balances_history
        where organisation_id = $organisation and closing_base <> 0
        """,
    ),
    "cash_flow_monthly": (
        lambda truth: {
            (row.month,): (
                row.operating_in,
                row.operating_out,
                row.financing_in,
                row.financing_out,
                row.tax_in,
                row.tax_out,
            )
            for row in truth.cash_flow_monthly
        },
        """
        select
            {'month': month} as key,
            inflow_base, outflow_base, financing_in_base, financing_out_base,
            tax_in_base, tax_out_base
        from marts.cash_flow_monthly
        where organisation_id = $organisation
        """,
    ),
    "cash_exclusions_applied": (
        lambda truth: {
            (row.month, row.category, row.account_code): (
                row.in_base,
                row.out_base,
                row.documents,
            )
            for row in truth.cash_exclusions
        },
        """
        select
            {'month': month, 'category': category, 'account': account_code} as key,
            in_base, out_base, documents
        from marts.cash_exclusions_applied
        where organisation_id = $organisation
        """,
    ),
    "runway": (
        lambda truth: {
            (f"{row.basis_months}m",): (row.cash_base, row.net_burn_base) for row in truth.runway
        },
        """
        select {'basis': basis} as key, cash_base, net_burn_base
        from marts.runway
        where organisation_id = $organisation and basis in ('3m', '6m', '12m')
        """,
    ),
    "agency_signals": (
        lambda truth: {
            (signal.name,): (signal.value, signal.previous)
            for signal in truth.signals
            if signal.contact_id is None
        },
        """
        select {'signal': signal} as key, value, previous_value
        from marts.agency_signals
        where organisation_id = $organisation and signal <> 'late_exposure_base'
        """,
    ),
    "client_signals": (
        lambda truth: {
            (signal.contact_id, signal.name): (signal.value, signal.previous)
            for signal in truth.signals
            if signal.contact_id is not None
        },
        """
        select {'client': client_key::varchar, 'signal': signal} as key, value, previous_value
        from marts.client_signals
        where organisation_id = $organisation and signal <> 'overdue_risk_score'
        """,
    ),
}
"""Mart -> the truth's rows by key, and the SELECT that gives the mart's rows by the same key."""


def _compare_tasks(
    connection: duckdb.DuckDBPyConnection, organisation_id: str, lived: Lived
) -> Proof:
    """Open tasks of the accounts that the demo chose; none once somebody has chosen others.

    What was watched and recoded between two syncs leaves no trace to compare.
    """
    watched = connection.execute(
        "select list(account_code) from ops.monitored_accounts where organisation_id = ?",
        [organisation_id],
    ).fetchone()
    if watched is None or set(watched[0] or ()) != set(MONITORED_ACCOUNTS):
        return Proof({}, ())
    expected = tasks_after(
        History(lived.first), History(lived.last), MONITORED_ACCOUNTS, lived.first_day
    )
    actual = _mart_rows(
        connection,
        """
        select
            {'document': document_id::varchar} as key,
            document_date, currency_code, amount, matched_lines
        from marts.client_tasks
        where organisation_id = $organisation and state = 'open'
        """,
        organisation_id,
    )
    return _compare("client_tasks", _task_rows(expected), actual)


def _task_rows(tasks: Sequence[ClientTask]) -> Rows:
    return {
        (task.document_id,): (
            task.document_date,
            task.currency_code,
            task.total,
            len(task.lines),
        )
        for task in tasks
        if task.status == "open"
    }
