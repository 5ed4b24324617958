"""The chart of accounts to choose monitored accounts from, asked of Xero when it is needed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from xero_pipeline.connections.errors import UnknownAccount
from xero_pipeline.xero.client import OrganisationClient
from xero_pipeline.xero.endpoints import ENDPOINTS

_ACCOUNTS = next(endpoint for endpoint in ENDPOINTS if endpoint.name == "accounts")
_SUGGESTED = re.compile(r"uncategori[sz]ed|suspense|\bask\b|push to|clearing", re.IGNORECASE)


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

    organisation_name: str
    accounts: tuple[Account, ...]

    @classmethod
    def ask(cls, client: OrganisationClient) -> ChartOfAccounts:
        """Read it from Xero: one call.

        Raises:
            XeroError: any of xero/errors.py.
        """
        rows = json.loads(next(client.pages(_ACCOUNTS)).body)[_ACCOUNTS.list_key]
        active = [
            Account(row["AccountID"], row.get("Code", ""), row["Name"], row["Type"])
            for row in rows
            if row.get("Status") == "ACTIVE"
        ]
        return cls(client.organisation_name, tuple(sorted(active, key=lambda each: each.code)))

    def find(self, wanted: str) -> Account:
        """The account of this code or name (in any case).

        Raises:
            UnknownAccount: there is none; the message names those that are often watched.
        """
        for account in self.accounts:
            if wanted == account.code or wanted.casefold() == account.name.casefold():
                return account
        suggested = [account.name for account in self.accounts if account.is_suggested]
        raise UnknownAccount(self.organisation_name, wanted, suggested)
