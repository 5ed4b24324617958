"""The chart of accounts, to choose monitored accounts from."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from xero_pipeline.connections.errors import UnknownAccount, UnknownDocumentType
from xero_pipeline.connections.model import MonitoredAccount

_SUGGESTED = re.compile(
    r"un(categori[sz]ed|allocated|assigned|coded|identified|known)|suspense|clearing|\bask\b"
    r"|\bto be (coded|allocated|sorted)\b|\bmisc|\bpush to\b",
    re.IGNORECASE,
)

DOCUMENT_TYPES = (
    *("SPEND", "SPEND-OVERPAYMENT", "SPEND-PREPAYMENT", "SPEND-TRANSFER"),
    *("RECEIVE", "RECEIVE-OVERPAYMENT", "RECEIVE-PREPAYMENT", "RECEIVE-TRANSFER"),
    *("ACCPAY", "ACCPAYCREDIT", "ACCREC", "ACCRECCREDIT", "MANUALJOURNAL"),
)
"""What a transaction on a watched account can be: Xero's own types, and MANUALJOURNAL for those
that have none."""

_DEFAULT_LOOK_BACK = 90


@dataclass(frozen=True)
class Account:
    """One account; bank accounts may have no code."""

    account_id: str
    code: str
    name: str
    type: str

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()

    @property
    def words(self) -> tuple[str, str]:
        """What a person may call it."""
        return self.code, self.name

    @property
    def is_suggested(self) -> bool:
        """Its name says that somebody still has to decide where its transactions belong."""
        return _SUGGESTED.search(self.name) is not None


@dataclass(frozen=True)
class ChartOfAccounts:
    """An organisation's active accounts, by code."""

    accounts: list[Account]

    @classmethod
    def read(cls, page: bytes) -> ChartOfAccounts:
        """From a page of the Accounts endpoint. A missing status is an active one."""
        active = [
            Account(row["AccountID"], row.get("Code", ""), row["Name"], row.get("Type", ""))
            for row in json.loads(page)["Accounts"]
            if row.get("Status", "ACTIVE") == "ACTIVE"
        ]
        return cls(sorted(active, key=lambda account: account.code))

    def find(self, wanted: str) -> Account:
        """The account of this code, or else of this name in any case.

        Raises:
            UnknownAccount: there is none, or several share the name; it names the possible ones.
        """
        found = [account for account in self.accounts if account.code == wanted] or [
            account for account in self.accounts if account.name.casefold() == wanted.casefold()
        ]
        if len(found) != 1:
            raise UnknownAccount(wanted, [account.code for account in found], self._similar(wanted))
        return found[0]

    def find_watched(self, wanted: str, watched: Sequence[MonitoredAccount]) -> str:
        """The id of a watched account, by code or name; it may be archived by now.

        Raises:
            UnknownAccount: it is not watched.
        """
        for each in watched:
            if wanted == each.code or wanted.casefold() == each.name.casefold():
                return each.account_id
        raise UnknownAccount(wanted, [], [f"{each.code} {each.name}".strip() for each in watched])

    def suggested(self) -> list[Account]:
        """Those whose names say that somebody still has to decide."""
        return [account for account in self.accounts if account.is_suggested]

    def _similar(self, wanted: str) -> list[str]:
        """Accounts with a code or name like this one, else the suggested ones."""
        by_word = {word.casefold(): each for each in self.accounts for word in each.words}
        like = [by_word[word] for word in get_close_matches(wanted.casefold(), by_word, n=5)]
        return [str(account) for account in dict.fromkeys(like or self.suggested())]


@dataclass(frozen=True)
class Choice:
    """How accounts are to be watched.

    Attributes:
        look_back_days: how far back tasks are made; None: as before, at first 90 days.
        document_types: what makes a task; None: as before, at first all but transfers between own
            accounts.
    """

    look_back_days: int | None = None
    document_types: tuple[str, ...] | None = None

    def of(self, account: Account, before: MonitoredAccount | None) -> MonitoredAccount:
        days = self.look_back_days
        if days is None:
            days = before.look_back_days if before else _DEFAULT_LOOK_BACK
        types = self.document_types or (before.document_types if before else None)
        return MonitoredAccount(account.account_id, account.code, account.name, days, types)


def document_types(words: Iterable[str]) -> tuple[str, ...] | None:
    """Types as a person wrote them, "spend, accpay"; None when nothing was written.

    Raises:
        UnknownDocumentType: it names the possible ones.
    """
    types = [word.strip().upper() for each in words for word in each.split(",") if word.strip()]
    for each in types:
        if each not in DOCUMENT_TYPES:
            raise UnknownDocumentType(each, DOCUMENT_TYPES)
    return tuple(dict.fromkeys(types)) or None


def watching(
    before: Sequence[MonitoredAccount],
    chosen: Sequence[Account],
    choice: Choice,
    dropped: Collection[str] = (),
) -> list[MonitoredAccount]:
    """What is watched after some accounts were chosen and others dropped.

    Args:
        before: what is watched now.
        choice: for the chosen ones; the others stay as they are.
        dropped: account ids.
    """
    by_id = {each.account_id: each for each in before}
    changed = {each.account_id: choice.of(each, by_id.get(each.account_id)) for each in chosen}
    return [each for id, each in (by_id | changed).items() if id not in dropped]
