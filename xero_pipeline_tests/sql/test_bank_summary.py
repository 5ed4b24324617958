"""Cash against Xero's Bank Summary: what accounts began with, what was missed or revalued."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from xero_pipeline_tests.sql.book import Book
from xero_pipeline_tests.sql.rows import Amount, Row

TODAY = dt.date(2026, 6, 15)
MARTS = ("marts.cash_balances", "marts.cash_conversion_balances", "marts.cash_flow_monthly")
TESTS = (
    "cash_balances_equal_bank_summary",
    "cash_movements_equal_bank_summary",
    "cash_flow_explains_closing",
)


def day(month: int, number: int) -> dt.date:
    return dt.date(2026, month, number)


@pytest.fixture
def book() -> Book:
    """300 came in on the current account in May, 60 dollars on the other; in June 50 went out."""
    book = Book(as_of=TODAY)
    book.account("090", "Current", "BANK", currency_code="NZD", bank_account_type="BANK")
    book.account("093", "Dollars", "BANK", currency_code="USD", bank_account_type="BANK")
    book.bank_transaction("sale", "RECEIVE", day(5, 2), total=300)
    book.bank_transaction("export", "RECEIVE", day(5, 3), total=60, account="093", rate="0.6")
    book.bank_transaction("rent", "SPEND", day(6, 2), total=50)
    return book


def now(book: Book, today: dt.date) -> None:
    """The day of the last sync."""
    book.flush()
    book.as_of = today
    book.synced_at = dt.datetime.combine(today, dt.time(12))
    for table in ("organisation", "bank_transactions", "payments"):
        book.warehouse.connection.execute(
            f"update raw.{table} set _synced_at = ?", [book.synced_at]
        )


def a_day_later(book: Book) -> None:
    now(book, TODAY + dt.timedelta(days=1))


def balance(book: Book, code: str) -> Row:
    (row,) = book.rows("select * from marts.cash_balances where account_code = ?", code)
    return row


def findings(book: Book) -> dict[str, Amount]:
    """What the tests complain about: the test and its variance."""
    failures = {test: book.warehouse.failures(test) for test in TESTS}
    return {test: rows[0]["variance"] for test, rows in failures.items() if rows}


def test_what_an_account_began_with_is_a_row_of_its_own(book: Book) -> None:
    book.bank_summary({"090": 950, "093": 100}, openings={"090": 1000})
    book.build(*MARTS)

    # 1000 at the beginning of June, of which our movements explain 300.
    (row,) = book.rows("select * from marts.cash_conversion_balances where account_code = '090'")
    assert (row["conversion_base"], row["source"]) == (700, "first_bank_summary")
    assert (balance(book, "090")["balance"], balance(book, "090")["balance_base"]) == (950, 950)
    assert balance(book, "093")["conversion_base"] == 0
    assert findings(book) == {}
    months = "select opening_base, closing_base from marts.cash_flow_monthly order by month"
    assert [tuple(r.values()) for r in book.rows(months)] == [(700, 1100), (1100, 1050)]


def test_a_movement_that_is_missed_later_is_no_beginning(book: Book) -> None:
    book.bank_summary({"090": 950, "093": 100}, openings={"090": 1000})
    book.build(*MARTS)
    a_day_later(book)
    book.bank_summary({"090": 910, "093": 100}, openings={"090": 1000})
    book.build(*MARTS)

    assert balance(book, "090")["conversion_base"] == 700
    assert findings(book) == {
        "cash_balances_equal_bank_summary": 40,
        "cash_movements_equal_bank_summary": 40,
    }


def test_a_movement_booked_into_a_closed_month_ties_all_the_same(book: Book) -> None:
    book.bank_summary({"090": 950, "093": 100}, openings={"090": 1000})
    book.build(*MARTS)
    a_day_later(book)
    book.bank_transaction("found", "SPEND", day(4, 30), total=20)
    book.bank_summary({"090": 930, "093": 100}, openings={"090": 980})
    book.build(*MARTS)

    assert balance(book, "090")["conversion_base"] == 700
    assert findings(book) == {}


def test_a_conversion_balance_that_was_changed_in_xero_can_be_stated(book: Book) -> None:
    book.bank_summary({"090": 950, "093": 100}, openings={"090": 1000})
    book.build(*MARTS)
    a_day_later(book)
    book.bank_summary({"090": 1050, "093": 100}, openings={"090": 1100})
    book.build(*MARTS)
    assert findings(book) == {"cash_balances_equal_bank_summary": -100}

    book.warehouse.connection.execute(
        "insert into seeds.conversion_balances values ('Agency', '090', 800, 'Corrected')"
    )
    book.build(*MARTS)
    assert findings(book) == {}
    assert balance(book, "090")["conversion_source"] == "stated"


def test_a_foreign_account_is_revalued_in_a_line_of_its_own(book: Book) -> None:
    """60 dollars at 0.6 are 100. Xero has them at 105 on 20 May, at 107 in June, at 110 now."""
    now(book, day(5, 20))
    book.bank_summary({"090": 300, "093": 105}, openings={"090": 0, "093": 0}, revalued={"093": 5})
    book.build(*MARTS)
    now(book, TODAY)
    book.bank_summary(
        {"090": 250, "093": 110}, openings={"090": 300, "093": 107}, revalued={"093": 3}
    )
    book.build(*MARTS)

    row = balance(book, "093")
    assert (row["conversion_base"], row["revaluation_base"], row["balance_base"]) == (0, 10, 110)
    months = "select revaluation_base, closing_base from marts.cash_flow_monthly order by month"
    assert [tuple(r.values()) for r in book.rows(months)] == [(7, 407), (3, 360)]
    assert findings(book) == {}


def test_nothing_is_tied_to_a_report_from_before_the_last_sync(book: Book) -> None:
    book.bank_summary({"090": 999, "093": 0}, on=day(6, 14))
    book.build(*MARTS)

    assert balance(book, "090")["balance_base"] == 250
    assert findings(book) == {}


def test_a_report_stays_good_while_later_syncs_find_nothing_new(book: Book) -> None:
    book.bank_summary({"090": 999, "093": 0})
    book.flush()
    book.warehouse.connection.execute(
        "update raw.organisation set _synced_at = _synced_at + interval 15 minutes"
    )
    book.build(*MARTS)

    assert "cash_movements_equal_bank_summary" in findings(book)


def test_nothing_is_tied_while_payments_cannot_be_read(book: Book) -> None:
    book.bank_summary({"090": 999, "093": 0}, openings={"090": 999})
    book.warehouse.connection.execute(
        "insert into ops.connections (organisation_id, degraded_endpoints) "
        "values (?, ['payments'])",
        [book.organisation_id],
    )
    book.build(*MARTS)

    assert balance(book, "090")["conversion_source"] == "unknown"
    assert findings(book) == {}


def test_foreign_money_shows_what_it_is_worth_now(book: Book) -> None:
    book.bank_transaction(
        "later", "RECEIVE", day(6, 1), total=1, account="093", currency="USD", rate="0.5"
    )
    book.build(*MARTS)

    row = balance(book, "093")
    # 60 / 0.6 + 1 / 0.5, and 61 / 0.5.
    assert (row["balance_base"], row["balance_base_revalued"]) == (102, Decimal("122.00"))
