"""Everything that can happen to a small company's books, each as a plain choice of number.

A happening is a word and a number. The word says what happens ("an invoice is voided"), the number
which of the things there are it happens to. The book itself decides what is possible: candidates
are tried in turn until Xero would take one, and if it takes none, nothing happens.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.books import Book, Refused
from xero_pipeline_tests.sandbox.books import harbour
from xero_pipeline_tests.sandbox.books.harbour import BANK, CAPITAL, RENT, SALES, SAVINGS, line

_CENT = Decimal("0.01")
_AMOUNT = 100
_A_PART = Decimal("7.50")
_MONTHLY = ev.Schedule("MONTHLY", 1, 14, "DAYSAFTERINVOICEDATE", harbour.day("01-05"), None)


@dataclass
class Desk:
    """Who makes things happen in one book, and remembers what was made under which key.

    Attributes:
        keys: kind of thing -> keys, in order of making.
        counts: word -> how often it happened; "refused" is what Xero would not take.
    """

    keys: dict[str, list[str]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    def let_happen(self, book: Book, now: dt.datetime, word: str, number: int) -> None:
        """Let the first candidate happen that the book does not refuse."""
        for event in HAPPENINGS[word](_Choice(self, now, number)):
            try:
                book.apply(event)
            except Refused:
                continue
            self._remember(event)
            self.counts[word] += 1
            return
        self.counts["refused"] += 1

    def _remember(self, event: ev.Event) -> None:
        kind = _MAKES.get(type(event))
        if kind is not None:
            known = self.keys.setdefault(kind, [])
            key = str(getattr(event, "key", None) or getattr(event, "code", ""))
            if key not in known:
                known.append(key)
        if isinstance(event, ev.BankTransactionPosted):
            self.keys.setdefault(event.type.rpartition("-")[2], []).append(event.key)
        if isinstance(event, ev.BatchPaymentMade):
            self.keys.setdefault("payment", []).extend(each.key for each in event.payments)


_MAKES: dict[type[ev.Event], str] = {
    ev.AccountAdded: "account",
    ev.BankTransactionPosted: "bank transaction",
    ev.BankTransferMade: "transfer",
    ev.BatchPaymentMade: "batch",
    ev.ContactAdded: "contact",
    ev.ContactGroupAdded: "group",
    ev.CreditAllocated: "allocation",
    ev.CreditNoteRaised: "credit note",
    ev.InvoiceRaised: "invoice",
    ev.ItemAdded: "item",
    ev.ManualJournalPosted: "journal",
    ev.PaymentMade: "payment",
    ev.RepeatingInvoiceSaved: "template",
}


@dataclass(frozen=True)
class _Choice:
    """The number of a happening as the choice among things, and the instant it happens."""

    desk: Desk
    at: dt.datetime
    number: int

    def each(self, kind: str) -> Iterator[str]:
        """The keys of a kind, beginning with the chosen one."""
        known = self.desk.keys.get(kind, [])
        for offset in range(len(known)):
            yield known[(self.number + offset) % len(known)]

    def fresh(self, kind: str, label: str) -> str:
        return f"{label}-{len(self.desk.keys.get(kind, ())) + 1}"

    @property
    def contact(self) -> str:
        return next(self.each("contact"), "cafe")

    @property
    def amount(self) -> Decimal:
        return _AMOUNT + self.number % 900 * _CENT

    @property
    def day(self) -> dt.date:
        return harbour.day("03-01") + dt.timedelta(days=self.number % 28)


Candidates = Callable[[_Choice], Iterator[ev.Event]]


# --- documents -----------------------------------------------------------------------------------


def _raise_invoice(choice: _Choice) -> Iterator[ev.Event]:
    key = choice.fresh("invoice", "INV")
    status = ("AUTHORISED", "AUTHORISED", "DRAFT", "SUBMITTED")[choice.number % 4]
    make = harbour.bill if choice.number % 5 == 0 else harbour.invoice
    for contact in (choice.contact, "cafe"):
        yield make(key, choice.amount, at=choice.at, status=status, contact=contact)


def _edit_invoice(choice: _Choice) -> Iterator[ev.Event]:
    for key in choice.each("invoice"):
        yield ev.DocumentRecoded(choice.at, "Invoice", key, (line(choice.amount, SALES),))


def _settle_invoice_status(status: str) -> Candidates:
    def candidates(choice: _Choice) -> Iterator[ev.Event]:
        for key in choice.each("invoice"):
            yield ev.InvoiceStatusChanged(choice.at, key, status)  # type: ignore[arg-type]

    return candidates


def _move_due_date(choice: _Choice) -> Iterator[ev.Event]:
    """In silence when something was paid on it."""
    for key in choice.each("invoice"):
        yield ev.InvoiceDatesChanged(choice.at, key, due_date=choice.day)


def _send_invoice(choice: _Choice) -> Iterator[ev.Event]:
    """In silence when something was paid on it."""
    for key in choice.each("invoice"):
        yield ev.InvoiceSent(choice.at, key, sent=choice.number % 3 > 0)


def _give_invoice_to_other_contact(choice: _Choice) -> Iterator[ev.Event]:
    for key in choice.each("invoice"):
        for contact in choice.each("contact"):
            yield ev.InvoiceContactChanged(choice.at, key, contact)


def _raise_credit_note(choice: _Choice) -> Iterator[ev.Event]:
    key = choice.fresh("credit note", "CN")
    yield harbour.credit_note(key, choice.amount, at=choice.at)


def _void_credit_note(choice: _Choice) -> Iterator[ev.Event]:
    for key in choice.each("credit note"):
        yield ev.CreditNoteStatusChanged(choice.at, key, "VOIDED")


def _allocate(choice: _Choice) -> Iterator[ev.Event]:
    key = f"{choice.fresh('allocation', 'AL')}/{choice.number}"
    for invoice in choice.each("invoice"):
        for kind, shelf in (("CreditNote", "credit note"), ("Prepayment", "PREPAYMENT")):
            for credit in choice.each(shelf):
                yield ev.CreditAllocated(choice.at, key, kind, credit, invoice, _A_PART)  # type: ignore[arg-type]
        for credit in choice.each("OVERPAYMENT"):
            yield ev.CreditAllocated(choice.at, key, "Overpayment", credit, invoice, _A_PART)


def _remove_allocation(choice: _Choice) -> Iterator[ev.Event]:
    for key in choice.each("allocation"):
        yield ev.AllocationDeleted(choice.at, key)


# --- money ---------------------------------------------------------------------------------------


def _payment(choice: _Choice, key: str, invoice: str, amount: Decimal) -> ev.PaymentMade:
    return harbour.payment(key, invoice, amount, at=choice.at)


def _pay_part(choice: _Choice) -> Iterator[ev.Event]:
    for invoice in choice.each("invoice"):
        yield _payment(choice, choice.fresh("payment", "PAY"), invoice, _A_PART)


def _pay_batch(choice: _Choice) -> Iterator[ev.Event]:
    first = choice.fresh("payment", "PAY")
    for invoice in choice.each("invoice"):
        payments = tuple(_payment(choice, f"{first}/{n}", invoice, _A_PART) for n in (1, 2))
        key = choice.fresh("batch", "BATCH")
        yield ev.BatchPaymentMade(choice.at, key, "RECBATCH", BANK, payments[0].date, payments)


def _remove_payment(choice: _Choice) -> Iterator[ev.Event]:
    for key in choice.each("payment"):
        yield ev.PaymentDeleted(choice.at, key)


def _post_bank_transaction(choice: _Choice) -> Iterator[ev.Event]:
    key = choice.fresh("bank transaction", "BT")
    type_ = ("SPEND", "RECEIVE")[choice.number % 2]
    yield harbour.bank(key, type_, choice.amount, at=choice.at)  # type: ignore[arg-type]


def _prepay(choice: _Choice) -> Iterator[ev.Event]:
    key = choice.fresh("bank transaction", "BT")
    yield harbour.bank(key, "RECEIVE-PREPAYMENT", choice.amount, at=choice.at)


def _overpay(choice: _Choice) -> Iterator[ev.Event]:
    key = choice.fresh("bank transaction", "BT")
    changes = {"line_amount_types": "NoTax"}
    yield harbour.bank(key, "RECEIVE-OVERPAYMENT", choice.amount, at=choice.at, **changes)


def _void_credit(choice: _Choice) -> Iterator[ev.Event]:
    for key in choice.each("PREPAYMENT"):
        yield ev.CreditVoided(choice.at, "Prepayment", key)
    for key in choice.each("OVERPAYMENT"):
        yield ev.CreditVoided(choice.at, "Overpayment", key)


def _recode_bank_transaction(choice: _Choice) -> Iterator[ev.Event]:
    for key in choice.each("bank transaction"):
        yield ev.DocumentRecoded(choice.at, "BankTransaction", key, (line(choice.amount, RENT),))


def _reconcile(choice: _Choice) -> Iterator[ev.Event]:
    for key in choice.each("bank transaction"):
        yield ev.BankTransactionReconciled(choice.at, key)


def _remove_bank_transaction(choice: _Choice) -> Iterator[ev.Event]:
    for key in choice.each("bank transaction"):
        yield ev.BankTransactionDeleted(choice.at, key)


def _transfer(choice: _Choice) -> Iterator[ev.Event]:
    key = choice.fresh("transfer", "TR")
    yield ev.BankTransferMade(choice.at, key, BANK, SAVINGS, choice.day, choice.amount)


def _remove_transfer(choice: _Choice) -> Iterator[ev.Event]:
    for key in choice.each("transfer"):
        yield ev.BankTransferDeleted(choice.at, key)


# --- journals, templates -------------------------------------------------------------------------


def _journal_lines(amount: Decimal) -> tuple[ev.JournalLine, ...]:
    return (ev.JournalLine(RENT, amount), ev.JournalLine(CAPITAL, -amount))


def _post_journal(choice: _Choice) -> Iterator[ev.Event]:
    key = choice.fresh("journal", "MJ")
    lines = _journal_lines(choice.amount)
    status = ("POSTED", "POSTED", "DRAFT")[choice.number % 3]
    yield ev.ManualJournalPosted(choice.at, key, f"Journal {key}", choice.day, lines, status)  # type: ignore[arg-type]


def _recode_journal(choice: _Choice) -> Iterator[ev.Event]:
    lines = (line(choice.amount, RENT), line(-choice.amount, CAPITAL))
    for key in choice.each("journal"):
        yield ev.DocumentRecoded(choice.at, "ManualJournal", key, lines)


def _end_journal(choice: _Choice) -> Iterator[ev.Event]:
    for key in choice.each("journal"):
        yield ev.ManualJournalStatusChanged(choice.at, key, "VOIDED")
        yield ev.ManualJournalStatusChanged(choice.at, key, "DELETED")


def _template(choice: _Choice, key: str) -> ev.RepeatingInvoiceSaved:
    lines = (line(choice.amount, SALES),)
    return ev.RepeatingInvoiceSaved(choice.at, key, "ACCREC", "cafe", _MONTHLY, lines, "NZD")


def _save_template(choice: _Choice) -> Iterator[ev.Event]:
    yield _template(choice, choice.fresh("template", "RI"))


def _edit_template(choice: _Choice) -> Iterator[ev.Event]:
    for key in choice.each("template"):
        yield _template(choice, key)


def _advance_template(choice: _Choice) -> Iterator[ev.Event]:
    for key in choice.each("template"):
        yield ev.RepeatingInvoiceAdvanced(choice.at, key, choice.day)


def _remove_template(choice: _Choice) -> Iterator[ev.Event]:
    for key in choice.each("template"):
        yield ev.RepeatingInvoiceDeleted(choice.at, key)


# --- contacts and settings -----------------------------------------------------------------------


def _add_contact(choice: _Choice) -> Iterator[ev.Event]:
    key = choice.fresh("contact", "contact")
    groups = tuple(choice.each("group"))[: choice.number % 2]
    yield ev.ContactAdded(choice.at, key, f"The {key}", groups=groups)


def _edit_contact(choice: _Choice) -> Iterator[ev.Event]:
    for key in choice.each("contact"):
        yield ev.ContactChanged(choice.at, key, email=f"{choice.number}@example.com")


def _rename_contact(choice: _Choice) -> Iterator[ev.Event]:
    for key in choice.each("contact"):
        yield ev.ContactChanged(choice.at, key, name=f"{key} named {choice.number}")


def _archive_contact(choice: _Choice) -> Iterator[ev.Event]:
    for key in choice.each("contact"):
        yield ev.ContactChanged(choice.at, key, status="ARCHIVED")


def _merge_contacts(choice: _Choice) -> Iterator[ev.Event]:
    for loser in choice.each("contact"):
        yield ev.ContactsMerged(choice.at, loser, "cafe")


def _add_group(choice: _Choice) -> Iterator[ev.Event]:
    key = choice.fresh("group", "group")
    yield ev.ContactGroupAdded(choice.at, key, f"Group {key}")


def _add_account(choice: _Choice) -> Iterator[ev.Event]:
    code = f"4{len(choice.desk.keys.get('account', ())):03d}"
    yield ev.AccountAdded(choice.at, code, f"Costs {code}", "OVERHEADS")


def _rename_account(choice: _Choice) -> Iterator[ev.Event]:
    for code in choice.each("account"):
        yield ev.AccountChanged(choice.at, code, name=f"Costs {code} ({choice.number})")


def _archive_account(choice: _Choice) -> Iterator[ev.Event]:
    for code in choice.each("account"):
        yield ev.AccountChanged(choice.at, code, status="ARCHIVED")


def _remove_account(choice: _Choice) -> Iterator[ev.Event]:
    """Nothing was ever coded to these, so Xero deletes them without a trace."""
    for code in choice.each("account"):
        yield ev.AccountChanged(choice.at, code, status="DELETED")


def _add_item(choice: _Choice) -> Iterator[ev.Event]:
    key = choice.fresh("item", "item")
    yield ev.ItemAdded(choice.at, key, key, f"An {key}", choice.amount, SALES, "NONE")


def _remove_item(choice: _Choice) -> Iterator[ev.Event]:
    for key in choice.each("item"):
        yield ev.ItemDeleted(choice.at, key)


HAPPENINGS: dict[str, Candidates] = {
    "invoice raised": _raise_invoice,
    "invoice edited": _edit_invoice,
    "invoice approved": _settle_invoice_status("AUTHORISED"),
    "invoice voided": _settle_invoice_status("VOIDED"),
    "draft invoice deleted": _settle_invoice_status("DELETED"),
    "due date moved": _move_due_date,
    "invoice sent": _send_invoice,
    "invoice given to another contact": _give_invoice_to_other_contact,
    "credit note raised": _raise_credit_note,
    "credit note voided": _void_credit_note,
    "credit allocated": _allocate,
    "allocation removed": _remove_allocation,
    "part paid": _pay_part,
    "batch paid": _pay_batch,
    "payment deleted": _remove_payment,
    "money moved": _post_bank_transaction,
    "prepaid": _prepay,
    "overpaid": _overpay,
    "prepayment or overpayment voided": _void_credit,
    "bank transaction recoded": _recode_bank_transaction,
    "bank transaction reconciled": _reconcile,
    "bank transaction deleted": _remove_bank_transaction,
    "transfer made": _transfer,
    "transfer deleted": _remove_transfer,
    "journal posted": _post_journal,
    "journal edited": _recode_journal,
    "journal voided or deleted": _end_journal,
    "template saved": _save_template,
    "template edited": _edit_template,
    "template advanced": _advance_template,
    "template deleted": _remove_template,
    "contact added": _add_contact,
    "contact edited": _edit_contact,
    "contact renamed": _rename_contact,
    "contact archived": _archive_contact,
    "contacts merged": _merge_contacts,
    "contact group added": _add_group,
    "account added": _add_account,
    "account renamed": _rename_account,
    "account archived": _archive_account,
    "account deleted": _remove_account,
    "item added": _add_item,
    "item deleted": _remove_item,
}


@dataclass(frozen=True)
class Concern:
    """What is of concern to an endpoint: schedules over it draw from these words.

    Attributes:
        makes: how its records come to be, what has to be there before first.
        changes: what happens to them, with or without a word from Xero.
    """

    makes: tuple[str, ...]
    changes: tuple[str, ...]


CONCERNS: dict[str, Concern] = {
    "accounts": Concern(
        ("account added",), ("account renamed", "account archived", "account deleted")
    ),
    "bank_transactions": Concern(
        ("money moved", "transfer made", "prepaid"),
        (
            "bank transaction recoded",
            "bank transaction reconciled",
            "bank transaction deleted",
            "transfer deleted",
            "prepayment or overpayment voided",
        ),
    ),
    "bank_transfers": Concern(("transfer made",), ("transfer deleted",)),
    "batch_payments": Concern(("invoice raised", "batch paid"), ("payment deleted",)),
    "contact_groups": Concern(("contact group added", "contact added"), ()),
    "contacts": Concern(
        ("contact added",),
        (
            "contact edited",
            "contact renamed",
            "contact archived",
            "contacts merged",
            "invoice raised",
            "part paid",
        ),
    ),
    "credit_notes": Concern(
        ("credit note raised", "invoice raised"),
        ("credit note voided", "credit allocated", "allocation removed"),
    ),
    "invoices": Concern(
        ("invoice raised", "invoice raised", "part paid"),
        (
            "invoice edited",
            "invoice approved",
            "invoice voided",
            "draft invoice deleted",
            "due date moved",
            "invoice sent",
            "invoice given to another contact",
            "contact added",
            "contact renamed",
            "part paid",
            "payment deleted",
        ),
    ),
    "items": Concern(("item added",), ("item deleted",)),
    "manual_journals": Concern(
        ("journal posted",), ("journal edited", "journal voided or deleted")
    ),
    "overpayments": Concern(
        ("overpaid", "invoice raised"),
        ("credit allocated", "allocation removed", "prepayment or overpayment voided"),
    ),
    "payments": Concern(("invoice raised", "part paid"), ("batch paid", "payment deleted")),
    "prepayments": Concern(
        ("prepaid", "invoice raised"),
        ("credit allocated", "allocation removed", "prepayment or overpayment voided"),
    ),
    "repeating_invoices": Concern(
        ("template saved",), ("template edited", "template advanced", "template deleted")
    ),
}
