"""The documents behind a figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from xero_pipeline.console import formats
from xero_pipeline.console.queries.documents import Document
from xero_pipeline.console.views.places import Place
from xero_pipeline.console.views.receivables import label_of
from xero_pipeline.console.views.signals import title_of

if TYPE_CHECKING:
    from xero_pipeline.console.listings import Question

MOST_DRIVERS = 10
"""How many documents the marts of signals name at most."""


@dataclass(frozen=True)
class Books:
    """Whose documents, and as of when."""

    organisation: str
    currency: str
    day: date


@dataclass(frozen=True)
class DocumentTable:
    """Documents with links into Xero.

    Attributes:
        caption: what they are, for readers of screens.
        unit: what `amount_base` is in: the base currency, or that a month.
    """

    caption: str
    unit: str
    rows: tuple[Document, ...]

    @property
    def total(self) -> Decimal:
        """What has no exchange rate is not in it."""
        return sum((row.amount_base or Decimal() for row in self.rows), Decimal())

    @property
    def without_rate(self) -> int:
        return sum(row.amount_base is None for row in self.rows)

    @property
    def clients(self) -> int:
        return len({row.contact_name for row in self.rows} - {None})

    @property
    def has_amounts(self) -> bool:
        """Whether any is another than that in base currency, which would stand there twice."""
        base = self.unit.partition(" ")[0]
        return any(
            row.amount is not None and (row.currency_code, row.amount) != (base, row.amount_base)
            for row in self.rows
        )

    def has(self, column: str) -> bool:
        """Whether any row has a value there; empty columns are not shown."""
        return any(getattr(row, column) is not None for row in self.rows)


@dataclass(frozen=True)
class DocumentsView:
    """A page of documents.

    Attributes:
        note: what is to be known about the list; empty when nothing is.
        back: the page with the figure.
    """

    title: str
    books: Books
    note: str
    table: DocumentTable
    back: str
    csv: str


def documents_view(
    of: str, question: Question, rows: Sequence[Document], books: Books, place: Place
) -> DocumentsView:
    """
    Args:
        of: which list, as in `listings.DOCUMENTS`.
    """
    filters = question.model_dump(
        mode="json", exclude={"organisation", "as_of"}, exclude_defaults=True
    )
    title = title_for(of, question, rows)
    return DocumentsView(
        title,
        books,
        _note(of, rows),
        DocumentTable(title, books.currency, tuple(rows)),
        place.page,
        place.csv(of, **{name: str(value) for name, value in filters.items()}),
    )


def title_for(of: str, question: Question, rows: Sequence[Document]) -> str:
    """What the list holds: Open receivables, 31-60 days overdue: Kauri Labs"""
    match of:
        case "receivables":
            title = _aged_title(question)
        case "recurring" if question.month:
            kind = f", {question.movement}" if question.movement else ""
            title = f"Recurring plans, {formats.month(question.month)}{kind}"
        case "expected" if question.last_day:
            title = f"Invoices expected to be paid by {formats.day(question.last_day)}"
        case "bills":
            title = "Open bills"
        case _:
            title = f"Documents behind “{title_of(question.signal or '')}”"
    names = {row.contact_name for row in rows if row.contact_name}
    return f"{title}: {names.pop()}" if question.contact and len(names) == 1 else title


def _aged_title(question: Question) -> str:
    if question.only_overdue:
        return "Overdue receivables"
    bucket = question.bucket or question.month_bucket
    if bucket is None:
        return "Open receivables"
    label = label_of(bucket)
    return f"Open receivables, {label.lower()}{'' if bucket == 'current' else ' overdue'}"


def _note(of: str, rows: Sequence[Document]) -> str:
    if of in {"agency", "client"} and len(rows) == MOST_DRIVERS:
        return "The ten weightiest."
    if of == "recurring":
        return "Amounts in base currency are a month's part of the price, before tax."
    return ""
