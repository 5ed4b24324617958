"""Retainers: repeating templates that are made, re-priced and stopped, and their invoices."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.life.agency import settings
from xero_pipeline.sandbox.life.agency.clients import RETAINERS, Retainer
from xero_pipeline.sandbox.life.agency.office import Office
from xero_pipeline.sandbox.life.calendar import add_months, month_end, month_start, working_day
from xero_pipeline.sandbox.life.papers import Document

_TEAM_OF_SERVICE = {"Brand retainer": "Strategy", "Growth retainer": "Strategy"}


@dataclass
class _Running:
    """A template as it stands in Xero today."""

    plan: Retainer
    first: dt.date
    price: Decimal
    discount: Decimal | None
    made: int = 0
    next: dt.date | None = None
    end: dt.date | None = None
    last_invoice: Document | None = None

    def slot(self, number: int) -> dt.date:
        if self.plan.unit == "WEEKLY":
            return self.first + dt.timedelta(weeks=number * self.plan.period)
        return add_months(self.first, number * self.plan.period, anchor=self.plan.day)


class Retainers:
    """Looks after every template, day by day."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._diary = office.diary
        self._all = [self._prepare(plan) for plan in RETAINERS]

    def _prepare(self, plan: Retainer) -> _Running:
        start = self._diary.start
        earliest = (
            start + dt.timedelta(days=2)
            if plan.first == 0
            else add_months(month_start(start), plan.first)
        )
        wobble = self._diary.chance(f"price/{plan.key}").uniform(0.95, 1.05)
        price = Decimal(round(plan.price * wobble / 10) * 10)
        return _Running(plan, _first_slot(plan, earliest), price, plan.discount)

    def tend(self) -> None:
        """Templates first, then the invoices they make today, as Xero does it before dawn."""
        for running in self._all:
            self._tend_template(running)
        for running in self._all:
            if running.next == self._diary.today:
                self._make_invoice(running)

    def latest_invoice(self, key: str) -> Document | None:
        """The newest invoice of a template, by the template's key."""
        return next((r.last_invoice for r in self._all if r.plan.key == key), None)

    def _tend_template(self, running: _Running) -> None:
        plan, diary = running.plan, self._diary
        if running.made == 0 and diary.today == running.first - dt.timedelta(days=2):
            running.next = running.first
            self._save(running)
        elif running.next and diary.today.day == 5:
            self._apply_change(running)
        elif running.next and diary.today.day == 10 and plan.last is not None:
            if plan.end_date_set and diary.month == plan.last - 2:
                running.end = month_end(add_months(diary.today, 2))
                self._save(running)
            elif not plan.end_date_set and diary.month == plan.last:
                running.next = None
                diary.write(ev.RepeatingInvoiceDeleted(diary.stamp(), plan.key))

    def _apply_change(self, running: _Running) -> None:
        for change in running.plan.changes:
            if change.month == self._diary.month:
                running.price = (running.price * change.factor).quantize(Decimal(1))
                if change.discount is not None:
                    running.discount = change.discount or None
                self._save(running)

    def _save(self, running: _Running) -> None:
        plan, diary = running.plan, self._diary
        client = self._office.clients[plan.client]
        diary.write(
            ev.RepeatingInvoiceSaved(
                at=diary.stamp(),
                key=plan.key,
                type="ACCREC",
                contact=plan.client,
                schedule=ev.Schedule(
                    unit=plan.unit,
                    period=plan.period,
                    due_date=client.terms,
                    due_date_type="DAYSAFTERINVOICEDATE",
                    start_date=running.next or running.first,
                    next_scheduled_date=running.next,
                    end_date=running.end,
                ),
                lines=self._lines(running),
                currency=client.currency,
                reference=plan.service,
                line_amount_types="Inclusive" if plan.inclusive else "Exclusive",
                status="DRAFT" if plan.saves_drafts else "AUTHORISED",
            )
        )

    def _make_invoice(self, running: _Running) -> None:
        plan, diary = running.plan, self._diary
        running.last_invoice = invoice = self._office.invoice(
            plan.client,
            self._lines(running),
            status="DRAFT" if plan.saves_drafts else "AUTHORISED",
            reference=plan.service,
            mode="Inclusive" if plan.inclusive else "Exclusive",
            template=plan.key,
        )
        running.made += 1
        following = running.slot(running.made)
        running.next = None if running.end and following > running.end else following
        diary.write(ev.RepeatingInvoiceAdvanced(diary.stamp(), plan.key, running.next))
        if plan.saves_drafts:
            approval = working_day(diary.today + dt.timedelta(days=1))
            diary.plan(approval, lambda: self._office.approve(invoice), hour=9)

    def _lines(self, running: _Running) -> tuple[ev.Line, ...]:
        plan = running.plan
        item = "CARE" if plan.account == settings.HOSTING else "RETAINER"
        team = _TEAM_OF_SERVICE.get(plan.service)
        service = self._office.line(
            plan.client,
            plan.service,
            running.price,
            plan.account,
            item=item,
            discount=running.discount,
            tracking=((settings.TEAM, team),) if team else (),
        )
        if not plan.media:
            return (service,)
        budget = self._office.line(
            plan.client, "Media budget at cost", Decimal(plan.media), settings.MEDIA
        )
        return service, budget


def _first_slot(plan: Retainer, earliest: dt.date) -> dt.date:
    if plan.unit == "WEEKLY":
        return earliest + dt.timedelta(days=(plan.day - earliest.isoweekday()) % 7)
    this_month = add_months(earliest, 0, anchor=plan.day)
    return this_month if this_month >= earliest else add_months(earliest, 1, anchor=plan.day)
