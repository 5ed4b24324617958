"""Which scope opens what. Source: developer.xero.com, OAuth 2.0 scopes and granular-scopes FAQ."""

from __future__ import annotations

import datetime as dt

GRANULAR_ONLY_FROM = dt.date(2026, 3, 2)
"""Apps registered on or after this day may ask for granular scopes only."""

SIGN_IN = frozenset({"openid", "profile", "email", "offline_access"})


def _read_write(*areas: str) -> frozenset[str]:
    return frozenset(f"accounting.{area}{suffix}" for area in areas for suffix in ("", ".read"))


_BROAD_TRANSACTIONS = _read_write("transactions")
_BROAD_REPORTS = frozenset({"accounting.reports.read"})
BROAD = _BROAD_TRANSACTIONS | _BROAD_REPORTS

_REPORT_SCOPES = {
    "AgedReceivablesByContact": "accounting.reports.aged.read",
    "AgedPayablesByContact": "accounting.reports.aged.read",
    "BalanceSheet": "accounting.reports.balancesheet.read",
    "BankSummary": "accounting.reports.banksummary.read",
    "ProfitAndLoss": "accounting.reports.profitandloss.read",
    "TrialBalance": "accounting.reports.trialbalance.read",
}

SETTINGS = _read_write("settings")
ITEMS = _read_write("settings", "invoices")
CONTACTS = _read_write("contacts")
INVOICES = _read_write("invoices") | _BROAD_TRANSACTIONS
PAYMENTS = _read_write("payments") | _BROAD_TRANSACTIONS
BANK_TRANSACTIONS = _read_write("banktransactions") | _BROAD_TRANSACTIONS
MANUAL_JOURNALS = _read_write("manualjournals") | _BROAD_TRANSACTIONS
ATTACHMENTS = _read_write("attachments")
BUDGETS = frozenset({"accounting.budgets.read"})
JOURNALS = frozenset({"accounting.journals.read"})

REPORTS = {name: frozenset({scope}) | _BROAD_REPORTS for name, scope in _REPORT_SCOPES.items()}
"""Report name to the scopes of which any one is enough."""

GRANULAR = (
    _read_write(
        "settings",
        "contacts",
        "invoices",
        "payments",
        "banktransactions",
        "manualjournals",
        "attachments",
    )
    | frozenset(_REPORT_SCOPES.values())
    | JOURNALS
    | BUDGETS
)


def to_write(any_of: frozenset[str]) -> frozenset[str]:
    """Those among the scopes of an endpoint that also open it for writing."""
    return frozenset(scope for scope in any_of if not scope.endswith(".read"))


def allowed_scopes(app_created: dt.date) -> frozenset[str]:
    """Every scope that an app registered on this day may ask for."""
    broad = frozenset() if app_created >= GRANULAR_ONLY_FROM else BROAD
    return SIGN_IN | GRANULAR | broad
