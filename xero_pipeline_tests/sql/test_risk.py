"""Overdue risk: how clients have paid, when they will probably pay, how risky that is."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from xero_pipeline_tests.sql.book import Book
from xero_pipeline_tests.sql.rows import Row

TODAY = dt.date(2026, 6, 30)


def ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


def settle(book: Book, contact: str, due: dt.date, *delays: int) -> None:
    """Invoices of 100 due on a day, each paid so many days after it."""
    for number, delay in enumerate(delays):
        key = f"{contact} {due} {number}"
        book.invoice(key, contact, due - dt.timedelta(days=30), due=due, total=100)
        book.payment(due + dt.timedelta(days=delay), 100, invoice=key)


def risk(book: Book, contact: str) -> Row:
    (row,) = book.rows("select * from marts.overdue_risk where contact_name = ?", contact)
    return row


# --- how likely an invoice is late ---------------------------------------------------------------


@pytest.fixture(scope="module")
def odds() -> Book:
    """Everything was due 730 days ago, so that each invoice weighs one half.

    Of the whole book, with 8 decided invoices: late (2 + 1) / (4 + 2) = 1/2, more than 60 days
    late (0 + 1) / (4 + 2) = 1/6.
    """
    book = Book(as_of=TODAY)
    for name in ("Steady", "Slow", "New", "Forgiven"):
        book.contact(name)
    settle(book, "Steady", ago(730), 0, 0, 0, 0)
    settle(book, "Slow", ago(730), 40, 40, 40, 40)
    book.invoice("Slow open", "Slow", ago(20), due=ago(-1), total=1000)
    book.invoice("New open", "New", ago(20), due=ago(-1), total=250)
    book.invoice("credited", "Forgiven", ago(200), due=ago(180), total=100)
    book.credit_note("CN", "Forgiven", ago(90), total=100)
    book.allocate(ago(90), 100, invoice="credited", credit_note="CN")
    book.build("marts.overdue_risk")
    return book


@pytest.mark.parametrize(
    ("contact", "late", "over_30", "over_60"),
    [
        ("Slow", "0.6429", "0.6429", "0.1190"),  # (2 + 5/2) / 7 twice, (0 + 5/6) / 7
        ("Steady", "0.3571", "0.3571", "0.1190"),  # (0 + 5/2) / 7
        ("New", "0.5000", "0.5000", "0.1667"),  # nothing of its own: the book's
    ],
)
def test_odds_start_from_the_organisation_and_move_with_the_contact(
    odds: Book, contact: str, late: str, over_30: str, over_60: str
) -> None:
    row = risk(odds, contact)
    assert [str(row[c]) for c in ("p_late", "p_over_30", "p_over_60")] == [late, over_30, over_60]


def test_the_score_adds_up_as_documented(odds: Book) -> None:
    row = risk(odds, "Slow")
    assert row["score"] == 45  # 100 x (0.4 x 0.6429 + 0.3 x 0.6429), nothing overdue, no trend
    assert row["band"] == "medium"
    # Of 1,250 that are open.
    assert row["reason_codes"] == [
        "often_over_30_days",
        "usually_late",
        "large_share_of_receivables",
    ]
    assert row["exposure_base"] == Decimal("642.90")
    assert row["sentence"] == (
        "Slow pays 40 days after the due date; 1,000.00 NZD is open, none of it overdue."
    )


def test_a_new_client_has_no_score_and_is_not_low(odds: Book) -> None:
    row = risk(odds, "New")
    assert (row["band"], row["score"]) == ("insufficient_history", None)
    assert row["reason_codes"] == ["new_client", "large_share_of_receivables"]


def test_an_invoice_that_was_only_credited_says_nothing_about_paying(odds: Book) -> None:
    row = risk(odds, "Forgiven")
    assert (row["decided_invoices"], row["on_time_rate"], row["outstanding_base"]) == (0, None, 0)


def test_an_invoice_that_can_still_turn_out_either_way_is_not_counted() -> None:
    book = Book(as_of=TODAY)
    book.contact("Kea")
    book.invoice("20 days late so far", "Kea", ago(50), due=ago(20), total=100)
    book.invoice("not due", "Kea", ago(5), due=ago(-10), total=100)
    book.build("intermediate.invoice_outcomes")
    rows = book.rows(
        "select is_late, is_over_30 from intermediate.invoice_outcomes order by due_date"
    )
    assert [tuple(row.values()) for row in rows] == [(True, None), (None, None)]


# --- how a client has paid -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def habits() -> Book:
    book = Book(as_of=TODAY)
    for name in ("Parts", "Slower"):
        book.contact(name)
    book.invoice("in parts", "Parts", ago(130), due=ago(100), total=400)
    book.payment(ago(100), 100, invoice="in parts")
    book.payment(ago(80), 300, invoice="in parts")
    book.invoice("open", "Parts", ago(60), due=ago(45), total=200)
    book.invoice("to come", "Parts", ago(10), due=ago(-20), total=130)
    settle(book, "Slower", ago(200), 2, 2, 2, 2, 2, 2)
    settle(book, "Slower", ago(60), 12, 12, 12, 12, 12, 12)
    book.build("marts.overdue_risk")
    return book


def test_days_beyond_terms_weigh_each_payment_by_its_amount(habits: Book) -> None:
    # 100 on the due date, 300 twenty days after it.
    assert risk(habits, "Parts")["days_beyond_terms"] == 15


def test_days_sales_outstanding_split_into_terms_and_delinquency(habits: Book) -> None:
    row = risk(habits, "Parts")
    # 330 open of 730 invoiced in 365 days, 130 of them not yet due.
    assert (row["dso"], row["bpdso"], row["average_days_delinquent"]) == (165, 65, 100)
    assert (row["worst_age"], row["overdue_base"]) == (45, 200)


def test_the_trend_compares_the_last_six_with_the_six_before(habits: Book) -> None:
    row = risk(habits, "Slower")
    assert row["trend_days"] == 10
    assert "getting_slower" in row["reason_codes"]
    assert risk(habits, "Parts")["trend_days"] is None


def test_on_time_rate_is_of_decided_invoices(habits: Book) -> None:
    assert risk(habits, "Slower")["on_time_rate"] == 0
    # Paid late, and overdue; the third is not decided.
    assert risk(habits, "Parts")["decided_invoices"] == 2


# --- when an open invoice will probably be paid --------------------------------------------------


@pytest.fixture(scope="module")
def forecast() -> Book:
    """Half of the book's ten payments came on the due date, half 20 days later: median 10."""
    book = Book(as_of=TODAY)
    for name in ("Slow", "Prompt", "New"):
        book.contact(name)
    settle(book, "Slow", ago(200), 20, 20, 20, 20, 20)
    settle(book, "Prompt", ago(200), 0, 0, 0, 0, 0)
    for number, contact, overdue in (
        ("slow", "Slow", -10),
        ("prompt", "Prompt", -10),
        ("new", "New", 5),
        ("late", "Prompt", 8),
        ("very late", "Prompt", 50),
    ):
        book.invoice(number, contact, ago(60), due=ago(overdue), total=100)
    for number, promised in (("promised", ago(-40)), ("broken promise", ago(1))):
        book.invoice(number, "New", ago(60), due=ago(5), total=100, expected_payment_date=promised)
    book.build("intermediate.expected_payments")
    return book


@pytest.mark.parametrize(
    ("number", "in_days", "source"),
    [
        ("slow", 10 + 15, "contact_history"),  # (5 x 20 + 5 x 10) / (5 + 5)
        ("prompt", 10 + 5, "contact_history"),  # (5 x 0 + 5 x 10) / (5 + 5)
        ("new", -5 + 10, "organisation_history"),
        ("promised", 40, "expected_payment_date"),
        ("broken promise", -5 + 10, "organisation_history"),
        ("late", -8 + 20, "later_than_usual"),  # whoever was later than 8 days was 20 days late
        ("very late", 30, "later_than_usual"),  # nobody ever was
    ],
)
def test_an_open_invoice_is_expected(
    forecast: Book, number: str, in_days: int, source: str
) -> None:
    (row,) = forecast.rows(
        "select * from intermediate.expected_payments where document_number = ?", number
    )
    assert (row["expected_date"], row["source"]) == (ago(-in_days), source)


def test_without_any_history_the_due_date_is_expected() -> None:
    book = Book(as_of=TODAY)
    book.contact("Kea")
    book.invoice("first", "Kea", ago(5), due=ago(-10), total=100)
    book.build("intermediate.expected_payments")
    assert book.value("select expected_date from intermediate.expected_payments") == ago(-10)


def test_only_payments_known_on_the_day_are_used() -> None:
    book = Book(as_of=TODAY)
    book.contact("Kea")
    book.invoice("open", "Kea", ago(60), due=ago(40), total=100)
    book.payment(ago(-1), 100, invoice="open")
    book.build("marts.overdue_risk")
    row = risk(book, "Kea")
    assert (row["settled_invoices"], row["worst_age"], row["outstanding_base"]) == (0, 40, 100)


# --- how good the forecast was -------------------------------------------------------------------


def test_the_forecast_is_published_beside_two_dull_ones() -> None:
    book = Book(as_of=TODAY)
    book.contact("Kea")
    settle(book, "Kea", ago(400), 8, 8, 8, 8, 18)
    settle(book, "Kea", ago(40), 10)
    book.build("marts.payment_forecast_accuracy")
    rows = book.rows("from marts.payment_forecast_accuracy")
    # Foretold for the one invoice of the last year: 9 = (5 x 9.2 + 5 x 8) / 10, where 9.2 is the
    # mean of the deciles 8, 8, 8, 8 and 14; the median 8; the due date; the mean 10.
    assert {r["method"]: (r["invoices"], r["mean_error_days"]) for r in rows} == {
        "chosen": (1, -1),
        "shrunk_median": (1, -2),
        "due_date": (1, -10),
        "contact_mean": (1, 0),
    }


def test_an_invoice_is_foretold_from_what_was_settled_before_it() -> None:
    book = Book(as_of=TODAY)
    book.contact("Kea")
    settle(book, "Kea", ago(200), 90)
    settle(book, "Kea", ago(150), 10)  # dated before the first one was paid
    book.build("marts.payment_forecast_accuracy")
    rows = book.rows("select foretold, contact_mean from intermediate.payment_backtest")
    assert rows == [{"foretold": 0, "contact_mean": 0}] * 2
