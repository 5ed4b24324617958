"""Repeating invoices and what they have made; the rules are those of `mrr`."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from xero_pipeline.sandbox.life.amounts import ZERO, LineValue, line_values
from xero_pipeline.sandbox.life.calendar import add_months, month_start
from xero_pipeline.sandbox.life.labels import Slot
from xero_pipeline.sandbox.life.truth.history import Document, History, Template

Seen = Mapping[dt.date, History]
"""The book as it was last read by the end of a past month, by the month's first day."""


@dataclass(frozen=True)
class Amount:
    """What recurs every slot, in its currency."""

    price: Decimal
    currency: str
    slot: Slot


@dataclass(frozen=True)
class Plan:
    """A template and its invoices, oldest first."""

    key: str
    template: Template
    invoices: tuple[Document, ...]

    @property
    def slot(self) -> Slot:
        return _slot(self.template)

    @property
    def end(self) -> dt.date | None:
        """The first day after the slot of the last invoice (rule 3)."""
        if not self.invoices:
            return None
        last, schedule = self.invoices[-1].date, self.template.saved.schedule
        if schedule.unit == "WEEKLY":
            return last + dt.timedelta(weeks=schedule.period)
        return add_months(last, schedule.period)

    def is_live(self, day: dt.date, template: Template | None = None) -> bool:
        """Rule 4, of the template as it stands or stood on a day."""
        template = template or self.template
        schedule = template.saved.schedule
        ended = schedule.end_date is not None and schedule.end_date < day
        invoiced = bool(self.invoices) and self.invoices[0].date <= day
        return (schedule.start_date <= day or invoiced) and not ended and not template.is_deleted

    def invoice_at(self, point: dt.date) -> Document | None:
        """The latest linked invoice while the plan is active (rules 3 and 5)."""
        earlier = [invoice for invoice in self.invoices if invoice.date <= point]
        return earlier[-1] if earlier and self.end and point < self.end else None


class Plans:
    """What recurs by templates, as known on a day.

    Args:
        pass_through: codes of accounts whose lines are no revenue of ours.
        seen: the book as it was read in past months, where it was.
    """

    def __init__(
        self,
        history: History,
        as_of: dt.date,
        pass_through: Collection[str] = (),
        seen: Seen = MappingProxyType({}),
    ) -> None:
        self.all = plans(history, as_of)
        self._history = history
        self._as_of = as_of
        self._pass_through = pass_through
        self._seen = seen

    def amount_at(self, plan: Plan, point: dt.date) -> Amount | None:
        """Rules 4 and 5; None when the plan is not active at the point."""
        template, invoice = self._live_template(plan, point), plan.invoice_at(point)
        if template:
            saved = template.saved
            values = line_values(saved.lines, saved.line_amount_types, self._history.tax_rates)
            return self._amount(values, template)
        if invoice:
            return self._amount(self._history.values(invoice), plan.template)
        return None

    def _live_template(self, plan: Plan, point: dt.date) -> Template | None:
        """The template as it was known at a point, if it was live there."""
        month = month_start(point)
        if month == month_start(self._as_of):
            return plan.template if plan.is_live(self._as_of) else None
        known = self._seen[month].templates.get(plan.key) if month in self._seen else None
        return known if known and plan.is_live(point, known) else None

    def _amount(self, values: Iterable[LineValue], template: Template) -> Amount:
        counting = (v.net for v in values if v.account_code not in self._pass_through)
        return Amount(sum(counting, ZERO), template.saved.currency, _slot(template))


def _slot(template: Template) -> Slot:
    schedule = template.saved.schedule
    return Slot(schedule.unit, schedule.period)


def plans(history: History, as_of: dt.date) -> list[Plan]:
    """Every template of sales invoices, with what it has made up to a day (rules 1 and 2)."""
    linked: dict[str, list[Document]] = defaultdict(list)
    for document in history.documents.values():
        if document.template and not document.is_cancelled and document.date <= as_of:
            linked[document.template].append(document)
    return [
        Plan(key, template, tuple(sorted(linked[key], key=lambda d: (d.date, d.number))))
        for key, template in history.templates.items()
        if template.saved.type == "ACCREC"
    ]
