"""Receivables by age, by days and by whole months overdue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from xero_pipeline.console.queries import Aged
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
    total = sum((each.amount_due_base for each in aged), Decimal())
    by_days = _rows(aged, BUCKETS, lambda each: each.bucket, "bucket", place, total)
    by_months = _rows(
        aged, MONTH_BUCKETS, lambda each: each.month_bucket, "month_bucket", place, total
    )
    return AgingView(
        by_days,
        by_months,
        sum(each.documents for each in aged),
        total,
        sum((row.amount for row in by_days[1:]), Decimal()),
        place.documents("receivables"),
        place.documents("receivables", only_overdue="true"),
        place.csv("aging"),
    )


def _rows(
    aged: Sequence[Aged],
    buckets: Sequence[str],
    bucket_of: Callable[[Aged], str],
    filtered_by: str,
    place: Place,
    total: Decimal,
) -> tuple[AgeRow, ...]:
    counts: dict[str, int] = defaultdict(int)
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for each in aged:
        counts[bucket_of(each)] += each.documents
        amounts[bucket_of(each)] += each.amount_due_base
    return tuple(
        AgeRow(
            label_of(bucket),
            counts[bucket],
            amounts[bucket],
            amounts[bucket] / total if total > 0 else None,
            place.documents("receivables", **{filtered_by: bucket}),
        )
        for bucket in buckets
    )


def label_of(bucket: str) -> str:
    """Not yet due; 31–60 days; 2 months"""
    if bucket == "current":
        return "Not yet due"
    return bucket if "month" in bucket or bucket == "older" else f"{bucket.replace('-', '–')} days"
