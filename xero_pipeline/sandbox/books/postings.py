"""From documents to entries: what each puts into the ledger. Pure functions, base currency.

Debits are positive. The control account and the bank get the conversion of the whole amount; the
lines share it out between them, so that every journal balances to the cent.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from xero_pipeline.sandbox.books.arithmetic import (
    PricedLine,
    apportion,
    parts_in_base,
    to_base,
    total,
)
from xero_pipeline.sandbox.books.clearing import clearings
from xero_pipeline.sandbox.books.documents import (
    Allocation,
    BankTransaction,
    BankTransfer,
    ManualJournal,
    Payable,
    Payment,
)
from xero_pipeline.sandbox.books.ledger import Entry
from xero_pipeline.sandbox.books.records import Chart


def of_document(document: Payable, chart: Chart) -> list[Entry]:
    """An invoice or credit note: the control account against the accounts of the lines."""
    lines = _of_lines(document.lines, document.rate, chart, -document.sign)
    in_base = to_base(document.total, document.rate)
    return [Entry(chart.system(document.control), document.sign * in_base), *lines]


def of_bank_transaction(transaction: BankTransaction, chart: Chart) -> list[Entry]:
    """Money spent or received: the bank against the accounts of the lines.

    The line of an overpayment is coded to the control account and those of a prepayment wait in
    their own accounts, so both need no rule of their own.
    """
    amount = transaction.sub_total + transaction.total_tax
    in_base = to_base(amount, transaction.rate)
    sign = transaction.sign
    bank = Entry(transaction.account, sign * in_base, own_amount=sign * amount)
    return [bank, *_of_lines(transaction.lines, transaction.rate, chart, -sign)]


def of_payment(payment: Payment, cleared: Decimal, chart: Chart) -> list[Entry]:
    """Money against a document, with the realised gain where the rates differ.

    Args:
        cleared: what the payment takes out of its target (see `clearings`), base currency.
    """
    sign = payment.target.sign
    bank = Entry(payment.account, sign * payment.base_amount)
    if chart[payment.account].is_bank:
        bank = Entry(
            payment.account, sign * payment.base_amount, own_amount=sign * payment.bank_amount
        )
    return [
        bank,
        *_taken_out(payment.target, payment, cleared, chart),
        *_realised_gain(sign * (payment.base_amount - cleared), chart),
    ]


def of_allocation(
    allocation: Allocation, from_invoice: Decimal, from_credit: Decimal, chart: Chart
) -> list[Entry]:
    """A credit applied to an invoice: something to post only where the two sides differ.

    Args:
        from_invoice: what it takes out of the invoice, base currency.
        from_credit: what it takes out of the credit, base currency.
    """
    if allocation.credit.is_in_control_account and from_invoice == from_credit:
        return []
    gain = allocation.invoice.sign * (from_credit - from_invoice)
    return [
        *_taken_out(allocation.credit, allocation, from_credit, chart),
        *_taken_out(allocation.invoice, allocation, from_invoice, chart),
        *_realised_gain(gain, chart),
    ]


def of_transfer(transfer: BankTransfer) -> list[Entry]:
    """Both sides at the value of the day: moving money between accounts realises nothing."""
    return [
        Entry(transfer.from_account, -transfer.base_amount, own_amount=-transfer.amount),
        Entry(transfer.to_account, transfer.base_amount, own_amount=transfer.to_amount),
    ]


def of_manual_journal(journal: ManualJournal, chart: Chart) -> list[Entry]:
    entries = [Entry(line.account, line.amount, line.description) for line in journal.lines]
    tax = total([line.tax for line in journal.lines])
    return [*entries, Entry(chart.system("GST"), tax)] if tax else entries


def _of_lines(
    lines: Sequence[PricedLine], rate: Decimal | None, chart: Chart, sign: int
) -> list[Entry]:
    """The lines' net amounts on their accounts, their tax in one entry on the tax account."""
    tax = total([line.tax for line in lines])
    *nets, tax_in_base = parts_in_base([*(line.net for line in lines), tax], rate)
    entries = [
        Entry(line.line.account_code, sign * net, line.line.description)
        for line, net in zip(lines, nets, strict=True)
    ]
    return [*entries, Entry(chart.system("GST"), sign * tax_in_base)] if tax else entries


def _taken_out(
    document: Payable, settlement: Payment | Allocation, cleared: Decimal, chart: Chart
) -> list[Entry]:
    """Reverse `cleared` of a document where it stands open: in control, or in its own lines."""
    if document.is_in_control_account:
        return [Entry(chart.system(document.control), -document.sign * cleared)]
    return _from_own_lines(document, settlement, chart)


def _from_own_lines(
    prepayment: Payable, settlement: Payment | Allocation, chart: Chart
) -> list[Entry]:
    """A settlement's share of the accounts in which a prepayment waits.

    Shares are differences between running totals, so that the last one leaves nothing behind.
    """
    waiting = _of_lines(prepayment.lines, prepayment.rate, chart, prepayment.sign)
    weights = [entry.amount * prepayment.sign for entry in waiting]
    before = after = Decimal(0)
    for each, taken in clearings(prepayment):
        before, after = after, after + taken
        if each is settlement:
            break
    shares = [
        new - old
        for new, old in zip(apportion(after, weights), apportion(before, weights), strict=True)
    ]
    return [
        Entry(entry.account, -prepayment.sign * share, entry.description)
        for entry, share in zip(waiting, shares, strict=True)
    ]


def _realised_gain(gain: Decimal, chart: Chart) -> list[Entry]:
    """A gain is a credit; unrealised gains are never booked."""
    return [Entry(chart.system("REALISEDCURRENCYGAIN"), -gain)] if gain else []
