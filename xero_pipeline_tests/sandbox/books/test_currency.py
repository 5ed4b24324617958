"""Foreign currency: rates are dollars per New Zealand dollar, so base = amount / rate."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.books import Refused
from xero_pipeline_tests.sandbox.books.harbour import (
    BANK,
    DOLLARS,
    GAIN,
    RECEIVABLE,
    SALES,
    Changes,
    allocation,
    apply,
    balance,
    balances,
    bank,
    credit_note,
    day,
    dollars,
    invoice,
    money,
    new_book,
    noon,
    part,
    payment,
    posted,
    row,
)


def paid(amount: str | int, rate: str, **changes: Changes) -> ev.PaymentMade:
    """A payment of INV-1 at the rate of its day, into the dollar account."""
    plain = payment(f"P-{amount}-{rate}", "INV-1", amount, account_code=DOLLARS)
    return replace(plain, currency_rate=Decimal(rate), **changes)


def test_the_ledger_carries_an_invoice_at_its_own_rate() -> None:
    book = new_book(invoice("INV-1", 60, **dollars("0.6")))
    assert posted(book.journals()[0]) == {RECEIVABLE: Decimal(100), SALES: Decimal(-100)}
    assert part(row(book, "Invoice", "INV-1"), "Total", "CurrencyCode", "CurrencyRate") == {
        "Total": Decimal(60),
        "CurrencyCode": "USD",
        "CurrencyRate": Decimal("0.6"),
    }


def test_a_payment_at_another_rate_realises_the_difference() -> None:
    """60 dollars invoiced at 0.6 are worth 100; at 0.5 they are worth 120."""
    book = new_book(invoice("INV-1", 60, **dollars("0.6")), paid(60, "0.5"))
    assert posted(book.journals()[-1]) == {
        DOLLARS: Decimal(120),
        RECEIVABLE: Decimal(-100),
        GAIN: Decimal(-20),
    }
    assert row(book, "Payment", "P-60-0.5")["CurrencyRate"] == Decimal("0.5")


def test_a_base_currency_account_gets_what_the_bank_gave() -> None:
    book = new_book(
        invoice("INV-1", 60, **dollars("0.6")),
        paid(60, "0.625", account_code=BANK, bank_amount=Decimal("95.50")),
    )
    assert posted(book.journals()[-1]) == {
        BANK: Decimal("95.50"),
        RECEIVABLE: Decimal(-100),
        GAIN: Decimal("4.50"),
    }
    found = row(book, "Payment", "P-60-0.625")
    assert part(found, "Amount", "BankAmount") == money(Amount=60, BankAmount="95.50")


def test_the_last_payment_clears_the_cent_that_rounding_left() -> None:
    """100 dollars at 0.7 are 142.86 and 33.33 dollars 47.61. The last 33.34 dollars would be 47.63
    by themselves, but 47.64 are left."""
    book = new_book(invoice("INV-1", 100, "03-01", **dollars("0.7")))
    for on, amount in (("03-10", "33.33"), ("03-20", "33.33"), ("03-30", "33.34")):
        book.apply(replace(paid(amount, "0.7"), key=on, date=day(on)))
    assert [balance(book, RECEIVABLE, on) for on in ("03-01", "03-10", "03-20", "03-30")] == [
        Decimal("142.86"),
        Decimal("95.25"),
        Decimal("47.64"),
        Decimal("0.00"),
    ]


def test_the_remainder_belongs_to_the_latest_date_not_to_the_last_entered() -> None:
    """Two cents at 4 are 0.01 in base, one cent alone rounds to 0.00. The payment of the 20th is
    entered first and the one of the 10th settles the invoice; the cent still goes on the 20th."""
    book = new_book(
        invoice("INV-1", "0.02", "03-01", **dollars("4")),
        replace(paid("0.01", "4"), key="LATE", date=day("03-20")),
        replace(paid("0.01", "4"), key="EARLY", date=day("03-10")),
    )
    assert [balance(book, RECEIVABLE, on) for on in ("03-01", "03-10", "03-20")] == [
        Decimal("0.01"),
        Decimal("0.01"),
        Decimal("0.00"),
    ]


def test_removing_a_payment_moves_the_remainder_back() -> None:
    book = new_book(
        invoice("INV-1", 100, "03-01", **dollars("0.7")),
        paid("33.33", "0.7", date=day("03-10")),
        paid("66.67", "0.7", date=day("03-20")),
        ev.PaymentDeleted(noon("03-25"), "P-33.33-0.7"),
    )
    assert balance(book, RECEIVABLE) == Decimal("142.86") - Decimal("95.24")


def test_an_allocation_between_rates_realises_the_difference() -> None:
    """60 dollars: the invoice stands at 100, the credit note at 120 of credit."""
    book = new_book(
        invoice("INV-1", 60, **dollars("0.6")),
        credit_note("CN-1", 60, **dollars("0.5")),
        allocation("A-1", "CN-1", "INV-1", 60),
    )
    assert balances(book, RECEIVABLE, GAIN) == [0, -20]
    book.apply(ev.AllocationDeleted(noon("03-25"), "A-1"))
    assert balances(book, RECEIVABLE, GAIN) == [-20, 0]


def test_a_dollar_account_moves_in_dollars_too() -> None:
    book = new_book(
        invoice("INV-1", 60, **dollars("0.6")),
        paid(60, "0.5"),
        bank("FEE", "SPEND", 5, account_code=DOLLARS, contact=None, **dollars("0.5")),
        ev.BankTransferMade(
            noon("03-20"), "T-1", DOLLARS, BANK, day("03-20"), Decimal(20), Decimal("39.00")
        ),
    )
    assert book.account_balance(DOLLARS) == Decimal(35)
    assert balances(book, DOLLARS, BANK) == [120 - 10 - 39, 39]


def test_bank_transactions_are_in_the_currency_of_their_account() -> None:
    with pytest.raises(Refused, match="090 is in NZD, not USD"):
        apply(new_book(), bank("FEE", "SPEND", 5, **dollars("0.5")))


def test_a_payment_from_a_third_currency_needs_the_banks_amount() -> None:
    book = new_book(invoice("INV-1", 60))
    with pytest.raises(Refused, match="needs its amount in USD"):
        book.apply(payment("P-1", "INV-1", 60, account_code=DOLLARS))
    book.apply(payment("P-1", "INV-1", 60, account_code=DOLLARS, bank_amount=Decimal(36)))
    assert book.account_balance(DOLLARS) == Decimal(36)
    assert balance(book, DOLLARS) == Decimal(60)
