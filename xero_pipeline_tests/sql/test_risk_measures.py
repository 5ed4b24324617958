"""Overdue risk of clients with credits, refunds, other currencies, and other names before."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from xero_pipeline_tests.sql.book import Book
from xero_pipeline_tests.sql.rows import Row

TODAY = dt.date(2026, 6, 30)


def ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


@pytest.fixture(scope="module")
def book() -> Book:
    book = Book(as_of=TODAY)
    for name in ("Credited", "Refunded", "Abroad", "Early", "Undone", "Kea"):
        book.contact(name)
    book.contact("Kea Limited", merged_to="Kea")

    book.invoice("C-1", "Credited", ago(90), due=ago(60), total=400)
    book.credit_note("CN-1", "Credited", ago(55), total=100)
    book.allocate(ago(50), 100, invoice="C-1", credit_note="CN-1")
    book.payment(ago(40), 300, invoice="C-1")

    book.invoice("R-1", "Refunded", ago(30), due=ago(10), total=200)
    book.credit_note("CN-2", "Refunded", ago(20), total=80)
    book.payment(ago(5), 80, credit_note="CN-2")

    book.invoice("U-1", "Abroad", ago(40), due=ago(20), total=100, currency="USD", rate="0.5")
    book.payment(ago(10), 60, invoice="U-1", rate="0.6")

    book.invoice("E-1", "Early", ago(50), due=ago(20), total=100)
    book.payment(ago(60), 100, invoice="E-1")

    book.invoice("D-1", "Undone", ago(50), due=ago(20), total=100)
    book.payment(ago(20), 100, invoice="D-1", status="DELETED")
    book.invoice("D-2", "Undone", ago(50), due=ago(20), total=999, status="VOIDED")

    book.invoice("K-1", "Kea", ago(50), due=ago(20), total=100)
    book.payment(ago(20), 100, invoice="K-1")
    book.invoice("K-2", "Kea Limited", ago(50), due=ago(20), total=300)
    book.payment(ago(12), 300, invoice="K-2")
    book.build(
        "marts.overdue_risk", "marts.expected_payments", "intermediate.overdue_risk_a_month_ago"
    )
    return book


def risk(book: Book, contact: str) -> Row:
    (row,) = book.rows("select * from marts.overdue_risk where contact_name = ?", contact)
    return row


def test_an_allocated_credit_counts_on_its_day_like_a_payment(book: Book) -> None:
    row = risk(book, "Credited")
    # 100 after 10 days and 300 after 20 days.
    assert row["days_beyond_terms"] == Decimal("17.5")
    assert (row["settled_invoices"], row["on_time_rate"], row["worst_age"]) == (1, 0, None)


def test_a_refunded_credit_changes_nothing_about_the_invoices(book: Book) -> None:
    row = risk(book, "Refunded")
    assert (row["outstanding_base"], row["overdue_base"], row["worst_age"]) == (200, 200, 10)
    assert row["days_beyond_terms"] is None


def test_foreign_invoices_are_measured_in_base_currency_at_their_own_rate(book: Book) -> None:
    row = risk(book, "Abroad")
    # 200 NZD invoiced, 120 of them paid after 10 days, whatever the dollar was worth that day.
    assert (row["outstanding_base"], row["days_beyond_terms"]) == (80, 10)
    assert row["dso"] == 146  # 365 x 80 / 200


def test_money_that_came_before_the_invoice_counts_from_its_date(book: Book) -> None:
    row = risk(book, "Early")
    assert (row["days_beyond_terms"], row["on_time_rate"]) == (-30, 1)


def test_deleted_payments_and_voided_invoices_never_were(book: Book) -> None:
    row = risk(book, "Undone")
    assert (row["open_invoices"], row["outstanding_base"], row["settled_invoices"]) == (1, 100, 0)


def test_merged_contacts_are_one_client(book: Book) -> None:
    row = risk(book, "Kea")
    # 100 on the due date and 300 eight days after it.
    assert (row["settled_invoices"], row["days_beyond_terms"]) == (2, 6)
    assert row["on_time_rate"] == Decimal("0.5")
    assert book.rows("from marts.overdue_risk where contact_name = 'Kea Limited'") == []


def test_shares_are_of_what_all_clients_owe(book: Book) -> None:
    # 200 + 80 + 100 are open.
    assert risk(book, "Refunded")["share_of_receivables"] == Decimal("0.5263")
    assert risk(book, "Kea")["share_of_receivables"] == 0


def test_best_possible_dso_and_delinquency_add_up_to_dso(book: Book) -> None:
    rows = book.rows("from marts.overdue_risk where dso is not null")
    assert len(rows) == 6
    assert all(row["dso"] == row["bpdso"] + row["average_days_delinquent"] for row in rows)


def test_a_month_ago_an_invoice_paid_since_was_open(book: Book) -> None:
    """On 30 May, 31 days ago, K-1 and K-2 were not yet due and C-1 was settled."""
    rows = book.rows(
        "select name, outstanding_base, overdue_base, worst_age, score "
        "from intermediate.overdue_risk_a_month_ago "
        "join staging.contacts using (organisation_id, contact_id) "
        "where name in ('Kea', 'Credited')"
    )
    assert {row.pop("name"): tuple(row.values()) for row in rows} == {
        "Kea": (400, 0, 0, None),
        "Credited": (0, 0, None, None),
    }


@pytest.mark.parametrize(
    ("days_overdue", "late", "over_30", "over_60"),
    [
        (-5, "0.5000", "0.2000", "0.1000"),
        (0, "0.5000", "0.2000", "0.1000"),
        (1, "1.0000", "0.4000", "0.2000"),  # of the half that is late, 0.2 / 0.5
        (31, "1.0000", "1.0000", "0.5000"),  # of the fifth that came so far, 0.1 / 0.2
        (61, "1.0000", "1.0000", "1.0000"),
    ],
)
def test_what_is_overdue_already_is_likelier_to_get_later(
    book: Book, days_overdue: int, late: str, over_30: str, over_60: str
) -> None:
    (row,) = book.rows(
        """
        select
            intermediate.odds_given_age($1, 0, 1, 1, 0.5),
            intermediate.odds_given_age($1, 30, 0.5, 1, 0.2),
            intermediate.odds_given_age($1, 60, 0.5, 0.2, 0.1)
        """,
        days_overdue,
    )
    assert [str(value) for value in row.values()] == [late, over_30, over_60]
