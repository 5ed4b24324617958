"""Which marts have a chart or a table in their metadata, and what it shows.

One per organisation: amounts of different base currencies are never added or put on one scale.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

import duckdb

from xero_pipeline.assets.charts import (
    Band,
    Layer,
    Line,
    Step,
    bars,
    bars_up_and_down,
    fan,
    history_and_waterfall,
    stacked_bars,
)
from xero_pipeline.assets.markdown import plain, table

# Drawing takes longer than building the mart, and every run of the history keeps its pictures.
_SHOWN = 4
_ROWS = 10
_MONTHS = 13

Row = Sequence[Any]


@dataclass(frozen=True)
class Picture:
    """A mart as it is shown.

    Attributes:
        markdown: with the charts or tables in it.
        rows: a digest of the rows it shows.
    """

    markdown: str
    rows: str


@dataclass(frozen=True)
class _Kind:
    """How a mart is shown.

    Attributes:
        sql: rows of the organisations in `shown`, which has their organisation_id, label (name and
            base currency) and as_of_date; label and organisation_id come first, and order the rows.
        draw: Markdown from a label and its rows, those two columns taken off.
        weight: of many organisations those with the most of it are shown.
    """

    sql: str
    draw: Callable[[str, Sequence[Row]], str]
    weight: str = "count(*)"


def picture(
    connection: duckdb.DuckDBPyConnection, relation: str, last: Picture | None = None
) -> Picture | None:
    """The mart's charts; None when it has none, or nothing to show yet.

    Args:
        last: of the same mart; it is given back when it shows the same rows.
    """
    kind = _PICTURES.get(relation)
    if kind is None:
        return None
    rows = _shown_rows(connection, relation, kind)
    digest = hashlib.sha256(repr(rows).encode()).hexdigest()
    if last is not None and last.rows == digest:
        return last
    drawn = [
        kind.draw(organisation[0], [row[2:] for row in group])
        for organisation, group in groupby(rows, key=lambda row: row[:2])
    ]
    return Picture("\n\n".join(drawn), digest) if drawn else None


def _shown_rows(connection: duckdb.DuckDBPyConnection, relation: str, kind: _Kind) -> Sequence[Row]:
    return connection.execute(
        f"""
        with shown as (
            select
                figures.organisation_id,
                organisations.name || ', ' || organisations.base_currency as label,
                organisations.as_of_date
            from {relation} as figures
            join staging.organisations as organisations using (organisation_id)
            group by all
            order by {kind.weight} desc, figures.organisation_id
            limit {_SHOWN}
        )
        {kind.sql}
        """
    ).fetchall()


# --- receivables and payables --------------------------------------------------------------------


def _aging(side: str, title: str) -> _Kind:
    return _Kind(
        f"""
        select label, organisation_id, bucket, amount_due_base
        from marts.{side}_aging_summary join shown using (organisation_id)
        order by label, organisation_id, bucket_number
        """,
        lambda label, rows: bars(f"{title}: {label}", *zip(*rows, strict=True)),
        weight="sum(documents)",
    )


def _aging_history(label: str, rows: Sequence[Row]) -> str:
    days = sorted({day for day, _, _ in rows})
    amounts = {(day, bucket): amount for day, bucket, amount in rows}
    buckets = list(dict.fromkeys(bucket for _, bucket, _ in rows))
    layers = [
        Layer(bucket, [amounts.get((day, bucket), Decimal(0)) for day in days])
        for bucket in buckets
    ]
    title = f"Open sales invoices at month end, by days overdue: {label}"
    return stacked_bars(title, [*(_month(day) for day in days[:-1]), "now"], layers)


_AGING_HISTORY = _Kind(
    f"""
    select label, organisation_id, history.as_of_date, bucket, invoices_base
    from marts.ar_aging_history as history join shown using (organisation_id)
    where history.as_of_date > shown.as_of_date - to_months({_MONTHS - 1})
        and (
            history.as_of_date = last_day(history.as_of_date)
            or history.as_of_date = shown.as_of_date
        )
    order by label, organisation_id, history.as_of_date, bucket_number
    """,
    _aging_history,
    weight="sum(documents)",
)


# --- recurring revenue ---------------------------------------------------------------------------

_MOVEMENTS = ("new", "back", "more", "currency", "less", "lost")
"""The columns of marts.mrr_monthly in plain words: new, reactivation, expansion, fx, contraction,
churn."""


def _recurring_revenue(label: str, rows: Sequence[Row]) -> str:
    """The movements of the last year; of a younger book, of all its months."""
    months, _, closings, *_ = zip(*rows, strict=True)
    since, openings, _, *movements = zip(*rows[-(_MONTHS - 1) :], strict=True)
    moved = [sum(amounts, Decimal(0)) for amounts in movements]
    steps = [
        Step("before", openings[0], is_total=True),
        *(Step(name, amount) for name, amount in zip(_MOVEMENTS, moved, strict=True)),
        Step("now", closings[-1], is_total=True),
    ]
    title = f"Monthly recurring revenue, and what moved it since {since[0]:%B %Y}: {label}"
    return history_and_waterfall(title, [_month(month) for month in months], closings, steps)


_MRR = _Kind(
    f"""
    select
        label, organisation_id, month, opening, closing,
        new, reactivation, expansion, fx, -contraction as contraction, -churn as churn
    from marts.mrr_monthly join shown using (organisation_id)
    where month > shown.as_of_date - to_months({_MONTHS})
    order by label, organisation_id, month
    """,
    _recurring_revenue,
    weight="sum(closing)",
)


# --- cash ----------------------------------------------------------------------------------------

_CASH_FLOW = _Kind(
    f"""
    select label, organisation_id, month, inflow_base, outflow_base
    from marts.cash_flow_monthly join shown using (organisation_id)
    where month > shown.as_of_date - to_months({_MONTHS})
    order by label, organisation_id, month
    """,
    lambda label, rows: bars_up_and_down(
        f"Money in and out by month, without transfers and financing: {label}",
        [_month(month) for month, _, _ in rows],
        Layer("in", [inflow for _, inflow, _ in rows]),
        Layer("out", [outflow for _, _, outflow in rows]),
    ),
)

_SCENARIOS = {
    "likely_receivables": "only likely payments",
    "largest_client_late": "largest client 30 days late",
    "largest_client_leaves": "largest client leaves",
}


def _forecast(label: str, rows: Sequence[Row]) -> str:
    lines = {name: _Points.of(group) for name, group in groupby(rows, key=lambda row: str(row[0]))}
    history = lines.get("history", _Points((), (), ()))
    now = _Points(history.days[-1:], history.values[-1:], history.bounds[-1:])
    ends = [
        day for day, cash in zip(lines["base"].days, lines["base"].values, strict=True) if cash < 0
    ]
    below = f", below zero from {_day(ends[0])}" if ends else ""
    return fan(
        f"Cash so far and as committed{below}: {label}",
        history.line("so far"),
        now.then(lines["base"]).line("as committed"),
        lines["base"].band("8 in 10 past forecasts were this close"),
        [
            now.then(lines[scenario]).line(words)
            for scenario, words in _SCENARIOS.items()
            if scenario in lines
        ],
    )


_FORECAST = _Kind(
    f"""
    select
        label, organisation_id, 'history' as line, months.as_of_date as day, closing_base,
        null as low_base, null as high_base
    from intermediate.cash_months as months join shown using (organisation_id)
    where month > shown.as_of_date - to_months({_MONTHS}) and closing_base is not null
    union all
    select label, organisation_id, scenario, day, closing_base, low_base, high_base
    from marts.cash_forecast join shown using (organisation_id)
    order by label, organisation_id, line, day
    """,
    _forecast,
)


@dataclass(frozen=True)
class _Points:
    """Days with what cash is then, and between what and what it is likely to be where known."""

    days: Sequence[date]
    values: Sequence[Decimal]
    bounds: Sequence[tuple[Decimal | None, Decimal | None]]

    @classmethod
    def of(cls, rows: Any) -> _Points:  # noqa: ANN401
        points = [(day, value, (low, high)) for _, day, value, low, high in rows]
        days, values, bounds = zip(*points, strict=True)
        return cls(days, values, bounds)

    def then(self, later: _Points) -> _Points:
        return _Points(
            (*self.days, *later.days),
            (*self.values, *later.values),
            (*self.bounds, *later.bounds),
        )

    def line(self, name: str) -> Line:
        return Line(name, self.days, self.values)

    def band(self, name: str) -> Band | None:
        known = [
            (day, low, high)
            for day, (low, high) in zip(self.days, self.bounds, strict=True)
            if low is not None and high is not None
        ]
        if not known:
            return None
        days, low, high = zip(*known, strict=True)
        return Band(name, days, low, high)


# --- tables --------------------------------------------------------------------------------------


def _risk(label: str, rows: Sequence[Row]) -> str:
    money = ("score", "open", "likely over 30 days late", "next expected")
    return _titled(
        f"Whose payments are most at risk: {label}",
        table(
            ("client", "risk", *money, "why"),
            (
                (name, band, score, _money(due), _money(exposure), _day(expected), why)
                for name, band, score, due, exposure, expected, why in rows
            ),
            right=money,
        ),
    )


_RISK = _Kind(
    f"""
    select
        label, organisation_id, contact_name, replace(band, '_', ' '), coalesce(score::varchar, ''),
        outstanding_base, exposure_base, next_expected_date, sentence
    from marts.overdue_risk join shown using (organisation_id)
    where outstanding_base > 0
    qualify row_number() over (
        partition by organisation_id order by exposure_base desc nulls last, contact_id
    ) <= {_ROWS}
    order by label, organisation_id, exposure_base desc nulls last, contact_id
    """,
    _risk,
    weight="sum(outstanding_base)",
)


_BANDS = {"red": "■ red", "amber": "▲ amber", "green": "● green"}
_DIRECTIONS = {"better": "↑ better", "worse": "↓ worse", "same": "= same"}


def _signals(relation: str, title: str, only: str) -> _Kind:
    return _Kind(
        f"""
        select label, organisation_id, band, sentence, direction, sentence_previous
        from (
            select
                *,
                row_number() over (
                    partition by organisation_id
                    order by
                        list_position(['red', 'amber', 'green'], band) nulls last,
                        list_position(['worse', 'same', 'better'], direction) nulls last,
                        sentence
                ) as position
            from {relation} join shown using (organisation_id)
            where {only}
        )
        where position <= {2 * _ROWS}
        order by label, organisation_id, position
        """,
        lambda label, rows: _titled(
            f"{title}: {label}",
            table(
                ("", "what", "against a month earlier", ""),
                (
                    (_BANDS.get(band, ""), sentence, _DIRECTIONS.get(direction, ""), before or "")
                    for band, sentence, direction, before in rows
                ),
            ),
        ),
    )


def _titled(title: str, body: str) -> str:
    return f"**{plain(title)}**\n\n{body}"


# --- words ---------------------------------------------------------------------------------------


def _month(day: date) -> str:
    return f"{day:%b}\n{day:%y}"


def _day(day: date | None) -> str:
    return f"{day:%d %b %Y}" if day else ""


def _money(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:,.2f}"


_PICTURES: Mapping[str, _Kind] = {
    "marts.ar_aging_summary": _aging("ar", "Receivables by days overdue"),
    "marts.ap_aging_summary": _aging("ap", "Payables by days overdue"),
    "marts.ar_aging_history": _AGING_HISTORY,
    "marts.mrr_monthly": _MRR,
    "marts.cash_flow_monthly": _CASH_FLOW,
    "marts.cash_forecast": _FORECAST,
    "marts.overdue_risk": _RISK,
    "marts.agency_signals": _signals("marts.agency_signals", "Signals", "true"),
    "marts.client_signals": _signals(
        "marts.client_signals", "Clients that need attention", "band in ('red', 'amber')"
    ),
}
