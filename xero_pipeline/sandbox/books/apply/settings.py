"""The organisation's settings: users, currencies, taxes, chart of accounts, tracking, items."""

from __future__ import annotations

from xero_pipeline.sandbox import document_events, events
from xero_pipeline.sandbox.books import documents as doc
from xero_pipeline.sandbox.books.errors import Refused
from xero_pipeline.sandbox.books.records import Records


def add_user(records: Records, event: events.UserAdded) -> None:
    records.users.add(doc.User(event.key, records.guid("User", event.key), event))


def add_currency(records: Records, event: events.CurrencyAdded) -> None:
    records.currencies.add(doc.Currency(event.code, event.code, event.description))


def add_tax_rate(records: Records, event: events.TaxRateAdded) -> None:
    records.tax_rates.add(doc.TaxRate(event.tax_type, event.tax_type, event.name, event.rate))


def add_account(records: Records, event: events.AccountAdded) -> None:
    if event.type not in doc.CLASS_OF_ACCOUNT_TYPE:
        raise Refused(f"{event.type} is no account type.")
    is_bank = event.type == "BANK"
    records.chart.add(
        doc.Account(
            key=event.code,
            id=records.guid("Account", event.code),
            name=event.name,
            type=event.type,
            tax_type=event.tax_type,
            system_account=event.system_account,
            currency=(event.currency or records.base_currency) if is_bank else None,
            bank_account_type=(event.bank_account_type or "BANK") if is_bank else None,
            bank_account_number=event.bank_account_number,
            enable_payments=event.enable_payments,
            updated_at=event.at,
        ),
        alias=event.code,
    )


def change_account(records: Records, event: events.AccountChanged) -> None:
    account = records.chart[event.code]
    if event.status == "DELETED":
        _delete_account(records, account)
        return
    if event.status == "ARCHIVED" and account.system_account:
        raise Refused(f"The system account {event.code} cannot be archived.")
    account.name = event.name or account.name
    account.status = event.status or account.status
    account.updated_at = event.at
    records.forget_rows()


def _delete_account(records: Records, account: doc.Account) -> None:
    """Only an account that nothing was ever coded to; it is then gone without a trace."""
    coded = {
        line.line.account_code
        for shelf in (records.invoices, records.credit_notes, records.bank_transactions)
        for document in shelf
        for line in document.lines
    } | {line.account for journal in records.manual_journals for line in journal.lines}
    if account.system_account or account.key in coded or records.ledger.uses(account.key):
        raise Refused(f"The account {account.key} is in use and can only be archived.")
    records.chart.remove(account.key)


def lock_period(records: Records, event: document_events.PeriodLocked) -> None:
    """For the API alone: a person may be an adviser, whom the first date does not hold."""
    records.period_lock = event.period
    records.year_lock = event.year


def add_tracking_category(records: Records, event: events.TrackingCategoryAdded) -> None:
    options = {
        option: records.guid("TrackingOption", f"{event.key}/{option}") for option in event.options
    }
    guid = records.guid("TrackingCategory", event.key)
    records.categories.add(doc.TrackingCategory(event.key, guid, event.name, options))


def add_item(records: Records, event: events.ItemAdded) -> None:
    records.chart.active(event.account_code)
    item = doc.Item(event.key, records.guid("Item", event.key), event)
    records.items.add(item, alias=event.key)
    records.forget_rows()


def delete_item(records: Records, event: events.ItemDeleted) -> None:
    _ = records.items[event.key]
    records.items.remove(event.key)
    records.forget_rows()
