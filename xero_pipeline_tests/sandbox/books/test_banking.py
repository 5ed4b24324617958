"""Money spent and received, transfers, manual journals, files."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.books import Refused
from xero_pipeline.sandbox.document_events import FileAttached
from xero_pipeline.sandbox.events import xero_id
from xero_pipeline_tests.sandbox.books.harbour import (
    BANK,
    DEFERRED,
    DOLLARS,
    GST,
    KEY,
    RECEIVABLE,
    RENT,
    SALES,
    SAVINGS,
    Changes,
    apply,
    balance,
    balances,
    bank,
    day,
    invoice,
    line,
    new_book,
    noon,
    part,
    posted,
    row,
)


def transfer(key: str = "T-1", amount: int = 50, **changes: Changes) -> ev.BankTransferMade:
    event = ev.BankTransferMade(noon("03-09"), key, BANK, SAVINGS, day("03-09"), Decimal(amount))
    return replace(event, **changes)


def manual(*lines: ev.JournalLine, **changes: Changes) -> ev.ManualJournalPosted:
    event = ev.ManualJournalPosted(noon("03-31"), "MJ-1", "Accrue rent", day("03-31"), lines)
    return replace(event, **changes)


# --- spend and receive ---------------------------------------------------------------------------


def test_spending_takes_money_from_the_bank_with_the_tax_inside() -> None:
    taxed = (line("115.00", RENT, tax_type="INPUT2"),)
    book = new_book(bank("S-1", "SPEND", 0, lines=taxed))
    assert posted(book.journals()[0]) == {
        BANK: Decimal("-115.00"),
        RENT: Decimal("100.00"),
        GST: Decimal("15.00"),
    }
    found = row(book, "BankTransaction", "S-1")
    assert part(found, "Type", "SubTotal", "TotalTax", "Total", "IsReconciled") == {
        "Type": "SPEND",
        "SubTotal": Decimal(100),
        "TotalTax": Decimal(15),
        "Total": Decimal(115),
        "IsReconciled": False,
    }
    assert found["BankAccount"]["Code"] == BANK


def test_money_without_a_contact_has_none() -> None:
    book = new_book(bank("FEE", "SPEND", 5, contact=None))
    assert "Contact" not in row(book, "BankTransaction", "FEE")


def test_a_deleted_row_stays_listed_and_its_money_comes_back() -> None:
    book = new_book(bank("S-1", "SPEND", 5), ev.BankTransactionDeleted(noon("03-20"), "S-1"))
    assert part(row(book, "BankTransaction", "S-1"), "Status", "UpdatedDateUTC") == {
        "Status": "DELETED",
        "UpdatedDateUTC": noon("03-20"),
    }
    assert balances(book, BANK, RENT) == [0, 0]


def test_only_plain_rows_can_be_deleted() -> None:
    book = new_book(bank("OP-1", "RECEIVE-OVERPAYMENT", 5), transfer())
    for key in ("OP-1", "T-1/from"):
        with pytest.raises(Refused, match="cannot be deleted"):
            book.apply(ev.BankTransactionDeleted(noon("03-20"), key))


def test_recoding_moves_the_amount_to_another_account() -> None:
    book = new_book(
        bank("R-1", "RECEIVE", 80),
        ev.DocumentRecoded(noon("03-20"), "BankTransaction", "R-1", (line(80, DEFERRED),)),
    )
    assert balances(book, BANK, SALES, DEFERRED) == [80, 0, -80]
    assert len(book.journals()) == 3


def test_reconciling_marks_the_row() -> None:
    book = new_book(bank("S-1", "SPEND", 5), ev.BankTransactionReconciled(noon("03-20"), "S-1"))
    assert row(book, "BankTransaction", "S-1")["IsReconciled"] is True


@pytest.mark.parametrize("lines", [(line(5, SALES),), (line(2, RECEIVABLE), line(3, RECEIVABLE))])
def test_an_overpayment_has_one_line_on_the_control_account(lines: tuple[ev.Line, ...]) -> None:
    with pytest.raises(Refused, match="one line, coded to DEBTORS"):
        apply(new_book(), bank("OP-1", "RECEIVE-OVERPAYMENT", 5, lines=lines))


# --- transfers -----------------------------------------------------------------------------------


def test_a_transfer_shows_three_times_and_moves_the_money_once() -> None:
    book = new_book(transfer())
    found = row(book, "BankTransfer", "T-1")
    assert part(found, "Amount", "Status", "FromBankTransactionID", "ToBankTransactionID") == {
        "Amount": Decimal(50),
        "Status": "AUTHORISED",
        "FromBankTransactionID": xero_id(KEY, "BankTransaction", "T-1/from"),
        "ToBankTransactionID": xero_id(KEY, "BankTransaction", "T-1/to"),
    }
    sides = [part(each, "Type", "Total") for each in book.rows("BankTransactions")]
    assert sides == [
        {"Type": "SPEND-TRANSFER", "Total": Decimal(50)},
        {"Type": "RECEIVE-TRANSFER", "Total": Decimal(50)},
    ]
    assert balances(book, BANK, SAVINGS) == [-50, 50]


def test_a_deleted_transfer_takes_both_sides_with_it() -> None:
    book = new_book(transfer(), ev.BankTransferDeleted(noon("03-20"), "T-1"))
    assert row(book, "BankTransfer", "T-1")["Status"] == "DELETED"
    assert [each["Status"] for each in book.rows("BankTransactions")] == ["DELETED", "DELETED"]
    assert balances(book, BANK, SAVINGS) == [0, 0]


def test_reconciling_one_side_shows_on_the_transfer() -> None:
    book = new_book(transfer())
    assert row(book, "BankTransfer", "T-1")["ToIsReconciled"] is False
    book.apply(ev.BankTransactionReconciled(noon("03-20"), "T-1/to"))
    assert row(book, "BankTransfer", "T-1")["ToIsReconciled"] is True


def test_a_transfer_into_another_currency_needs_both_amounts() -> None:
    with pytest.raises(Refused, match="needs its amount in USD"):
        apply(new_book(), transfer(to_account=DOLLARS))


# --- manual journals -----------------------------------------------------------------------------


def test_a_posted_journal_moves_what_it_says() -> None:
    book = new_book(
        manual(ev.JournalLine(RENT, Decimal(100)), ev.JournalLine(DEFERRED, Decimal(-100)))
    )
    found = row(book, "ManualJournal", "MJ-1")
    assert part(found, "Status", "LineAmountTypes", "Narration") == {
        "Status": "POSTED",
        "LineAmountTypes": "NoTax",
        "Narration": "Accrue rent",
    }
    assert [each["LineAmount"] for each in found["JournalLines"]] == [100, -100]
    assert balances(book, RENT, DEFERRED) == [100, -100]


def test_lines_that_balance_with_their_tax_post_it() -> None:
    book = new_book(
        manual(
            ev.JournalLine(RENT, Decimal(100), tax_type="INPUT2"),
            ev.JournalLine(DEFERRED, Decimal(-115)),
        )
    )
    assert balances(book, RENT, GST, DEFERRED) == [100, 15, -115]
    assert row(book, "ManualJournal", "MJ-1")["LineAmountTypes"] == "Exclusive"


def test_a_journal_goes_from_draft_to_posted_to_voided() -> None:
    lines = (ev.JournalLine(RENT, Decimal(9)), ev.JournalLine(DEFERRED, Decimal(-9)))
    book = new_book(manual(*lines, status="DRAFT"))
    assert not book.journals()
    book.apply(ev.ManualJournalStatusChanged(noon("04-01"), "MJ-1", "POSTED"))
    assert balance(book, RENT) == Decimal(9)
    book.apply(ev.ManualJournalStatusChanged(noon("04-02"), "MJ-1", "VOIDED"))
    assert balance(book, RENT) == Decimal(0)
    with pytest.raises(Refused, match="is VOIDED"):
        book.apply(ev.ManualJournalStatusChanged(noon("04-03"), "MJ-1", "DELETED"))


@pytest.mark.parametrize(
    ("account", "amount", "message"),
    [(DEFERRED, -99, "does not balance"), (BANK, -100, "cannot be journalled to")],
)
def test_journals_that_xero_refuses(account: str, amount: int, message: str) -> None:
    with pytest.raises(Refused, match=message):
        apply(
            new_book(),
            manual(ev.JournalLine(RENT, Decimal(100)), ev.JournalLine(account, Decimal(amount))),
        )


# --- files ---------------------------------------------------------------------------------------


def test_a_file_is_kept_and_flagged_on_its_document() -> None:
    book = new_book(
        invoice("INV-1", 10),
        FileAttached(
            noon("03-20"), "F-1", "Invoice", "INV-1", "brief.pdf", "application/pdf", b"%PDF"
        ),
    )
    guid = xero_id(KEY, "Invoice", "INV-1")
    [file] = book.attachments("Invoice", guid)
    assert (file.attachment_id, file.file_name, file.content) == (
        xero_id(KEY, "Attachment", "F-1"),
        "brief.pdf",
        b"%PDF",
    )
    assert row(book, "Invoice", "INV-1")["HasAttachments"] is True
    assert not book.attachments("Invoice", xero_id(KEY, "Invoice", "INV-2"))


def test_a_file_of_the_same_name_is_replaced() -> None:
    first = FileAttached(noon("03-20"), "F-1", "Contact", "cafe", "terms.txt", "text/plain", b"old")
    book = new_book(first, replace(first, key="F-2", content=b"new"))
    files = book.attachments("Contact", xero_id(KEY, "Contact", "cafe"))
    assert [file.content for file in files] == [b"new"]
