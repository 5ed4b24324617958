"""Header fields of a request that must be as they are: the sandbox changes none of them."""

from __future__ import annotations

import datetime as dt
import re

from xero_pipeline.sandbox.books import documents as doc
from xero_pipeline.sandbox.books.errors import Invalid
from xero_pipeline.sandbox.books.writing.bodies import DocumentBody

_MILLISECONDS = re.compile(r"/Date\((-?\d+)(?:[+-]\d{4})?\)/")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def require_unchanged(
    document: doc.Payable | doc.BankTransaction, body: DocumentBody, base_currency: str
) -> None:
    """Raises Invalid for a field that is there and differs; the wording is the sandbox's own."""
    pairs = {
        "Type": (body.type, document.type),
        "Status": (body.status, document.status),
        "Reference": (body.reference, document.reference),
        "CurrencyCode": (body.currency, document.currency or base_currency),
        "Date": (_day(body.date) if body.date else None, document.date),
    }
    for name, (wanted, own) in pairs.items():
        if wanted not in (None, own):
            raise Invalid(f"The sandbox changes no {name}: it is {own}, not {wanted}")


def _day(text: str) -> dt.date:
    """Of Xero's own form or ISO 8601. Raises Invalid for another."""
    if found := _MILLISECONDS.fullmatch(text):
        return (_EPOCH + dt.timedelta(milliseconds=int(found[1]))).date()
    try:
        return dt.datetime.fromisoformat(text).date()
    except ValueError:
        raise Invalid(f"{text} is no date") from None
