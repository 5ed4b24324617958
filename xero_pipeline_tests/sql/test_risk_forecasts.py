"""How good the forecasts of payments are, and what they are held against."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest

from xero_pipeline_tests.benchmarks.payers import Sale, book_of, other_sales, sandbox_sales
from xero_pipeline_tests.benchmarks.risk import scores
from xero_pipeline_tests.sql.book import Book
from xero_pipeline_tests.sql.rows import Row
from xero_pipeline_tests.sql.warehouse import Warehouse

TODAY = dt.date(2026, 6, 30)


# --- probabilities -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def odds() -> Book:
    """One invoice of January, due on the 20th and ten days late; one of March, on time.

    On 1 January nothing is known: 1/2. On 1 March one invoice was late, 40 days since its due date:
    it weighs w = 0.5 ^ (40 / 730) = 0.9627. The book: p0 = (w + 1) / (w + 2) = 0.6625; the client:
    (w + 5 p0) / (w + 5) = 0.7170.
    """
    book = Book(as_of=TODAY)
    book.contact("Kea")
    book.invoice("January", "Kea", dt.date(2026, 1, 10), due=dt.date(2026, 1, 20), total=100)
    book.payment(dt.date(2026, 1, 30), 100, invoice="January")
    book.invoice("March", "Kea", dt.date(2026, 3, 10), due=dt.date(2026, 3, 20), total=100)
    book.payment(dt.date(2026, 3, 20), 100, invoice="March")
    book.build(
        "marts.late_payment_accuracy", "marts.late_payment_calibration", "marts.overdue_risk"
    )
    return book


def accuracy(book: Book, method: str) -> Row:
    (row,) = book.rows(
        "from marts.late_payment_accuracy where event = 'late' and method = ?", method
    )
    return row


def test_odds_are_scored_by_their_distance_from_what_happened(odds: Book) -> None:
    row = accuracy(odds, "chosen")
    assert (row["invoices"], row["late_invoices"], row["share_late"]) == (2, 1, 0.5)
    assert row["brier_score"] == 0.3820  # (0.5 ^ 2 + 0.7170 ^ 2) / 2
    assert row["log_score"] == 0.9777  # (-ln 0.5 - ln 0.2830) / 2


def test_dull_odds_are_a_plain_share_and_certainty_costs(odds: Book) -> None:
    for method in ("base_rate", "contact_rate"):
        row = accuracy(odds, method)
        assert row["brier_score"] == 0.6250  # (0.5 ^ 2 + 1 ^ 2) / 2
        assert row["log_score"] == 3.8005  # (-ln 0.5 - ln 0.001) / 2


def test_calibration_shows_each_tenth_of_probability(odds: Book) -> None:
    rows = odds.rows(
        "select probability_from::double as low, invoices, mean_probability, share_late "
        "from marts.late_payment_calibration where event = 'late' order by low"
    )
    assert [tuple(row.values()) for row in rows] == [(0.5, 1, 0.5, 1.0), (0.7, 1, 0.717, 0.0)]


def test_only_invoices_whose_day_has_passed_are_scored(odds: Book) -> None:
    """June 30 is 102 days after the due date in March."""
    rows = odds.rows(
        "select event, invoices, late_invoices from marts.late_payment_accuracy "
        "where method = 'chosen' order by event"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("late", 2, 1),
        ("over_30", 2, 0),
        ("over_60", 2, 0),
    ]


# --- days ----------------------------------------------------------------------------------------


def monthly(delays: Sequence[int], contact: str = "Kea") -> list[Sale]:
    """Invoices of the first of each month until this one, due on the 10th, paid so much later."""
    sales = []
    for back, delay in zip(range(len(delays), 0, -1), delays, strict=True):
        months = 2026 * 12 + 9 - back
        date = dt.date(months // 12, months % 12 + 1, 1)
        due = date + dt.timedelta(days=9)
        paid = due + dt.timedelta(days=delay)
        sales.append(Sale(f"{contact} {date}", contact, date, due, paid))
    return sales


def test_where_clients_change_the_past_speaks_for_their_latest_invoices() -> None:
    """Three clients drift by three days a month: the latest six are nearer than the latest 48."""
    sales = [sale for name in "ABC" for sale in monthly([3 * n for n in range(22)], name)]
    book = book_of(sales, Warehouse())
    book.build("marts.payment_forecast_accuracy", "marts.overdue_risk")
    (row,) = book.rows("from marts.payment_forecast_accuracy where method = 'chosen'")
    assert row["rule"] == "latest 6 invoices, k = 0"


def test_who_never_pays_on_weekends_is_expected_on_the_monday_after() -> None:
    book = Book(as_of=TODAY)
    for name in ("Office", "Shop"):
        book.contact(name)
        for week in range(8):
            monday = dt.date(2026, 3, 2) + dt.timedelta(weeks=week)
            day = monday - dt.timedelta(days=2 if name == "Shop" else 0)  # the Saturday before
            book.invoice(f"{name} {week}", name, day, due=day, total=100)
            book.payment(day, 100, invoice=f"{name} {week}")
        book.invoice(f"{name} open", name, TODAY, due=dt.date(2026, 7, 4), total=100)
    book.build("marts.expected_payments", "marts.overdue_risk")
    rows = book.rows(
        "select contact_name, expected_date from marts.expected_payments order by contact_name"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("Office", dt.date(2026, 7, 6)),
        ("Shop", dt.date(2026, 7, 4)),
    ]


def test_the_range_holds_three_of_five() -> None:
    book = Book(as_of=TODAY)
    book.contact("Kea")
    for number, delay in enumerate((0, 10, 20, 30, 40, 50)):
        book.invoice(
            f"INV-{number}", "Kea", dt.date(2026, 1, 1), total=100, due=dt.date(2026, 1, 31)
        )
        book.payment(dt.date(2026, 1, 31) + dt.timedelta(days=delay), 100, invoice=f"INV-{number}")
    book.invoice("open", "Kea", dt.date(2026, 6, 20), due=dt.date(2026, 7, 20), total=100)
    book.invoice("late", "Kea", dt.date(2026, 5, 5), due=dt.date(2026, 6, 4), total=100)
    book.build("marts.expected_payments", "marts.overdue_risk")
    rows = book.rows(
        "select document_number, earliest_date - due_date, expected_date - due_date, "
        "latest_date - due_date from marts.expected_payments"
    )
    # Of the delays beyond 26 days, 30, 40 and 50 are left: a third, two thirds, all.
    days = {number: tuple(rest) for number, *rest in (row.values() for row in rows)}
    assert days == {"open": (10, 25, 40), "late": (30, 40, 50)}


# --- against dull forecasts ----------------------------------------------------------------------


def test_it_beats_both_dull_forecasts_where_payers_drift_waver_and_pay_in_runs() -> None:
    sales = [sale for sale in other_sales(12) if int(sale.contact.split()[1]) < 21]
    found = scores(sales, Warehouse())
    assert found["days", "chosen"] < 0.9 * min(
        found["days", m] for m in ("due_date", "contact_mean")
    )
    for event in ("late", "over_30", "over_60"):
        for score in ("Brier", "log score"):
            own = found[f"{score}, {event}", "chosen"]
            assert own < found[f"{score}, {event}", "base_rate"]
            assert own <= found[f"{score}, {event}", "contact_rate"]


def test_where_payers_never_change_it_is_no_worse_than_their_own_mean() -> None:
    """The sandbox's draw each delay from the same range for ever: no rule can beat the mean there
    by much. The definition it starts from loses a fifth."""
    found = scores(sandbox_sales(12), Warehouse())
    assert found["days", "chosen"] <= 1.01 * found["days", "contact_mean"]
    assert found["days", "chosen"] < 0.9 * found["days", "shrunk_median"]
    assert found["Brier, late", "chosen"] < found["Brier, late", "contact_rate"]
