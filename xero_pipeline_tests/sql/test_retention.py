"""Cohorts, customer lifetimes and concentration, on tables of MRR that can be added up by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from xero_pipeline_tests.sql.book import Book, Line
from xero_pipeline_tests.sql.warehouse import Warehouse

JANUARY = dt.date(2026, 1, 1)


@pytest.fixture(scope="module")
def warehouse() -> Warehouse:
    return Warehouse()


@pytest.fixture
def book(warehouse: Warehouse) -> Iterator[Book]:
    """As of 20 April 2026."""
    warehouse.clear()
    yield Book(as_of=dt.date(2026, 4, 20), warehouse=warehouse)
    warehouse.connection.execute("truncate seeds.mrr_overrides")


def mrr(book: Book, contact: str, *amounts: int) -> None:
    """A customer's MRR month after month from January on, decided by hand; 0 is none."""
    book.contact(contact)
    for number, amount in enumerate(amounts, 1):
        month = f"2026-{number:02}"
        book.warehouse.connection.execute(
            "insert into seeds.mrr_overrides by name "
            "select 'Agency' as organisation, $1 as contact, $2 as month_from, $2 as month_to, "
            "$3 as mrr_base",
            [contact, month, amount],
        )


def with_cohorts(book: Book) -> Book:
    book.build("marts.mrr_cohorts", "marts.mrr_monthly")
    assert book.warehouse.failures("mrr_cohorts_add_up_to_months") == []
    return book


def with_lifetimes(book: Book) -> Book:
    book.build("marts.mrr_customer_lifetimes")
    return book


def cohort(book: Book, month: dt.date) -> list[tuple[Any, ...]]:
    rows = book.rows(
        "select months_since, customers, customer_retention, mrr_base, net_revenue_retention, "
        "gross_revenue_retention from marts.mrr_cohorts where cohort_month = ? order by all",
        month,
    )
    return [tuple(row.values()) for row in rows]


def money(*texts: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(text) for text in texts)


# --- the worked example --------------------------------------------------------------------------


def test_the_worked_example_of_chartmogul(book: Book) -> None:
    """help.chartmogul.com, article 201244842: 166.67 new, 60 more for a month, churn at the end of
    the paid year, back with 150."""
    book = Book(as_of=dt.date(2026, 3, 20), warehouse=book.warehouse)
    book.warehouse.clear()
    book.contact("Syncalytics")
    gold, silver, again = Line(2000, quantity=4), Line(60, quantity=2), Line(150, quantity=3)
    for key, line, period, status, date in (
        ("gold yearly", gold, 12, "DELETED", dt.date(2025, 1, 20)),
        ("silver monthly", silver, 1, "DELETED", dt.date(2025, 2, 3)),
        ("gold monthly", again, 1, "AUTHORISED", dt.date(2026, 3, 10)),
    ):
        book.repeating_invoice(
            key, "Syncalytics", lines=(line,), period=period, start=date, status=status
        )
        book.invoice(key, "Syncalytics", date, lines=(line,), repeating=key)

    rows = {row[0]: row[1:] for row in cohort(with_cohorts(book), dt.date(2025, 1, 1))}

    assert len(rows) == 15
    assert rows[0] == (1, *money("1", "166.67", "1", "1"))
    assert rows[1] == (1, *money("1", "226.67", "1.3600", "1"))
    assert rows[11] == (1, *money("1", "166.67", "1", "1"))
    assert rows[12] == (0, *money("0", "0", "0", "0"))
    assert rows[14] == (1, *money("1", "150.00", "0.9000", "0"))
    (lifetime,) = with_lifetimes(book).rows(
        "select first_month, last_month, is_active, months_active, times_lost, current_mrr_base, "
        "peak_mrr_base, peak_month, recurring_revenue_base, monthly_churn_rate, "
        "expected_lifetime_months, expected_lifetime_value_base from marts.mrr_customer_lifetimes"
    )
    assert list(lifetime.values()) == [
        dt.date(2025, 1, 1),
        dt.date(2026, 3, 1),
        True,
        13,  # the year of gold, and March
        1,
        *money("150.00", "226.67"),
        dt.date(2025, 2, 1),
        Decimal("2210.04"),  # 12 x 166.67 + 60 + 150
        # March 2025 to February 2026: 11 months began with a customer, one of them lost it.
        *money("0.0909", "11.0", "1650.00"),
    ]


# --- cohorts -------------------------------------------------------------------------------------


def test_a_cohort_is_who_began_in_the_same_month(book: Book) -> None:
    mrr(book, "Ann", 100, 150, 80, 80)
    mrr(book, "Bob", 100, 0, 100, 100)  # leaves, and comes back
    mrr(book, "Cat", 0, 0, 40, 40)

    assert cohort(with_cohorts(book), JANUARY) == [
        (0, 2, *money("1", "200", "1", "1")),
        (1, 1, *money("0.5", "150", "0.75", "0.5")),  # gross: Ann's 100, no growth
        (2, 2, *money("1", "180", "0.9", "0.4")),  # gross: Ann's 80; Bob is lost
        (3, 2, *money("1", "180", "0.9", "0.4")),
    ]
    assert cohort(book, dt.date(2026, 3, 1)) == [
        (0, 1, *money("1", "40", "1", "1")),
        (1, 1, *money("1", "40", "1", "1")),
    ]


def test_gross_retention_does_not_rise_again(book: Book) -> None:
    mrr(book, "Ann", 100, 60, 90, 120)
    gross = [row[-1] for row in cohort(with_cohorts(book), JANUARY)]
    assert gross == list(money("1", "0.6", "0.6", "0.6"))


def test_a_cohort_that_is_gone_stays_listed_with_nothing(book: Book) -> None:
    mrr(book, "Ann", 100, 0, 0, 0)
    mrr(book, "Bob", 0, 50, 50, 50)
    assert cohort(with_cohorts(book), JANUARY)[1:] == [
        (number, 0, *money("0", "0", "0", "0")) for number in (1, 2, 3)
    ]


def test_the_current_month_is_marked_as_incomplete(book: Book) -> None:
    mrr(book, "Ann", 100, 100, 100, 100)
    rows = with_cohorts(book).rows(
        "select months_since, is_complete from marts.mrr_cohorts order by all"
    )
    assert [row["is_complete"] for row in rows] == [True, True, True, False]


def test_new_exchange_rates_are_no_retention(book: Book) -> None:
    """The financial year ends on 31 March. 100 USD at 0.50 are 200.00, at 0.64 they are 156.25."""
    book.contact("Ann")
    book.repeating_invoice("usd", "Ann", lines=(Line(100),), currency="USD", start=JANUARY)
    for month, rate in ((3, "0.50"), (4, "0.64")):
        date = dt.date(2026, month, 1)
        book.invoice(
            f"U-{month}", "Ann", date, total=100, currency="USD", rate=rate, repeating="usd"
        )
    rows = with_cohorts(book).rows(
        "select mrr_base, fx_base, net_revenue_retention, gross_revenue_retention "
        "from marts.mrr_cohorts order by months_since"
    )
    assert [tuple(row.values()) for row in rows] == [
        money("200.00", "0", "1", "1"),
        money("156.25", "-43.75", "1", "1"),
    ]


# --- lifetimes -----------------------------------------------------------------------------------


def test_a_lifetime_is_expected_from_how_many_customers_leave(book: Book) -> None:
    """February, March: 2 customers each at the beginning, 1 lost. 1 of 4 a month: 4 months."""
    mrr(book, "Ann", 100, 100, 100, 130)
    mrr(book, "Bob", 70, 70, 0, 0)
    rows = with_lifetimes(book).rows(
        "select contact_name, is_active, last_month, times_lost, recurring_revenue_base, "
        "monthly_churn_rate, expected_lifetime_months, expected_lifetime_value_base "
        "from marts.mrr_customer_lifetimes order by contact_name"
    )
    rate = Decimal("0.25")
    april, february = dt.date(2026, 4, 1), dt.date(2026, 2, 1)
    assert [tuple(row.values()) for row in rows] == [
        ("Ann", True, april, 0, Decimal(430), rate, Decimal(4), Decimal(520)),
        ("Bob", False, february, 1, Decimal(140), rate, None, None),
    ]


def test_where_nobody_leaves_no_lifetime_is_expected(book: Book) -> None:
    mrr(book, "Ann", 100, 100, 100, 100)
    (row,) = with_lifetimes(book).rows(
        "select monthly_churn_rate, expected_lifetime_months, expected_lifetime_value_base "
        "from marts.mrr_customer_lifetimes"
    )
    assert list(row.values()) == [Decimal(0), None, None]


# --- concentration -------------------------------------------------------------------------------


def concentration(book: Book, basis: str) -> list[tuple[Any, ...]]:
    """Now, and a month before."""
    book.build("marts.revenue_concentration")
    (row,) = book.rows("select * from marts.revenue_concentration where basis = ?", basis)
    names = ("customers", "total_base", "largest_share", "top_5_share", "top_10_share")
    return [
        tuple(row[f"{when}{name}"] for name in (*names, "herfindahl")) for when in ("", "previous_")
    ]


def test_concentration_of_recurring_revenue_now_and_the_month_before(book: Book) -> None:
    mrr(book, "Ann", 60, 60, 60, 50)
    mrr(book, "Bob", 40, 40, 40, 30)
    mrr(book, "Cat", 0, 0, 0, 20)
    assert concentration(book, "mrr") == [
        (3, *money("100", "0.5", "1", "1", "0.38")),  # 0.25 + 0.09 + 0.04
        (2, *money("100", "0.6", "1", "1", "0.52")),
    ]


def test_eleven_equal_clients(book: Book) -> None:
    for number in range(11):
        mrr(book, f"Client {number}", 0, 0, 0, 10)
    now, before = concentration(book, "mrr")
    assert now == (11, *money("110", "0.0909", "0.4545", "0.9091", "0.0909"))
    assert before == (0, Decimal(0), None, None, None, None)


def test_concentration_of_a_year_of_invoices_less_credit_notes(book: Book) -> None:
    """365 days back from 20 April; a month ago, the same from 20 March."""
    for contact in ("Ann", "Bob", "Cat"):
        book.contact(contact)
    book.invoice("last year", "Ann", dt.date(2025, 4, 20), total=500)  # 365 days ago: out
    book.invoice("A", "Ann", dt.date(2025, 4, 21), total=300)
    book.invoice("B", "Bob", dt.date(2026, 3, 20), total=150)
    book.credit_note("B less", "Bob", dt.date(2026, 4, 1), total=50)
    book.credit_note("C less", "Cat", dt.date(2026, 4, 1), total=10)  # no part in it
    assert concentration(book, "invoiced") == [
        (2, *money("400", "0.75", "1", "1", "0.625")),
        (2, *money("950", "0.8421", "1", "1", "0.7341")),  # 800 and 150
    ]
