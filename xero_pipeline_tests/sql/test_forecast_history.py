"""Forecasts once made: stored as they were, held against what came, and made up for the past."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

import pytest

from xero_pipeline_tests.sql.book import Book, Line
from xero_pipeline_tests.sql.rows import Row

START = dt.date(2025, 12, 1)
TODAY = dt.date(2026, 6, 15)
MARTS = ("marts.forecast_history", "marts.forecast_backtest", "marts.cash_forecast_weekly")


def day(month: int, number: int) -> dt.date:
    return dt.date(2026, month, number)


def opened() -> Book:
    """1,000 of capital in December, and 73 of wages a month since: 12 x 73 / 365 are 2.40 a day."""
    book = Book(as_of=TODAY)
    book.account("090", "Current", "BANK", currency_code="NZD", bank_account_type="BANK")
    book.account("400", "Wages", "OVERHEADS")
    book.account("970", "Owner funds introduced", "EQUITY")
    book.contact("Big")
    book.contact("Landlord")
    book.bank_transaction("capital", "RECEIVE", START, lines=(Line(1000, "970"),))
    for month in range(1, 7):
        wages(book, month)
    return book


def wages(book: Book, month: int, amount: int = 73) -> None:
    book.bank_transaction(f"wages {month}", "SPEND", day(month, 10), lines=(Line(amount, "400"),))


def now(book: Book, today: dt.date) -> None:
    """The day of the last sync."""
    book.flush()
    book.as_of = today
    book.synced_at = dt.datetime.combine(today, dt.time(12))
    book.warehouse.connection.execute(
        "update raw.organisation set _synced_at = ?", [book.synced_at]
    )


def stored(book: Book, on: dt.date, horizon: int = 30) -> Row:
    (row,) = book.rows(
        "select * from marts.forecast_history "
        "where as_of_date = ? and horizon_days = ? and scenario = 'base'",
        on,
        horizon,
    )
    return row


def backtest(book: Book, origin: str, scenario: str = "base", horizon: int = 30) -> Row:
    (row,) = book.rows(
        "select * from marts.forecast_backtest "
        "where origin = ? and scenario = ? and horizon_days = ?",
        origin,
        scenario,
        horizon,
    )
    return row


def made_up(book: Book) -> Mapping[tuple[object, ...], Decimal]:
    """Reconstructed forecasts by their day, scenario and horizon."""
    rows = book.rows("from intermediate.past_forecasts")
    return {(r["as_of_date"], r["scenario"], r["horizon_days"]): r["closing_base"] for r in rows}


def test_a_forecast_is_stored_and_held_against_what_came() -> None:
    book = opened()
    book.build(*MARTS)
    # 1000 - 6 x 73 = 562, less 219 in three months: 2.40 a day.
    assert (stored(book, TODAY)["closing_base"], stored(book, TODAY)["actual_base"]) == (490, None)
    assert backtest(book, "stored")["sentence"] == "No stored forecast is 30 days old yet."
    assert backtest(book, "stored")["bias_base"] is None

    wages(book, 7, amount=100)
    now(book, TODAY + dt.timedelta(days=30))
    book.build(*MARTS)

    row = stored(book, TODAY)
    assert (row["closing_base"], row["actual_base"], row["error_base"]) == (490, 462, 28)
    measured = backtest(book, "stored")
    assert (measured["forecasts"], measured["bias_base"]) == (1, 28)
    assert measured["sentence"] == (
        "Of 1 forecasts 30 days ahead, cash was off by 28.00 NZD on average; "
        "they were 28.00 NZD too high on the whole."
    )
    # Cash as it was is 100 too high; burn of 73 a month is the 2.40 a day of the forecast.
    assert backtest(book, "stored", "cash_stays")["bias_base"] == 100
    assert backtest(book, "stored", "recent_burn_goes_on")["bias_base"] == 28
    assert backtest(book, "stored", horizon=60)["forecasts"] == 0


def test_what_was_stored_does_not_change_with_what_is_learnt_later() -> None:
    book = opened()
    book.build(*MARTS)
    first = stored(book, TODAY)["closing_base"]
    book.bank_transaction("forgotten", "SPEND", day(4, 3), lines=(Line(60, "400"),))
    book.build(*MARTS)

    assert stored(book, TODAY)["closing_base"] == first
    (today,) = book.rows(
        "select closing_base from marts.cash_forecast where scenario = 'base' and day = ?",
        TODAY + dt.timedelta(days=30),
    )
    assert today["closing_base"] == Decimal("410.27")  # 502 less 30 x 4 x 279 / 365


def with_invoices(book: Book) -> Book:
    """Big is invoiced by hand and pays ten days late; the landlord bills by template."""
    for month in (1, 2, 3, 4):
        number = f"INV-{month}"
        book.invoice(number, "Big", day(month, 20), due=day(month, 28), total=300)
    for month in (1, 2, 3):
        book.payment(day(month + 1, 7), 300, invoice=f"INV-{month}")
    for month in (1, 2, 3, 4):
        book.bill(
            f"BILL-{month}",
            "Landlord",
            day(month, 5),
            due=day(month, 12),
            total=50,
            repeating="rent",
        )
        book.payment(day(month, 12), 50, invoice=f"BILL-{month}")
    return book


def test_a_past_month_end_is_forecast_from_what_was_dated_by_then() -> None:
    book = with_invoices(opened())
    book.build(*MARTS)

    # 30 April: 1000 - 4 x 73 wages + 3 x 300 - 4 x 50 rent = 1408. Nobody has ever been 60 days
    # late of three: p = 1/5, and half of such come in, so that 0.9 of the 300 count, on 8 May;
    # 50 of rent go out on 12 May and 12 June, and 2.40 of wages a day.
    forecast = made_up(book)
    assert forecast[day(4, 30), "base", 30] == 1408 + 270 - 50 - 72
    assert {on for on, _, _ in forecast} == {day(4, 30)}


def test_revealing_the_future_changes_nothing_that_was_forecast() -> None:
    book = with_invoices(opened())
    book.build(*MARTS)
    before = made_up(book)
    assert before

    # Big pays, and is invoiced more than ever; rent doubles; wages end; a new client comes.
    book.payment(day(6, 30), 300, invoice="INV-4")
    book.contact("New")
    for month in (5, 6, 7):
        book.invoice(f"INV-{month}", "New", day(month, 2), due=day(month, 9), total=9000)
        book.payment(day(month, 12), 9000, invoice=f"INV-{month}")
        book.bill(
            f"BILL-{month}",
            "Landlord",
            day(month, 5),
            due=day(month, 12),
            total=100,
            repeating="rent",
        )
    now(book, day(8, 15))
    book.build(*MARTS)

    after = made_up(book)
    assert {key: after[key] for key in before} == before


@pytest.fixture(scope="module")
def steady() -> Book:
    """Burns 73 a month from January 2025 to June 2026, and 20 more in every second month."""
    book = Book(as_of=TODAY)
    book.account("090", "Current", "BANK", currency_code="NZD", bank_account_type="BANK")
    book.account("400", "Wages", "OVERHEADS")
    book.account("970", "Owner funds introduced", "EQUITY")
    first = dt.date(2025, 1, 1)
    book.bank_transaction("capital", "RECEIVE", first, lines=(Line(5000, "970"),))
    for month in range(18):
        on = dt.date(2025 + month // 12, month % 12 + 1, 10)
        amount = 73 + 20 * (month % 2)
        book.bank_transaction(f"wages {on}", "SPEND", on, lines=(Line(amount, "400"),))
    book.build(*MARTS)
    return book


def test_the_fan_opens_with_the_days(steady: Book) -> None:
    rows = steady.rows(
        "select * from marts.cash_forecast_weekly where scenario = 'base' order by week"
    )
    widths = [row["high_base"] - row["low_base"] for row in rows]
    assert len(rows) == 13
    assert widths[0] > 0
    assert widths[3] > widths[0]
    others = "select count(low_base) from marts.cash_forecast_weekly where scenario <> 'base'"
    assert steady.value(others) == 0


def test_weeks_add_up(steady: Book) -> None:
    for row in steady.rows("from marts.cash_forecast_weekly"):
        flows = row["receivables_base"] + row["scheduled_in_base"] - row["bills_base"]
        flows -= row["scheduled_out_base"] + row["unannounced_burn_base"]
        assert row["opening_base"] + flows == row["closing_base"]


def test_a_young_book_has_no_fan() -> None:
    book = opened()
    book.build(*MARTS)
    assert book.value("select count(low_base) from marts.cash_forecast") == 0
