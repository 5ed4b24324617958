"""The constant rate of a currency in a financial year (rule 7 of `mrr`)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

from xero_pipeline.sandbox.life.calendar import add_months
from xero_pipeline.sandbox.life.truth.history import History


class ConstantRates:
    """Foreign units per unit of base, one for each financial year."""

    def __init__(self, history: History, as_of: dt.date) -> None:
        self._organisation = history.opened
        self._known: dict[str, list[tuple[dt.date, str, Decimal]]] = defaultdict(list)
        for document in history.documents.values():
            counts = document.type == "ACCREC" and document.is_approved
            if counts and document.rate is not None and document.date <= as_of:
                known = (document.date, document.number, document.rate)
                self._known[document.currency].append(known)
        for rates in self._known.values():
            rates.sort()

    def at(self, currency: str, point: dt.date) -> Decimal | None:
        """None for a currency without any rate."""
        if currency == self._organisation.base_currency:
            return Decimal(1)
        first_day, last_day = self._financial_year(point)
        known = self._known[currency]
        within = [rate for date, _, rate in known if first_day <= date <= last_day]
        earlier = [rate for date, _, rate in known if date < first_day]
        if within:
            return within[0]
        return earlier[-1] if earlier else None

    def _financial_year(self, point: dt.date) -> tuple[dt.date, dt.date]:
        day = self._organisation.financial_year_end_day
        ends = dt.date(point.year, self._organisation.financial_year_end_month, 1)
        end = add_months(ends, 0, anchor=day)
        if point > end:
            end = add_months(end, 12, anchor=day)
        return add_months(end, -12, anchor=day) + dt.timedelta(days=1), end
