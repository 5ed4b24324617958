"""How each client has paid: what a calculator says, without any forecast.

Sales invoices that are approved and dated up to the day count, for the contact that survived where
contacts were merged. What settles them after that day is not known yet.

1. Outstanding as in `receivables`, in base currency. Overdue is what is past its due date; worst
   age the days past due of the oldest open invoice, never below 0.
2. DSO = 365 x outstanding / invoiced in the last 365 days, with tax. Best possible DSO is the same
   of what is not yet due.
3. Days beyond terms = mean days from due date to settlement, each payment and allocation weighted
   by what it clears in base currency; what settles an invoice last clears the cents of rounding.
4. An invoice is decided when it was settled, unless by credit notes alone, or is overdue. On time
   is what was settled by its due date.
5. Trend = mean delay of the last 6 settled invoices less that of the 6 before.
6. Ratios are rounded half-up; without a denominator there is none.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from xero_pipeline.sandbox.life.amounts import ZERO, in_base
from xero_pipeline.sandbox.life.truth.history import Document, History

_TENTH, _TEN_THOUSANDTH = Decimal("0.1"), Decimal("0.0001")


@dataclass(frozen=True)
class ClientRisk:
    """One client with sales invoices. Amounts are in base currency, the rest are days or shares."""

    contact_id: str
    open_invoices: int
    outstanding_base: Decimal
    overdue_base: Decimal
    worst_age: int | None
    share_of_receivables: Decimal | None
    dso: Decimal | None
    bpdso: Decimal | None
    days_beyond_terms: Decimal | None
    on_time_rate: Decimal | None
    trend_days: Decimal | None
    decided_invoices: int
    settled_invoices: int


@dataclass(frozen=True)
class _Invoice:
    """A sales invoice on the day. `cleared` pairs days after the due date with base amounts."""

    document_id: str
    age_days: int  # past due
    invoiced_days_ago: int
    total_base: Decimal
    outstanding: Decimal
    outstanding_base: Decimal
    settled_on: dt.date | None
    delay_days: int | None  # None: open, or settled by credit notes alone
    cleared: tuple[tuple[int, Decimal], ...]

    @property
    def is_late(self) -> bool | None:
        if self.delay_days is not None:
            return self.delay_days > 0
        return True if self.outstanding and self.age_days > 0 else None


def client_risks(history: History, as_of: dt.date) -> tuple[ClientRisk, ...]:
    """Every client with sales invoices up to a day, by contact id."""
    by_contact: dict[str, list[_Invoice]] = defaultdict(list)
    for document in history.documents.values():
        if document.type == "ACCREC" and document.is_approved and document.date <= as_of:
            contact = history.id("Contact", history.survivor(document.contact))
            by_contact[contact].append(_invoice(history, document, as_of))
    everything = sum((i.outstanding_base for each in by_contact.values() for i in each), ZERO)
    return tuple(_risk(id_, by_contact[id_], everything) for id_ in sorted(by_contact))


def _invoice(history: History, document: Document, as_of: dt.date) -> _Invoice:
    due = document.due_date or document.date
    known = sorted(
        ((s.date, key, s.amount) for key, s in document.settlements.items() if s.date <= as_of)
    )
    left, left_base = history.total(document), in_base(history.total(document), document.rate)
    total_base, cleared = left_base, []
    for date, _, amount in known:
        left -= amount
        base = left_base if left == 0 else in_base(amount, document.rate)
        left_base -= base
        cleared.append(((date - due).days, base))
    settled_on = known[-1][0] if known and left == 0 else None
    is_paid = settled_on and not all(_is_credit_note(history, key) for _, key, _ in known)
    return _Invoice(
        document_id=history.id("Invoice", document.key),
        age_days=(as_of - due).days,
        invoiced_days_ago=(as_of - document.date).days,
        total_base=total_base,
        outstanding=left,
        outstanding_base=left_base,
        settled_on=settled_on,
        delay_days=(settled_on - due).days if settled_on and is_paid else None,
        cleared=tuple(cleared),
    )


def _is_credit_note(history: History, settlement: str) -> bool:
    allocation = history.allocations.get(settlement)
    return allocation is not None and allocation.credit_kind == "CreditNote"


def _risk(contact_id: str, invoices: Sequence[_Invoice], everything: Decimal) -> ClientRisk:
    outstanding = sum((i.outstanding_base for i in invoices), ZERO)
    overdue = sum((i.outstanding_base for i in invoices if i.age_days > 0), ZERO)
    invoiced = sum((i.total_base for i in invoices if i.invoiced_days_ago < 365), ZERO)
    cleared = [pair for i in invoices for pair in i.cleared]
    decided = [i for i in invoices if i.is_late is not None]
    ages = [i.age_days for i in invoices if i.outstanding > 0]
    return ClientRisk(
        contact_id=contact_id,
        open_invoices=len(ages),
        outstanding_base=outstanding,
        overdue_base=overdue,
        worst_age=max(0, *ages) if ages else None,
        share_of_receivables=_ratio(outstanding, everything, _TEN_THOUSANDTH),
        dso=_ratio(365 * outstanding, invoiced, _TENTH),
        bpdso=_ratio(365 * (outstanding - overdue), invoiced, _TENTH),
        days_beyond_terms=_ratio(
            sum((days * base for days, base in cleared), ZERO),
            sum((base for _, base in cleared), ZERO),
            _TENTH,
        ),
        on_time_rate=_ratio(
            Decimal(sum(not i.is_late for i in decided)), Decimal(len(decided)), _TEN_THOUSANDTH
        ),
        trend_days=_trend(invoices),
        decided_invoices=len(decided),
        settled_invoices=sum(i.delay_days is not None for i in invoices),
    )


def _trend(invoices: Sequence[_Invoice]) -> Decimal | None:
    # The newest first; of one day, in the order of their ids.
    settled = sorted((i for i in invoices if i.delay_days is not None), key=lambda i: i.document_id)
    settled.sort(key=lambda i: i.settled_on or dt.date.min, reverse=True)
    delays = [i.delay_days or 0 for i in settled[:12]]
    if len(delays) < 12:
        return None
    return _ratio(Decimal(sum(delays[:6]) - sum(delays[6:])), Decimal(6), _TENTH)


def _ratio(numerator: Decimal, denominator: Decimal, unit: Decimal) -> Decimal | None:
    if denominator <= 0:
        return None
    return (numerator / denominator).quantize(unit, ROUND_HALF_UP)
