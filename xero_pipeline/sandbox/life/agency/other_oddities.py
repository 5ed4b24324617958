"""What else happens: credits made by the bank, suppliers, transfers, journals, and contacts."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.document_events import FileAttached
from xero_pipeline.sandbox.life.agency import settings
from xero_pipeline.sandbox.life.agency.clients import PROJECTS
from xero_pipeline.sandbox.life.agency.oddities import Occasions, Oddity
from xero_pipeline.sandbox.life.agency.sales_oddities import SalesOddities
from xero_pipeline.sandbox.life.agency.suppliers import SUPPLIERS
from xero_pipeline.sandbox.life.papers import Document, credit_kind


class BankOddities(Occasions):
    """Prepayments, overpayments, duplicates, and transfers made by mistake."""

    def __init__(self, sales: SalesOddities) -> None:
        super().__init__(sales.office)
        self._sales = sales

    def table(self) -> tuple[Oddity, ...]:
        return (
            Oddity(30, 100, self.receive_prepayment),
            Oddity(70, 90, self.receive_overpayment),
            Oddity(130, 210, self.void_prepayment),
            Oddity(58, 140, self.prepay_supplier),
            Oddity(100, 170, self.overpay_supplier),
            Oddity(18, 60, self.delete_duplicate),
            Oddity(33, 160, self.delete_transfer),
        )

    def receive_prepayment(self) -> bool:
        """A deposit for work to come, used on the client's next invoices."""
        chance = self.diary.chance("prepayment")
        amount = Decimal(chance.randint(10, 40) * 115)
        credit = self._credit("RECEIVE-PREPAYMENT", chance.choice(PROJECTS), amount)
        self.later(10, lambda: self._sales.use_up(credit))
        return True

    def receive_overpayment(self) -> bool:
        """A client paid too much: used on the next invoice, paid back, or left where it is."""
        invoice = self.pick("overpayment", lambda d: d.currency == settings.BASE)
        if invoice is None:
            return False
        chance = self.diary.chance("overpayment")
        amount = Decimal(chance.randint(5_000, 60_000)) / 100
        credit = self._credit("RECEIVE-OVERPAYMENT", invoice.contact, amount)
        match chance.choice(("use", "refund", "leave")):
            case "use":
                self.later(15, lambda: self._sales.use_up(credit))
            case "refund":
                self.later(12, lambda: self._refund(credit))
        return True

    def void_prepayment(self) -> bool:
        chance = self.diary.chance("voided prepayment")
        posted = self._post("RECEIVE-PREPAYMENT", chance.choice(PROJECTS), Decimal("575.00"))
        self.later(4, lambda: self.desk.void_credit(posted))
        return True

    def prepay_supplier(self) -> bool:
        credit = self._credit("SPEND-PREPAYMENT", "moss-dev", Decimal("1150.00"))
        self.later(12, lambda: self._use_on_bills(credit))
        return True

    def overpay_supplier(self) -> bool:
        """Paid twice; the supplier sends it back."""
        credit = self._credit("SPEND-OVERPAYMENT", "tidy-office", Decimal("220.00"))
        self.later(16, lambda: self._refund(credit))
        return True

    def delete_duplicate(self) -> bool:
        """A card charge entered twice; the second one is deleted the next day."""
        line = ev.Line("Duplicate charge", Decimal(1), Decimal("86.25"), "429", "INPUT2")
        posted = self.desk.post_bank(
            "SPEND", settings.CARD, (line,), contact="paper-ink", reconciled=False
        )
        self.later(1, lambda: self.desk.delete_bank(posted))
        return True

    def delete_transfer(self) -> bool:
        made = self.desk.transfer(settings.MAIN, settings.SAVINGS, Decimal("1000.00"), "Mistake")
        self.later(1, lambda: self.desk.delete_transfer(made))
        return True

    def _credit(self, kind: ev.BankTransactionType, contact: str, amount: Decimal) -> Document:
        posted = self._post(kind, contact, amount)
        return self.desk.documents[credit_kind(posted), posted.key]

    def _post(
        self, kind: ev.BankTransactionType, contact: str, amount: Decimal
    ) -> ev.BankTransactionPosted:
        text = kind.split("-")[1].title()
        received = kind.startswith("RECEIVE")
        if kind.endswith("OVERPAYMENT"):
            control = settings.DEBTORS if received else settings.CREDITORS
            line = ev.Line(text, Decimal(1), amount, control)
        elif received:
            line = ev.Line(text, Decimal(1), amount, settings.PROJECTS, "OUTPUT2")
        else:
            line = ev.Line(text, Decimal(1), amount, "310", "INPUT2")
        return self.desk.post_bank(kind, settings.MAIN, (line,), contact=contact, reference=text)

    def _use_on_bills(self, credit: Document) -> None:
        for bill in self.desk.open_invoices("ACCPAY"):
            if credit.is_open and bill.contact == credit.contact:
                self.desk.allocate(credit, bill)
        if credit.is_open:
            self.later(10, lambda: self._use_on_bills(credit))

    def _refund(self, credit: Document) -> None:
        if credit.is_open:
            self.desk.pay(credit, settings.MAIN, reference="Refund")


class PaperOddities(Occasions):
    """Bills, journals and files."""

    def table(self) -> tuple[Oddity, ...]:
        return (
            Oddity(75, 90, self.credit_from_supplier),
            Oddity(22, 60, self.draft_bill),
            Oddity(105, 100, self.void_bill),
            Oddity(40, 45, self.plan_payment),
            Oddity(16, 35, self.attach_bill),
            Oddity(62, 120, self.void_journal),
            Oddity(77, 60, self.draft_journal),
        )

    def credit_from_supplier(self) -> bool:
        bill = self.pick_bill("supplier credit")
        if bill is None:
            return False
        line = bill.lines[0]
        price = (line.unit_amount * Decimal("0.08")).quantize(Decimal("0.01"))
        returned = ev.Line("Returned", Decimal(1), price, line.account_code, line.tax_type)
        number = f"SCN-{self.diary.number('supplier credit'):04d}"
        note = self.desk.raise_credit_note(bill, (returned,), number=number)
        self.desk.allocate(note, bill)
        return True

    def draft_bill(self) -> bool:
        """Entered as a draft, approved a fortnight later, then paid like any other."""
        chance = self.diary.chance("draft bill")
        supplier = chance.choice([s for s in SUPPLIERS if s.paid == "on the 20th"])
        amount = Decimal(chance.randint(9_000, 70_000)) / 100
        line = ev.Line("Extra work", Decimal(1), amount, supplier.account, "INPUT2")
        bill = self.desk.raise_invoice(
            "ACCPAY",
            supplier.key,
            (line,),
            key=f"BILL-{self.diary.number('bill'):04d}",
            number="",
            status="DRAFT",
        )
        self.later(14, lambda: self.desk.set_status(bill, "AUTHORISED"))
        return True

    def void_bill(self) -> bool:
        bill = self.pick_bill("void bill")
        if bill is None:
            return False
        self.desk.set_status(bill, "VOIDED")
        return True

    def plan_payment(self) -> bool:
        bill = self.pick_bill("planned")
        if bill is None or bill.due_date is None:
            return False
        at = self.diary.stamp()
        self.diary.write(ev.InvoiceDatesChanged(at, bill.key, expected_payment_date=bill.due_date))
        return True

    def attach_bill(self) -> bool:
        bill = self.pick_bill("attachment")
        if bill is None:
            return False
        self.diary.write(
            FileAttached(
                at=self.diary.stamp(),
                key=f"FILE-{self.diary.number('file'):04d}",
                kind="Invoice",
                document=bill.key,
                file_name=f"{bill.key.lower()}.txt",
                mime_type="text/plain",
                content=f"{bill.contact}: {bill.total} {bill.currency}\n".encode(),
            )
        )
        return True

    def void_journal(self) -> bool:
        """Posted to the wrong side, voided the day after."""
        key = self._journal("Accrual, reversed", "POSTED")
        self.later(
            1,
            lambda: self.diary.write(
                ev.ManualJournalStatusChanged(self.diary.stamp(), key, "VOIDED")
            ),
        )
        return True

    def draft_journal(self) -> bool:
        """Stays a draft for two months, then is deleted."""
        key = self._journal("Accrual, to be checked", "DRAFT")
        self.later(
            60,
            lambda: self.diary.write(
                ev.ManualJournalStatusChanged(self.diary.stamp(), key, "DELETED")
            ),
        )
        return True

    def _journal(self, narration: str, status: Literal["DRAFT", "POSTED"]) -> str:
        amount = Decimal(self.diary.chance("accrual").randint(200, 900))
        key = f"MJ-{self.diary.number('journal'):04d}"
        self.diary.write(
            ev.ManualJournalPosted(
                at=self.diary.stamp(),
                key=key,
                narration=narration,
                date=self.diary.today,
                lines=(
                    ev.JournalLine("412", amount, narration),
                    ev.JournalLine("850", -amount, narration),
                ),
                status=status,
            )
        )
        return key
