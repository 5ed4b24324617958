"""The committed forecast: what is known already to move cash, day by day, and when it runs out."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from xero_pipeline_tests.sql.book import Book, Line
from xero_pipeline_tests.sql.rows import Row

TODAY = dt.date(2026, 6, 15)


def ahead(days: int) -> dt.date:
    return TODAY + dt.timedelta(days=days)


def opened(capital: int) -> Book:
    book = Book(as_of=TODAY)
    book.account("090", "Current", "BANK", currency_code="NZD", bank_account_type="BANK")
    book.account("400", "Wages", "OVERHEADS")
    book.account("970", "Owner funds introduced", "EQUITY")
    for name in ("Big", "Small", "Landlord"):
        book.contact(name)
    book.bank_transaction("capital", "RECEIVE", dt.date(2026, 2, 1), lines=(Line(capital, "970"),))
    return book


@pytest.fixture(scope="module")
def book() -> Book:
    """Nobody has paid an invoice yet, so that each is expected when it is due.

    Of such a book P(more than 60 days late) is (0 + 1) / (0 + 2), and so is the chance that such an
    invoice comes in at last: 1 - 1/2 x 1/2 = 0.75 of each receivable counts.
    """
    book = opened(1000)
    book.invoice("big", "Big", TODAY, due=ahead(10), total=400)
    book.invoice("small", "Small", TODAY, due=ahead(20), total=200)
    book.bill("due", "Landlord", TODAY, due=ahead(5), total=50)
    book.bill("overdue", "Landlord", ahead(-40), due=ahead(-10), total=30)
    book.bill("planned", "Landlord", TODAY, due=ahead(5), total=20, planned_payment_date=ahead(9))
    schedule = {"unit": "MONTHLY", "period": 1, "start_date": dt.date(2026, 6, 1)}
    terms = {"due_date": 7, "due_date_type": "DAYSAFTERBILLDATE"}
    for key, type_, contact, total in (
        ("retainer", "ACCREC", "Big", 100),
        ("rent", "ACCPAY", "Landlord", 60),
    ):
        template = book.repeating_invoice(
            key, contact, lines=(Line(total),), type=type_, start=dt.date(2026, 6, 1)
        )
        template["schedule"] = schedule | terms | {"next_scheduled_date": dt.date(2026, 7, 1)}
    book.build("marts.runway_scenarios")
    return book


def on(book: Book, day: dt.date, scenario: str = "base") -> Row:
    (row,) = book.rows(
        "select * from marts.cash_forecast where day = ? and scenario = ?", day, scenario
    )
    return row


def runs_out(book: Book, scenario: str = "base") -> Row:
    (row,) = book.rows("select * from marts.runway_scenarios where scenario = ?", scenario)
    return row


def test_open_invoices_come_in_on_their_expected_day_at_their_probability(book: Book) -> None:
    assert on(book, ahead(10))["receivables_base"] == 300
    assert on(book, ahead(20))["receivables_base"] == 150


def test_bills_go_out_when_planned_or_due_and_overdue_ones_at_once(book: Book) -> None:
    assert [on(book, ahead(n))["bills_base"] for n in (1, 5, 9)] == [30, 50, 20]


def test_templates_go_on_making_invoices_and_bills(book: Book) -> None:
    row = on(book, dt.date(2026, 7, 8))
    assert (row["scheduled_in_base"], row["scheduled_out_base"]) == (100, 60)
    assert on(book, dt.date(2027, 2, 8))["scheduled_in_base"] == 100


def test_closing_cash_adds_up_day_by_day(book: Book) -> None:
    # 1000 - 30 - 50 - 20 + 300 + 150, then 100 in and 60 out from July on.
    assert on(book, ahead(20))["closing_base"] == 1350
    assert on(book, dt.date(2026, 7, 8))["closing_base"] == 1390


@pytest.mark.parametrize(
    ("scenario", "day", "closing"),
    [
        ("largest_client_late", ahead(20), 1050),  # the 300 come 30 days later
        ("largest_client_late", ahead(40), 1290),
        ("largest_client_leaves", dt.date(2026, 7, 8), 1290),  # but what it owes still comes
        ("likely_receivables", ahead(20), 1350),  # 0.75 is likely enough
    ],
)
def test_scenarios_change_one_thing_each(
    book: Book, scenario: str, day: dt.date, closing: int
) -> None:
    assert on(book, day, scenario)["closing_base"] == closing


def test_cash_that_lasts_the_year_has_no_runway_date(book: Book) -> None:
    row = runs_out(book)
    assert (row["runway_date"], row["runway_days"]) == (None, None)
    assert (row["lowest_cash_base"], row["lowest_cash_date"]) == (900, ahead(9))


def test_wages_burn_on_and_the_first_day_below_zero_is_the_runway() -> None:
    book = opened(1000)
    for month in (3, 4, 5):
        book.bank_transaction(
            f"wages {month}", "SPEND", dt.date(2026, month, 28), lines=(Line(73, "400"),)
        )
    book.build("marts.runway_scenarios")
    # 219 in three months are 2.40 a day; 781 last for 325 days.
    assert on(book, ahead(10))["closing_base"] == Decimal("757.00")
    assert runs_out(book)["runway_date"] == ahead(326)


@pytest.mark.parametrize(
    ("terms_day", "terms_type", "due"),
    [
        (20, "DAYSAFTERBILLDATE", dt.date(2026, 2, 6)),
        (20, "DAYSAFTERBILLMONTH", dt.date(2026, 2, 20)),
        (20, "OFCURRENTMONTH", dt.date(2026, 1, 20)),
        (20, "OFFOLLOWINGMONTH", dt.date(2026, 2, 20)),
        (31, "OFFOLLOWINGMONTH", dt.date(2026, 2, 28)),
        (None, None, dt.date(2026, 1, 17)),
    ],
)
def test_payment_terms(book: Book, terms_day: int, terms_type: str, due: dt.date) -> None:
    terms = "select intermediate.due_date(date '2026-01-17', ?::integer, ?)"
    assert book.value(terms, terms_day, terms_type) == due
