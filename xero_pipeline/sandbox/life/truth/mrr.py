"""Monthly recurring revenue, from what the API can show: templates as they are now, the invoices
that carry their RepeatingInvoiceID, and what is billed by hand at a steady cadence.

The rule, in the words of the raw tables (`as_of` is the organisation's today, a month is named by
its first day, its point P is its last day, or `as_of` for the month that `as_of` falls in):

1. A plan is a repeating invoice with Type ACCREC, whatever its status (DELETED ones stay listed).
   Its customer is the template's contact, followed through MergedToContactID to the survivor.
2. Linked invoices of a plan: ACCREC, that RepeatingInvoiceID, Status neither VOIDED nor DELETED,
   dated on or before `as_of`. A re-bill that somebody typed in carries no id and is not linked.
3. `end` is the date of the last linked invoice plus one schedule period: Period x 7 days, or
   Period calendar months (31 January plus one month is the last day of February). The plan is
   active at P when first linked date <= P < end. A gap in between is not churn: a voided invoice
   leaves one, too. Who pauses gets a new template afterwards, and that gap does count.
4. In the month of `as_of` a live template wins: Status not DELETED, EndDate absent or
   >= as_of, and StartDate <= as_of or at least one linked invoice (an edit moves StartDate to
   the next invoice). It counts with its own lines. Plans that are not live fall back to rule 3.
   In past months that were seen (`seen`), so does the template as it had last been read by the end
   of P, with its price, schedule and currency of then.
5. Price: the lines of the template (rule 4), else of the latest linked invoice dated <= P (of
   two on one day the higher InvoiceNumber): the sum of LineAmount, less TaxAmount when
   LineAmountTypes is Inclusive, over lines whose AccountCode is not a pass-through account.
   LineAmount is after discount.
6. Monthly factor, of the template's schedule: WEEKLY n = 52/(12 n), MONTHLY n = 1/n.
7. Constant rate of a foreign currency: the CurrencyRate of the first ACCREC invoice in it (Status
   AUTHORISED or PAID, dated <= as_of, by Date, then InvoiceNumber as text) dated in the financial
   year that holds P; if that year has none, the latest such invoice dated before that year (by
   Date, then InvoiceNumber, the last). The financial year follows FinancialYearEndDay and Month.
   A plan in a currency without any rate is left out.
8. mrr_base of a plan at P = price x factor / rate, rounded once, half-up, to the cent; a customer's
   MRR is the sum of its plans' cents. Rows with 0 are left out.
9. A stream billed by hand (`cadence`) of a standing price counts as a plan does: its price and
   currency at P are those of its latest occurrence, its factor that of its slot. A stream of hours
   does not; beside MRR stands the mean of its last three occurrences, by the same rule 8.
10. Months run without a gap from the month of the first linked invoice of any plan, or the first
   occurrence of any stream, to that of `as_of`; with live templates but no invoice yet there is
   that one month. Movements compare a customer's MRR with the month before. Where the customer has
   MRR in both, the month before is first valued at this month's constant rates (its plans, their
   prices of that month, rule 8), and a stream that is billed in another currency from now on at
   what it is worth now: the difference is the movement `fx` (signed), and expansion or contraction
   is measured from there. opening + new + reactivation + expansion + fx - contraction - churn =
   closing holds to the cent by construction.
11. grr = (opening - contraction - churn) / opening, nrr = (opening + expansion - contraction -
    churn) / opening, quick_ratio = (expansion + new + reactivation) / (contraction + churn), each
    rounded half-up to 4 decimals; arpa = closing / customers, to the cent; None for a zero
    denominator.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from types import MappingProxyType
from typing import Literal, get_args

from xero_pipeline.sandbox.life.amounts import ZERO, cents
from xero_pipeline.sandbox.life.calendar import add_months, month_end, months_through
from xero_pipeline.sandbox.life.labels import Slot
from xero_pipeline.sandbox.life.truth.cadence import Stream
from xero_pipeline.sandbox.life.truth.history import History
from xero_pipeline.sandbox.life.truth.plans import Amount, Plan, Plans, Seen, plans
from xero_pipeline.sandbox.life.truth.rates import ConstantRates

MovementKind = Literal["new", "reactivation", "expansion", "fx", "contraction", "churn"]
_KINDS: tuple[MovementKind, ...] = get_args(MovementKind)


@dataclass(frozen=True)
class MrrCustomer:
    """One customer's MRR at the point of a month, in base currency; never 0.

    `at_next_rates` is the same at the constant rates of the month after, where there is one.
    """

    month: dt.date
    contact_id: str
    mrr_base: Decimal
    at_next_rates: Decimal


@dataclass(frozen=True)
class MrrMovement:
    """What changed against the month before; the amount is positive, but signed for `fx`."""

    month: dt.date
    contact_id: str
    movement: MovementKind
    amount_base: Decimal


@dataclass(frozen=True)
class MrrMonth:
    """All customers of a month, in base currency; rates are fractions, not percent."""

    month: dt.date
    opening: Decimal
    new: Decimal
    reactivation: Decimal
    expansion: Decimal
    fx: Decimal
    contraction: Decimal
    churn: Decimal
    closing: Decimal
    customers: int
    arpa: Decimal | None
    nrr: Decimal | None
    grr: Decimal | None
    quick_ratio: Decimal | None
    recurring_variable_base: Decimal


@dataclass(frozen=True)
class _Source:
    """A plan or stream of a customer, and what recurs of it at a point."""

    contact: str
    at: Callable[[dt.date], Amount | None]


def monthly_factor(slot: Slot) -> tuple[int, int]:
    """How often a slot comes round in a month, as a fraction (rule 6)."""
    if slot.unit == "WEEKLY":
        return 52, 12 * slot.period
    return 1, slot.period


def mrr_customers(
    history: History,
    as_of: dt.date,
    pass_through: Collection[str],
    by_hand: Sequence[Stream] = (),
    seen: Seen = MappingProxyType({}),
) -> tuple[MrrCustomer, ...]:
    """MRR per month and customer, by month and contact id.

    Args:
        pass_through: codes of accounts whose lines are no revenue of ours.
        by_hand: what recurs without a template.
        seen: the book as it was read in past months, where it was.
    """
    known = Plans(history, as_of, pass_through, seen)
    reckoning = _Reckoning(history, as_of)
    sources = [
        *(_plan_source(history, known, plan) for plan in known.all),
        *(_stream_source(stream) for stream in by_hand if stream.kind == "fixed"),
    ]
    rows = []
    for month in mrr_months(history, as_of, by_hand):
        mrr: dict[str, Decimal] = defaultdict(lambda: ZERO)
        at_next_rates: dict[str, Decimal] = defaultdict(lambda: ZERO)
        for source in sources:
            mrr[source.contact] += reckoning.mrr_of(source, month)
            at_next_rates[source.contact] += reckoning.mrr_at_next_rates(source, month)
        rows += [
            MrrCustomer(month, history.id("Contact", contact), amount, at_next_rates[contact])
            for contact, amount in mrr.items()
            if amount
        ]
    return tuple(sorted(rows, key=lambda row: (row.month, row.contact_id)))


def variable_base(
    history: History, as_of: dt.date, by_hand: Sequence[Stream]
) -> dict[dt.date, Decimal]:
    """The level of the hours billed at a steady cadence, by month (rule 9)."""
    reckoning = _Reckoning(history, as_of)
    sources = [_level_source(stream) for stream in by_hand if stream.kind == "variable"]
    return {
        month: sum((reckoning.mrr_of(source, month) for source in sources), ZERO)
        for month in mrr_months(history, as_of, by_hand)
    }


def mrr_months(history: History, as_of: dt.date, by_hand: Sequence[Stream] = ()) -> list[dt.date]:
    """The months that have figures (rule 10)."""
    every = plans(history, as_of)
    dates = [plan.invoices[0].date for plan in every if plan.invoices]
    dates += [stream.occurrences[0].date for stream in by_hand]
    if any(plan.is_live(as_of) for plan in every):
        dates.append(as_of)
    return months_through(min(dates), as_of) if dates else []


def mrr_movements(
    months: Sequence[dt.date], customers: Sequence[MrrCustomer]
) -> tuple[MrrMovement, ...]:
    """Changes from month to month, by month and contact id."""
    known: set[str] = set()
    before: Mapping[str, MrrCustomer] = {}
    rows: list[MrrMovement] = []
    for month, now in _by_month(months, customers).items():
        for contact in sorted({*before, *now}):
            moved = _movements(before.get(contact), now.get(contact), contact in known)
            rows += [MrrMovement(month, contact, kind, amount) for kind, amount in moved if amount]
        known.update(now)
        before = now
    return tuple(rows)


def mrr_monthly(
    months: Sequence[dt.date],
    customers: Sequence[MrrCustomer],
    movements: Sequence[MrrMovement],
    variable: Mapping[dt.date, Decimal],
) -> tuple[MrrMonth, ...]:
    """The months' totals with their rates (rules 10 and 11).

    Args:
        variable: the level of hours by month; see `variable_base`.
    """
    rows: list[MrrMonth] = []
    opening = ZERO
    for month, now in _by_month(months, customers).items():
        moved = {
            kind: sum(
                (m.amount_base for m in movements if (m.month, m.movement) == (month, kind)), ZERO
            )
            for kind in _KINDS
        }
        closing = sum((row.mrr_base for row in now.values()), ZERO)
        lost = moved["contraction"] + moved["churn"]
        gained = moved["expansion"] + moved["new"] + moved["reactivation"]
        rows.append(
            MrrMonth(
                month=month,
                opening=opening,
                **moved,
                closing=closing,
                customers=len(now),
                arpa=cents(closing / len(now)) if now else None,
                nrr=ratio(opening + moved["expansion"] - lost, opening),
                grr=ratio(opening - lost, opening),
                quick_ratio=ratio(gained, lost),
                recurring_variable_base=variable[month],
            )
        )
        opening = closing
    return tuple(rows)


def _plan_source(history: History, known: Plans, plan: Plan) -> _Source:
    contact = history.survivor(plan.template.saved.contact)
    return _Source(contact, partial(known.amount_at, plan))


def _stream_source(stream: Stream) -> _Source:
    def at(point: dt.date) -> Amount | None:
        occurrence = stream.at(point)
        if occurrence is None:
            return None
        return Amount(occurrence.net, occurrence.currency, stream.slot)

    return _Source(stream.contact, at)


def _level_source(stream: Stream) -> _Source:
    def at(point: dt.date) -> Amount | None:
        occurrence, level = stream.at(point), stream.level_at(point)
        if occurrence is None or level is None:
            return None
        return Amount(level, occurrence.currency, stream.slot)

    return _Source(stream.contact, at)


class _Reckoning:
    """MRR of single plans and streams, in base currency."""

    def __init__(self, history: History, as_of: dt.date) -> None:
        self._as_of = as_of
        self._rates = ConstantRates(history, as_of)

    def mrr_of(self, source: _Source, month: dt.date) -> Decimal:
        """A month's MRR at its own constant rates (rule 8)."""
        return self._valued(source.at(self._point(month)), month)

    def mrr_at_next_rates(self, source: _Source, month: dt.date) -> Decimal:
        """A month's MRR at the constant rates of the next; a new currency is a rate, too."""
        following = add_months(month, 1)
        now, then = source.at(self._point(month)), source.at(self._point(following))
        if now and then and now.currency != then.currency:
            return self._valued(then, following)
        return self._valued(now, following)

    def _valued(self, amount: Amount | None, rates_of: dt.date) -> Decimal:
        rate = self._rates.at(amount.currency, self._point(rates_of)) if amount else None
        if amount is None or rate is None:
            return ZERO
        numerator, denominator = monthly_factor(amount.slot)
        return cents(amount.price * numerator / (denominator * rate))

    def _point(self, month: dt.date) -> dt.date:
        return min(month_end(month), self._as_of)


def _by_month(
    months: Sequence[dt.date], customers: Sequence[MrrCustomer]
) -> dict[dt.date, dict[str, MrrCustomer]]:
    """The customers by contact id for every month, empty ones too."""
    table: dict[dt.date, dict[str, MrrCustomer]] = {month: {} for month in months}
    for row in customers:
        table[row.month][row.contact_id] = row
    return table


def _movements(
    before: MrrCustomer | None, now: MrrCustomer | None, was_customer: bool
) -> list[tuple[MovementKind, Decimal]]:
    """Rule 10 for one customer; some amounts may be 0."""
    if now is None:
        return [("churn", before.mrr_base)] if before else []
    if before is None:
        return [("reactivation" if was_customer else "new", now.mrr_base)]
    change = now.mrr_base - before.at_next_rates
    return [
        ("fx", before.at_next_rates - before.mrr_base),
        ("expansion" if change > 0 else "contraction", abs(change)),
    ]


def ratio(numerator: Decimal, denominator: Decimal) -> Decimal | None:
    """Rounded half-up to 4 decimals; None for a zero denominator."""
    if denominator == 0:
        return None
    return (numerator / denominator).quantize(Decimal("0.0001"), ROUND_HALF_UP)
