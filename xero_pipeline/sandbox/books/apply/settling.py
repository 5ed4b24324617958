"""Payments, refunds, batches, and credits applied to invoices."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

from xero_pipeline.sandbox import events
from xero_pipeline.sandbox.books import documents as doc
from xero_pipeline.sandbox.books import postings
from xero_pipeline.sandbox.books.arithmetic import cents, to_base
from xero_pipeline.sandbox.books.clearing import clearings
from xero_pipeline.sandbox.books.errors import Refused
from xero_pipeline.sandbox.books.ledger import Entry, Source
from xero_pipeline.sandbox.books.records import Records


def make_payment(records: Records, event: events.PaymentMade) -> None:
    _record(records, _payment(records, event), event.at)


def make_batch(records: Records, event: events.BatchPaymentMade) -> None:
    """Several payments at once: all of them, or none when Xero would refuse one."""
    records.batches.require_free(event.key)
    payments = _members(records, event)
    batch = doc.BatchPayment(
        key=event.key,
        id=records.guid("BatchPayment", event.key),
        type=event.type,
        account=event.account_code,
        date=event.date,
        reference=event.reference,
        updated_at=event.at,
        payments=payments,
    )
    for payment in payments:
        payment.batch = batch
        _record(records, payment, event.at)
    records.batches.add(batch)


def delete_payment(records: Records, event: events.PaymentDeleted) -> None:
    """The row stays listed as DELETED; its target is open again."""
    payment = records.payments[event.key]
    if payment.status == "DELETED":
        raise Refused(f"The payment {event.key} is deleted already.")
    payment.status = "DELETED"
    payment.updated_at = event.at
    payment.target.settlements.remove(payment)
    records.ledger.withdraw(payment.id, event.at)
    _settled(records, payment.target, event.at)
    records.payments.forget(event.key)
    if payment.batch:
        payment.batch.updated_at = event.at
        records.batches.forget(payment.batch.key)
        for other in payment.batch.payments:
            records.payments.forget(other.key)


def allocate(records: Records, event: events.CreditAllocated) -> None:
    """Apply a credit to an invoice of the same side and currency."""
    credit = records.payables(event.credit_kind)[event.credit]
    invoice = records.invoices[event.invoice]
    if credit.kind == "Invoice" or credit.control != invoice.control:
        raise Refused(f"A {credit.type} cannot be applied to a {invoice.type}.")
    if credit.currency != invoice.currency:
        raise Refused(f"The credit is in {credit.currency}, the invoice in {invoice.currency}.")
    _require_room(credit, event.amount)
    _require_room(invoice, event.amount)
    _require_gain_account(records, credit, invoice)
    guid = records.guid("Allocation", event.key)
    allocation = records.allocations.add(
        doc.Allocation(event.key, guid, credit, invoice, cents(event.amount))
    )
    for document in (credit, invoice):
        document.settlements.append(allocation)
    for document in (credit, invoice):
        _settled(records, document, event.at)


def delete_allocation(records: Records, event: events.AllocationDeleted) -> None:
    """It vanishes from both documents, which are open again."""
    allocation = records.allocations[event.key]
    records.allocations.remove(event.key)
    records.ledger.withdraw(allocation.id, event.at)
    for document in (allocation.credit, allocation.invoice):
        document.settlements.remove(allocation)
    for document in (allocation.credit, allocation.invoice):
        _settled(records, document, event.at)


def _members(records: Records, event: events.BatchPaymentMade) -> list[doc.Payment]:
    """The payments of a batch, checked one by one and all together."""
    payments = [_payment(records, each) for each in event.payments]
    if not payments or len({payment.key for payment in payments}) < len(payments):
        raise Refused(f"The batch {event.key} holds no payments, or one twice.")
    asked: dict[doc.Payable, Decimal] = defaultdict(Decimal)
    for payment in payments:
        if (payment.account, payment.date) != (event.account_code, event.date):
            raise Refused(f"The payments of batch {event.key} differ in account or date.")
        asked[payment.target] += payment.amount
        _require_room(payment.target, asked[payment.target])
    return payments


def _payment(records: Records, event: events.PaymentMade) -> doc.Payment:
    """Check a payment and work out its amounts, changing nothing."""
    records.payments.require_free(event.key)
    target = records.payables(event.target_kind)[event.target]
    _require_room(target, event.amount)
    account = records.chart.active(event.account_code)
    if not (account.is_bank or account.enable_payments):
        raise Refused(f"The account {account.key} ({account.name}) does not take payments.")
    rate = None if target.rate is None else event.currency_rate or target.rate
    bank_amount = _bank_amount(records, event, target, account, rate)
    in_base = (account.currency or records.base_currency) == records.base_currency
    _require_gain_account(records, target)
    return doc.Payment(
        key=event.key,
        id=records.guid("Payment", event.key),
        target=target,
        account=account.key,
        date=event.date,
        amount=cents(event.amount),
        bank_amount=bank_amount,
        base_amount=bank_amount if in_base else to_base(event.amount, rate),
        rate=rate,
        reference=event.reference,
        is_reconciled=event.is_reconciled,
        updated_at=event.at,
    )


def _bank_amount(
    records: Records,
    event: events.PaymentMade,
    target: doc.Payable,
    account: doc.Account,
    rate: Decimal | None,
) -> Decimal:
    """What moves on the account, in the account's currency.

    Raises:
        Refused: the account's currency is neither the document's nor the base currency and the
            event does not say what the bank moved.
    """
    currency = account.currency or records.base_currency
    if event.bank_amount is not None:
        return cents(event.bank_amount)
    if currency == target.currency:
        return cents(event.amount)
    if currency == records.base_currency:
        return to_base(event.amount, rate)
    raise Refused(f"The payment {event.key} needs its amount in {currency}.")


def _record(records: Records, payment: doc.Payment, at: dt.datetime) -> None:
    records.payments.add(payment)
    payment.target.settlements.append(payment)
    _settled(records, payment.target, at)


def _settled(records: Records, document: doc.Payable, at: dt.datetime) -> None:
    """A settlement came or went: post what that changes and mark the document as changed.

    An earlier settlement is posted anew where the rounding difference of a document in foreign
    currency moves to it or away from it.
    """
    for settlement, _ in clearings(document):
        source, entries = _posting(records, settlement)
        records.ledger.restate(source, settlement.date, entries, at)
    records.touch(document, at)


def _posting(records: Records, settlement: doc.Settlement) -> tuple[Source, list[Entry]]:
    if isinstance(settlement, doc.Payment):
        cleared = _taken(settlement.target, settlement)
        source = Source(settlement.id, settlement.type, settlement.reference)
        return source, postings.of_payment(settlement, cleared, records.chart)
    invoice, credit = settlement.invoice, settlement.credit
    entries = postings.of_allocation(
        settlement, _taken(invoice, settlement), _taken(credit, settlement), records.chart
    )
    return Source(settlement.id, credit.source_type, credit.reference), entries


def _taken(document: doc.Payable, settlement: doc.Settlement) -> Decimal:
    return next(taken for each, taken in clearings(document) if each is settlement)


def _require_room(document: doc.Payable, amount: Decimal) -> None:
    name = f"{document.kind} {document.number or document.key}"
    if document.saved_as != "AUTHORISED":
        raise Refused(f"{name} is {document.status}: nothing can be paid or applied.")
    if amount <= 0:
        raise Refused(f"The amount on {name} must be greater than zero.")
    if amount > document.remaining:
        raise Refused(f"{amount} is more than the {document.remaining} left on {name}.")


def _require_gain_account(records: Records, *settled: doc.Payable) -> None:
    if any(document.rate for document in settled):
        records.chart.system("REALISEDCURRENCYGAIN")
