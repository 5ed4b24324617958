"""Templates with what they have invoiced, and the marts of recurring revenue over them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from xero_pipeline_tests.sql.book import Book, Line
from xero_pipeline_tests.sql.warehouse import graph, needed_for

HandedOn = Any  # keyword arguments of Book.repeating_invoice
MARTS = ("marts.mrr_plans", "marts.mrr_customers", "marts.mrr_movements", "marts.mrr_monthly")
IDENTITY = "mrr_movements_explain_closing"


def retainer(
    book: Book,
    key: str,
    *dates: dt.date,
    price: int | str,
    contact: str = "Harbour Cafe",
    rate: str | None = None,
    invoice_status: str = "AUTHORISED",
    **template: HandedOn,
) -> None:
    """A template and the invoices that it has made on `dates`, all with one line of `price`."""
    lines = (Line(price),)
    start = dates[0] if dates else book.as_of
    book.repeating_invoice(key, contact, **{"lines": lines, "start": start, **template})
    for number, date in enumerate(dates, 1):
        book.invoice(
            f"{key}/{number}",
            contact,
            date,
            lines=lines,
            repeating=key,
            rate=rate,
            status=invoice_status,
            currency=template.get("currency"),
            line_amount_types=template.get("line_amount_types", "Exclusive"),
        )


def built(book: Book, user_seeds: Path | None = None) -> Book:
    book.flush()
    models = graph().with_user_seeds(user_seeds) if user_seeds else graph()
    models.build(book.warehouse.connection, only=needed_for(MARTS))
    assert book.warehouse.failures(IDENTITY) == []
    assert book.warehouse.failures("mrr_customers_add_up_to_plans") == []
    return book
