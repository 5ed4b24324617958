"""Cash: every movement counted once, balances, monthly flow and how long the cash lasts."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from xero_pipeline_tests.sql.book import Book, Line
from xero_pipeline_tests.sql.rows import Row
from xero_pipeline_tests.sql.warehouse import Warehouse

TODAY = dt.date(2026, 6, 15)
MARTS = (
    "marts.runway",
    "marts.cash_balances",
    "marts.cash_flow_monthly",
    "marts.cash_balances_history",
)


def day(month: int, number: int, year: int = 2026) -> dt.date:
    return dt.date(year, month, number)


def opened(key: str = "agency", warehouse: Warehouse | None = None) -> Book:
    book = Book(key, as_of=TODAY, warehouse=warehouse)
    book.account("090", "Current", "BANK", currency_code="NZD", bank_account_type="BANK")
    book.account("091", "Savings", "BANK", currency_code="NZD", bank_account_type="BANK")
    book.account("093", "Dollars", "BANK", currency_code="USD", bank_account_type="BANK")
    book.account("095", "Visa", "BANK", currency_code="NZD", bank_account_type="CREDITCARD")
    book.account("200", "Sales", "REVENUE")
    book.account("400", "Rent", "OVERHEADS")
    book.account("437", "Interest on loans", "OVERHEADS")
    book.account("820", "GST", "CURRLIAB", system_account="GST")
    book.account("830", "Income Tax Payable", "CURRLIAB")
    book.account("881", "Director current account", "CURRLIAB")
    book.account("900", "Loan", "TERMLIAB")
    book.account("970", "Owner funds introduced", "EQUITY")
    book.contact("Kea Tours")
    return book


@pytest.fixture(scope="module")
def book() -> Book:
    """May 2026 holds one of everything."""
    book = opened()
    book.bank_transaction("capital", "RECEIVE", day(4, 1), lines=(Line(1000, "970"),))
    book.bank_transaction("rent", "SPEND", day(5, 2), lines=(Line(115, "400", tax=15),))
    book.bank_transaction("deleted", "SPEND", day(5, 2), total=999, status="DELETED")
    book.bank_transaction("tomorrow", "SPEND", day(6, 16), total=999)
    book.bank_transaction(
        "loan instalment", "SPEND", day(5, 3), lines=(Line(100, "900"), Line(8, "437"))
    )
    book.bank_transaction("GST", "SPEND", day(5, 4), lines=(Line(30, "820"),))
    book.bank_transaction("tax refund", "RECEIVE", day(5, 4), lines=(Line(5, "830"),))
    book.bank_transaction("director", "RECEIVE", day(5, 4), lines=(Line(40, "881"),))
    book.bank_transaction("card", "SPEND", day(5, 5), account="095", lines=(Line(20, "400"),))
    book.bank_transfer("pay card", day(5, 6), 15, source="090", target="095")
    book.bank_transfer("reserve", day(5, 7), 200, source="090", target="091")
    book.bank_transfer("undone", day(5, 7), 50, source="090", target="091", status="DELETED")

    book.overpayment("too much", "Kea Tours", day(5, 8), total=60)
    book.bank_transaction("too much", "RECEIVE-OVERPAYMENT", day(5, 8), lines=(Line(60, "610"),))
    book.payment(day(5, 9), 10, overpayment="too much")
    book.invoice("INV-1", "Kea Tours", day(5, 1), total=300)
    book.payment(day(5, 10), 300, invoice="INV-1", batch_payment_id=book.id("Batch", "1"))
    book.add(
        "batch_payments",
        batch_payment_id=book.id("Batch", "1"),
        date=day(5, 10),
        total_amount="300",
        account={"account_id": book.id("Account", "090")},
    )
    book.invoice("INV-2", "Kea Tours", day(5, 1), total=70)
    book.payment(day(5, 11), 70, invoice="INV-2", status="DELETED")
    book.invoice("INV-3", "Kea Tours", day(5, 1), total=33)
    book.payment(day(5, 11), 33, invoice="INV-3", account="881")  # settled in kind: no bank
    book.bill("BILL-1", "Kea Tours", day(5, 1), total=45)
    book.payment(day(5, 12), 45, invoice="BILL-1")

    book.invoice("USD-1", "Kea Tours", day(5, 1), total=90, currency="USD", rate="0.6")
    book.payment(day(5, 13), 30, invoice="USD-1", account="090", bank_amount=48, rate="0.625")
    book.payment(day(5, 14), 60, invoice="USD-1", account="093", rate="0.64")
    book.bank_transfer("convert", day(5, 15), 32, source="093", target="090", target_amount="51.61")
    book.build(*MARTS)
    return book


def balance(book: Book, code: str) -> Row:
    (row,) = book.rows("select * from marts.cash_balances where account_code = ?", code)
    return row


def may(book: Book) -> Row:
    (row,) = book.rows("select * from marts.cash_flow_monthly where month = ?", day(5, 1))
    return row


# --- movements and balances ----------------------------------------------------------------------


def test_a_balance_is_the_running_sum_of_movements(book: Book) -> None:
    # 1000 - 115 - 108 - 30 + 5 + 40 - 15 - 200 + 60 - 10 + 300 - 45 + 48 + 51.61
    assert balance(book, "090")["balance"] == Decimal("981.61")
    assert balance(book, "091")["balance"] == 200


def test_a_foreign_account_is_worth_its_movements_at_their_own_rates(book: Book) -> None:
    row = balance(book, "093")
    # 60 - 32 dollars; 60 / 0.64 = 93.75, less the 51.61 that the other side of the transfer says.
    assert (row["balance"], row["balance_base"]) == (28, Decimal("42.14"))
    assert row["currency_code"] == "USD"


def test_credit_cards_are_debt_beside_cash(book: Book) -> None:
    row = balance(book, "095")
    assert (row["balance"], row["is_credit_card"]) == (-5, True)
    flow = may(book)
    assert flow["credit_card_debt_base"] == 5
    assert flow["cash_base"] == Decimal("1223.75")  # 981.61 + 200 + 42.14


REFUNDS = {
    "ARCREDITPAYMENT": -1,
    "ARPREPAYMENTPAYMENT": -1,
    "AROVERPAYMENTPAYMENT": -1,
    "APCREDITPAYMENT": 1,
    "APPREPAYMENTPAYMENT": 1,
    "APOVERPAYMENTPAYMENT": 1,
}


def test_refunds_go_the_other_way_than_what_they_refund() -> None:
    book = opened()
    for side in ("RECEIVE", "SPEND"):
        book.prepayment(f"{side} pre", "Kea Tours", day(5, 1), total=10, type=f"{side}-PREPAYMENT")
        book.payment(day(5, 2), 10, prepayment=f"{side} pre")
        book.overpayment(
            f"{side} over", "Kea Tours", day(5, 1), total=10, type=f"{side}-OVERPAYMENT"
        )
        book.payment(day(5, 2), 10, overpayment=f"{side} over")
    for number, type_ in (("CN-1", "ACCRECCREDIT"), ("SCN-1", "ACCPAYCREDIT")):
        book.credit_note(number, "Kea Tours", day(5, 1), total=10, type=type_)
        book.payment(day(5, 2), 10, credit_note=number)
    book.build("intermediate.cash_movements")
    rows = book.rows(
        "select payment_type, movements.amount from intermediate.cash_movements as movements "
        "join staging.payments as payments on payments.payment_id = movements.source_id"
    )
    assert {r["payment_type"]: r["amount"] / 10 for r in rows} == REFUNDS


# --- monthly flow --------------------------------------------------------------------------------


def test_operating_money_is_what_is_left_without_transfers_and_financing(book: Book) -> None:
    flow = may(book)
    assert flow["inflow_base"] == Decimal("506.75")  # 5 + 60 + 300 + 48 + 93.75
    assert flow["outflow_base"] == 228  # 115 + 8 + 30 + 20 + 10 + 45


def test_a_loan_instalment_is_financing_and_its_interest_a_cost(book: Book) -> None:
    flow = may(book)
    assert (flow["financing_in_base"], flow["financing_out_base"]) == (40, 100)


def test_tax_is_operating_and_shown_apart(book: Book) -> None:
    flow = may(book)
    assert (flow["tax_in_base"], flow["tax_out_base"]) == (5, 30)
    assert flow["net_burn_base"] == Decimal("-278.75")
    assert flow["net_burn_without_tax_base"] == Decimal("-303.75")


def test_both_sides_of_a_transfer_cancel_out(book: Book) -> None:
    assert may(book)["transfers_base"] == 0


def test_the_months_movements_explain_the_closing_balance(book: Book) -> None:
    assert book.warehouse.failures("cash_flow_explains_closing") == []
    flow = may(book)
    assert (flow["opening_base"], flow["closing_base"]) == (1000, Decimal("1218.75"))


def test_a_user_can_say_that_an_account_is_one_off() -> None:
    book = opened()
    book.warehouse.connection.execute(
        "insert into seeds.cash_exclusions values ('Agency', 'one_off', 'code', '400', 'Moving')"
    )
    book.bank_transaction("move", "SPEND", day(5, 2), lines=(Line(500, "400"),))
    book.build(*MARTS)
    assert (may(book)["outflow_base"], may(book)["one_off_base"]) == (0, -500)


# --- runway --------------------------------------------------------------------------------------


def spending(key: str, warehouse: Warehouse, amounts: dict[dt.date, int]) -> None:
    """A firm with 10,000 of capital in March 2025, and this net spending on these days."""
    book = opened(key, warehouse)
    book.bank_transaction("capital", "RECEIVE", day(3, 1, 2025), lines=(Line(10000, "970"),))
    for on, amount in amounts.items():
        kind = "SPEND" if amount > 0 else "RECEIVE"
        book.bank_transaction(f"{on}", kind, on, lines=(Line(abs(amount), "400"),))
    book.flush()


def each_spring_month(amount: int) -> dict[dt.date, int]:
    return {day(month, 10): amount for month in (3, 4, 5)}


@pytest.fixture(scope="module")
def firms() -> Warehouse:
    """Half of June is over, so May is the last month that counts."""
    warehouse = Warehouse()
    burning = {
        day(6, 10, 2025): 120,
        day(7, 10, 2025): 60,
        day(8, 10, 2025): 30,
        day(12, 10, 2025): 100,
        day(1, 10): 200,
        day(2, 10): 300,
        day(3, 10): 500,
        day(4, 10): 700,
        day(5, 10): 601,
        day(6, 10): 89,
    }
    spending("burning", warehouse, burning)
    spending("growing", warehouse, each_spring_month(-100))
    spending("tight", warehouse, each_spring_month(700))  # 7900 / 700
    spending("short", warehouse, each_spring_month(1200))  # 6400 / 1200
    spending("broke", warehouse, each_spring_month(4000))
    young = opened("young", warehouse)
    young.bank_transaction("capital", "RECEIVE", day(3, 20), lines=(Line(900, "970"),))
    young.bank_transaction("rent", "SPEND", day(5, 20), lines=(Line(100, "400"),))
    young.flush()
    warehouse.build(*MARTS)
    return warehouse


def runway(firms: Warehouse, key: str, basis: str = "3m") -> Row:
    (row,) = firms.rows(
        "select runway.* from marts.runway join staging.organisations using (organisation_id) "
        "where name = ? and basis = ?",
        key.title(),
        basis,
    )
    return row


@pytest.mark.parametrize(
    ("basis", "burn"),
    [
        ("1m", "601.00"),
        ("3m", "600.33"),  # (500 + 700 + 601) / 3
        ("6m", "400.17"),
        ("12m", "217.58"),  # 2611 / 12 = 217.583
        ("6m_median", "400.00"),  # between 300 and 500
        ("last_year_season", "70.00"),  # June, July and August a year ago
    ],
)
def test_burn_is_taken_from_complete_months(firms: Warehouse, basis: str, burn: str) -> None:
    assert runway(firms, "burning", basis)["net_burn_base"] == Decimal(burn)


def test_runway_is_cash_over_burn(firms: Warehouse) -> None:
    row = runway(firms, "burning")
    # 10,000 less 2,700 spent is 7,300; 7,300 / 600.33 months of 365/12 days.
    assert (row["cash_base"], row["runway_months"]) == (7300, Decimal("12.16"))
    assert row["runway_date"] == TODAY + dt.timedelta(days=369)
    assert (row["state"], row["is_default"]) == ("runway", True)


def test_whoever_does_not_burn_has_no_runway_figure(firms: Warehouse) -> None:
    row = runway(firms, "growing")
    assert (row["state"], row["runway_months"], row["band"]) == ("cash_generative", None, None)
    assert row["net_burn_base"] == -100


def test_too_few_complete_months_are_said_to_be_too_few(firms: Warehouse) -> None:
    # March is cut off by the beginning of the books, June by today.
    last_month = runway(firms, "young", "1m")
    assert (last_month["state"], last_month["runway_months"]) == ("runway", 8)
    row = runway(firms, "young")
    assert (row["state"], row["months_found"]) == ("insufficient_history", 2)
    assert (row["net_burn_base"], row["runway_months"]) == (None, None)


@pytest.mark.parametrize(
    ("key", "band"),
    [("burning", "over_12_months"), ("tight", "6_to_12_months"), ("short", "under_6_months")],
)
def test_bands_turn_below_twelve_and_six_months(firms: Warehouse, key: str, band: str) -> None:
    assert runway(firms, key)["band"] == band


def test_without_cash_the_runway_is_over(firms: Warehouse) -> None:
    row = runway(firms, "broke")
    assert (row["cash_base"], row["runway_months"], row["runway_date"]) == (-2000, 0, TODAY)
