"""A small book of one organisation, written line by line in the words of an accountant.

    book = Book(as_of=date(2026, 6, 30))
    book.contact("Harbour Cafe")
    book.invoice("INV-1", "Harbour Cafe", date(2026, 5, 1), due=date(2026, 5, 20), total=115)
    book.payment(date(2026, 5, 25), 15, invoice="INV-1")
    book.build("marts.ar_aging_documents")
    book.rows("select amount_due from marts.ar_aging_documents")

Things are named by readable keys; `book.id("Invoice", "INV-1")` is the GUID of one. Documents keep
AmountDue, AmountPaid and Status up to date as Xero does, so that tie-outs can be tested. Anything
the builders do not cover goes through `book.add(table, column=value, ...)`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from xero_pipeline_tests.sql.organisation import Organisation
from xero_pipeline_tests.sql.rows import (
    Amount,
    Line,
    Row,
    amounts,
    line_item,
    money,
    payment_target,
    payment_type,
    the_one,
)

__all__ = ["Book", "Line", "money"]

HandedOn = Any  # keyword arguments of the builder that is called next


class Book(Organisation):
    """An organisation with its documents. Arguments: see Organisation."""

    # --- documents -------------------------------------------------------------------------------

    def invoice(
        self,
        number: str,
        contact: str,
        date: dt.date,
        *,
        due: dt.date | None = None,
        total: Amount | None = None,
        lines: tuple[Line, ...] = (),
        type: str = "ACCREC",
        status: str = "AUTHORISED",
        currency: str | None = None,
        rate: Amount | None = None,
        line_amount_types: str = "Exclusive",
        repeating: str | None = None,
        **columns: object,
    ) -> Row:
        """A sales invoice or, with type ACCPAY, a bill.

        Args:
            total: with tax; None: the sum of the lines.
            lines: None given: one line over the total, without tax.
            rate: CurrencyRate; None leaves it out, as Xero may for the base currency.
            repeating: key of the template that made it.
        """
        amounts = self._priced(total, lines, line_amount_types, f"Invoice/{number}")
        open_amount = amounts["total"] if status in ("DRAFT", "SUBMITTED", "AUTHORISED") else 0
        row = self.add(
            "invoices",
            invoice_id=self.id("Invoice", number),
            invoice_number=number,
            type=type,
            status=status,
            contact=self._contact(contact),
            date=date,
            due_date=due,
            currency_code=currency or self.base_currency,
            currency_rate=rate,
            amount_due=open_amount,
            amount_paid=0,
            amount_credited=0,
            repeating_invoice_id=self.id("RepeatingInvoice", repeating) if repeating else None,
            **amounts,
            **columns,
        )
        self._documents["Invoice", number] = row
        return row

    def bill(self, number: str, contact: str, date: dt.date, **arguments: HandedOn) -> Row:
        return self.invoice(number, contact, date, type="ACCPAY", **arguments)

    def credit_note(
        self,
        number: str,
        contact: str,
        date: dt.date,
        *,
        type: str = "ACCRECCREDIT",
        **rest: HandedOn,
    ) -> Row:
        """A credit note (ACCPAYCREDIT: a supplier's). Arguments as `prepayment`."""
        return self._credit(
            "CreditNote", number, contact, date, type=type, credit_note_number=number, **rest
        )

    def prepayment(
        self,
        key: str,
        contact: str,
        date: dt.date,
        *,
        type: str = "RECEIVE-PREPAYMENT",
        **r: HandedOn,
    ) -> Row:
        """Money paid ahead: total or lines, status, currency, rate. The bank row is not made."""
        return self._credit("Prepayment", key, contact, date, type=type, **r)

    def overpayment(
        self,
        key: str,
        contact: str,
        date: dt.date,
        *,
        type: str = "RECEIVE-OVERPAYMENT",
        **r: HandedOn,
    ) -> Row:
        """Money paid beyond the invoice; arguments as `prepayment`. The bank row is not made."""
        return self._credit("Overpayment", key, contact, date, type=type, **r)

    def _credit(
        self,
        kind: str,
        key: str,
        contact: str,
        date: dt.date,
        *,
        total: Amount | None = None,
        lines: tuple[Line, ...] = (),
        status: str = "AUTHORISED",
        currency: str | None = None,
        rate: Amount | None = None,
        line_amount_types: str = "Exclusive",
        **columns: object,
    ) -> Row:
        amounts = self._priced(total, lines, line_amount_types, f"{kind}/{key}")
        table = {"CreditNote": "credit_notes"}.get(kind, f"{kind.lower()}s")
        id_column = {"CreditNote": "credit_note_id"}.get(kind, f"{kind.lower()}_id")
        row = self.add(
            table,
            **{id_column: self.id(kind, key)},
            status=status,
            contact=self._contact(contact),
            date=date,
            currency_code=currency or self.base_currency,
            currency_rate=rate,
            remaining_credit=amounts["total"] if status == "AUTHORISED" else 0,
            allocations=[],
            **amounts,
            **columns,
        )
        self._documents[kind, key] = row
        return row

    def allocate(
        self,
        date: dt.date,
        amount: Amount,
        *,
        invoice: str,
        credit_note: str | None = None,
        prepayment: str | None = None,
        overpayment: str | None = None,
    ) -> None:
        """Part of a credit set against an invoice; exactly one of the three credits is named."""
        kind, key = the_one(CreditNote=credit_note, Prepayment=prepayment, Overpayment=overpayment)
        credit, target = self._documents[kind, key], self._documents["Invoice", invoice]
        credit["allocations"].append(
            {
                "allocation_id": self.id("Allocation", f"{key}/{invoice}/{date}/{amount}"),
                "date": date,
                "amount": money(amount),
                "invoice": {"invoice_id": target["invoice_id"], "invoice_number": invoice},
            }
        )
        self._reduce_credit(credit, amount)
        self._reduce_invoice(target, amount, "amount_credited")

    def payment(
        self,
        date: dt.date,
        amount: Amount,
        *,
        invoice: str | None = None,
        credit_note: str | None = None,
        prepayment: str | None = None,
        overpayment: str | None = None,
        account: str = "090",
        bank_amount: Amount | None = None,
        rate: Amount | None = None,
        status: str = "AUTHORISED",
        key: str | None = None,
        **columns: object,
    ) -> Row:
        """Money against an invoice or bill, or the refund of a credit.

        Args:
            amount: in the document's currency.
            bank_amount: in the bank account's currency; None: equal to `amount`.
            rate: CurrencyRate of the payment's day.
        """
        kind, target_key = the_one(
            Invoice=invoice, CreditNote=credit_note, Prepayment=prepayment, Overpayment=overpayment
        )
        document = self._documents[kind, target_key]
        if status != "DELETED" and kind == "Invoice":
            self._reduce_invoice(document, amount, "amount_paid")
        elif status != "DELETED":
            self._reduce_credit(document, amount)
        return self.add(
            "payments",
            payment_id=self.id("Payment", key or f"{target_key}/{date}/{amount}"),
            date=date,
            amount=money(amount),
            bank_amount=money(amount if bank_amount is None else bank_amount),
            currency_rate=rate,
            status=status,
            payment_type=payment_type(kind, document["type"]),
            account={"account_id": self.id("Account", account), "code": account},
            **payment_target(kind, document),
            **columns,
        )

    # --- the bank --------------------------------------------------------------------------------

    def bank_transaction(
        self,
        key: str,
        type: str,
        date: dt.date,
        *,
        contact: str | None = None,
        total: Amount | None = None,
        lines: tuple[Line, ...] = (),
        account: str = "090",
        status: str = "AUTHORISED",
        currency: str | None = None,
        rate: Amount | None = None,
        line_amount_types: str = "Inclusive",
        **columns: object,
    ) -> Row:
        """Spend or receive money, over- and prepayments and the two rows of a transfer."""
        return self.add(
            "bank_transactions",
            bank_transaction_id=self.id("BankTransaction", key),
            type=type,
            status=status,
            date=date,
            contact=self._contact(contact) if contact else None,
            bank_account={"account_id": self.id("Account", account), "code": account},
            currency_code=currency or self.base_currency,
            currency_rate=rate,
            **self._priced(total, lines, line_amount_types, f"BankTransaction/{key}"),
            **columns,
        )

    def bank_transfer(
        self,
        key: str,
        date: dt.date,
        amount: Amount,
        *,
        source: str,
        target: str,
        target_amount: Amount | None = None,
        status: str = "AUTHORISED",
    ) -> None:
        """A transfer between two accounts, with its two rows among the bank transactions."""
        self.add(
            "bank_transfers",
            bank_transfer_id=self.id("BankTransfer", key),
            date=date,
            amount=money(amount),
            status=status,
            from_bank_account={"account_id": self.id("Account", source), "code": source},
            to_bank_account={"account_id": self.id("Account", target), "code": target},
            from_bank_transaction_id=self.id("BankTransaction", f"{key}/from"),
            to_bank_transaction_id=self.id("BankTransaction", f"{key}/to"),
        )
        received = amount if target_amount is None else target_amount
        for end, type_, account, total in (
            ("from", "SPEND-TRANSFER", source, amount),
            ("to", "RECEIVE-TRANSFER", target, received),
        ):
            self.bank_transaction(
                f"{key}/{end}", type_, date, total=total, account=account, status=status
            )

    def manual_journal(
        self, key: str, date: dt.date, lines: tuple[Line, ...], *, status: str = "POSTED"
    ) -> Row:
        """A journal; line amounts are debits when positive."""
        return self.add(
            "manual_journals",
            manual_journal_id=self.id("ManualJournal", key),
            narration=key,
            date=date,
            status=status,
            line_amount_types="NoTax",
            journal_lines=[
                {
                    "line_amount": money(line.amount),
                    "account_code": line.account,
                    "account_id": self.id("Account", line.account),
                    "description": line.description,
                }
                for line in lines
            ],
        )

    # --- recurring -------------------------------------------------------------------------------

    def repeating_invoice(
        self,
        key: str,
        contact: str,
        *,
        lines: tuple[Line, ...],
        unit: str = "MONTHLY",
        period: int = 1,
        start: dt.date,
        next_date: dt.date | None = None,
        end: dt.date | None = None,
        type: str = "ACCREC",
        status: str = "AUTHORISED",
        currency: str | None = None,
        line_amount_types: str = "Exclusive",
        **columns: object,
    ) -> Row:
        """A template of invoices (ACCREC) or bills (ACCPAY)."""
        return self.add(
            "repeating_invoices",
            repeating_invoice_id=self.id("RepeatingInvoice", key),
            type=type,
            status=status,
            contact=self._contact(contact),
            currency_code=currency or self.base_currency,
            schedule={
                "unit": unit,
                "period": period,
                "start_date": start,
                "next_scheduled_date": next_date,
                "end_date": end,
            },
            **self._priced(None, lines, line_amount_types, f"RepeatingInvoice/{key}"),
            **columns,
        )

    # --- what documents share --------------------------------------------------------------------

    def _contact(self, name: str) -> Row:
        return {"contact_id": self.id("Contact", name), "name": name}

    def _priced(
        self, total: Amount | None, lines: tuple[Line, ...], amount_types: str, document: str
    ) -> Row:
        """Amounts and line items; without lines, one line over the total."""
        lines = lines or (Line(total or 0),)
        items = [
            line_item(
                line,
                self.id("LineItem", f"{document}/{number}"),
                self.id("Account", line.account),
            )
            for number, line in enumerate(lines, 1)
        ]
        return {**amounts(lines, amount_types, total), "line_items": items}

    def _reduce_invoice(self, row: Row, amount: Amount, column: str) -> None:
        row[column] += money(amount)
        row["amount_due"] -= money(amount)
        row["status"] = "PAID" if row["amount_due"] == 0 else row["status"]

    def _reduce_credit(self, row: Row, amount: Amount) -> None:
        row["remaining_credit"] -= money(amount)
        row["status"] = "PAID" if row["remaining_credit"] == 0 else row["status"]
