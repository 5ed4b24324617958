"""What a document still stands for in base currency, and what each settlement takes from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from xero_pipeline.sandbox.books.arithmetic import ZERO, to_base, total
from xero_pipeline.sandbox.books.documents import Payable, Settlement


def clearings(document: Payable) -> Iterator[tuple[Settlement, Decimal]]:
    """What each settlement takes out of the document's base amount, in order of date.

    The rule, which any figure in base currency can be held against to the cent:

    - a document enters the books with round(Total / CurrencyRate, 2), half-up;
    - a settlement of `amount` takes out round(amount / CurrencyRate, 2), at the document's own
      rate, not the settlement's;
    - the settlement that leaves nothing in the document's currency, counted in order of date,
      takes out whatever is left in base, so that a settled document stands at exactly 0.00.

    So at any day T: outstanding base = round(Total / rate, 2) - sum(round(amount_i / rate, 2)) over
    the settlements dated on or before T, and 0.00 where these add up to Total. The control account
    is the sum of that over all documents but prepayments, which wait in the accounts of their own
    lines. What a settlement is worth on its own day beyond what it takes out is realised gain.

    A payment's day is its Date, an allocation's the later of the two documents' dates. A payment
    dated before its invoice stands in the control account alone until the invoice's day.
    """
    left = document.total
    left_in_base = to_base(document.total, document.rate)
    for settlement in sorted(document.settlements, key=lambda each: each.date):
        left -= settlement.amount
        taken = to_base(settlement.amount, document.rate) if left else left_in_base
        left_in_base -= taken
        yield settlement, taken


def outstanding_in_base(document: Payable, at: dt.date | None = None) -> Decimal:
    """What is still open at the end of a day (None: with everything recorded), in base currency.

    Positive for invoices and credits alike. Drafts and what was voided or deleted stand for
    nothing; so does a document dated after that day.
    """
    if document.saved_as != "AUTHORISED" or (at is not None and document.date > at):
        return ZERO
    taken = [base for settled, base in clearings(document) if at is None or settled.date <= at]
    return to_base(document.total, document.rate) - total(taken)
