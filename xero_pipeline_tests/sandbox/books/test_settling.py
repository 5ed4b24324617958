"""Payments, refunds, batches and allocations: what they change on both sides."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.books import Refused
from xero_pipeline.sandbox.events import xero_id
from xero_pipeline_tests.sandbox.books.harbour import (
    BANK,
    CAPITAL,
    DEFERRED,
    GST,
    KEY,
    PAYABLE,
    RECEIVABLE,
    RENT,
    SALES,
    allocation,
    apply,
    balance,
    balances,
    bank,
    bill,
    credit_note,
    day,
    dollars,
    invoice,
    line,
    new_book,
    noon,
    part,
    payment,
    posted,
    row,
)


def test_a_payment_moves_money_to_the_bank_and_makes_the_invoice_paid() -> None:
    book = new_book(invoice("INV-1", 100), payment("P-1", "INV-1", 100, "03-10"))
    assert posted(book.journals()[-1]) == {BANK: Decimal(100), RECEIVABLE: Decimal(-100)}
    found = row(book, "Invoice", "INV-1")
    assert part(found, "Status", "FullyPaidOnDate", "UpdatedDateUTC") == {
        "Status": "PAID",
        "FullyPaidOnDate": day("03-10"),
        "UpdatedDateUTC": noon("03-10"),
    }


def test_paying_a_bill_takes_the_money_out() -> None:
    book = new_book(bill("BILL-1", 100), payment("P-1", "BILL-1", 40))
    assert posted(book.journals()[-1]) == {BANK: Decimal(-40), PAYABLE: Decimal(40)}
    assert row(book, "Payment", "P-1")["PaymentType"] == "ACCPAYPAYMENT"


def test_a_payment_row_nests_a_thin_invoice() -> None:
    book = new_book(invoice("INV-1", 100), payment("P-1", "INV-1", 60))
    found = row(book, "Payment", "P-1")
    assert part(found, "Amount", "BankAmount", "Status", "PaymentType", "HasAccount") == {
        "Amount": Decimal(60),
        "BankAmount": Decimal(60),
        "Status": "AUTHORISED",
        "PaymentType": "ACCRECPAYMENT",
        "HasAccount": True,
    }
    assert found["Account"] == {"AccountID": xero_id(KEY, "Account", BANK), "Code": BANK}
    assert part(found["Invoice"], "Type", "InvoiceID", "InvoiceNumber", "LineItems") == {
        "Type": "ACCREC",
        "InvoiceID": xero_id(KEY, "Invoice", "INV-1"),
        "InvoiceNumber": "INV-1",
        "LineItems": [],
    }
    assert found["Invoice"]["Contact"]["Name"] == "Harbour Cafe"


def test_a_deleted_payment_stays_listed_and_the_invoice_is_open_again() -> None:
    book = new_book(
        invoice("INV-1", 100),
        payment("P-1", "INV-1", 100, "03-10"),
        ev.PaymentDeleted(noon("03-15"), "P-1"),
    )
    assert row(book, "Payment", "P-1")["Status"] == "DELETED"
    found = row(book, "Invoice", "INV-1")
    assert part(found, "Status", "AmountDue", "Payments", "UpdatedDateUTC") == {
        "Status": "AUTHORISED",
        "AmountDue": Decimal(100),
        "Payments": [],
        "UpdatedDateUTC": noon("03-15"),
    }
    assert "FullyPaidOnDate" not in found
    assert balances(book, BANK, RECEIVABLE) == [0, 100]


def test_an_owner_can_pay_where_the_account_takes_payments() -> None:
    book = new_book(bill("BILL-1", 10), payment("P-1", "BILL-1", 10, account_code=CAPITAL))
    assert balance(book, CAPITAL) == -10
    with pytest.raises(Refused, match="does not take payments"):
        apply(book, bill("BILL-2", 10), payment("P-2", "BILL-2", 10, account_code=SALES))


@pytest.mark.parametrize(
    ("status", "amount", "message"),
    [
        ("DRAFT", 10, "is DRAFT"),
        ("AUTHORISED", 101, "more than the 100.00 left"),
        ("AUTHORISED", 0, "greater than zero"),
    ],
)
def test_payments_that_xero_refuses(status: str, amount: int, message: str) -> None:
    book = new_book(invoice("INV-1", "100.00", status=status))
    with pytest.raises(Refused, match=message):
        book.apply(payment("P-1", "INV-1", amount))
    assert not book.rows("Payments")


def test_a_voided_invoice_takes_no_payment() -> None:
    book = new_book(invoice("INV-1", 10), ev.InvoiceStatusChanged(noon("03-02"), "INV-1", "VOIDED"))
    with pytest.raises(Refused, match="is VOIDED"):
        book.apply(payment("P-1", "INV-1", 10))


# --- allocations ---------------------------------------------------------------------------------


def test_a_credit_note_shows_what_is_left_and_where_it_went() -> None:
    book = new_book(
        invoice("INV-1", 100, "03-07"),
        credit_note("CN-1", 80, "03-05"),
        allocation("A-1", "CN-1", "INV-1", 30, "03-12"),
    )
    found = row(book, "CreditNote", "CN-1")
    assert part(found, "Status", "RemainingCredit", "UpdatedDateUTC") == {
        "Status": "AUTHORISED",
        "RemainingCredit": Decimal(50),
        "UpdatedDateUTC": noon("03-12"),
    }
    applied = found["Allocations"][0]
    assert part(applied, "AllocationID", "Amount", "Date") == {
        "AllocationID": xero_id(KEY, "Allocation", "A-1"),
        "Amount": Decimal(30),
        "Date": day("03-07"),
    }
    assert part(applied["Invoice"], "InvoiceID", "InvoiceNumber") == {
        "InvoiceID": xero_id(KEY, "Invoice", "INV-1"),
        "InvoiceNumber": "INV-1",
    }
    assert row(book, "Invoice", "INV-1")["UpdatedDateUTC"] == noon("03-12")


def test_a_credit_with_nothing_left_is_paid() -> None:
    book = new_book(
        invoice("INV-1", 100, "03-01"),
        credit_note("CN-1", 80, "03-05"),
        allocation("A-1", "CN-1", "INV-1", 30),
        payment("REFUND", "CN-1", 50, "03-20", target_kind="CreditNote"),
    )
    assert part(
        row(book, "CreditNote", "CN-1"), "Status", "RemainingCredit", "FullyPaidOnDate"
    ) == {
        "Status": "PAID",
        "RemainingCredit": Decimal(0),
        "FullyPaidOnDate": day("03-20"),
    }
    assert balance(book, BANK) == -50


def test_a_refund_of_a_credit_note_comes_under_the_key_invoice() -> None:
    book = new_book(
        credit_note("CN-1", 50), payment("REFUND", "CN-1", 50, target_kind="CreditNote")
    )
    found = row(book, "Payment", "REFUND")
    assert found["PaymentType"] == "ARCREDITPAYMENT"
    assert part(found["Invoice"], "Type", "InvoiceID") == {
        "Type": "ACCRECCREDIT",
        "InvoiceID": xero_id(KEY, "CreditNote", "CN-1"),
    }


def test_deleting_an_allocation_restores_both_sides() -> None:
    book = new_book(
        invoice("INV-1", 30),
        credit_note("CN-1", 30),
        allocation("A-1", "CN-1", "INV-1", 30),
        ev.AllocationDeleted(noon("03-25"), "A-1"),
    )
    invoice_row, credit_row = row(book, "Invoice", "INV-1"), row(book, "CreditNote", "CN-1")
    assert (invoice_row["Status"], invoice_row["AmountDue"]) == ("AUTHORISED", 30)
    assert (credit_row["Status"], credit_row["RemainingCredit"]) == ("AUTHORISED", 30)
    assert credit_row["Allocations"] == invoice_row["CreditNotes"] == []
    assert invoice_row["UpdatedDateUTC"] == credit_row["UpdatedDateUTC"] == noon("03-25")


def test_an_allocation_in_base_currency_posts_nothing() -> None:
    book = new_book(invoice("INV-1", 30), credit_note("CN-1", 30))
    before = len(book.journals())
    book.apply(allocation("A-1", "CN-1", "INV-1", 30))
    assert len(book.journals()) == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"amount": Decimal(51)}, "more than the 50.00 left on CreditNote CN-1"),
        ({"invoice": "SMALL"}, "more than the 10.00 left on Invoice SMALL"),
        ({"invoice": "BILL-1"}, "cannot be applied to a ACCPAY"),
        ({"invoice": "USD-1"}, "credit is in NZD, the invoice in USD"),
    ],
)
def test_allocations_that_xero_refuses(change: dict[str, object], message: str) -> None:
    book = new_book(
        invoice("INV-1", "100.00"),
        invoice("SMALL", "10.00"),
        invoice("USD-1", 100, **dollars("0.6")),
        bill("BILL-1", 100),
        credit_note("CN-1", "50.00"),
    )
    with pytest.raises(Refused, match=message):
        book.apply(replace(allocation("A-1", "CN-1", "INV-1", 20), **change))  # type: ignore[arg-type]


# --- overpayments and prepayments ----------------------------------------------------------------


def test_an_overpayment_is_a_bank_transaction_and_a_credit_in_receivables() -> None:
    book = new_book(
        invoice("INV-1", 100),
        bank("OP-1", "RECEIVE-OVERPAYMENT", 30),
        allocation("A-1", "OP-1", "INV-1", 20, credit_kind="Overpayment"),
    )
    assert row(book, "BankTransaction", "OP-1")["OverpaymentID"] == xero_id(
        KEY, "Overpayment", "OP-1"
    )
    assert row(book, "Overpayment", "OP-1")["RemainingCredit"] == 10
    assert row(book, "Invoice", "INV-1")["Overpayments"][0]["AppliedAmount"] == 20
    assert balances(book, BANK, RECEIVABLE) == [30, 70]


def test_a_prepayment_waits_in_its_own_account_until_it_is_used() -> None:
    book = new_book(invoice("INV-1", 100), bank("PP-1", "RECEIVE-PREPAYMENT", 40))
    assert balances(book, DEFERRED, RECEIVABLE) == [-40, 100]
    book.apply(allocation("A-1", "PP-1", "INV-1", 25, credit_kind="Prepayment"))
    assert posted(book.journals()[-1]) == {DEFERRED: Decimal(25), RECEIVABLE: Decimal(-25)}
    assert row(book, "Invoice", "INV-1")["AmountCredited"] == 25
    assert row(book, "Prepayment", "PP-1")["RemainingCredit"] == 15


def test_tax_in_a_prepayment_goes_back_with_it() -> None:
    taxed = (line(100, DEFERRED, tax_type="OUTPUT2"),)
    book = new_book(
        invoice("INV-1", 115),
        bank("PP-1", "RECEIVE-PREPAYMENT", 115, lines=taxed, line_amount_types="Exclusive"),
        allocation("A-1", "PP-1", "INV-1", 10, credit_kind="Prepayment"),
        allocation("A-2", "PP-1", "INV-1", 105, credit_kind="Prepayment"),
    )
    assert balances(book, DEFERRED, GST, RECEIVABLE) == [0, 0, 0]


def test_a_supplier_prepayment_and_its_refund() -> None:
    book = new_book(
        bill("BILL-1", 100),
        bank("PP-1", "SPEND-PREPAYMENT", 60),
        allocation("A-1", "PP-1", "BILL-1", 45, credit_kind="Prepayment"),
        payment("REFUND", "PP-1", 15, target_kind="Prepayment"),
    )
    assert balances(book, BANK, DEFERRED, PAYABLE, RENT) == [-45, 0, -55, 100]
    refund = row(book, "Payment", "REFUND")
    assert refund["PaymentType"] == "APPREPAYMENTPAYMENT"
    assert refund["Prepayment"]["PrepaymentID"] == xero_id(KEY, "Prepayment", "PP-1")


def test_voiding_an_unused_overpayment_takes_the_bank_transaction_with_it() -> None:
    book = new_book(
        bank("OP-1", "RECEIVE-OVERPAYMENT", 30),
        ev.CreditVoided(noon("03-20"), "Overpayment", "OP-1"),
    )
    assert part(row(book, "Overpayment", "OP-1"), "Status", "Total", "RemainingCredit") == {
        "Status": "VOIDED",
        "Total": Decimal(30),
        "RemainingCredit": Decimal(0),
    }
    assert row(book, "BankTransaction", "OP-1")["Status"] == "DELETED"
    assert balances(book, BANK, RECEIVABLE) == [0, 0]


def test_a_used_overpayment_cannot_be_voided() -> None:
    book = new_book(
        invoice("INV-1", 30),
        bank("OP-1", "RECEIVE-OVERPAYMENT", 30),
        allocation("A-1", "OP-1", "INV-1", 10, credit_kind="Overpayment"),
    )
    with pytest.raises(Refused, match="in use"):
        book.apply(ev.CreditVoided(noon("03-20"), "Overpayment", "OP-1"))


# --- batches -------------------------------------------------------------------------------------


def batch(*payments: ev.PaymentMade) -> ev.BatchPaymentMade:
    return ev.BatchPaymentMade(noon("03-10"), "RUN", "PAYBATCH", BANK, day("03-10"), payments)


def test_a_batch_groups_payments_and_totals_them() -> None:
    book = new_book(
        bill("B-1", 100),
        bill("B-2", 50),
        batch(payment("P-1", "B-1", 100), payment("P-2", "B-2", 20)),
    )
    found = row(book, "BatchPayment", "RUN")
    assert part(found, "TotalAmount", "Status", "Type") == {
        "TotalAmount": Decimal(120),
        "Status": "AUTHORISED",
        "Type": "PAYBATCH",
    }
    guid = xero_id(KEY, "BatchPayment", "RUN")
    assert row(book, "Payment", "P-1")["BatchPaymentID"] == guid
    assert row(book, "Payment", "P-2")["BatchPayment"]["TotalAmount"] == 120
    assert row(book, "Invoice", "B-1")["Payments"][0]["BatchPaymentID"] == guid


def test_a_batch_is_refused_as_a_whole() -> None:
    book = new_book(bill("B-1", 100))
    with pytest.raises(Refused, match="more than"):
        book.apply(batch(payment("P-1", "B-1", 60), payment("P-2", "B-1", 60)))
    assert not book.rows("Payments")
    assert row(book, "Invoice", "B-1")["AmountDue"] == 100


def test_a_batch_holds_a_payment_once() -> None:
    book = new_book(bill("B-1", 100))
    with pytest.raises(Refused, match="one twice"):
        book.apply(batch(payment("P-1", "B-1", 10), payment("P-1", "B-1", 10)))
    assert not book.rows("Payments")


def test_a_batch_without_live_payments_is_deleted() -> None:
    book = new_book(
        bill("B-1", 100),
        batch(payment("P-1", "B-1", 100)),
        ev.PaymentDeleted(noon("03-12"), "P-1"),
    )
    assert part(row(book, "BatchPayment", "RUN"), "Status", "TotalAmount", "UpdatedDateUTC") == {
        "Status": "DELETED",
        "TotalAmount": Decimal(0),
        "UpdatedDateUTC": noon("03-12"),
    }
