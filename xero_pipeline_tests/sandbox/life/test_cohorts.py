"""Cohorts by plain arithmetic, on templates that are begun, stopped and begun again."""

from __future__ import annotations

from decimal import Decimal

from xero_pipeline.sandbox.life.truth import ground_truth
from xero_pipeline_tests.sandbox.life.tiny import TinyBook, day, line


def plan(book: TinyBook, key: str, contact: str, price: str, *dates: str) -> None:
    book.template(key, price, dates[0], contact=contact)
    for date in dates:
        book.invoice(f"{key} {date}", date, line(price), contact=contact, template=key)
    book.delete_template(key)


def test_who_comes_back_is_retained_net_but_not_gross(book: TinyBook) -> None:
    plan(book, "a", "ann", "100.00", "2024-01-05", "2024-02-05", "2024-03-05")
    plan(book, "b", "bob", "60.00", "2024-01-05")
    plan(book, "c", "bob", "80.00", "2024-03-05")

    cohorts = ground_truth(book.events, day("2024-03-20")).mrr_cohorts

    assert [
        (
            f"{each.month:%Y-%m}",
            each.customers,
            each.mrr_base,
            each.net_revenue_retention,
            each.gross_revenue_retention,
        )
        for each in cohorts
    ] == [
        ("2024-01", 2, Decimal("160.00"), Decimal(1), Decimal(1)),
        ("2024-02", 1, Decimal("100.00"), Decimal("0.6250"), Decimal("0.6250")),
        ("2024-03", 2, Decimal("180.00"), Decimal("1.1250"), Decimal("0.6250")),
    ]


def test_what_a_template_was_is_known_to_who_read_it_then(book: TinyBook) -> None:
    """Raised to 130 after January's invoice: who looked in January knows that month as 130."""
    book.template("plan", "100.00", "2024-01-05")
    book.invoice("INV-1", "2024-01-05", line("100.00"), template="plan")
    book.template("plan", "130.00", "2024-02-05")
    looked_at = book.at()
    book.invoice("INV-2", "2024-02-05", line("130.00"), template="plan")

    def january(*read_at: object) -> Decimal:
        instants = [looked_at] if read_at else []
        truth = ground_truth(book.events, day("2024-02-20"), read_at=instants)
        return truth.mrr_monthly[0].closing

    assert (january(), january(looked_at)) == (Decimal("100.00"), Decimal("130.00"))
