"""Recurring revenue: a month's waterfall, the months before, and who pays it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xero_pipeline.console.queries.revenue import MrrCustomer, MrrMonth
from xero_pipeline.console.views.places import Place

_KINDS = (
    ("New", "new", 1),
    ("Returned", "reactivation", 1),
    ("Expanded", "expansion", 1),
    ("Exchange rates", "fx", 1),
    ("Reduced", "contraction", -1),
    ("Lost", "churn", -1),
)


@dataclass(frozen=True)
class Step:
    """One bar of the waterfall, signed, in base currency.

    Attributes:
        is_level: where the month begins or ends; otherwise a change.
        documents: where the plans behind it are listed; None when there are none.
    """

    label: str
    amount: Decimal
    is_level: bool
    documents: str | None


@dataclass(frozen=True)
class MonthRow:
    """A month; changes in the order of the waterfall, signed."""

    month: date
    is_complete: bool
    is_shown: bool
    address: str
    changes: tuple[Decimal, ...]
    closing: Decimal
    customers: int
    nrr: Decimal | None


@dataclass(frozen=True)
class CustomerRow:
    """A customer at the month's end, or one who left in it."""

    name: str
    client: str
    mrr: Decimal
    change: Decimal
    what: str
    source: str
    documents: str


@dataclass(frozen=True)
class RevenueView:
    month: date
    is_complete: bool
    steps: tuple[Step, ...]
    months: tuple[MonthRow, ...]
    customers: tuple[CustomerRow, ...]
    documents: str
    months_csv: str
    customers_csv: str

    @property
    def closing(self) -> Decimal:
        return self.steps[-1].amount

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(label for label, _, _ in _KINDS)


_SOURCES = {
    "template": "repeating invoice",
    "linked": "made by a repeating invoice",
    "cadence": "steady invoices by hand",
    "override": "decided by you",
    None: "left",
}


def month_shown(months: Sequence[MrrMonth], asked: date | None) -> date | None:
    """The month asked for, else the latest whole one, else the latest; None without any."""
    known = [each.month for each in months]
    if asked in known:
        return asked
    whole = [each.month for each in months if each.is_complete]
    candidates = whole or known
    return candidates[-1] if candidates else None


def revenue_view(
    months: Sequence[MrrMonth], customers: Sequence[MrrCustomer], month: date, place: Place
) -> RevenueView:
    """
    Args:
        months: oldest first, `month` among them.
        customers: of `month`.
    """
    shown = next(each for each in months if each.month == month)
    return RevenueView(
        month,
        shown.is_complete,
        _steps(shown, place),
        tuple(_month(each, each.month == month, place) for each in reversed(months)),
        tuple(_customer(each, month, place) for each in customers),
        place.documents("recurring", month=month),
        place.csv("mrr_months"),
        place.csv("mrr_customers", month=month),
    )


def _steps(month: MrrMonth, place: Place) -> tuple[Step, ...]:
    changes = [
        Step(
            label,
            amount,
            False,
            place.documents("recurring", month=month.month, movement=kind) if amount else None,
        )
        for (label, kind, _), amount in zip(_KINDS, _changes(month), strict=True)
    ]
    documents = place.documents("recurring", month=month.month) if month.closing else None
    return (
        Step("At the start", month.opening, True, None),
        *changes,
        Step("At the end", month.closing, True, documents),
    )


def _changes(month: MrrMonth) -> tuple[Decimal, ...]:
    return tuple(getattr(month, kind) * sign for _, kind, sign in _KINDS)


def _month(month: MrrMonth, is_shown: bool, place: Place) -> MonthRow:
    return MonthRow(
        month.month,
        month.is_complete,
        is_shown,
        place.at_month(month.month),
        _changes(month),
        month.closing,
        month.customers,
        month.nrr,
    )


def _customer(customer: MrrCustomer, month: date, place: Place) -> CustomerRow:
    contact = str(customer.contact_id)
    return CustomerRow(
        customer.contact_name or "Unnamed contact",
        place.client(contact),
        customer.mrr_base,
        customer.change_base,
        customer.movements,
        _SOURCES.get(customer.source, customer.source or ""),
        place.documents("recurring", month=month, contact=contact),
    )
