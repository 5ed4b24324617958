"""Which figures of which marts have a truth, and what they are called on either side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from xero_pipeline.sandbox.life import Truth
from xero_pipeline.sandbox.life.truth import ClientTask

Values = tuple[Any, ...]
Rows = dict[Values, Values]


@dataclass(frozen=True)
class Comparison:
    """One mart beside the rows of the truth.

    Attributes:
        rows: what the truth says must be in the mart.
        key: what identifies a row; names separated by blanks.
        values: what must be equal, likewise.
        columns: of names that are the truth's alone: what the mart says instead.
        where: which rows of the mart have a truth.
    """

    mart: str
    rows: Callable[[Truth], Iterable[object]]
    key: str
    values: str
    columns: Mapping[str, str] = field(default_factory=dict)
    where: str = "true"

    def of_truth(self, truth: Truth) -> Rows:
        """The truth's rows by key."""
        return {_values(row, self.key): _values(row, self.values) for row in self.rows(truth)}

    def of_mart(self, connection: duckdb.DuckDBPyConnection, organisation_id: str) -> Rows:
        """The mart's rows by the same key."""
        key = self.key.split()
        columns = ", ".join(self._column(name) for name in (*key, *self.values.split()))
        rows = connection.execute(
            f"select {columns} from marts.{self.mart} where organisation_id = ? and {self.where}",
            [organisation_id],
        ).fetchall()
        return {tuple(row[: len(key)]): tuple(row[len(key) :]) for row in rows}

    def _column(self, name: str) -> str:
        return self.columns.get(name, f"{name}::varchar" if name.endswith("_id") else name)


def _values(row: object, names: str) -> Values:
    return tuple(getattr(row, name) for name in names.split())


def _aging(side: str) -> tuple[Comparison, ...]:
    return (
        Comparison(
            f"{side}_aging_documents",
            lambda truth: getattr(truth, f"{side}_aging_documents"),
            key="document_id",
            values="document_type contact_id due_date days_overdue bucket currency_code "
            "amount_due amount_due_base",
        ),
        Comparison(
            f"{side}_aging_summary",
            lambda truth: getattr(truth, f"{side}_aging_summary"),
            key="bucket",
            values="documents amount_due_base",
        ),
    )


COMPARISONS: tuple[Comparison, ...] = (
    *_aging("ar"),
    *_aging("ap"),
    Comparison(
        "overdue_risk",
        lambda truth: truth.client_risks,
        key="contact_id",
        values="open_invoices outstanding_base overdue_base worst_age share_of_receivables dso "
        "bpdso days_beyond_terms on_time_rate trend_days decided_invoices settled_invoices",
    ),
    Comparison(
        "mrr_customers",
        lambda truth: truth.mrr_customers,
        key="month contact_id",
        values="mrr_base",
    ),
    Comparison(
        "mrr_movements",
        lambda truth: truth.mrr_movements,
        key="month contact_id movement",
        values="amount_base",
    ),
    Comparison(
        "mrr_monthly",
        lambda truth: truth.mrr_monthly,
        key="month",
        values="opening new reactivation expansion contraction churn closing customers arpa "
        "recurring_variable_base",
    ),
    Comparison(
        "mrr_cohorts",
        lambda truth: truth.mrr_cohorts,
        key="cohort_month month",
        values="customers_at_start customers mrr_at_start mrr_base fx_base "
        "net_revenue_retention gross_revenue_retention",
    ),
    Comparison(
        "cash_balances",
        lambda truth: [row for row in truth.cash_balances if row.as_of_date == truth.as_of],
        key="account_id",
        values="currency_code balance balance_base",
    ),
    Comparison(
        "cash_balances_history",
        lambda truth: [row for row in truth.cash_balances if row.balance_base],
        key="as_of_date account_id",
        values="balance_base",
        columns={"balance_base": "closing_base"},
        where="closing_base <> 0",
    ),
    Comparison(
        "cash_flow_monthly",
        lambda truth: truth.cash_flow_monthly,
        key="month",
        values="operating_in operating_out financing_in financing_out tax_in tax_out",
        columns={
            "operating_in": "inflow_base",
            "operating_out": "outflow_base",
            "financing_in": "financing_in_base",
            "financing_out": "financing_out_base",
            "tax_in": "tax_in_base",
            "tax_out": "tax_out_base",
        },
    ),
    Comparison(
        "cash_exclusions_applied",
        lambda truth: truth.cash_exclusions,
        key="month category account_code",
        values="in_base out_base documents",
    ),
    Comparison(
        "runway",
        lambda truth: truth.runway,
        key="basis_months",
        values="cash_base net_burn_base",
        columns={"basis_months": "rtrim(basis, 'm')::integer"},
        where="basis in ('3m', '6m', '12m')",
    ),
    # What is a statistic rather than a sum has measurements instead of a truth.
    Comparison(
        "agency_signals",
        lambda truth: [signal for signal in truth.signals if signal.contact_id is None],
        key="name",
        values="value previous",
        columns={"name": "signal", "previous": "previous_value"},
        where="signal <> 'late_exposure_base'",
    ),
    Comparison(
        "client_signals",
        lambda truth: [signal for signal in truth.signals if signal.contact_id is not None],
        key="contact_id name",
        values="value previous",
        columns={
            "contact_id": "client_key::varchar",
            "name": "signal",
            "previous": "previous_value",
        },
        where="signal <> 'overdue_risk_score'",
    ),
)


def open_tasks(tasks: Sequence[ClientTask]) -> Comparison:
    """Tasks depend on when the book was read, which the truth of a day does not know.

    Args:
        tasks: the truth's, open and closed.
    """
    return Comparison(
        "client_tasks",
        lambda truth: [task for task in tasks if task.status == "open"],
        key="document_id",
        values="document_date currency_code total matched_lines matched_amount",
        columns={"total": "amount"},
        where="state <> 'closed'",
    )
