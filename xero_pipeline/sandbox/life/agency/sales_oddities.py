"""What happens to sales invoices besides being paid."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Literal

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.life.agency import settings
from xero_pipeline.sandbox.life.agency.clients import HOURLY, PROJECTS
from xero_pipeline.sandbox.life.agency.oddities import Occasions, Oddity
from xero_pipeline.sandbox.life.labels import by_hand, by_hand_key
from xero_pipeline.sandbox.life.papers import Document


class SalesOddities(Occasions):
    def table(self) -> tuple[Oddity, ...]:
        return (
            Oddity(45, 120, self.credit_and_rebill),
            Oddity(60, 75, self.goodwill),
            Oddity(110, 150, self.allocate_to_the_wrong_invoice),
            Oddity(95, 150, self.refund_a_credit_note),
            Oddity(85, 140, self.draft_credit_note),
            Oddity(300, 150, self.write_off),
            Oddity(25, 60, self.void),
            Oddity(12, 50, self.delete_draft),
            Oddity(15, 30, self.leave_unapproved),
            Oddity(50, 80, self.re_enter_payment),
            Oddity(65, 130, self.pay_before_the_invoice_date),
            Oddity(80, 45, self.move_due_date),
            Oddity(20, 30, self.expect_payment_on),
            Oddity(140, 200, self.change_contact),
            Oddity(55, 110, self.reprice),
        )

    # --- credit notes ---

    def credit_and_rebill(self) -> bool:
        """Credited in full and billed again by hand, on the same lines."""
        invoice = self.pick("rebill")
        if invoice is None:
            return False
        note = self._credit(invoice, invoice.lines, f"Wrong reference on {invoice.key}")
        self.desk.allocate(note, invoice)
        said = by_hand(invoice.key)
        self.office.invoice(
            invoice.contact,
            invoice.lines,
            key=said and by_hand_key(said.customer, self.diary.today, *said.lines, copy=2),
            mode=invoice.mode,
            reference=f"Replaces {invoice.key}",
        )
        return True

    def goodwill(self) -> bool:
        """A tenth off, once."""
        invoice = self.pick("goodwill")
        if invoice is None:
            return False
        note = self._credit(invoice, _share(invoice, "0.10", "Goodwill"), "Goodwill")
        self.desk.allocate(note, invoice)
        return True

    def allocate_to_the_wrong_invoice(self) -> bool:
        """A credit is applied, taken off again two days later and left for the next invoice."""
        invoice = self.pick("wrong invoice")
        if invoice is None:
            return False
        note = self._credit(invoice, _share(invoice, "0.08", "Print run cancelled"), "Credit")
        key = self.desk.allocate(note, invoice)

        def undo() -> None:
            self.desk.delete_allocation(key)
            self.use_up(note)

        self.later(2, undo)
        return True

    def refund_a_credit_note(self) -> bool:
        """Credited and paid back to a client who owes nothing on it."""
        invoice = self.pick("refund", lambda d: d.currency == settings.BASE)
        if invoice is None:
            return False
        note = self._credit(invoice, _share(invoice, "0.05", "Cancelled extra"), "Refund")
        self.later(9, lambda: self._refund(note))
        return True

    def draft_credit_note(self) -> bool:
        """Drafted, then deleted; or approved, and voided unused."""
        invoice = self.pick("draft credit")
        if invoice is None:
            return False
        note = self._credit(invoice, _share(invoice, "0.10", "Under discussion"), "", "DRAFT")
        if self.diary.chance("draft credit").random() < 0.5:
            self.later(10, lambda: self.desk.set_status(note, "DELETED"))
        else:
            self.later(6, lambda: self.desk.set_status(note, "AUTHORISED"))
            self.later(13, lambda: self.desk.set_status(note, "VOIDED"))
        return True

    def write_off(self) -> bool:
        """A bad debt, credited to general expenses."""
        long_ago = self.diary.today - dt.timedelta(days=170)
        invoice = self.pick("bad debt", lambda d: d.date < long_ago, untouched=False)
        if invoice is None:
            return False
        bad = tuple(replace(line, account_code="429", item_code=None) for line in invoice.lines)
        note = self._credit(invoice, bad, "Bad debt")
        self.desk.allocate(note, invoice)
        return True

    def use_up(self, credit: Document) -> None:
        """Applies a credit to its contact's invoices as they come; asks again every week."""
        for invoice in self.desk.open_invoices("ACCREC", untouched=False):
            if credit.is_open and (invoice.contact, invoice.currency) == (
                credit.contact,
                credit.currency,
            ):
                self.desk.allocate(credit, invoice)
        if credit.is_open and (self.diary.today - credit.date).days < 120:
            self.later(7, lambda: self.use_up(credit))

    def _credit(
        self,
        invoice: Document,
        lines: tuple[ev.Line, ...],
        reference: str,
        status: Literal["DRAFT", "AUTHORISED"] = "AUTHORISED",
    ) -> Document:
        return self.desk.raise_credit_note(
            invoice,
            lines,
            number=f"CN-{self.diary.number('credit note'):04d}",
            reference=reference,
            status=status,
            mode=invoice.mode,
        )

    def _refund(self, credit: Document) -> None:
        if credit.is_open:
            self.desk.pay(credit, settings.MAIN, reference="Refund")

    # --- drafts and voids ---

    def void(self) -> bool:
        """Raised by mistake; never one that a template made."""
        invoice = self.pick("void", lambda d: d.contact in (*PROJECTS, *HOURLY))
        if invoice is None:
            return False
        self.desk.set_status(invoice, "VOIDED")
        return True

    def delete_draft(self) -> bool:
        draft = self._draft("DRAFT")
        self.later(3, lambda: self.desk.set_status(draft, "DELETED"))
        return True

    def leave_unapproved(self) -> bool:
        """Waits as a draft or for approval; in the end most are approved."""
        chance = self.diary.chance("unapproved")
        draft = self._draft(chance.choice(("DRAFT", "SUBMITTED")))
        wait = chance.randint(25, 55)
        if chance.random() < 0.7:
            self.later(wait, lambda: self.office.approve(draft))
        else:
            self.later(wait, lambda: self.desk.set_status(draft, "DELETED"))
        return True

    def _draft(self, status: Literal["DRAFT", "SUBMITTED"]) -> Document:
        chance = self.diary.chance("draft")
        client = chance.choice(PROJECTS)
        price = Decimal(chance.randint(8, 60) * 100)
        line = self.office.line(client, "Change request", price, settings.PROJECTS)
        return self.office.invoice(client, (line,), status=status, reference="Change request")

    # --- payments and dates ---

    def re_enter_payment(self) -> bool:
        """The latest payment was booked on the wrong day: deleted, entered again tomorrow."""
        received = [
            key
            for key, settlement in self.desk.settlements.items()
            if settlement.account_code and settlement.document.type == "ACCREC"
        ]
        if not received:
            return False
        amount = self.desk.settlements[received[-1]].amount
        invoice = self.desk.delete_payment(received[-1])
        self.later(1, lambda: self._receive_again(invoice, amount))
        return True

    def _receive_again(self, invoice: Document, amount: Decimal) -> None:
        if invoice.is_open:
            self.office.receive(invoice, amount)

    def pay_before_the_invoice_date(self) -> bool:
        """The money came two days before the invoice was dated."""
        invoice = self.pick("early", lambda d: d.currency == settings.BASE)
        if invoice is None:
            return False
        day = invoice.date - dt.timedelta(days=2)
        self.desk.pay(invoice, settings.MAIN, date=day, reference="Paid on quote")
        return True

    def move_due_date(self) -> bool:
        """More time for an invoice already paid in part; Xero does not announce this."""
        invoice = self.pick("due date", lambda d: not d.is_untouched, untouched=False)
        if invoice is None:
            return False
        due = (invoice.due_date or invoice.date) + dt.timedelta(days=21)
        self.diary.write(ev.InvoiceDatesChanged(self.diary.stamp(), invoice.key, due_date=due))
        return True

    def expect_payment_on(self) -> bool:
        today = self.diary.today
        invoice = self.pick("expected", lambda d: (d.due_date or today) < today, untouched=False)
        if invoice is None:
            return False
        expected = today + dt.timedelta(days=10)
        at = self.diary.stamp()
        self.diary.write(ev.InvoiceDatesChanged(at, invoice.key, expected_payment_date=expected))
        return True

    def change_contact(self) -> bool:
        """Billed to the wrong client of two."""
        invoice = self.pick("contact", lambda d: d.contact in ("vertex-dental", "opus-events"))
        if invoice is None:
            return False
        other = "opus-events" if invoice.contact == "vertex-dental" else "vertex-dental"
        self.diary.write(ev.InvoiceContactChanged(self.diary.stamp(), invoice.key, other))
        invoice.contact = other
        return True

    def reprice(self) -> bool:
        """Five per cent off before anything was paid, with new words; nothing that recurs."""
        invoice = self.pick(
            "reprice", lambda d: d.contact in (*PROJECTS, *HOURLY) and by_hand(d.key) is None
        )
        if invoice is None:
            return False
        cheaper = tuple(
            replace(
                line,
                description=f"{line.description} (agreed price)",
                unit_amount=line.unit_amount * Decimal("0.95"),
            )
            for line in invoice.lines
        )
        self.desk.change_lines(invoice, cheaper)
        return True


def _share(invoice: Document, share: str, text: str) -> tuple[ev.Line, ...]:
    """One line worth a share of an invoice's first line."""
    line = invoice.lines[0]
    price = (line.quantity * line.unit_amount * Decimal(share)).quantize(Decimal("0.01"))
    return (
        replace(line, description=text, quantity=Decimal(1), unit_amount=price, item_code=None),
    )
