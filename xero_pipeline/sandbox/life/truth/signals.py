"""The signals that follow from dated documents alone, and the same a month earlier.

`as_of` is today, "a month earlier" the same day of the month before, clamped to its last day. What
is open and overdue, cash and runway are reckoned on both days alike; sales of a year are those of
the 365 days that end there, with tax, in base currency at each document's own rate.

Recurring revenue counts by months: MRR and its growth of the month that `as_of` falls in, retention
and lost clients of the complete month before it; "earlier" is the month before each. Without any
recurring revenue there are no such signals.

A client's share is its part of the sum over clients whose invoices exceed their credit notes.
Drafts have no earlier figure: nobody knows what was a draft when. Scores of risk are statistics,
and are in none of this.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from xero_pipeline.sandbox.life.amounts import ZERO, in_base
from xero_pipeline.sandbox.life.calendar import add_months, month_start
from xero_pipeline.sandbox.life.truth import cash as _cash
from xero_pipeline.sandbox.life.truth.history import Document, History
from xero_pipeline.sandbox.life.truth.mrr import MrrCustomer, MrrMonth, MrrMovement, ratio
from xero_pipeline.sandbox.life.truth.receivables import AgedDocument, aged_documents

Figures = dict[str, Decimal | None]
_YEAR = dt.timedelta(days=365)


@dataclass(frozen=True)
class Signal:
    """One signal; about the organisation when `contact_id` is None. Base currency, not percent."""

    contact_id: str | None
    name: str
    value: Decimal | None
    previous: Decimal | None


@dataclass
class _Owing:
    """What one client owes on a day."""

    overdue: Decimal = ZERO
    oldest: int = 0
    credits: Decimal = ZERO


@dataclass
class _Day:
    """What is known at the end of one day."""

    history: History
    day: dt.date
    moved: Sequence[_cash.Movement]
    receivable: Sequence[AgedDocument] = field(init=False)
    sales: Mapping[str, Decimal] = field(init=False)

    def __post_init__(self) -> None:
        self.receivable = aged_documents(self.history, "receivable", self.day)
        self.sales = self._net_sales()

    def of_agency(self) -> Figures:
        invoices = [d for d in self.receivable if d.document_type == "invoice"]
        outstanding = _sum(invoices)
        overdue = _sum(d for d in invoices if d.days_overdue > 0)
        bills = aged_documents(self.history, "payable", self.day)
        runway = _cash.runways(
            _cash.balances(self.history, self.moved, self.day),
            _cash.monthly_flows(self.moved, self.day),
            self.day,
        )[0]
        return {
            "overdue_share": ratio(overdue, outstanding),
            "overdue_90_base": _sum(d for d in invoices if d.days_overdue > 90),
            "dso": self._days_of_sales(outstanding),
            "unapplied_credits_base": -_sum(
                d for d in self.receivable if d.document_type != "invoice"
            ),
            "overdue_bills_base": _sum(
                d for d in bills if d.document_type == "invoice" and d.days_overdue > 0
            ),
            "cash_base": runway.cash_base,
            "runway_months": runway.runway_months,
        }

    def of_clients(self) -> Mapping[str, _Owing]:
        owing: dict[str, _Owing] = defaultdict(_Owing)
        survivors = {
            self.history.id("Contact", d.contact): self._client(d)
            for d in self.history.documents.values()
        }
        for document in self.receivable:
            client = owing[survivors[document.contact_id]]
            if document.document_type != "invoice":
                client.credits -= document.amount_due_base
            else:
                client.oldest = max(client.oldest, document.days_overdue)
                if document.days_overdue > 0:
                    client.overdue += document.amount_due_base
        return owing

    def shares(self) -> dict[str, Decimal]:
        together = sum(self.sales.values(), ZERO)
        return {client: ratio(sales, together) or ZERO for client, sales in self.sales.items()}

    def drafts(self) -> Decimal:
        return sum(
            (
                in_base(self.history.total(d), d.rate)
                for d in self.history.documents.values()
                if d.type == "ACCREC" and d.status in ("DRAFT", "SUBMITTED") and d.date <= self.day
            ),
            ZERO,
        )

    def _net_sales(self) -> Mapping[str, Decimal]:
        """Invoices less credit notes of the year, of clients with more of the former."""
        sales: dict[str, Decimal] = defaultdict(lambda: ZERO)
        for document in self._of_the_year("ACCREC", "ACCRECCREDIT"):
            sign = 1 if document.type == "ACCREC" else -1
            sales[self._client(document)] += sign * self._in_base(document)
        return {client: amount for client, amount in sales.items() if amount > 0}

    def _days_of_sales(self, outstanding: Decimal) -> Decimal | None:
        invoiced = sum((self._in_base(d) for d in self._of_the_year("ACCREC")), ZERO)
        if invoiced <= 0:
            return None
        return (365 * outstanding / invoiced).quantize(Decimal("0.1"), ROUND_HALF_UP)

    def _of_the_year(self, *types: str) -> Iterator[Document]:
        for document in self.history.documents.values():
            within = self.day - _YEAR < document.date <= self.day
            if document.type in types and document.is_approved and within:
                yield document

    def _in_base(self, document: Document) -> Decimal:
        return in_base(self.history.total(document), document.rate)

    def _client(self, document: Document) -> str:
        return self.history.id("Contact", self.history.survivor(document.contact))


def signals(
    history: History,
    as_of: dt.date,
    customers: Sequence[MrrCustomer],
    movements: Sequence[MrrMovement],
    months: Sequence[MrrMonth],
) -> tuple[Signal, ...]:
    """Every signal of one book.

    Args:
        customers, movements, months: recurring revenue as of `as_of`; see `mrr`.
    """
    moved = _cash.movements(history)
    now = _Day(history, as_of, moved)
    before = _Day(history, add_months(as_of, -1), moved)
    earlier = before.of_agency()
    found = [Signal(None, name, v, earlier[name]) for name, v in now.of_agency().items()]
    found.append(Signal(None, "draft_invoices_base", now.drafts(), None))
    found += _of_months(as_of, movements, months)
    found += _largest_client(now, before)
    found += _of_clients(now, before)
    found += _mrr_changes(as_of, customers)
    return tuple(found)


def _of_months(
    as_of: dt.date, movements: Sequence[MrrMovement], months: Sequence[MrrMonth]
) -> Iterator[Signal]:
    by_month = {row.month: row for row in months}
    current, complete, earlier = (add_months(month_start(as_of), -n) for n in (0, 1, 2))
    if current not in by_month:
        return

    def growth(month: dt.date) -> Decimal | None:
        row = by_month.get(month)
        return ratio(row.closing - row.opening, row.opening) if row else None

    def kept(month: dt.date) -> Decimal | None:
        return by_month[month].nrr if month in by_month else None

    def lost(month: dt.date) -> Decimal | None:
        churned = {m.contact_id for m in movements if (m.month, m.movement) == (month, "churn")}
        return Decimal(len(churned)) if month in by_month else None

    yield Signal(None, "mrr", by_month[current].closing, by_month[current].opening)
    yield Signal(None, "mrr_growth", growth(current), growth(complete))
    yield Signal(None, "nrr", kept(complete), kept(earlier))
    yield Signal(None, "churned_clients", lost(complete), lost(earlier))


def _largest_client(now: _Day, before: _Day) -> Iterator[Signal]:
    if now.sales:
        largest_before = max(before.shares().values(), default=None)
        yield Signal(None, "largest_client_share", max(now.shares().values()), largest_before)


def _of_clients(now: _Day, before: _Day) -> Iterator[Signal]:
    owing, owed = now.of_clients(), before.of_clients()
    for client in sorted({*owing, *owed}):
        one, other = owing.get(client, _Owing()), owed.get(client, _Owing())
        yield Signal(client, "overdue_base", one.overdue, other.overdue)
        yield Signal(client, "oldest_days_overdue", Decimal(one.oldest), Decimal(other.oldest))
        if one.credits or other.credits:
            yield Signal(client, "client_credits_base", one.credits, other.credits)
    shares, shares_before = now.shares(), before.shares()
    # Nobody has a share of nothing.
    none, none_before = (ZERO if now.sales else None), (ZERO if before.sales else None)
    for client in sorted({*shares, *shares_before}):
        yield Signal(
            client,
            "revenue_share",
            shares.get(client, none),
            shares_before.get(client, none_before),
        )


def _mrr_changes(as_of: dt.date, customers: Sequence[MrrCustomer]) -> Iterator[Signal]:
    mrr = {(row.contact_id, row.month): row.mrr_base for row in customers}
    current, before, earlier = (add_months(month_start(as_of), -n) for n in (0, 1, 2))
    for client in sorted({client for client, month in mrr if month in (current, before)}):
        at = [mrr.get((client, month), ZERO) for month in (current, before, earlier)]
        yield Signal(client, "mrr_change", at[0] - at[1], at[1] - at[2])


def _sum(documents: Sequence[AgedDocument] | Iterator[AgedDocument]) -> Decimal:
    return sum((document.amount_due_base for document in documents), ZERO)
