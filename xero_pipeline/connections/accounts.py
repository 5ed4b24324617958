"""The chart of accounts, to choose monitored accounts from."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from xero_pipeline.connections.errors import UnknownAccount

_SUGGESTED = re.compile(r"uncategori[sz]ed|suspense|\bask\b|\bpush to\b", re.IGNORECASE)


@dataclass(frozen=True)
class Account:
    """One account; bank accounts may have no code."""

    account_id: str
    code: str
    name: str
    type: str

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
            UnknownAccount: there is none, or several share the name.
        """
        found = [account for account in self.accounts if account.code == wanted] or [
            account for account in self.accounts if account.name.casefold() == wanted.casefold()
        ]
        if len(found) != 1:
            raise UnknownAccount(wanted, [account.code for account in found])
        return found[0]
