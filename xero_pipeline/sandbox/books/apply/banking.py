"""Money spent and received, prepayments and overpayments, transfers between accounts."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal

from xero_pipeline.sandbox import document_events, events
from xero_pipeline.sandbox.books import documents as doc
from xero_pipeline.sandbox.books import postings
from xero_pipeline.sandbox.books.apply.contacts import active_contact
from xero_pipeline.sandbox.books.apply.invoicing import require_codable
from xero_pipeline.sandbox.books.arithmetic import PricedLine, cents, to_base, total
from xero_pipeline.sandbox.books.errors import Refused
from xero_pipeline.sandbox.books.ledger import Source
from xero_pipeline.sandbox.books.records import Records


def post_transaction(records: Records, event: events.BankTransactionPosted) -> None:
    records.bank_transactions.require_free(event.key)
    account = _bank_account(records, event.account_code)
    if account.currency != event.currency:
        raise Refused(f"The account {account.key} is in {account.currency}, not {event.currency}.")
    if event.contact:
        active_contact(records, event.contact)
    _require_lines_of_type(records, event)
    transaction = doc.BankTransaction(
        key=event.key,
        id=records.guid("BankTransaction", event.key),
        type=event.type,
        account=account.key,
        contact=event.contact,
        date=event.date,
        lines=records.priced(event.key, event.lines, event.line_amount_types),
        line_amount_types=event.line_amount_types,
        currency=event.currency,
        rate=records.rate_for(event.currency, event.currency_rate),
        reference=event.reference,
        is_reconciled=event.is_reconciled,
        updated_at=event.at,
    )
    _require_positive(event.key, transaction.lines)
    if _credit_kind(event.type):
        transaction.credit = _add_credit(records, event, transaction)
    records.bank_transactions.add(transaction)
    _post(records, transaction, event.at)


def recode(records: Records, event: events.DocumentRecoded) -> None:
    """Replace the lines of money spent or received; over- and prepayments cannot be edited."""
    transaction = records.bank_transactions[event.key]
    if transaction.status == "DELETED" or transaction.type not in ("SPEND", "RECEIVE"):
        raise Refused(
            f"The bank transaction {event.key} ({transaction.type}, {transaction.status})"
            " cannot be edited."
        )
    require_codable(records, event.lines)
    revision = transaction.revision + 1
    lines = records.replacing(
        transaction.lines,
        f"{event.key}/edit-{revision}",
        event,
        transaction.line_amount_types,
    )
    _require_positive(event.key, lines)
    transaction.lines = lines
    transaction.revision = revision
    _post(records, transaction, event.at)
    _touch(records, transaction, event.at)


def change_contact(records: Records, event: document_events.BankTransactionContactChanged) -> None:
    transaction = records.bank_transactions[event.key]
    if transaction.status == "DELETED" or transaction.type not in ("SPEND", "RECEIVE"):
        raise Refused(f"The contact of the bank transaction {event.key} cannot be changed.")
    transaction.contact = active_contact(records, event.contact).key
    _touch(records, transaction, event.at)


def unreconcile(records: Records, event: document_events.BankTransactionUnreconciled) -> None:
    transaction = records.bank_transactions[event.key]
    transaction.is_reconciled = False
    _touch(records, transaction, event.at)


def reconcile(records: Records, event: events.BankTransactionReconciled) -> None:
    transaction = records.bank_transactions[event.key]
    if transaction.status == "DELETED":
        raise Refused(f"The bank transaction {event.key} is deleted.")
    transaction.is_reconciled = True
    _touch(records, transaction, event.at)
    records.transfers.forget(event.key.rpartition("/")[0])  # the side's key is "<transfer>/<side>"


def delete_transaction(records: Records, event: events.BankTransactionDeleted) -> None:
    transaction = records.bank_transactions[event.key]
    if transaction.status == "DELETED" or transaction.type not in ("SPEND", "RECEIVE"):
        raise Refused(
            f"The bank transaction {event.key} ({transaction.type}, {transaction.status})"
            " cannot be deleted."
        )
    _delete(records, transaction, transaction.id, event.at)


def void_credit(records: Records, event: events.CreditVoided) -> None:
    """A prepayment or overpayment that nobody used; its bank transaction goes with it."""
    credit = records.payables(event.kind)[event.key]
    if credit.saved_as != "AUTHORISED" or credit.settlements:
        raise Refused(f"The {event.kind.lower()} {event.key} is {credit.status} or in use.")
    credit.saved_as = "VOIDED"
    records.touch(credit, event.at)
    _delete(records, records.bank_transactions[event.key], credit.id, event.at)


def transfer(records: Records, event: events.BankTransferMade) -> None:
    records.transfers.require_free(event.key)
    for side in ("from", "to"):
        records.bank_transactions.require_free(f"{event.key}/{side}")
    source, target = (
        _bank_account(records, code) for code in (event.from_account, event.to_account)
    )
    if source is target or event.amount <= 0:
        raise Refused(f"The transfer {event.key} must move money between two accounts.")
    if event.to_amount is None and source.currency != target.currency:
        raise Refused(f"The transfer {event.key} needs its amount in {target.currency}.")
    amount = cents(event.amount)
    to_amount = amount if event.to_amount is None else cents(event.to_amount)
    in_base, rate = _value_of_transfer(records, event, source, target, to_amount)
    made = doc.BankTransfer(
        key=event.key,
        id=records.guid("BankTransfer", event.key),
        from_account=source.key,
        to_account=target.key,
        date=event.date,
        amount=amount,
        to_amount=to_amount,
        base_amount=in_base,
        rate=rate,
        reference=event.reference,
        created_at=event.at,
        spend=_side(records, event, "from", amount, rate),
        receive=_side(records, event, "to", to_amount, rate),
    )
    records.transfers.add(made)
    for side_row in (made.spend, made.receive):
        records.bank_transactions.add(side_row)
    records.ledger.restate(
        Source(made.id, "TRANSFER", made.reference), made.date, postings.of_transfer(made), event.at
    )


def delete_transfer(records: Records, event: events.BankTransferDeleted) -> None:
    made = records.transfers[event.key]
    if made.status == "DELETED":
        raise Refused(f"The transfer {event.key} is deleted already.")
    made.status = "DELETED"
    records.transfers.forget(made.key)
    records.ledger.withdraw(made.id, event.at)
    for side_row in (made.spend, made.receive):
        side_row.status = "DELETED"
        _touch(records, side_row, event.at)


def _bank_account(records: Records, code: str) -> doc.Account:
    account = records.chart.active(code)
    if not account.is_bank:
        raise Refused(f"The account {code} ({account.name}) is no bank account.")
    return account


def _credit_kind(type_: str) -> Literal["Prepayment", "Overpayment"] | None:
    if type_.endswith("-PREPAYMENT"):
        return "Prepayment"
    return "Overpayment" if type_.endswith("-OVERPAYMENT") else None


def _require_lines_of_type(records: Records, event: events.BankTransactionPosted) -> None:
    """An overpayment has one line, on the control account; no other line may be coded there."""
    if _credit_kind(event.type) != "Overpayment":
        require_codable(records, event.lines)
        return
    control = "DEBTORS" if event.type.startswith("RECEIVE") else "CREDITORS"
    if [line.account_code for line in event.lines] != [records.chart.system(control)]:
        raise Refused(f"The overpayment {event.key} must have one line, coded to {control}.")
    if records.tax_percent(event.lines[0].tax_type) and event.line_amount_types != "NoTax":
        raise Refused(f"The overpayment {event.key} cannot bear tax.")


def _require_positive(key: str, lines: tuple[PricedLine, ...]) -> None:
    if total([line.net + line.tax for line in lines]) <= 0:
        raise Refused(f"The bank transaction {key} must have a total above zero.")


def _add_credit(
    records: Records, event: events.BankTransactionPosted, transaction: doc.BankTransaction
) -> doc.Payable:
    """The prepayment or overpayment that a bank transaction of that type is, too."""
    kind = _credit_kind(event.type)
    if kind is None or event.contact is None:
        raise Refused(f"The {event.type} {event.key} needs a contact.")
    credit = doc.Payable(
        key=event.key,
        id=records.guid(kind, event.key),
        kind=kind,
        type=event.type,
        number="",
        reference=event.reference,
        contact=event.contact,
        date=event.date,
        lines=transaction.lines,
        line_amount_types=event.line_amount_types,
        currency=event.currency,
        rate=transaction.rate,
        saved_as="AUTHORISED",
        updated_at=event.at,
    )
    records.payables(kind).add(credit)
    records.contacts[event.contact].payables.append(credit)
    records.touch(credit, event.at)
    return credit


def _post(records: Records, transaction: doc.BankTransaction, at: dt.datetime) -> None:
    source = Source(
        transaction.credit.id if transaction.credit else transaction.id,
        doc.SOURCE_TYPES[transaction.type],
        transaction.reference,
    )
    entries = postings.of_bank_transaction(transaction, records.chart)
    records.ledger.restate(source, transaction.date, entries, at)


def _delete(
    records: Records, transaction: doc.BankTransaction, source_id: str, at: dt.datetime
) -> None:
    transaction.status = "DELETED"
    records.ledger.withdraw(source_id, at)
    _touch(records, transaction, at)


def _touch(records: Records, transaction: doc.BankTransaction, at: dt.datetime) -> None:
    transaction.updated_at = at
    records.bank_transactions.forget(transaction.key)


def _value_of_transfer(
    records: Records,
    event: events.BankTransferMade,
    source: doc.Account,
    target: doc.Account,
    to_amount: Decimal,
) -> tuple[Decimal, Decimal | None]:
    """The transfer in base currency, and its rate: None when no side is foreign.

    A side in base currency says the value itself; otherwise the event's rate does.
    """
    amount = cents(event.amount)
    if source.currency == target.currency == records.base_currency:
        return amount, None
    if source.currency == records.base_currency:
        return amount, event.currency_rate or to_amount / amount
    if target.currency == records.base_currency:
        return to_amount, event.currency_rate or amount / to_amount
    rate = records.rate_for(source.currency or "", event.currency_rate)
    return to_base(amount, rate), rate


def _side(
    records: Records,
    event: events.BankTransferMade,
    side: Literal["from", "to"],
    amount: Decimal,
    rate: Decimal | None,
) -> doc.BankTransaction:
    """The row that one side of a transfer shows among the bank transactions."""
    key = f"{event.key}/{side}"
    account = records.chart[event.from_account if side == "from" else event.to_account]
    currency = account.currency or records.base_currency
    return doc.BankTransaction(
        key=key,
        id=records.guid("BankTransaction", key),
        type="SPEND-TRANSFER" if side == "from" else "RECEIVE-TRANSFER",
        account=account.key,
        contact=None,
        date=event.date,
        lines=(),
        line_amount_types="NoTax",
        currency=currency,
        rate=rate if currency != records.base_currency else None,
        reference=event.reference,
        is_reconciled=False,
        updated_at=event.at,
        amount=amount,
    )
