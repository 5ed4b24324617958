"""Monthly recurring revenue: which plans count when, and how a month leads to the next."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from xero_pipeline_tests.sql.book import Book, Line
from xero_pipeline_tests.sql.retainers import built, retainer
from xero_pipeline_tests.sql.warehouse import Warehouse


def closing(book: Book, month: dt.date) -> object:
    return book.value("select closing from marts.mrr_monthly where month = ?", month)


def movements(book: Book) -> list[tuple[str, str, Decimal]]:
    rows = book.rows(
        "select strftime(month, '%Y-%m') as month, movement, amount_base "
        "from marts.mrr_movements order by month, movement"
    )
    return [(row["month"], row["movement"], row["amount_base"]) for row in rows]


@pytest.fixture(scope="module")
def warehouse() -> Warehouse:
    return Warehouse()


@pytest.fixture
def book(warehouse: Warehouse) -> Book:
    warehouse.clear()
    book = Book(as_of=dt.date(2026, 6, 15), warehouse=warehouse)
    book.contact("Harbour Cafe")
    return book


# --- the worked example --------------------------------------------------------------------------


def test_the_worked_example_of_chartmogul() -> None:
    """help.chartmogul.com, article 201244842: Gold is 500 a year, Silver 30 a month."""
    book = Book(as_of=dt.date(2026, 3, 20))
    book.contact("Syncalytics")
    gold, silver = Line(2000, quantity=4), Line(60, quantity=2)
    three_gold = Line(150, quantity=3)

    def subscription(key: str, line: Line, period: int, status: str, *dates: dt.date) -> None:
        book.repeating_invoice(
            key, "Syncalytics", lines=(line,), period=period, start=dates[0], status=status
        )
        for number, date in enumerate(dates, 1):
            book.invoice(f"{key}/{number}", "Syncalytics", date, lines=(line,), repeating=key)

    subscription("gold yearly", gold, 12, "DELETED", dt.date(2025, 1, 20))
    subscription("silver monthly", silver, 1, "DELETED", dt.date(2025, 2, 3))
    subscription("gold monthly", three_gold, 1, "AUTHORISED", dt.date(2026, 3, 10))

    assert movements(built(book)) == [
        ("2025-01", "new", Decimal("166.67")),
        ("2025-02", "expansion", Decimal("60.00")),
        ("2025-03", "contraction", Decimal("60.00")),
        ("2026-01", "churn", Decimal("166.67")),  # at the end of the paid term
        ("2026-03", "reactivation", Decimal("150.00")),
    ]
    assert closing(book, dt.date(2025, 2, 1)) == Decimal("226.67")


# --- schedules and prices ------------------------------------------------------------------------


def test_every_schedule_has_a_monthly_equivalent(book: Book) -> None:
    expected = {
        ("WEEKLY", 1, "120"): "520.00",
        ("WEEKLY", 2, "120"): "260.00",
        ("WEEKLY", 4, "120"): "130.00",
        ("MONTHLY", 1, "120"): "120.00",
        ("MONTHLY", 3, "120"): "40.00",
        ("MONTHLY", 6, "120"): "20.00",
        ("MONTHLY", 12, "120"): "10.00",
        ("MONTHLY", 12, "0.90"): "0.08",  # 0.075 is rounded half-up
    }
    for unit, period, price in expected:
        retainer(book, f"{price} {unit} {period}", price=price, unit=unit, period=period)
    rows = built(book).rows(
        "select schedule_unit, schedule_period, price, mrr_base from marts.mrr_plans"
    )
    assert {
        (
            row["schedule_unit"],
            row["schedule_period"],
            f"{row['price']:f}".removesuffix(".00"),
        ): str(row["mrr_base"])
        for row in rows
    } == expected


def test_tax_is_no_revenue_and_line_amounts_are_after_discount(book: Book) -> None:
    line = Line(115, tax=15)
    book.repeating_invoice(
        "seo", "Harbour Cafe", lines=(line,), start=book.as_of, line_amount_types="Inclusive"
    )
    assert closing(built(book), dt.date(2026, 6, 1)) == Decimal("100.00")


def test_lines_on_pass_through_accounts_are_left_out(book: Book, tmp_path: Path) -> None:
    book.account("200", "Retainers")
    book.account("260", "Media spend")
    book.account("261", "Hosting")
    book.account("262", "Domains")
    (tmp_path / "pass_through_accounts.csv").write_text(
        "organisation,account,note\n,260,\n,HOSTING,\nSomebody else,Domains,\n"
    )
    lines = tuple(
        Line(amount, account=code)
        for code, amount in (("200", 900), ("260", 5000), ("261", 300), ("262", 20))
    )
    book.repeating_invoice("ads", "Harbour Cafe", lines=lines, start=book.as_of)
    assert closing(built(book, tmp_path), dt.date(2026, 6, 1)) == Decimal("920.00")


def test_bills_that_repeat_are_no_revenue(book: Book) -> None:
    book.repeating_invoice(
        "rent", "Harbour Cafe", lines=(Line(3000),), start=dt.date(2026, 1, 1), type="ACCPAY"
    )
    assert built(book).rows("select * from marts.mrr_monthly") == []


# --- when a plan counts --------------------------------------------------------------------------


def test_a_plan_counts_from_its_first_invoice_until_the_period_of_its_last_is_over(
    book: Book,
) -> None:
    retainer(book, "seo", dt.date(2026, 1, 31), dt.date(2026, 2, 28), price=100, status="DELETED")
    assert movements(built(book)) == [
        ("2026-01", "new", Decimal("100.00")),
        ("2026-03", "churn", Decimal("100.00")),  # paid until 28 March
    ]


def test_a_monthly_plan_of_the_31st_ends_on_the_last_day_of_february(book: Book) -> None:
    retainer(book, "seo", dt.date(2026, 1, 31), price=100, status="DELETED")
    assert closing(built(book), dt.date(2026, 1, 1)) == Decimal("100.00")
    assert closing(book, dt.date(2026, 2, 1)) == 0


def test_a_voided_invoice_in_between_is_no_churn(book: Book) -> None:
    retainer(book, "seo", dt.date(2026, 3, 1), dt.date(2026, 6, 1), price=100)
    book.invoice(
        "voided",
        "Harbour Cafe",
        dt.date(2026, 4, 1),
        total=900,
        repeating="seo",
        status="VOIDED",
    )
    assert movements(built(book)) == [("2026-03", "new", Decimal("100.00"))]


def test_drafts_count_and_voided_and_deleted_invoices_never_do(book: Book) -> None:
    retainer(book, "seo", dt.date(2026, 4, 10), price=100, status="DELETED", invoice_status="DRAFT")
    for status in ("VOIDED", "DELETED"):
        retainer(
            book, status, dt.date(2026, 4, 10), price=7, status="DELETED", invoice_status=status
        )
    assert closing(built(book), dt.date(2026, 4, 1)) == Decimal("100.00")


def test_the_price_of_a_past_month_is_that_of_its_latest_invoice(book: Book) -> None:
    retainer(book, "seo", dt.date(2026, 3, 5), price=100)
    for number, day, price in (("A-2", 5, 110), ("A-3", 5, 120), ("A-1", 4, 500)):
        book.invoice(number, "Harbour Cafe", dt.date(2026, 4, day), total=price, repeating="seo")
    assert closing(built(book), dt.date(2026, 3, 1)) == Decimal("100.00")
    assert closing(book, dt.date(2026, 4, 1)) == Decimal("120.00")  # the higher number of the 5th
    assert (
        book.value(
            "select price_invoice_number from marts.mrr_plans where month = date '2026-04-01'"
        )
        == "A-3"
    )


def test_in_the_current_month_the_live_template_wins(book: Book) -> None:
    retainer(book, "seo", dt.date(2026, 5, 1), dt.date(2026, 6, 1), price=100, lines=(Line(130),))
    row = built(book).rows(
        "select source, confidence, mrr_base from marts.mrr_customers "
        "where month = date '2026-06-01'"
    )
    assert row == [
        {"source": "template", "confidence": Decimal("1.00"), "mrr_base": Decimal("130.00")}
    ]
    assert closing(book, dt.date(2026, 5, 1)) == Decimal("100.00")


def test_which_templates_are_live(book: Book) -> None:
    retainer(book, "approved", price=100)
    retainer(book, "makes drafts", price=100, status="DRAFT")
    retainer(book, "stopped", price=100, status="DELETED")
    retainer(book, "ends today", price=100, end=dt.date(2026, 6, 15))
    retainer(book, "ended yesterday", price=100, end=dt.date(2026, 6, 14))
    retainer(book, "begins tomorrow", price=100, start=dt.date(2026, 6, 16))
    live = built(book).rows("select template_id::varchar as id from marts.mrr_plans")
    assert {row["id"] for row in live} == {
        book.id("RepeatingInvoice", key) for key in ("approved", "makes drafts", "ends today")
    }


def test_an_edit_that_moves_the_start_date_does_not_stop_a_plan(book: Book) -> None:
    retainer(
        book,
        "seo",
        dt.date(2026, 5, 20),
        price=100,
        lines=(Line(140),),
        start=dt.date(2026, 6, 20),
    )
    assert closing(built(book), dt.date(2026, 6, 1)) == Decimal("140.00")


def test_a_template_that_is_stopped_still_counts_for_what_is_paid(book: Book) -> None:
    retainer(book, "seo", dt.date(2026, 6, 1), price=100, status="DELETED")
    assert closing(built(book), dt.date(2026, 6, 1)) == Decimal("100.00")
    assert book.value("select source from marts.mrr_customers") == "linked"


def test_a_merged_contact_is_followed_to_the_one_that_survived(book: Book) -> None:
    book.contact("Harbor Cafe Ltd", merged_to="Harbor Cafe")
    book.contact("Harbor Cafe", merged_to="Harbour Cafe")
    retainer(
        book, "seo", dt.date(2026, 4, 1), price=100, contact="Harbor Cafe Ltd", status="DELETED"
    )
    retainer(book, "seo 2", dt.date(2026, 5, 1), price=100)
    assert movements(built(book)) == [("2026-04", "new", Decimal("100.00"))]


# --- currency ------------------------------------------------------------------------------------


def test_exchange_rates_are_constant_within_a_financial_year(book: Book) -> None:
    """The year ends on 31 March. 100 USD at 0.50 are 200.00, at 0.64 they are 156.25."""
    for month, rate in ((2, "0.50"), (3, "0.55"), (4, "0.64"), (5, "0.80")):
        retainer(book, f"usd-{month}", currency="USD", price=0, start=dt.date(2030, 1, 1))
        book.invoice(
            f"U-{month}",
            "Harbour Cafe",
            dt.date(2026, month, 1),
            total=100,
            currency="USD",
            rate=rate,
            repeating="usd",
        )
    book.repeating_invoice(
        "usd", "Harbour Cafe", lines=(Line(100),), currency="USD", start=dt.date(2026, 2, 1)
    )
    assert movements(built(book)) == [
        ("2026-02", "new", Decimal("200.00")),
        ("2026-04", "fx", Decimal("-43.75")),
    ]
    assert closing(book, dt.date(2026, 6, 1)) == Decimal("156.25")


def test_a_year_without_an_invoice_takes_the_latest_rate_before_it(book: Book) -> None:
    retainer(book, "usd", dt.date(2025, 5, 1), price=1200, period=12, currency="USD", rate="0.50")
    book.invoice("later", "Harbour Cafe", dt.date(2025, 9, 1), total=1, currency="USD", rate="0.80")
    assert closing(built(book), dt.date(2026, 3, 1)) == Decimal("200.00")
    assert closing(book, dt.date(2026, 4, 1)) == Decimal("125.00")


def test_a_price_change_at_the_turn_of_the_year_is_measured_at_the_new_rate(book: Book) -> None:
    book.repeating_invoice(
        "usd", "Harbour Cafe", lines=(Line(160),), currency="USD", start=dt.date(2026, 3, 1)
    )
    for month, price, rate in ((3, 100, "0.50"), (4, 160, "0.80"), (5, 160, "0.90")):
        book.invoice(
            f"U-{month}",
            "Harbour Cafe",
            dt.date(2026, month, 1),
            total=price,
            currency="USD",
            rate=rate,
            repeating="usd",
        )
    assert movements(built(book)) == [
        ("2026-03", "new", Decimal("200.00")),
        ("2026-04", "expansion", Decimal("75.00")),  # 125.00 to 200.00
        ("2026-04", "fx", Decimal("-75.00")),  # 200.00 to 125.00
    ]


def test_a_live_plan_in_a_currency_without_any_rate_is_left_out_and_named(book: Book) -> None:
    retainer(book, "eur", price=100, currency="EUR")
    assert closing(built(book), dt.date(2026, 6, 1)) == 0
    (finding,) = book.warehouse.failures("mrr_plans_not_valued")
    assert finding["currency_code"] == "EUR"


# --- decisions of the user -----------------------------------------------------------------------


def decide(folder: Path, decision: str) -> Path:
    """A user's seeds folder with one line of mrr_overrides.csv."""
    (folder / "mrr_overrides.csv").write_text(
        f"organisation,contact,month_from,month_to,mrr_base,note\n{decision},\n"
    )
    return folder


def test_a_decision_of_the_user_wins(book: Book, tmp_path: Path) -> None:
    retainer(book, "seo", dt.date(2026, 4, 1), price=100)
    seeds = decide(tmp_path, "Agency,harbour cafe,2026-05,2026-05,250")
    rows = built(book, seeds).rows(
        "select mrr_base, source from marts.mrr_customers order by month"
    )
    assert [(row["mrr_base"], row["source"]) for row in rows] == [
        (Decimal("100.00"), "linked"),
        (Decimal("250.00"), "override"),
        (Decimal("100.00"), "template"),
    ]


def test_a_decision_without_an_end_holds_until_today_and_may_be_zero(
    book: Book, tmp_path: Path
) -> None:
    retainer(book, "seo", dt.date(2026, 3, 1), dt.date(2026, 4, 1), price=100)
    contact = book.id("Contact", "Harbour Cafe")
    seeds = decide(tmp_path, f"{book.organisation_id},{contact},2026-05,,0")
    assert movements(built(book, seeds)) == [
        ("2026-03", "new", Decimal("100.00")),
        ("2026-05", "churn", Decimal("100.00")),
    ]


def test_a_decision_on_an_unknown_contact_is_a_finding(book: Book, tmp_path: Path) -> None:
    built(book, decide(tmp_path, "Agency,Harbor Café,2026-05,,250"))
    (finding,) = book.warehouse.failures("mrr_overrides_not_found")
    assert finding["contact"] == "Harbor Café"


# --- the monthly summary -------------------------------------------------------------------------


def test_rates_of_a_month_are_measured_on_the_opening_mrr(book: Book) -> None:
    for name in ("Alder", "Birch", "Cedar", "Dogwood"):
        book.contact(name)
    april, may = dt.date(2026, 4, 10), dt.date(2026, 5, 10)
    retainer(book, "a", april, price=1000, contact="Alder", status="DELETED")
    book.invoice("a/2", "Alder", may, total=1300, repeating="a")  # expansion of 300
    retainer(book, "b", april, price=1000, contact="Birch", status="DELETED")
    book.invoice("b/2", "Birch", may, total=900, repeating="b")  # contraction of 100
    retainer(book, "c", april, price=500, contact="Cedar", status="DELETED")  # churns
    retainer(book, "d", may, price=400, contact="Dogwood", status="DELETED")  # new
    (month,) = built(book).rows("select * from marts.mrr_monthly where month = date '2026-05-01'")
    assert (month["opening"], month["closing"]) == (Decimal("2500.00"), Decimal("2600.00"))
    assert (month["new"], month["reactivation"]) == (Decimal("400.00"), 0)
    assert (month["expansion"], month["contraction"]) == (Decimal("300.00"), Decimal("100.00"))
    assert (month["churn"], month["fx"]) == (Decimal("500.00"), 0)
    assert (month["customers"], month["arpa"]) == (3, Decimal("866.67"))
    assert month["nrr"] == Decimal("0.8800")  # 2,200 / 2,500
    assert month["grr"] == Decimal("0.7600")  # 1,900 / 2,500
    assert month["quick_ratio"] == Decimal("1.1667")  # 700 / 600
    assert month["arr"] == Decimal("31200.00")
    assert month["is_complete"]


def test_a_rate_without_a_denominator_is_null(book: Book) -> None:
    retainer(book, "seo", price=100)
    (month,) = built(book).rows("select nrr, grr, quick_ratio from marts.mrr_monthly")
    assert month == {"nrr": None, "grr": None, "quick_ratio": None}


def test_months_without_revenue_stay_in_the_series(book: Book) -> None:
    retainer(book, "seo", dt.date(2026, 2, 10), price=100, status="DELETED")
    rows = built(book).rows("select month, closing, arpa from marts.mrr_monthly order by month")
    assert [row["closing"] for row in rows] == [Decimal("100.00"), 0, 0, 0, 0]
    assert rows[1]["arpa"] is None


def test_organisations_do_not_mix(book: Book) -> None:
    other = Book("client", as_of=dt.date(2026, 6, 15), warehouse=book.warehouse)
    other.contact("Harbour Cafe")
    retainer(other, "seo", price=70)
    other.flush()
    retainer(book, "seo", price=100)
    rows = built(book).rows("select organisation_id, closing from marts.mrr_monthly")
    assert {str(row["organisation_id"]): row["closing"] for row in rows} == {
        book.organisation_id: Decimal("100.00"),
        other.organisation_id: Decimal("70.00"),
    }
