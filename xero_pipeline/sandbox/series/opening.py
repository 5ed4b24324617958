"""Opens a series."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

from xero_pipeline.sandbox.books import Book
from xero_pipeline.sandbox.events import member_key
from xero_pipeline.sandbox.series.copied_book import CopiedBook
from xero_pipeline.sandbox.series.office import office, opened
from xero_pipeline.sandbox.world import Organisation


@dataclass(frozen=True)
class Series:
    """Organisations that are alike.

    Attributes:
        key: of the series; its organisations are "<key>:1", "<key>:2", ...
        organisations: how many.
        invoices: sales invoices of each, with three lines.
    """

    key: str
    organisations: int
    invoices: int


def open_series(series: Series, today: dt.date) -> Iterator[Organisation]:
    """The organisations; one user, "owner@<key>.example", is in all of them.

    Args:
        today: their documents are of the year before.
    """
    beginning = opened(member_key(series.key, 0), today)
    events = office(today, series.invoices, f"owner@{series.key}.example")
    original = Book(beginning)
    for event in events:
        original.apply(event)
    for number in range(1, series.organisations + 1):
        own = replace(
            beginning,
            key=member_key(series.key, number),
            name=f"{series.key.title()} {number:04}",
            legal_name=f"{series.key.title()} {number:04} Limited",
            short_code=f"!{series.key[:1]}{number:04}",
        )
        yield Organisation(
            CopiedBook(original, own, events), lambda until: [], shared=(own, *events)
        )
