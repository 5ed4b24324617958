"""What is left out of burn, and on whose word: accounts, contacts, documents."""

from __future__ import annotations

import datetime as dt

from xero_pipeline_tests.sql.book import Book, Line
from xero_pipeline_tests.sql.rows import Row

TODAY = dt.date(2026, 6, 15)
MARTS = ("marts.cash_exclusions_applied", "marts.cash_flow_monthly")


def day(number: int) -> dt.date:
    return dt.date(2026, 5, number)


def opened() -> Book:
    book = Book(as_of=TODAY)
    book.account("090", "Current", "BANK", currency_code="NZD", bank_account_type="BANK")
    book.account("091", "Savings", "BANK", currency_code="NZD", bank_account_type="BANK")
    book.account("400", "Rent", "OVERHEADS")
    book.account("820", "GST", "CURRLIAB", system_account="GST")
    book.account("900", "Loan", "TERMLIAB")
    book.contact("Kea Tours")
    book.contact("Movers")
    return book


def rule(book: Book, category: str, match_on: str, pattern: str) -> None:
    book.warehouse.connection.execute(
        "insert into seeds.cash_exclusions values ('Agency', ?, ?, ?, 'Because')",
        [category, match_on, pattern],
    )


def excluded(book: Book) -> list[tuple[object, ...]]:
    book.build(*MARTS)
    assert book.warehouse.failures("cash_exclusions_explain_flow") == []
    rows = book.rows("from marts.cash_exclusions_applied order by category, account_code")
    return [(r["category"], r["account_code"], r["in_base"], r["out_base"]) for r in rows]


def may(book: Book) -> Row:
    (row,) = book.rows("select * from marts.cash_flow_monthly where month = ?", day(1))
    return row


def test_exclusions_are_listed_by_month_and_account() -> None:
    book = opened()
    book.bank_transaction("loan", "RECEIVE", day(2), lines=(Line(500, "900"),))
    book.bank_transaction("instalment", "SPEND", day(3), lines=(Line(40, "900"), Line(5, "400")))
    book.bank_transaction("GST", "SPEND", day(4), lines=(Line(30, "820"),))
    book.bank_transfer("reserve", day(5), 100, source="090", target="091")

    assert excluded(book) == [
        ("financing", "900", 500, 40),
        ("tax", "820", 0, 30),
        ("transfer", "090", 0, 100),
        ("transfer", "091", 100, 0),
    ]
    (loan,) = book.rows("from marts.cash_exclusions_applied where category = 'financing'")
    assert (loan["account_name"], loan["documents"], loan["net_base"]) == ("Loan", 2, 460)
    assert (loan["left_out_of"], loan["reason"]) == ("net_burn", "Loans of more than a year")
    # The rent beside the instalment and the tax are burnt; without tax only the rent is.
    assert (may(book)["net_burn_base"], may(book)["net_burn_without_tax_base"]) == (35, 5)


def test_money_of_a_contact_can_be_a_one_off_however_it_is_paid() -> None:
    book = opened()
    rule(book, "one_off", "contact", "mov%")
    book.bank_transaction("van", "SPEND", day(2), contact="Movers", lines=(Line(70, "400"),))
    book.bill("BILL-1", "Movers", day(1), total=200)
    book.payment(day(3), 200, invoice="BILL-1")
    book.bill("BILL-2", "Kea Tours", day(1), total=10)
    book.payment(day(3), 10, invoice="BILL-2")

    assert excluded(book) == [("one_off", "400", 0, 70), ("one_off", None, 0, 200)]
    assert (may(book)["outflow_base"], may(book)["one_off_base"]) == (10, -270)


def test_a_single_document_can_be_a_one_off_by_number_or_id() -> None:
    book = opened()
    rule(book, "one_off", "document", "BILL-1")
    rule(book, "one_off", "document", book.id("BankTransaction", "fine"))
    for number in ("BILL-1", "BILL-2"):
        book.bill(number, "Movers", day(1), total=200)
        book.payment(day(3), 200, invoice=number)
    book.bank_transaction("fine", "SPEND", day(2), lines=(Line(9, "400"),))
    book.bank_transaction("rent", "SPEND", day(2), lines=(Line(8, "400"),))

    assert excluded(book) == [("one_off", "400", 0, 9), ("one_off", None, 0, 200)]
    assert may(book)["outflow_base"] == 208


def test_what_is_said_of_a_document_wins_over_its_contact_and_account() -> None:
    book = opened()
    rule(book, "one_off", "contact", "Movers")
    rule(book, "financing", "document", book.id("BankTransaction", "deposit"))
    book.bank_transaction("deposit", "SPEND", day(2), contact="Movers", lines=(Line(9, "820"),))

    assert excluded(book) == [("financing", "820", 0, 9)]
