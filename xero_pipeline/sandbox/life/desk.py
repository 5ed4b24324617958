"""The bookkeeper's desk: writes events in a legal order and keeps what the next one must respect.

It knows only amounts due, remaining credit and bank balances; it is no ledger. A plan that breaks
Xero's rules (paying a draft, allocating more than is left) fails here, with PlanError.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.life.amounts import ZERO, in_base, line_values
from xero_pipeline.sandbox.life.bank import BankDesk
from xero_pipeline.sandbox.life.papers import Document, PlanError, Settlement

_MONEY_IN = frozenset({"ACCREC", "ACCPAYCREDIT", "SPEND-OVERPAYMENT", "SPEND-PREPAYMENT"})


class Desk(BankDesk):
    """Writes documents and their settlement; the bank side is inherited."""

    # --- documents ---

    def raise_invoice(
        self,
        invoice_type: ev.InvoiceType,
        contact: str,
        lines: tuple[ev.Line, ...],
        *,
        number: str,
        key: str | None = None,
        date: dt.date | None = None,
        terms: int | None = 20,
        currency: str | None = None,
        status: Literal["DRAFT", "SUBMITTED", "AUTHORISED"] = "AUTHORISED",
        reference: str = "",
        mode: ev.LineAmountTypes = "Exclusive",
        template: str | None = None,
    ) -> Document:
        """An invoice or bill dated today unless said otherwise, due `terms` days later."""
        date = date or self.diary.today
        document = self._file(
            Document(
                kind="Invoice",
                key=key or number,
                type=invoice_type,
                contact=contact,
                date=date,
                due_date=None if terms is None else date + dt.timedelta(days=terms),
                currency=currency or self.rates.base,
                rate=self.rates.on(currency or self.rates.base),
                values=line_values(lines, mode, self.tax_rates),
                status=status,
                lines=lines,
                mode=mode,
            )
        )
        self.diary.write(
            ev.InvoiceRaised(
                at=self.diary.stamp(),
                key=document.key,
                type=invoice_type,
                number=number,
                contact=contact,
                date=date,
                due_date=document.due_date,
                lines=lines,
                currency=document.currency,
                currency_rate=document.rate,
                status=status,
                reference=reference,
                line_amount_types=mode,
                repeating_invoice=template,
                sent_to_contact=invoice_type == "ACCREC" and status == "AUTHORISED",
            )
        )
        self._count_tax(document, 1)
        return document

    def raise_credit_note(
        self,
        of: Document,
        lines: tuple[ev.Line, ...],
        *,
        number: str,
        reference: str = "",
        status: Literal["DRAFT", "AUTHORISED"] = "AUTHORISED",
        mode: ev.LineAmountTypes = "Exclusive",
    ) -> Document:
        """A credit note to the contact and in the currency of `of`, at today's rate."""
        kind: ev.CreditNoteType = "ACCRECCREDIT" if of.type == "ACCREC" else "ACCPAYCREDIT"
        note = self._file(
            Document(
                kind="CreditNote",
                key=number,
                type=kind,
                contact=of.contact,
                date=self.diary.today,
                due_date=None,
                currency=of.currency,
                rate=self.rates.on(of.currency),
                values=line_values(lines, mode, self.tax_rates),
                status=status,
                lines=lines,
                mode=mode,
            )
        )
        self.diary.write(
            ev.CreditNoteRaised(
                at=self.diary.stamp(),
                key=number,
                type=kind,
                number=number,
                contact=of.contact,
                date=note.date,
                lines=lines,
                currency=note.currency,
                currency_rate=note.rate,
                status=status,
                reference=reference,
                line_amount_types=mode,
            )
        )
        self._count_tax(note, 1)
        return note

    def set_status(
        self,
        document: Document,
        status: Literal["SUBMITTED", "AUTHORISED", "VOIDED", "DELETED"],
    ) -> None:
        """Submits, approves, voids or deletes an invoice or credit note."""
        was = document.status
        legal = {
            "SUBMITTED": was == "DRAFT",
            "AUTHORISED": was in ("DRAFT", "SUBMITTED"),
            "DELETED": was in ("DRAFT", "SUBMITTED"),
            "VOIDED": was == "AUTHORISED" and document.is_untouched,
        }
        if not legal[status]:
            raise PlanError(f"{document.kind} {document.key} is {was}, it cannot become {status}")
        at = self.diary.stamp()
        if document.kind == "CreditNote" and status != "SUBMITTED":
            self.diary.write(ev.CreditNoteStatusChanged(at, document.key, status))
        else:
            self.diary.write(ev.InvoiceStatusChanged(at, document.key, status))
        self._count_tax(document, -1)
        document.status = status
        self._count_tax(document, 1)

    def change_lines(self, document: Document, lines: tuple[ev.Line, ...]) -> None:
        """Re-words or re-prices an unpaid invoice."""
        if not document.is_untouched:
            raise PlanError(f"{document.key} has been paid or credited")
        self._count_tax(document, -1)
        document.revalue(lines, line_values(lines, document.mode, self.tax_rates))
        self._count_tax(document, 1)
        self.diary.write(
            ev.DocumentRecoded(self.diary.stamp(), "Invoice", document.key, document.lines)
        )

    # --- settling ---

    def pay(
        self,
        document: Document,
        account_code: str,
        amount: Decimal | None = None,
        *,
        date: dt.date | None = None,
        reference: str = "",
        reconciled: bool = True,
    ) -> str:
        """A payment against an invoice, or the refund of a credit; returns its key."""
        payment = self._payment(
            document,
            account_code,
            amount,
            at=self.diary.stamp(),
            date=date,
            reference=reference,
            reconciled=reconciled,
        )
        self.diary.write(payment)
        return payment.key

    def pay_batch(
        self, bills: list[Document], account_code: str, reference: str
    ) -> ev.BatchPaymentMade:
        """One bank movement for several bills in base currency."""
        at = self.diary.stamp()
        batch = ev.BatchPaymentMade(
            at=at,
            key=f"BATCH-{self.diary.number('batch'):04d}",
            type="PAYBATCH",
            account_code=account_code,
            date=self.diary.today,
            payments=tuple(
                self._payment(bill, account_code, None, at=at, reference=reference)
                for bill in bills
            ),
            reference=reference,
        )
        self.diary.write(batch)
        return batch

    def delete_payment(self, key: str) -> Document:
        settlement = self.settlements.pop(key)
        self._give_back(settlement.document, settlement.amount)
        if settlement.account_code:
            self.balance[settlement.account_code] -= settlement.bank_movement
        self.diary.write(ev.PaymentDeleted(self.diary.stamp(), key))
        return settlement.document

    def allocate(self, credit: Document, invoice: Document, amount: Decimal | None = None) -> str:
        """Applies a credit to an invoice: as much as both allow, or `amount`."""
        amount = min(credit.left, invoice.left) if amount is None else amount
        if credit.currency != invoice.currency:
            raise PlanError(f"{credit.key} and {invoice.key} have different currencies")
        self._take(credit, amount)
        self._take(invoice, amount)
        key = f"ALLOC-{self.diary.number('allocation'):04d}"
        self.settlements[key] = Settlement(invoice, amount, credit)
        kind: ev.CreditKind = credit.kind if credit.kind != "Invoice" else "CreditNote"
        self.diary.write(
            ev.CreditAllocated(self.diary.stamp(), key, kind, credit.key, invoice.key, amount)
        )
        return key

    def delete_allocation(self, key: str) -> None:
        settlement = self.settlements.pop(key)
        self._give_back(settlement.document, settlement.amount)
        if settlement.credit:
            self._give_back(settlement.credit, settlement.amount)
        self.diary.write(ev.AllocationDeleted(self.diary.stamp(), key))

    # --- looking things up ---

    def open_invoices(self, kind: ev.InvoiceType, untouched: bool = True) -> list[Document]:
        """Approved invoices with something due, in the order they were raised."""
        self._live = [document for document in self._live if document.is_live]
        return [
            d
            for d in self._live
            if d.type == kind and d.is_open and (d.is_untouched or not untouched)
        ]

    # --- inside ---

    def _payment(
        self,
        document: Document,
        account_code: str,
        amount: Decimal | None,
        *,
        at: dt.datetime,
        date: dt.date | None = None,
        reference: str = "",
        reconciled: bool = True,
    ) -> ev.PaymentMade:
        """The payment event, taken off the document but not yet written down."""
        amount = document.left if amount is None else amount
        self._take(document, amount)
        rate = self.rates.on(document.currency)
        same = self.account_currency[account_code] == document.currency
        bank_amount = amount if same else in_base(amount, rate)
        key = f"PAY-{self.diary.number('payment'):05d}"
        sign = 1 if document.type in _MONEY_IN else -1
        self.balance[account_code] += sign * bank_amount
        self.settlements[key] = Settlement(
            document, amount, account_code=account_code, bank_movement=sign * bank_amount
        )
        return ev.PaymentMade(
            at=at,
            key=key,
            target_kind=document.kind,
            target=document.key,
            account_code=account_code,
            date=date or self.diary.today,
            amount=amount,
            bank_amount=None if same else bank_amount,
            currency_rate=rate,
            reference=reference,
            is_reconciled=reconciled,
        )

    def _take(self, document: Document, amount: Decimal) -> None:
        if document.status != "AUTHORISED":
            raise PlanError(f"{document.kind} {document.key} is {document.status}, not AUTHORISED")
        if not ZERO < amount <= document.left:
            raise PlanError(f"{amount} against {document.key}, of which {document.left} is left")
        document.left -= amount

    def _give_back(self, document: Document, amount: Decimal) -> None:
        if not document.is_live:
            self._live.append(document)
        document.left += amount

    def _count_tax(self, document: Document, times: int) -> None:
        if document.status == "AUTHORISED" and document.tax:
            sign = times if document.type in ("ACCREC", "ACCPAYCREDIT") else -times
            self.tax_owed += sign * in_base(document.tax, document.rate)
