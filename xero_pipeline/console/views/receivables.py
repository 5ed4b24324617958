"""Receivables by age, by days and by whole months overdue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from xero_pipeline.console.queries.receivables import Aged
from xero_pipeline.console.views.places import Place

BUCKETS = ("current", "1-30", "31-60", "61-90", "90+")
MONTH_BUCKETS = ("current", "< 1 month", "1 month", "2 months", "3 months", "older")


@dataclass(frozen=True)
class AgeRow:
    """One bucket.

    Attributes:
        share: of the total; None where the total is 0 or less.
        documents: where its documents are listed.
    """

    label: str
    count: int
    amount: Decimal
    share: Decimal | None
    documents: str


@dataclass(frozen=True)
class AgingView:
    """Open sales invoices less unused credits, in base currency at each document's own rate."""

    by_days: tuple[AgeRow, ...]
    by_months: tuple[AgeRow, ...]
    count: int
    total: Decimal
    overdue: Decimal
    documents: str
    overdue_documents: str
    csv: str

    @property
    def is_empty(self) -> bool:
        return self.count == 0


def aging_view(aged: Sequence[Aged], place: Place) -> AgingView:
    by_days = _rows(aged, "bucket", BUCKETS, place)
    by_months = _rows(aged, "month_bucket", MONTH_BUCKETS, place)
    return AgingView(
        by_days,
        by_months,
        sum(each.documents for each in aged),
        _sum(aged),
        sum((row.amount for row in by_days[1:]), Decimal()),
        place.documents("receivables"),
        place.documents("receivables", only_overdue="true"),
        place.csv("aging"),
    )


def _rows(
    aged: Sequence[Aged], column: str, buckets: Sequence[str], place: Place
) -> tuple[AgeRow, ...]:
    total = _sum(aged)
    in_bucket = {
        bucket: [each for each in aged if getattr(each, column) == bucket] for bucket in buckets
    }
    return tuple(
        AgeRow(
            label_of(bucket),
            sum(each.documents for each in found),
            _sum(found),
            _sum(found) / total if total > 0 else None,
            place.documents("receivables", **{column: bucket}),
        )
        for bucket, found in in_bucket.items()
    )


def _sum(aged: Sequence[Aged]) -> Decimal:
    return sum((each.amount_due_base for each in aged), Decimal())


def label_of(bucket: str) -> str:
    """Not yet due; 31-60 days; 2 months"""
    if bucket == "current":
        return "Not yet due"
    return bucket if "month" in bucket or bucket == "older" else f"{bucket} days"
