"""What changes at Xero without a new UpdatedDateUTC, and where it can be seen afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.api.complete import ListedRecord, complete_listings
from xero_pipeline.sandbox.books import Book, Refused
from xero_pipeline_tests.sandbox.books.harbour import (
    BANK,
    OPENED,
    RENT,
    SALES,
    SAVINGS,
    apply,
    bill,
    day,
    invoice,
    line,
    new_book,
    noon,
    payment,
)

LATER = noon("03-20")


def listed(book: Book, list_key: str) -> Mapping[str, ListedRecord]:
    return complete_listings(book, list_keys=(list_key,), with_records=True)[list_key]


def changed(book: Book, list_key: str, event: ev.Event) -> tuple[list[str], list[dt.datetime]]:
    """The fields that an event changed in the records of a list, and the instants it moved to."""
    before = listed(book, list_key)
    apply(book, event)
    after = listed(book, list_key)
    fields: set[str] = set()
    moved: list[dt.datetime] = []
    for id_, record in after.items():
        fields |= _different(before[id_].record or {}, record.record or {})
        if record.updated != before[id_].updated and record.updated is not None:
            moved.append(record.updated)
    return sorted(fields), moved


def _different(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}


@pytest.fixture
def part_paid() -> Book:
    """INV-1 and BILL-1 over 100, of which 40 are paid; INV-2 over 50, unpaid."""
    return new_book(
        invoice("INV-1", 100),
        invoice("INV-2", 50),
        bill("BILL-1", 100),
        payment("P-1", "INV-1", 40),
        payment("P-2", "BILL-1", 40),
    )


def test_the_due_date_of_a_part_paid_invoice_moves_in_silence(part_paid: Book) -> None:
    event = ev.InvoiceDatesChanged(LATER, "INV-1", due_date=day("05-05"))

    assert changed(part_paid, "Invoices", event) == (["DueDate", "DueDateString"], [])


def test_so_does_the_planned_date_of_a_part_paid_bill(part_paid: Book) -> None:
    event = ev.InvoiceDatesChanged(LATER, "BILL-1", expected_payment_date=day("05-05"))

    fields, moved = changed(part_paid, "Invoices", event)

    assert fields == ["PlannedPaymentDate", "PlannedPaymentDateString"]
    assert moved == []


def test_and_the_sent_flag_of_a_part_paid_invoice(part_paid: Book) -> None:
    assert changed(part_paid, "Invoices", ev.InvoiceSent(LATER, "INV-1")) == (
        ["SentToContact"],
        [],
    )


def test_while_nothing_is_paid_they_are_announced(part_paid: Book) -> None:
    dates = ev.InvoiceDatesChanged(LATER, "INV-2", due_date=day("05-05"))

    assert changed(part_paid, "Invoices", dates)[1] == [LATER]
    assert changed(part_paid, "Invoices", ev.InvoiceSent(noon("03-21"), "INV-2"))[1] == [
        noon("03-21")
    ]


def test_a_draft_cannot_be_sent(part_paid: Book) -> None:
    apply(part_paid, invoice("INV-3", 10, status="DRAFT"))

    with pytest.raises(Refused, match="INV-3 is DRAFT and cannot be sent"):
        part_paid.apply(ev.InvoiceSent(LATER, "INV-3"))


def test_a_contacts_balances_and_roles_follow_its_documents_in_silence() -> None:
    book = new_book()

    fields, moved = changed(book, "Contacts", invoice("INV-1", 100))

    assert (fields, moved) == (["Balances", "IsCustomer"], [])
    assert changed(book, "Contacts", payment("P-1", "INV-1", 40)) == (["Balances"], [])


def test_items_and_unused_accounts_vanish_without_a_trace() -> None:
    book = new_book(
        ev.ItemAdded(OPENED, "SEO", "SEO", "Monthly SEO", line("500").unit_amount, SALES, "NONE"),
        ev.AccountAdded(OPENED, "499", "Never used", "OVERHEADS"),
    )
    accounts = listed(book, "Accounts").keys()

    apply(
        book,
        ev.ItemDeleted(LATER, "SEO"),
        ev.AccountChanged(LATER, "499", status="DELETED"),
    )

    assert listed(book, "Items") == {}
    assert len(accounts - listed(book, "Accounts").keys()) == 1


def test_a_deleted_transfer_is_announced_by_its_two_bank_transactions_alone() -> None:
    amount = line("30").unit_amount
    book = new_book(ev.BankTransferMade(noon("03-11"), "T-1", BANK, SAVINGS, day("03-11"), amount))
    sides = listed(book, "BankTransactions")

    fields, moved = changed(book, "BankTransfers", ev.BankTransferDeleted(LATER, "T-1"))

    assert (fields, moved) == (["Status"], [])
    assert len(sides) == 2
    assert {side.updated for side in listed(book, "BankTransactions").values()} == {LATER}


def test_a_template_is_edited_and_deleted_without_any_instant() -> None:
    schedule = ev.Schedule("MONTHLY", 1, 20, "DAYSAFTERINVOICEDATE", day("01-01"), day("04-01"))
    saved = ev.RepeatingInvoiceSaved(OPENED, "R-1", "ACCREC", "cafe", schedule, (line(100),), "NZD")
    dearer = ev.RepeatingInvoiceSaved(LATER, "R-1", "ACCREC", "cafe", schedule, (line(120),), "NZD")
    book = new_book(saved)

    edited = changed(book, "RepeatingInvoices", dearer)
    deleted = changed(book, "RepeatingInvoices", ev.RepeatingInvoiceDeleted(LATER, "R-1"))

    assert edited == (["LineItems", "Schedule", "SubTotal", "Total"], [])
    assert deleted == (["Status"], [])


def test_a_merged_contact_is_archived_and_points_at_the_other() -> None:
    book = new_book(invoice("INV-1", 100), bill("BILL-1", 50))
    documents = listed(book, "Invoices")

    merged = ev.ContactsMerged(LATER, loser="landlord", winner="cafe")
    fields, moved = changed(book, "Contacts", merged)

    assert moved == [LATER]
    assert {"ContactStatus", "MergedToContactID"} <= set(fields)
    assert listed(book, "Invoices") == documents


def test_a_contacts_new_name_shows_in_its_documents_in_silence() -> None:
    book = new_book(invoice("INV-1", 100))

    renamed = ev.ContactChanged(LATER, "cafe", name="Harbour Roasters")

    assert changed(book, "Invoices", renamed) == (["Contact"], [])


def test_money_spent_on_rent_is_recoded_with_an_instant() -> None:
    """The contrary case: what the increment does see."""
    book = new_book(
        ev.BankTransactionPosted(
            noon("03-08"), "S-1", "SPEND", BANK, day("03-08"), (line(45, RENT),), "NZD"
        )
    )

    recoded = ev.DocumentRecoded(LATER, "BankTransaction", "S-1", (line(45, SALES),))

    assert changed(book, "BankTransactions", recoded)[1] == [LATER]
