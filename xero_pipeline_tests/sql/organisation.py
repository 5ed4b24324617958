"""One organisation in a test warehouse: its settings, contacts, reports, and any other row."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping

from xero_pipeline_tests.sql import report_rows
from xero_pipeline_tests.sql.rows import Amount, Row
from xero_pipeline_tests.sql.warehouse import Warehouse

_NAMESPACE = uuid.UUID("0d3c1c58-41a5-5b86-8e0f-0d2f3b7d5a10")


def thing_id(organisation: str, kind: str, key: str) -> str:
    """The GUID of a thing of an organisation, by the names that tests give them."""
    return str(uuid.uuid5(_NAMESPACE, f"{organisation}/{kind}/{key}"))


class Organisation:
    """One organisation in a warehouse.

    Args:
        key: its name; several books may share a warehouse.
        as_of: the organisation-local day of its last sync.
        base_currency: ISO code.
        timezone: Xero's name of a zone in seeds.xero_timezones; the sync is at noon UTC, so with
            the default zone the local day is `as_of`.
        warehouse: None makes a new one.
    """

    def __init__(
        self,
        key: str = "agency",
        *,
        as_of: dt.date = dt.date(2026, 6, 30),
        base_currency: str = "NZD",
        timezone: str = "UTC",
        warehouse: Warehouse | None = None,
    ) -> None:
        self.key = key
        self.as_of = as_of
        self.base_currency = base_currency
        self.warehouse = warehouse or Warehouse()
        self.organisation_id = self.id("Organisation", key)
        self._pending: dict[str, list[Row]] = {}
        self._documents: dict[tuple[str, str], Row] = {}  # by kind and key, for what settles them
        self.synced_at = dt.datetime.combine(as_of, dt.time(12))
        self.add(
            "organisation",
            name=key.title(),
            short_code="!abc",
            base_currency=base_currency,
            timezone=timezone,
            financial_year_end_day=31,
            financial_year_end_month=3,
        )

    # --- plumbing --------------------------------------------------------------------------------

    def id(self, kind: str, key: str) -> str:
        """The GUID of a thing of this book, e.g. ("Contact", "Harbour Cafe")."""
        return thing_id(self.key, kind, key)

    def add(self, table: str, **columns: object) -> Row:
        """A row of a raw table by its column names; kept until the next build or query."""
        row: Row = {
            "organisation_id": self.organisation_id,
            "_first_seen_at": self.synced_at,
            "_synced_at": self.synced_at,
        } | columns
        self._pending.setdefault(table, []).append(row)
        return row

    def flush(self) -> None:
        """Writes what was added since; rows already written are not changed any more."""
        for table, rows in self._pending.items():
            self.warehouse.insert(table, rows)
        self._pending.clear()

    def build(self, *models: str) -> None:
        self.flush()
        self.warehouse.build(*models)

    def rows(self, sql: str, *arguments: object) -> list[Row]:
        return self.warehouse.rows(sql, *arguments)

    def value(self, sql: str, *arguments: object) -> object:
        return self.warehouse.value(sql, *arguments)

    # --- settings --------------------------------------------------------------------------------

    def account(self, code: str, name: str = "", type: str = "REVENUE", **columns: object) -> Row:
        """An account; bank accounts have type BANK and take currency_code, bank_account_type."""
        return self.add(
            "accounts",
            account_id=self.id("Account", code),
            code=code,
            name=name or code,
            type=type,
            **{"status": "ACTIVE", **columns},
        )

    def contact(self, name: str, *, merged_to: str | None = None, **columns: object) -> Row:
        status = "ARCHIVED" if merged_to else "ACTIVE"
        target = self.id("Contact", merged_to) if merged_to else None
        return self.add(
            "contacts",
            contact_id=self.id("Contact", name),
            name=name,
            merged_to_contact_id=target,
            **{"contact_status": status, **columns},
        )

    # --- reports ---------------------------------------------------------------------------------

    def bank_summary(
        self,
        balances: Mapping[str, Amount],
        *,
        openings: Mapping[str, Amount] | None = None,
        revalued: Mapping[str, Amount] | None = None,
        on: dt.date | None = None,
    ) -> Row:
        """Xero's BankSummary: closing balance by account code, in base currency.

        Args:
            openings: on the first of the month; None given: the closing balance, nothing flowed.
            revalued: the part of the difference that did not flow.
        """
        return self.add(
            "bank_summary",
            as_of_date=on or self.as_of,
            rows=report_rows.bank_summary(
                self._by_id(balances), self._by_id(openings or {}), self._by_id(revalued or {})
            ),
        )

    def _by_id(self, amounts: Mapping[str, Amount]) -> dict[str, Amount]:
        return {self.id("Account", code): amount for code, amount in amounts.items()}

    def aged_report(
        self,
        contact: str,
        due: dict[str, Amount],
        *,
        ledger: str = "receivables",
        on: dt.date | None = None,
        **columns: object,
    ) -> Row:
        """Xero's aged report of one contact: what is due by document id, credits negative."""
        return self.add(
            f"aged_{ledger}_by_contact",
            contact_id=self.id("Contact", contact),
            as_of_date=on or self.as_of,
            rows=report_rows.aged_report(due),
            **columns,
        )

    def trial_balance(self, balances: dict[str, Amount], *, on: dt.date | None = None) -> Row:
        """Xero's TrialBalance: balance by account code, debit positive, in base currency."""
        return self.add(
            "trial_balance",
            as_of_date=on or self.as_of,
            rows=report_rows.trial_balance(self._by_id(balances)),
        )
