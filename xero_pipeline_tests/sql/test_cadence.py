"""What customers are billed for by hand: which of it recurs, how often, and what it does to MRR.

Every case is a customer of one book, which is built once for all of them.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from xero_pipeline_tests.sql.book import Book
from xero_pipeline_tests.sql.hand_billed import AS_OF, CASES, Case

MARTS = ("marts.mrr_streams", "marts.mrr_plans", "marts.mrr_monthly", "marts.mrr_movements")


@pytest.fixture(scope="module")
def book() -> Book:
    book = Book(as_of=AS_OF)
    book.account("260", "Media spend (pass-through)")
    for case in CASES:
        book.contact(case.name)
        case.write(book, case.name)
    book.build(*MARTS)
    return book


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_streams_are_recognised(book: Book, case: Case) -> None:
    rows = book.rows(
        "select concat_ws(' ', class, schedule_unit, schedule_period) as found "
        "from marts.mrr_streams where contact_name = ? order by found",
        case.name,
    )
    assert tuple(row["found"] for row in rows) == case.found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_mrr_moves_only_when_something_changes(book: Book, case: Case) -> None:
    rows = book.rows(
        "select strftime(month, '%Y-%m') as month, movement, amount_base::varchar as amount "
        "from marts.mrr_movements where contact_name = ? order by month, movement",
        case.name,
    )
    assert tuple((row["month"], row["movement"], row["amount"]) for row in rows) == case.moves


@pytest.mark.parametrize("test", ["mrr_movements_explain_closing", "mrr_customers_add_up_to_plans"])
def test_the_identities_hold(book: Book, test: str) -> None:
    assert book.warehouse.failures(test) == []


def test_hours_stand_beside_mrr_at_the_mean_of_the_last_three(book: Book) -> None:
    rows = book.rows(
        "select strftime(month, '%m') as month, recurring_variable_base as level "
        "from marts.mrr_monthly where recurring_variable_base <> 0 order by month"
    )
    assert [(row["month"], row["level"]) for row in rows] == [
        ("01", Decimal("800.00")),
        ("02", Decimal("875.00")),
        ("03", Decimal("716.67")),
        ("04", Decimal("650.00")),
        ("05", Decimal("566.67")),
        ("06", Decimal("600.00")),
    ]


def test_a_plan_names_the_invoice_that_set_its_price(book: Book) -> None:
    (plan,) = book.rows(
        "select source, price, mrr_base, price_invoice_number, confidence, template_id, "
        "paid_until, why from marts.mrr_plans "
        "where contact_name = 'quarterly, eight days late once' and month = date '2026-04-01'"
    )
    assert plan == {
        "source": "cadence",
        "price": Decimal("300.00"),
        "mrr_base": Decimal("100.00"),
        "price_invoice_number": "quarterly, eight days late once 02-10",
        "confidence": Decimal("0.60"),
        "template_id": None,
        "paid_until": dt.date(2026, 8, 10),
        "why": "Billed by hand quarterly, 3 of 3 invoices within days of their slot; "
        "the price stands.",
    }


def test_confidence_grows_with_the_number_of_invoices(book: Book) -> None:
    """0.60 + 0.30 x (10 - 3) / 9."""
    sure = "select confidence from marts.mrr_streams where contact_name = ?"
    assert book.value(sure, "weekly") == Decimal("0.83")
    assert book.value(sure, "left in February") == Decimal("0.60")


def test_a_skipped_month_is_less_sure(book: Book) -> None:
    """0.60 + 0.30 x 4 of 5 slots x (4 - 3) / 9."""
    sure = "select confidence from marts.mrr_streams where contact_name = 'a skipped month'"
    assert book.value(sure) == Decimal("0.63")


@pytest.mark.parametrize(
    ("description", "text"),
    [
        ("Website care, March 2026", "website care"),
        ("WEBSITE CARE - Sept '26 (12/03/2026)", "website care"),
        ("Q1 retainer: 3x posts", "retainer posts"),
        ("Décembre 2026", "décembre"),
        (None, ""),
    ],
)
def test_a_text_is_compared_without_dates_and_numbers(
    book: Book, description: str | None, text: str
) -> None:
    assert book.value("select intermediate.cadence_text(?::varchar)", description) == text
