"""The double-entry ledger: numbered journals in base currency, never changed, only reversed."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from xero_pipeline.sandbox.books.arithmetic import ZERO, total


@dataclass(frozen=True)
class Entry:
    """One line of a journal.

    Attributes:
        account: its code.
        amount: debit positive, in base currency.
        own_amount: the same in the account's own currency, for bank accounts only.
    """

    account: str
    amount: Decimal
    description: str = ""
    own_amount: Decimal | None = None

    def __neg__(self) -> Entry:
        own = None if self.own_amount is None else -self.own_amount
        return replace(self, amount=-self.amount, own_amount=own)


@dataclass(frozen=True)
class Source:
    """What a journal comes from: the document's GUID, Xero's SourceType, its reference."""

    id: str
    type: str
    reference: str = ""


@dataclass(frozen=True)
class Journal:
    """A balanced posting.

    Attributes:
        number: counts from 1 without gaps.
        date: JournalDate, the day it counts for; a reversal has the day of what it reverses.
        created_at: when Xero learnt of it.
    """

    number: int
    id: str
    date: dt.date
    created_at: dt.datetime
    source: Source
    entries: tuple[Entry, ...]


class Ledger:
    """Journals, and what they add up to by account and day."""

    def __init__(self, guid: Callable[[str, str], str]) -> None:
        """`guid`: the id of a journal, from "Journal" and its number."""
        self.journals: list[Journal] = []
        self._guid = guid
        self._standing: dict[str, Journal] = {}
        self._daily: dict[str, dict[dt.date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        self._own: dict[str, Decimal] = defaultdict(Decimal)

    def restate(
        self, source: Source, date: dt.date, entries: Sequence[Entry], at: dt.datetime
    ) -> None:
        """Make `entries` what a source stands for.

        Nothing happens when it stands for them already. Otherwise what it stood for is reversed
        exactly, on its own day, and the new entries are posted: the way Xero books an edit.
        """
        wanted = tuple(entry for entry in entries if entry.amount or entry.own_amount)
        standing = self._standing.get(source.id)
        if standing and standing.date == date and standing.entries == wanted:
            return
        self.withdraw(source.id, at)
        if wanted:
            self._standing[source.id] = self._append(source, date, wanted, at)

    def withdraw(self, source_id: str, at: dt.datetime) -> None:
        """Reverse what a source stands for, if anything."""
        standing = self._standing.pop(source_id, None)
        if standing:
            entries = tuple(-entry for entry in standing.entries)
            self._append(standing.source, standing.date, entries, at)

    def uses(self, account: str) -> bool:
        return account in self._daily

    def movement(self, account: str, first: dt.date | None, last: dt.date) -> Decimal:
        """Debits less credits from `first` (None: since ever) to `last`, both included."""
        days = self._daily.get(account, {})
        return total(
            [sum_ for day, sum_ in days.items() if day <= last and (first is None or day >= first)]
        )

    def own_balance(self, account: str) -> Decimal:
        """A bank account's balance in its own currency."""
        return self._own.get(account, ZERO)

    def entries(self, wanted: Callable[[str], bool]) -> Iterator[tuple[Journal, Entry]]:
        """Every entry on the accounts wanted, with its journal."""
        for journal in self.journals:
            for entry in journal.entries:
                if wanted(entry.account):
                    yield journal, entry

    def _append(
        self, source: Source, date: dt.date, entries: tuple[Entry, ...], at: dt.datetime
    ) -> Journal:
        if total([entry.amount for entry in entries]) != 0:
            raise AssertionError(f"journal of {source.type} {source.id} does not balance")
        number = len(self.journals) + 1
        journal = Journal(number, self._guid("Journal", str(number)), date, at, source, entries)
        self.journals.append(journal)
        for entry in entries:
            self._daily[entry.account][date] += entry.amount
            if entry.own_amount is not None:
                self._own[entry.account] += entry.own_amount
        return journal
