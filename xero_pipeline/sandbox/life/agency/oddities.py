"""When something out of the ordinary happens, and the retry when the day offers no occasion."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import NamedTuple

from xero_pipeline.sandbox.life.agency import settings
from xero_pipeline.sandbox.life.agency.office import Office
from xero_pipeline.sandbox.life.papers import Document


class Oddity(NamedTuple):
    """Happens `first` days after the start and every `every` days from then on.

    `happen` says whether there was an occasion; if not, it is tried again the next working day.
    """

    first: int
    every: int
    happen: Callable[[], bool]


class Oddities:
    """Runs a table of oddities."""

    def __init__(self, office: Office, table: Sequence[Oddity]) -> None:
        self._office = office
        self._table = table
        self._pending: set[int] = set()

    def run(self) -> None:
        diary = self._office.diary
        days = (diary.today - diary.start).days
        for number, oddity in enumerate(self._table):
            if days >= oddity.first and (days - oddity.first) % oddity.every == 0:
                self._pending.add(number)
        if diary.today.isoweekday() > 5:
            return
        for number in sorted(self._pending):
            if self._table[number].happen():
                self._pending.discard(number)


class Occasions:
    """What the oddities share: finding a document to happen to, and coming back later."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.desk = office.desk
        self.diary = office.diary

    def pick(
        self,
        subject: str,
        suits: Callable[[Document], bool] = lambda document: True,
        untouched: bool = True,
    ) -> Document | None:
        """An open sales invoice of an active client, by chance."""
        found = [
            document
            for document in self.desk.open_invoices("ACCREC", untouched)
            if self.office.is_active(document.contact)
            and document.contact != "online-store"
            and suits(document)
        ]
        return self.diary.chance(f"pick/{subject}").choice(found) if found else None

    def pick_bill(self, subject: str) -> Document | None:
        """An open, unpaid bill in base currency, by chance."""
        found = [b for b in self.desk.open_invoices("ACCPAY") if b.currency == settings.BASE]
        return self.diary.chance(f"pick/{subject}").choice(found) if found else None

    def later(self, days: int, action: Callable[[], None]) -> None:
        self.diary.plan(self.diary.today + dt.timedelta(days=days), action, hour=14)
