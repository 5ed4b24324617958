"""What becomes of the customers that began in the same month.

Retention is at constant currency: from each customer's MRR the movements `fx` since it began, or
last came back, are taken off. Net retention is what is left, over the MRR at the beginning. Gross
retention counts a customer with the least it ever paid, and with nothing after its first month
without MRR. Both are rounded half-up to 4 decimals.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from xero_pipeline.sandbox.life.amounts import ZERO
from xero_pipeline.sandbox.life.truth.mrr import MrrCustomer, MrrMovement, ratio


@dataclass(frozen=True)
class MrrCohort:
    """A cohort at the end of a month, in base currency; retention as fractions."""

    cohort_month: dt.date
    month: dt.date
    customers_at_start: int
    customers: int
    mrr_at_start: Decimal
    mrr_base: Decimal
    fx_base: Decimal
    net_revenue_retention: Decimal | None
    gross_revenue_retention: Decimal | None


@dataclass(frozen=True)
class _Standing:
    """One customer at the end of a month; all 0 for one without MRR."""

    mrr: Decimal
    fx: Decimal
    least: Decimal

    @property
    def constant(self) -> Decimal:
        return self.mrr - self.fx


_GONE = _Standing(ZERO, ZERO, ZERO)


def mrr_cohorts(
    months: Sequence[dt.date], customers: Sequence[MrrCustomer], movements: Sequence[MrrMovement]
) -> tuple[MrrCohort, ...]:
    """Every month of every cohort."""
    mrr: dict[str, dict[dt.date, Decimal]] = defaultdict(dict)
    for row in customers:
        mrr[row.contact_id][row.month] = row.mrr_base
    fx: dict[str, dict[dt.date, Decimal]] = defaultdict(dict)
    for movement in movements:
        if movement.movement == "fx":
            fx[movement.contact_id][movement.month] = movement.amount_base
    lives = [_life(months, mrr[contact], fx[contact]) for contact in mrr]
    cohorts: dict[dt.date, list[Mapping[dt.date, _Standing]]] = defaultdict(list)
    for life in lives:
        cohorts[min(life)].append(life)
    return tuple(
        _cohort(beginning, month, cohorts[beginning])
        for beginning in sorted(cohorts)
        for month in months
        if month >= beginning
    )


def _life(
    months: Sequence[dt.date], mrr: Mapping[dt.date, Decimal], fx: Mapping[dt.date, Decimal]
) -> dict[dt.date, _Standing]:
    """A customer's months from its first one on."""
    life: dict[dt.date, _Standing] = {}
    rates = ZERO
    least: Decimal | None = None
    for month in months:
        if month in mrr:
            rates += fx.get(month, ZERO)
            constant = mrr[month] - rates
            least = constant if least is None else min(least, constant)
            life[month] = _Standing(mrr[month], rates, least)
        elif life:
            rates, least = ZERO, ZERO
            life[month] = _GONE
    return life


def _cohort(
    beginning: dt.date, month: dt.date, lives: Sequence[Mapping[dt.date, _Standing]]
) -> MrrCohort:
    now = [life[month] for life in lives]
    start = sum((life[beginning].mrr for life in lives), ZERO)
    return MrrCohort(
        cohort_month=beginning,
        month=month,
        customers_at_start=len(lives),
        customers=sum(each.mrr > 0 for each in now),
        mrr_at_start=start,
        mrr_base=sum((each.mrr for each in now), ZERO),
        fx_base=sum((each.fx for each in now), ZERO),
        net_revenue_retention=ratio(sum((each.constant for each in now), ZERO), start),
        gross_revenue_retention=ratio(sum((each.least for each in now), ZERO), start),
    )
