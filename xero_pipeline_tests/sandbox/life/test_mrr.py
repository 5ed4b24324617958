"""MRR from templates and linked invoices, rule by rule."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

import pytest

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.life.labels import Slot
from xero_pipeline.sandbox.life.truth import Truth, ground_truth
from xero_pipeline.sandbox.life.truth.mrr import monthly_factor
from xero_pipeline_tests.sandbox.life.tiny import TinyBook, day, line


def truth(book: TinyBook, as_of: str, pass_through: Collection[str] = ()) -> Truth:
    return ground_truth(book.events, day(as_of), pass_through=pass_through)


def by_month(book: TinyBook, as_of: str) -> dict[str, Decimal]:
    """Total MRR by month, "2024-03"."""
    return {f"{m.month:%Y-%m}": m.closing for m in truth(book, as_of).mrr_monthly}


def movements(book: TinyBook, as_of: str) -> list[tuple[str, str, Decimal]]:
    return [
        (f"{m.month:%Y-%m}", m.movement, m.amount_base) for m in truth(book, as_of).mrr_movements
    ]


def monthly_invoices(book: TinyBook, template: str, price: str, *months: str) -> None:
    for month in months:
        book.invoice(f"{template}-{month}", f"{month}-01", line(price), template=template)


@pytest.mark.parametrize(
    ("unit", "period", "year"),
    [
        ("WEEKLY", 1, 52),
        ("WEEKLY", 2, 26),
        ("MONTHLY", 1, 12),
        ("MONTHLY", 3, 4),
        ("MONTHLY", 12, 1),
    ],
)
def test_a_schedule_comes_round_so_often_a_year(unit: str, period: int, year: int) -> None:
    numerator, denominator = monthly_factor(Slot(unit, period))
    assert numerator * 12 == year * denominator


def test_a_deleted_plan_lasts_to_the_end_of_its_last_slot(book: TinyBook) -> None:
    """A quarter from 15 February ends on 15 May: it counts in April's figure, not in May's."""
    book.template("plan", "300.00", "2024-02-15", period=3)
    book.invoice("INV-1", "2024-02-15", line("300.00"), template="plan")
    book.delete_template("plan")

    assert by_month(book, "2024-06-10") == {
        "2024-02": Decimal("100.00"),
        "2024-03": Decimal("100.00"),
        "2024-04": Decimal("100.00"),
        "2024-05": Decimal("0.00"),
        "2024-06": Decimal("0.00"),
    }


def test_a_weekly_plan_counts_52_twelfths(book: TinyBook) -> None:
    book.template("plan", "100.00", "2024-02-26", unit="WEEKLY")
    book.invoice("INV-1", "2024-02-26", line("100.00"), template="plan")

    assert by_month(book, "2024-03-02")["2024-02"] == Decimal("433.33")


def test_past_months_take_the_price_of_the_latest_invoice(book: TinyBook) -> None:
    book.template("plan", "150.00", "2024-01-01")
    monthly_invoices(book, "plan", "100.00", "2024-01", "2024-02")
    monthly_invoices(book, "plan", "150.00", "2024-03")

    assert movements(book, "2024-03-20") == [
        ("2024-01", "new", Decimal("100.00")),
        ("2024-03", "expansion", Decimal("50.00")),
    ]


def test_this_month_takes_the_template_as_it_stands(book: TinyBook) -> None:
    """Edited after March's invoice: the new price counts at once, the start date has moved on."""
    book.template("plan", "100.00", "2024-03-01")
    monthly_invoices(book, "plan", "100.00", "2024-03")
    book.template("plan", "130.00", "2024-04-01")

    assert by_month(book, "2024-03-20") == {"2024-03": Decimal("130.00")}


def test_a_template_that_has_not_begun_or_has_ended_is_not_live(book: TinyBook) -> None:
    book.template("begun", "1.00", "2024-03-01")
    monthly_invoices(book, "begun", "1.00", "2024-03")
    book.template("later", "10.00", "2024-03-25")
    book.template("ended", "100.00", "2024-01-01", end="2024-03-19")

    assert by_month(book, "2024-03-20") == {"2024-03": Decimal("1.00")}


def test_a_voided_invoice_in_between_is_no_churn(book: TinyBook) -> None:
    book.template("plan", "100.00", "2024-01-01")
    monthly_invoices(book, "plan", "100.00", "2024-01", "2024-02", "2024-03")
    book.status("plan-2024-02", "VOIDED")

    assert movements(book, "2024-03-20") == [("2024-01", "new", Decimal("100.00"))]


def test_a_new_template_after_a_pause_is_a_reactivation(book: TinyBook) -> None:
    book.template("plan", "100.00", "2024-01-01")
    monthly_invoices(book, "plan", "100.00", "2024-01")
    book.delete_template("plan")
    book.template("again", "80.00", "2024-04-01")
    monthly_invoices(book, "again", "80.00", "2024-04")

    assert movements(book, "2024-04-20") == [
        ("2024-01", "new", Decimal("100.00")),
        ("2024-02", "churn", Decimal("100.00")),
        ("2024-04", "reactivation", Decimal("80.00")),
    ]


def test_cancelling_one_of_two_plans_is_contraction(book: TinyBook) -> None:
    for plan, price in (("big", "100.00"), ("small", "20.00")):
        book.template(plan, price, "2024-01-01")
        monthly_invoices(book, plan, price, "2024-01")
    book.delete_template("small")
    monthly_invoices(book, "big", "100.00", "2024-02")

    assert movements(book, "2024-02-20") == [
        ("2024-01", "new", Decimal("120.00")),
        ("2024-02", "contraction", Decimal("20.00")),
    ]


def test_a_merged_customer_lives_on_in_the_survivor(book: TinyBook) -> None:
    book.template("plan", "100.00", "2024-01-01", contact="bob")
    monthly_invoices(book, "plan", "100.00", "2024-01")
    book.add(ev.ContactsMerged(book.at(), loser="bob", winner="ann"))

    assert [c.contact_id for c in truth(book, "2024-01-20").mrr_customers] == [
        book.id("Contact", "ann")
    ]


def test_tax_and_pass_through_lines_are_no_mrr(book: TinyBook) -> None:
    book.template("plan", "100.00", "2024-01-01")
    lines = (line("115.00", tax="OUTPUT2"), line("900.00", account="260"))
    book.invoice("INV-1", "2024-01-01", *lines, mode="Inclusive", template="plan")

    january = truth(book, "2024-02-10", pass_through={"260"}).mrr_monthly[0]
    assert january.closing == Decimal("100.00")


def test_a_currency_has_one_rate_in_a_financial_year(book: TinyBook) -> None:
    """120 USD: at 0.60 until 31 March, at April's first rate 0.50 in all of the new year."""
    book.template("plan", "120.00", "2024-02-01", currency="USD")
    for date, rate in (("2024-02-01", "0.60"), ("2024-03-01", "0.75"), ("2024-04-01", "0.50")):
        book.invoice(f"INV-{date}", date, line("120.00"), rate=rate, template="plan")

    assert by_month(book, "2024-05-10") == {
        "2024-02": Decimal("200.00"),
        "2024-03": Decimal("200.00"),
        "2024-04": Decimal("240.00"),
        "2024-05": Decimal("240.00"),
    }


def test_a_new_years_rate_is_a_movement_of_its_own(book: TinyBook) -> None:
    """120 USD at 0.60, then 150 at 0.50: the old price at the new rate is 240, 40 of it by rate."""
    book.template("plan", "150.00", "2024-03-01", currency="USD")
    book.invoice("INV-1", "2024-03-01", line("120.00"), rate="0.60", template="plan")
    book.invoice("INV-2", "2024-04-01", line("150.00"), rate="0.50", template="plan")

    assert movements(book, "2024-05-10") == [
        ("2024-03", "new", Decimal("200.00")),
        ("2024-04", "fx", Decimal("40.00")),
        ("2024-04", "expansion", Decimal("60.00")),
    ]


def test_a_year_without_a_rate_takes_the_latest_one_before(book: TinyBook) -> None:
    book.template("plan", "120.00", "2024-02-01", period=3, currency="USD")
    book.invoice("INV-1", "2024-02-01", line("120.00"), rate="0.50", template="plan")
    book.invoice("INV-2", "2024-03-20", line("1.00"), rate="0.80")

    assert by_month(book, "2024-04-10") == {
        "2024-02": Decimal("80.00"),
        "2024-03": Decimal("80.00"),
        "2024-04": Decimal("50.00"),
    }


def test_opening_and_movements_make_the_closing(book: TinyBook) -> None:
    """Worked: 200 opening, +50 expansion, -100 churn, +30 new: 180; NRR 150/200, GRR 100/200."""
    for plan, contact in (("a", "ann"), ("b", "bob")):
        book.template(plan, "100.00", "2024-01-01", contact=contact)
        monthly_invoices(book, plan, "100.00", "2024-01")
    book.delete_template("b")
    monthly_invoices(book, "a", "150.00", "2024-02")
    book.add(ev.ContactAdded(book.at(), "cid", "Cid"))
    book.template("c", "30.00", "2024-02-01", contact="cid")
    monthly_invoices(book, "c", "30.00", "2024-02")

    february = truth(book, "2024-03-15").mrr_monthly[1]
    assert (february.opening, february.new, february.expansion, february.churn) == (
        Decimal("200.00"),
        Decimal("30.00"),
        Decimal("50.00"),
        Decimal("100.00"),
    )
    assert (february.closing, february.customers) == (Decimal("180.00"), 2)
    assert (february.nrr, february.grr) == (Decimal("0.7500"), Decimal("0.5000"))
    assert (february.arpa, february.quick_ratio) == (Decimal("90.00"), Decimal("0.8000"))


def test_without_an_opening_there_is_no_rate(book: TinyBook) -> None:
    book.template("plan", "100.00", "2024-01-01")
    monthly_invoices(book, "plan", "100.00", "2024-01")

    january = truth(book, "2024-02-15").mrr_monthly[0]
    assert (january.nrr, january.grr, january.quick_ratio) == (None, None, None)


def test_a_repeating_bill_is_no_revenue(book: TinyBook) -> None:
    book.template("bill", "100.00", "2024-01-01", type="ACCPAY")
    book.invoice("BILL-1", "2024-01-01", line("100.00"), type="ACCPAY", template="bill")

    assert truth(book, "2024-01-20").mrr_monthly == ()


def test_a_live_template_counts_before_its_first_invoice(book: TinyBook) -> None:
    book.template("plan", "100.00", "2024-01-15")

    assert by_month(book, "2024-01-20") == {"2024-01": Decimal("100.00")}


def test_a_book_without_templates_has_no_mrr(book: TinyBook) -> None:
    book.invoice("INV-1", "2024-01-01", line("100.00"))

    assert truth(book, "2024-01-20").mrr_monthly == ()
