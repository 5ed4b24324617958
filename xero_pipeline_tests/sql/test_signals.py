"""Signals: what deserves attention, one figure a row."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from xero_pipeline_tests.sql.book import Book, Line
from xero_pipeline_tests.sql.rows import Row
from xero_pipeline_tests.sql.warehouse import graph

TODAY = dt.date(2026, 6, 30)
SIGNALS = ("marts.agency_signals", "marts.client_signals")


def ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


@pytest.fixture(scope="module")
def book() -> Book:
    book = Book(as_of=TODAY)
    book.account("090", "Current", "BANK", currency_code="NZD", bank_account_type="BANK")
    book.account("200", "Sales", "REVENUE")
    book.contact("Kea Tours")
    book.contact("Harbour Cafe")
    book.contact("Gone Gardens")
    book.contact("Landlord")
    # A month ago, on 30 May, 400 of 400 was open and 100 of it overdue.
    book.invoice("old", "Kea Tours", dt.date(2026, 2, 1), due=dt.date(2026, 3, 1), total=100)
    book.invoice("due in June", "Kea Tours", dt.date(2026, 5, 10), due=ago(10), total=300)
    book.invoice("not due", "Harbour Cafe", dt.date(2026, 6, 10), due=ago(-10), total=600)
    book.credit_note("discount", "Harbour Cafe", dt.date(2026, 6, 12), total=50)
    book.invoice("forgotten", "Kea Tours", dt.date(2026, 6, 20), total=250, status="DRAFT")
    book.bill("rent", "Landlord", dt.date(2026, 5, 1), due=ago(40), total=700)
    book.repeating_invoice("plan", "Harbour Cafe", lines=(Line(550),), start=dt.date(2026, 4, 1))
    for month, price in ((4, 500), (5, 500), (6, 550)):
        paid_plan(book, "plan", "Harbour Cafe", month, price)
    # Its last invoice covers March; what was paid for until 1 May ends then.
    book.repeating_invoice(
        "garden", "Gone Gardens", lines=(Line(200),), start=dt.date(2026, 3, 1), status="DELETED"
    )
    for month in (3, 4):
        paid_plan(book, "garden", "Gone Gardens", month, 200)

    growing = Book("growing", as_of=TODAY, warehouse=book.warehouse)
    growing.account("090", "Current", "BANK", currency_code="NZD", bank_account_type="BANK")
    for month in range(1, 7):
        growing.bank_transaction(f"{month}", "RECEIVE", dt.date(2026, month, 5), total=100)
    growing.flush()

    # 12,000 comes in before anything else; from February on 1,000 goes out a month, 2,500 in May.
    shrinking = Book("shrinking", as_of=TODAY, warehouse=book.warehouse)
    shrinking.account("090", "Current", "BANK", currency_code="NZD", bank_account_type="BANK")
    shrinking.bank_transaction("capital", "RECEIVE", dt.date(2026, 1, 5), total=12000)
    for month, total in ((2, 1000), (3, 1000), (4, 1000), (5, 2500)):
        shrinking.bank_transaction(f"{month}", "SPEND", dt.date(2026, month, 20), total=total)
    shrinking.bank_transaction("June", "SPEND", dt.date(2026, 6, 15), total=500)
    shrinking.flush()

    # On 30 May 18,000 at a burn of 1,000 a month; with May, more has come in than gone out.
    turning = Book("turning", as_of=TODAY, warehouse=book.warehouse)
    turning.account("090", "Current", "BANK", currency_code="NZD", bank_account_type="BANK")
    turning.bank_transaction("capital", "RECEIVE", dt.date(2026, 1, 5), total=12000)
    for month in (2, 3, 4):
        turning.bank_transaction(f"{month}", "SPEND", dt.date(2026, month, 20), total=1000)
    turning.bank_transaction("order", "RECEIVE", dt.date(2026, 5, 20), total=9000)
    turning.flush()

    march = Book("march", as_of=dt.date(2026, 3, 31), warehouse=book.warehouse)
    march.contact("Short Month")
    march.invoice("1", "Short Month", dt.date(2026, 1, 1), due=dt.date(2026, 1, 2), total=100)
    march.payment(dt.date(2026, 3, 1), 100, invoice="1")
    march.flush()

    Book("empty", as_of=TODAY, warehouse=book.warehouse).flush()
    book.build(*SIGNALS)
    return book


def paid_plan(book: Book, plan: str, contact: str, month: int, price: int) -> None:
    key = f"{plan} {month}"
    first = dt.date(2026, month, 1)
    book.invoice(key, contact, first, lines=(Line(price),), repeating=plan)
    book.payment(dt.date(2026, month, 2), price, invoice=key)


def of_agency(book: Book, signal: str, key: str = "agency") -> Row:
    (row,) = book.rows(
        "select signals.* from marts.agency_signals as signals "
        "join staging.organisations using (organisation_id) where name = ? and signal = ?",
        key.title(),
        signal,
    )
    return row


def of_client(book: Book, contact: str, signal: str) -> Row:
    (row,) = book.rows(
        "select * from marts.client_signals where contact_name = ? and signal = ?", contact, signal
    )
    return row


@pytest.mark.parametrize(
    ("signal", "figures", "judged"),
    [
        ("overdue_share", ("0.4", "0.25"), ("worse", "red", "0.4")),
        ("overdue_90_base", ("100", "0"), ("worse", "amber", "0.01")),
        # 365 x 1,000 / 2,950 invoiced; a month ago 365 x 400 / 1,800.
        ("dso", ("123.7", "81.1"), ("worse", "red", "60")),
        ("unapplied_credits_base", ("50", "0"), ("worse", "amber", "0.01")),
        ("draft_invoices_base", ("250", None), (None, "amber", "0.01")),
        ("overdue_bills_base", ("700", "700"), ("same", "amber", "0.01")),
        ("mrr", ("550", "500"), ("better", None, None)),
        ("mrr_growth", ("0.1", "-0.2857"), ("better", "green", "0")),
        # In May 200 of 700 went and nothing was added; in April 500 was new and 200 was kept.
        ("nrr", ("0.7143", "1"), ("worse", "red", "0.95")),
        ("churned_clients", ("1", "0"), ("worse", "amber", "1")),
        # 2,100 of 2,900 was invoiced to Harbour Cafe, its credit taken off; before, 1,000 of 1,800.
        ("largest_client_share", ("0.7241", "0.5556"), ("worse", "red", "0.35")),
    ],
)
def test_a_signal_has_a_value_the_one_before_a_direction_and_a_band(
    book: Book,
    signal: str,
    figures: tuple[str | None, str | None],
    judged: tuple[str | None, str | None, str | None],
) -> None:
    """figures: value and previous value; judged: direction, band and threshold."""
    row = of_agency(book, signal)
    assert (row["value"], row["previous_value"]) == tuple(map(number, figures))
    direction, band, threshold = judged
    assert (row["direction"], row["band"]) == (direction, band)
    assert row["threshold"] == number(threshold)


def number(text: str | None) -> Decimal | None:
    return Decimal(text) if text else None


def test_the_runway_before_is_that_of_the_cash_and_burn_of_then(book: Book) -> None:
    """Now: 12,000 - 5,500 - 500 = 6,000 at (1,000 + 1,000 + 2,500) / 3 = 1,500 a month.
    On 30 May: 6,500 at 1,000 a month, that of February to April."""
    row = of_agency(book, "runway_months", "shrinking")
    assert (row["value"], row["previous_value"], row["direction"]) == (4, Decimal("6.5"), "worse")
    assert row["sentence"] == (
        "1,500.00 NZD more goes out than comes in each month: the 6,000.00 NZD in the bank lasts "
        "4 months."
    )
    assert row["sentence_previous"] == "A month earlier it was 6.5 months."
    cash = of_agency(book, "cash_base", "shrinking")
    assert (cash["value"], cash["previous_value"]) == (6000, 6500)


def test_a_month_earlier_is_the_same_day_or_the_last_of_a_shorter_month(book: Book) -> None:
    """31 March is compared with 28 February: what was paid on 1 March was still open then."""
    row = of_client(book, "Short Month", "overdue_base")
    assert (row["value"], row["previous_value"], row["direction"]) == (0, 100, "better")


@pytest.mark.parametrize(
    ("signal", "sentence"),
    [
        ("overdue_share", "400.00 NZD of 1,000.00 NZD in open sales invoices is overdue (40%)."),
        ("overdue_90_base", "100.00 NZD in 1 sales invoice is more than 90 days overdue."),
        (
            "dso",
            "What was sold in 123.7 days is waiting to be paid: 1,000.00 NZD is open.",
        ),
        ("unapplied_credits_base", "50.00 NZD in 1 credit is not yet set against any invoice."),
        (
            "draft_invoices_base",
            "1 sales invoice is still a draft: nobody has been asked to pay 250.00 NZD.",
        ),
        ("overdue_bills_base", "700.00 NZD in 1 bill is past its due date."),
        ("mrr", "550.00 NZD recurs every month, from 1 client."),
        ("mrr_growth", "Monthly recurring revenue has grown by 10% this month."),
        (
            "nrr",
            "Of the recurring revenue before May 2026, 71.4% was left at its end; new clients do "
            "not count.",
        ),
        (
            "churned_clients",
            "The recurring revenue of 1 client ended in May 2026: Gone Gardens.",
        ),
        (
            "largest_client_share",
            "Harbour Cafe accounts for 72.4% of what was invoiced in the last 365 days.",
        ),
    ],
)
def test_a_sentence_says_it_in_plain_words(book: Book, signal: str, sentence: str) -> None:
    assert of_agency(book, signal)["sentence"] == sentence


@pytest.mark.parametrize(
    ("signal", "kind", "keys"),
    [
        ("overdue_share", "Invoice", ["due in June", "old"]),
        ("dso", "Invoice", ["not due", "due in June", "old"]),
        ("unapplied_credits_base", "CreditNote", ["discount"]),
        ("draft_invoices_base", "Invoice", ["forgotten"]),
        ("overdue_bills_base", "Invoice", ["rent"]),
        ("mrr", "RepeatingInvoice", ["plan"]),
        ("mrr_growth", "RepeatingInvoice", ["plan"]),
        ("churned_clients", "Invoice", ["garden 4"]),
        ("largest_client_share", "Invoice", ["not due", "plan 6", "plan 5", "plan 4"]),
    ],
)
def test_a_signal_names_the_documents_that_drove_it_the_weightiest_first(
    book: Book, signal: str, kind: str, keys: list[str]
) -> None:
    row = of_agency(book, signal)
    documents = [str(each) for each in row["documents"]]
    # Of equal weight, ids decide.
    assert documents[:2] == ids(book, kind, keys)[:2]
    assert set(documents[: len(keys)]) == set(ids(book, kind, keys))
    assert [str(driver["document_id"]) for driver in row["drivers"]] == documents


def ids(book: Book, kind: str, keys: list[str]) -> list[str]:
    return [book.id(kind, key) for key in keys]


def test_the_largest_outflows_of_its_months_drive_the_runway(book: Book) -> None:
    row = of_agency(book, "runway_months", "shrinking")
    assert [(each["document_type"], each["amount_base"]) for each in row["drivers"]] == [
        ("bank_transaction", -2500),
        ("bank_transaction", -1000),
        ("bank_transaction", -1000),
    ]
    assert "/Bank/ViewTransaction" in row["drivers"][0]["deep_link"].replace("%2F", "/")


def test_what_cannot_be_worked_out_says_why(book: Book) -> None:
    row = of_agency(book, "runway_months", "empty")
    assert (row["value"], row["band"], row["direction"]) == (None, None, None)
    assert row["sentence"] == "The books do not reach back three complete months yet."


def test_what_is_likely_to_be_late_adds_up_the_exposure_of_clients(book: Book) -> None:
    row = of_agency(book, "late_exposure_base")
    exposures = book.value(
        "select sum(exposure_base) from intermediate.overdue_risks "
        "where contact_name in ('Kea Tours', 'Harbour Cafe')"
    )
    assert row["value"] == exposures
    assert row["sentence"].endswith("paid more than 30 days late, most of it by Kea Tours.")
    assert {str(each) for each in row["documents"]} == set(
        ids(book, "Invoice", ["old", "due in June"])
    )


def test_growing_cash_is_green_without_a_figure(book: Book) -> None:
    row = of_agency(book, "runway_months", "growing")
    assert (row["value"], row["band"], row["direction"]) == (None, "green", "same")


def test_cash_that_begins_to_grow_is_better_than_any_runway(book: Book) -> None:
    row = of_agency(book, "runway_months", "turning")
    assert (row["value"], row["previous_value"], row["direction"]) == (None, 18, "better")


def test_without_invoices_and_plans_there_is_nothing_to_say_about_them(book: Book) -> None:
    rows = book.rows(
        "select signal, value from marts.agency_signals "
        "join staging.organisations using (organisation_id) where name = 'Empty' order by signal"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("cash_base", 0),
        ("draft_invoices_base", 0),
        ("dso", None),
        ("late_exposure_base", 0),
        ("overdue_90_base", 0),
        ("overdue_bills_base", 0),
        ("overdue_share", None),
        ("runway_months", None),
        ("unapplied_credits_base", 0),
    ]


@pytest.mark.parametrize(
    ("contact", "signal", "figures", "sentence"),
    [
        ("Kea Tours", "overdue_base", ("400", "100", "amber"),
         "Kea Tours is late with 400.00 NZD, the oldest of it for 121 days."),
        ("Kea Tours", "oldest_days_overdue", ("121", "90", "red"),
         "The oldest open invoice of Kea Tours is 121 days past its due date."),
        ("Harbour Cafe", "overdue_base", ("0", "0", "green"),
         "Harbour Cafe is not late with anything."),
        ("Harbour Cafe", "client_credits_base", ("50", "0", "amber"),
         "Harbour Cafe has 50.00 NZD in credit that is not yet set against any invoice."),
        ("Harbour Cafe", "mrr_change", ("50", "0", "green"),
         "Harbour Cafe pays 550.00 NZD each month; a month ago it was 500.00 NZD."),
        ("Gone Gardens", "revenue_share", ("0.1379", "0.2222", "green"),
         "Gone Gardens accounts for 13.8% of what was invoiced in the last 365 days."),
    ],
)  # fmt: skip
def test_clients_have_signals_of_their_own(
    book: Book, contact: str, signal: str, figures: tuple[str, str, str], sentence: str
) -> None:
    row = of_client(book, contact, signal)
    value, previous, band = figures
    assert (row["value"], row["previous_value"]) == (Decimal(value), Decimal(previous))
    assert (row["band"], row["sentence"]) == (band, sentence)
    assert row["client_key"] == row["contact_id"]


def test_what_a_client_pays_now_and_paid_before_drive_the_change_of_its_mrr(book: Book) -> None:
    drivers = of_client(book, "Harbour Cafe", "mrr_change")["drivers"]
    assert [(each["document_type"], str(each["document_id"])) for each in drivers] == [
        ("repeating_invoice", book.id("RepeatingInvoice", "plan")),
        ("invoice", book.id("Invoice", "plan 5")),
    ]


def test_a_money_signal_says_its_currency_and_others_do_not(book: Book) -> None:
    assert of_agency(book, "mrr")["currency_code"] == "NZD"
    assert of_agency(book, "overdue_share")["currency_code"] is None


# --- thresholds ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def quarter_overdue() -> Book:
    """A quarter of what is open is overdue; no plan."""
    book = Book(as_of=TODAY)
    book.contact("Kea Tours")
    book.invoice("late", "Kea Tours", ago(40), due=ago(20), total=100)
    book.invoice("not late", "Kea Tours", ago(40), due=ago(-20), total=300)
    book.build("intermediate.signals")
    book.warehouse.connection.execute("create table shipped as from seeds.signal_thresholds")
    return book


def with_line(book: Book, line: str) -> Book:
    """The signals once this line of signal_thresholds.csv has been written as given."""
    signal, amber, red = line.split(",")
    connection = book.warehouse.connection
    connection.execute("create or replace table seeds.signal_thresholds as from shipped")
    connection.execute("delete from seeds.signal_thresholds where signal = ?", [signal])
    connection.execute(
        "insert into seeds.signal_thresholds (signal, amber, red) values (?, ?, ?)",
        [signal, amber, red],
    )
    graph().build(connection, only=["intermediate.signals", "marts.agency_signals"])
    return book


@pytest.mark.parametrize(
    ("line", "band"),
    [
        ("overdue_share,0.3,0.5", "green"),
        ("overdue_share,0.25,0.5", "amber"),
        ("overdue_share,0.1,0.25", "red"),
        ("overdue_share,,", None),
        ("overdue_share,,0.3", "green"),
    ],
)
def test_a_user_can_move_the_thresholds(quarter_overdue: Book, line: str, band: str | None) -> None:
    row = of_agency(with_line(quarter_overdue, line), "overdue_share")
    assert (row["value"], row["band"]) == (Decimal("0.25"), band)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("overdue_shares,0.3,0.5", "There is no signal of this name."),
        ("overdue_share,20 %,0.5", "amber is 20 %, which is no number."),
        ("overdue_share,0.2,much", "red is much, which is no number."),
        (
            "overdue_share,0.5,0.2",
            "Lower is better, so red (0.2) must not be below amber (0.5).",
        ),
        ("runway_months,6,12", "Higher is better, so red (12) must not be above amber (6)."),
    ],
)
def test_a_wrong_line_is_told_in_plain_words_and_gives_no_colour(
    quarter_overdue: Book, line: str, problem: str
) -> None:
    book = with_line(quarter_overdue, line)
    signal = line.partition(",")[0]
    assert book.warehouse.failures("signal_thresholds_to_correct") == [
        {"signal": signal, "problem": problem}
    ]
    assert book.rows("select band from marts.agency_signals where signal = ?", signal) in (
        [],
        [{"band": None}],
    )


def test_a_line_too_many_and_a_missing_one_are_told(quarter_overdue: Book) -> None:
    book = quarter_overdue
    book.warehouse.connection.execute(
        "create or replace table seeds.signal_thresholds as from shipped; "
        "insert into seeds.signal_thresholds from seeds.signal_thresholds where signal = 'dso'; "
        "delete from seeds.signal_thresholds where signal = 'mrr'"
    )
    assert book.warehouse.failures("signal_thresholds_to_correct") == [
        {"signal": "dso", "problem": "It has 2 lines; keep one."},
        {
            "signal": "mrr",
            "problem": "It has no line; copy the one of dbt_like_sql/seeds/signal_thresholds.csv.",
        },
    ]


def test_the_thresholds_that_come_with_the_project_need_no_correction(book: Book) -> None:
    assert book.warehouse.failures("signal_thresholds_to_correct") == []
