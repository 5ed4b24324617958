"""Monthly recurring revenue, from what the API can show: templates as they are now, and the
invoices that carry their RepeatingInvoiceID.

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
4. In the month of `as_of` only, a live template wins: Status not DELETED, EndDate absent or
   >= as_of, and StartDate <= as_of or at least one linked invoice (an edit moves StartDate to
   the next invoice). It counts with its own lines. Plans that are not live fall back to rule 3.
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
9. Months run without a gap from the month of the first linked invoice of any plan to that of
   `as_of`; with live templates but no invoice yet there is that one month. Movements compare a
   customer's MRR with the month before. Where the customer has MRR in both, the month before is
   first valued at this month's constant rates (its plans, their prices of that month, rule 8): the
   difference, which only a new financial year makes, is the movement `fx` (signed), and expansion
   or contraction is measured from there. opening + new + reactivation + expansion + fx -
   contraction - churn = closing holds to the cent by construction.
10. grr = (opening - contraction - churn) / opening, nrr = (opening + expansion - contraction -
    churn) / opening, quick_ratio = (expansion + new + reactivation) / (contraction + churn), each
    rounded half-up to 4 decimals; arpa = closing / customers, to the cent; None for a zero
    denominator.

Customers billed by hand at a steady cadence have no template. They are labelled in a list of their
own (`cadence.py`) and are in none of these figures.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, get_args

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.life.amounts import ZERO, cents, line_values
from xero_pipeline.sandbox.life.calendar import (
    add_months,
    month_end,
    month_start,
    months_through,
)
from xero_pipeline.sandbox.life.truth.history import Document, History, Template

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


@dataclass(frozen=True)
class _Plan:
    """A template and its invoices, oldest first."""

    key: str
    template: Template
    invoices: tuple[Document, ...]

    @property
    def end(self) -> dt.date | None:
        """The first day after the slot of the last invoice (rule 3)."""
        if not self.invoices:
            return None
        last, schedule = self.invoices[-1].date, self.template.saved.schedule
        if schedule.unit == "WEEKLY":
            return last + dt.timedelta(weeks=schedule.period)
        return add_months(last, schedule.period)

    def is_live(self, as_of: dt.date) -> bool:
        """Rule 4."""
        schedule = self.template.saved.schedule
        ended = schedule.end_date is not None and schedule.end_date < as_of
        begun = schedule.start_date <= as_of or bool(self.invoices)
        return begun and not ended and not self.template.is_deleted

    def invoice_at(self, point: dt.date) -> Document | None:
        """The latest linked invoice while the plan is active (rules 3 and 5)."""
        earlier = [invoice for invoice in self.invoices if invoice.date <= point]
        return earlier[-1] if earlier and self.end and point < self.end else None


def monthly_factor(schedule: ev.Schedule) -> tuple[int, int]:
    """How often a schedule comes round in a month, as a fraction (rule 6)."""
    if schedule.unit == "WEEKLY":
        return 52, 12 * schedule.period
    return 1, schedule.period


def mrr_customers(
    history: History, as_of: dt.date, pass_through: Collection[str]
) -> tuple[MrrCustomer, ...]:
    """MRR per month and customer, by month and contact id.

    Args:
        pass_through: codes of accounts whose lines are no revenue of ours.
    """
    reckoning = _Reckoning(history, as_of, pass_through)
    rows = []
    for month in mrr_months(history, as_of):
        mrr: dict[str, Decimal] = defaultdict(lambda: ZERO)
        at_next_rates: dict[str, Decimal] = defaultdict(lambda: ZERO)
        for plan in reckoning.plans:
            contact = history.survivor(plan.template.saved.contact)
            mrr[contact] += reckoning.mrr_of(plan, month, rates_of=month)
            at_next_rates[contact] += reckoning.mrr_of(plan, month, add_months(month, 1))
        rows += [
            MrrCustomer(month, history.id("Contact", contact), amount, at_next_rates[contact])
            for contact, amount in mrr.items()
            if amount
        ]
    return tuple(sorted(rows, key=lambda row: (row.month, row.contact_id)))


def mrr_months(history: History, as_of: dt.date) -> list[dt.date]:
    """The months that have figures (rule 9)."""
    plans = _plans(history, as_of)
    dates = [plan.invoices[0].date for plan in plans if plan.invoices]
    if any(plan.is_live(as_of) for plan in plans):
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
) -> tuple[MrrMonth, ...]:
    """The months' totals with their rates (rules 9 and 10)."""
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
                nrr=_ratio(opening + moved["expansion"] - lost, opening),
                grr=_ratio(opening - lost, opening),
                quick_ratio=_ratio(gained, lost),
            )
        )
        opening = closing
    return tuple(rows)


def _plans(history: History, as_of: dt.date) -> list[_Plan]:
    linked: dict[str, list[Document]] = defaultdict(list)
    for document in history.documents.values():
        if document.template and not document.is_cancelled and document.date <= as_of:
            linked[document.template].append(document)
    return [
        _Plan(key, template, tuple(sorted(linked[key], key=lambda d: (d.date, d.number))))
        for key, template in history.templates.items()
        if template.saved.type == "ACCREC"
    ]


class _Reckoning:
    """MRR of single plans, in base currency."""

    def __init__(self, history: History, as_of: dt.date, pass_through: Collection[str]) -> None:
        self.plans = _plans(history, as_of)
        self._history = history
        self._as_of = as_of
        self._pass_through = pass_through
        self._rates = _Rates(history, as_of)

    def mrr_of(self, plan: _Plan, month: dt.date, rates_of: dt.date) -> Decimal:
        """A plan's MRR of a month at the constant rates of the same or another (rule 8)."""
        price = self._price(plan, month, self._point(month))
        rate = self._rates.at(plan.template.saved.currency, self._point(rates_of))
        if price is None or rate is None:
            return ZERO
        numerator, denominator = monthly_factor(plan.template.saved.schedule)
        return cents(price * numerator / (denominator * rate))

    def _point(self, month: dt.date) -> dt.date:
        return min(month_end(month), self._as_of)

    def _price(self, plan: _Plan, month: dt.date, point: dt.date) -> Decimal | None:
        """Rules 4 and 5; None when the plan is not active at the point."""
        invoice = plan.invoice_at(point)
        if month == month_start(self._as_of) and plan.is_live(self._as_of):
            saved = plan.template.saved
            values = line_values(saved.lines, saved.line_amount_types, self._history.tax_rates)
        elif invoice:
            values = self._history.values(invoice)
        else:
            return None
        return sum((v.net for v in values if v.account_code not in self._pass_through), ZERO)


class _Rates:
    """The constant rate of a currency in a financial year (rule 7)."""

    def __init__(self, history: History, as_of: dt.date) -> None:
        self._organisation = history.opened
        self._known: dict[str, list[tuple[dt.date, str, Decimal]]] = defaultdict(list)
        for document in history.documents.values():
            counts = document.type == "ACCREC" and document.is_approved
            if counts and document.rate is not None and document.date <= as_of:
                known = (document.date, document.number, document.rate)
                self._known[document.currency].append(known)
        for rates in self._known.values():
            rates.sort()

    def at(self, currency: str, point: dt.date) -> Decimal | None:
        if currency == self._organisation.base_currency:
            return Decimal(1)
        first_day, last_day = self._financial_year(point)
        known = self._known[currency]
        within = [rate for date, _, rate in known if first_day <= date <= last_day]
        earlier = [rate for date, _, rate in known if date < first_day]
        if within:
            return within[0]
        return earlier[-1] if earlier else None

    def _financial_year(self, point: dt.date) -> tuple[dt.date, dt.date]:
        day = self._organisation.financial_year_end_day
        ends = dt.date(point.year, self._organisation.financial_year_end_month, 1)
        end = add_months(ends, 0, anchor=day)
        if point > end:
            end = add_months(end, 12, anchor=day)
        return add_months(end, -12, anchor=day) + dt.timedelta(days=1), end


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
    """Rule 9 for one customer; some amounts may be 0."""
    if now is None:
        return [("churn", before.mrr_base)] if before else []
    if before is None:
        return [("reactivation" if was_customer else "new", now.mrr_base)]
    change = now.mrr_base - before.at_next_rates
    return [
        ("fx", before.at_next_rates - before.mrr_base),
        ("expansion" if change > 0 else "contraction", abs(change)),
    ]


def _ratio(numerator: Decimal, denominator: Decimal) -> Decimal | None:
    if denominator == 0:
        return None
    return (numerator / denominator).quantize(Decimal("0.0001"), ROUND_HALF_UP)
