"""Balances, flows and runway, on movements that can be added up by hand."""

from __future__ import annotations

from decimal import Decimal

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.life.truth import CashBalance, CashFlow, Truth, ground_truth
from xero_pipeline_tests.sandbox.life.tiny import TinyBook, day, line


def truth(book: TinyBook, as_of: str) -> Truth:
    return ground_truth(book.events, day(as_of))


def balance(book: TinyBook, as_of: str, account: str = "090") -> CashBalance:
    rows = truth(book, as_of).cash_balances
    return next(row for row in rows if row.account_code == account and row.as_of_date == day(as_of))


def flow(book: TinyBook, month: str, as_of: str = "2024-12-31") -> CashFlow:
    return next(f for f in truth(book, as_of).cash_flow_monthly if f"{f.month:%Y-%m}" == month)


def test_a_balance_is_the_sum_of_what_moved(book: TinyBook) -> None:
    book.bank("BT-1", "RECEIVE", "2024-03-01", line("1000.00", "970"))
    book.bank("BT-2", "SPEND", "2024-03-02", line("115.00", "429", "OUTPUT2"))
    book.invoice("INV-1", "2024-03-01", line("200.00"))
    book.pay("P-1", "INV-1", "2024-03-03", "200.00")
    book.invoice("BILL-1", "2024-03-01", line("50.00", "429"), type="ACCPAY")
    book.pay("P-2", "BILL-1", "2024-03-04", "50.00")

    assert balance(book, "2024-03-02").balance == Decimal("885.00")
    assert balance(book, "2024-03-04").balance == Decimal("1035.00")


def test_deleted_movements_never_were(book: TinyBook) -> None:
    book.bank("BT-1", "RECEIVE", "2024-03-01", line("100.00"))
    book.bank("BT-2", "SPEND", "2024-03-01", line("30.00", "429"))
    book.add(ev.BankTransactionDeleted(book.at(), "BT-2"))
    book.bank("BT-3", "RECEIVE-PREPAYMENT", "2024-03-01", line("70.00"))
    book.add(ev.CreditVoided(book.at(), "Prepayment", "BT-3"))

    assert balance(book, "2024-03-31").balance == Decimal("100.00")


def test_a_refund_of_a_customers_credit_goes_out(book: TinyBook) -> None:
    book.bank("BT-1", "RECEIVE-OVERPAYMENT", "2024-03-01", line("100.00", "610"))
    book.pay("P-1", "BT-1", "2024-03-05", "100.00", kind="Overpayment")

    assert balance(book, "2024-03-05").balance == Decimal("0.00")
    assert flow(book, "2024-03").operating_out == Decimal("100.00")


def test_a_batch_moves_its_payments_once(book: TinyBook) -> None:
    for key, amount in (("BILL-1", "40.00"), ("BILL-2", "60.00")):
        book.invoice(key, "2024-03-01", line(amount, "429"), type="ACCPAY")
    at = book.at()
    payments = tuple(
        ev.PaymentMade(at, f"P-{bill}", "Invoice", bill, "090", day("2024-03-20"), Decimal(amount))
        for bill, amount in (("BILL-1", "40.00"), ("BILL-2", "60.00"))
    )
    book.add(ev.BatchPaymentMade(at, "B-1", "PAYBATCH", "090", day("2024-03-20"), payments))

    assert balance(book, "2024-03-20").balance == Decimal("-100.00")


def test_foreign_movements_are_worth_their_own_rate(book: TinyBook) -> None:
    """100 / 0.60 = 166.67 in, 50 / 0.50 = 100.00 out: 50 dollars that cost 66.67."""
    book.bank("BT-1", "RECEIVE", "2024-03-01", line("100.00"), account="093", rate="0.60")
    book.bank("BT-2", "SPEND", "2024-03-02", line("50.00", "429"), account="093", rate="0.50")

    row = balance(book, "2024-03-31", "093")
    assert (row.balance, row.balance_base) == (Decimal("50.00"), Decimal("66.67"))


def test_a_foreign_invoice_paid_to_a_local_account_brings_what_the_bank_says(
    book: TinyBook,
) -> None:
    book.invoice("INV-1", "2024-03-01", line("100.00"), rate="0.60")
    book.pay("P-1", "INV-1", "2024-03-05", "100.00", rate="0.50", bank_amount="199.00")

    assert balance(book, "2024-03-05").balance_base == Decimal("199.00")


def test_transfers_move_balances_but_are_no_flow(book: TinyBook) -> None:
    book.bank("BT-1", "RECEIVE", "2024-03-01", line("100.00"), account="093", rate="0.50")
    book.add(
        ev.BankTransferMade(
            at=book.at(),
            key="T-1",
            from_account="093",
            to_account="090",
            date=day("2024-03-02"),
            amount=Decimal("60.00"),
            to_amount=Decimal("120.00"),
            currency_rate=Decimal("0.50"),
        )
    )

    assert balance(book, "2024-03-02", "093").balance_base == Decimal("80.00")
    assert balance(book, "2024-03-02", "090").balance_base == Decimal("120.00")
    assert flow(book, "2024-03").operating_in == Decimal("200.00")
    assert flow(book, "2024-03").operating_out == Decimal("0.00")


def test_financing_and_tax_are_told_by_account_line_by_line(book: TinyBook) -> None:
    book.bank("BT-1", "RECEIVE", "2024-03-01", line("5000.00", "900"))
    book.bank("BT-2", "SPEND", "2024-03-15", line("200.00", "900"), line("40.00", "437"))
    book.bank("BT-3", "SPEND", "2024-03-20", line("300.00", "820"))
    book.bank("BT-4", "SPEND", "2024-03-20", line("100.00", "830"))
    book.bank("BT-5", "RECEIVE", "2024-03-21", line("25.00", "820"))

    march = flow(book, "2024-03")
    assert (march.financing_in, march.financing_out) == (Decimal("5000.00"), Decimal("200.00"))
    assert (march.operating_in, march.operating_out) == (Decimal("25.00"), Decimal("440.00"))
    assert (march.tax_in, march.tax_out) == (Decimal("25.00"), Decimal("400.00"))


def test_runway_divides_cash_without_cards_by_the_burn_of_complete_months(book: TinyBook) -> None:
    """1,000 capital in December; 100 burnt in each of January to March, and 80 by card in March.

    (300 + 80) / 3 = 126.67 a month. April is not over and does not count as burn, but its 50 are
    gone: cash is 1000 - 300 - 50 = 650, which lasts 650 / 126.67 = 5.13 months.
    """
    book.bank("BT-0", "RECEIVE", "2023-12-20", line("1000.00", "970"))
    for month in ("01", "02", "03"):
        book.bank(f"BT-{month}", "SPEND", f"2024-{month}-10", line("100.00", "429"))
    book.bank("BT-card", "SPEND", "2024-03-11", line("80.00", "429"), account="095")
    book.bank("BT-april", "SPEND", "2024-04-02", line("50.00", "429"))

    runways = {runway.basis_months: runway for runway in truth(book, "2024-04-15").runway}
    runway = runways[3]
    assert (runway.cash_base, runway.card_debt_base) == (Decimal("650.00"), Decimal("-80.00"))
    assert (runway.net_burn_base, runway.runway_months) == (Decimal("126.67"), Decimal("5.13"))
    assert (runways[6].net_burn_base, runways[6].state) == (None, "insufficient_history")


def test_nothing_burnt_is_no_runway_but_a_state(book: TinyBook) -> None:
    for month in ("01", "02", "03", "04"):
        book.bank(f"BT-{month}", "RECEIVE", f"2024-{month}-10", line("10.00"))

    runway = truth(book, "2024-05-15").runway[0]
    assert (runway.net_burn_base, runway.runway_months) == (Decimal("-10.00"), None)
    assert runway.state == "cash_generative"


def test_balances_stand_at_month_ends_and_today(book: TinyBook) -> None:
    book.bank("BT-1", "RECEIVE", "2024-01-10", line("10.00"))
    book.bank("BT-2", "RECEIVE", "2024-03-10", line("5.00"))

    rows = [r for r in truth(book, "2024-03-12").cash_balances if r.account_code == "090"]
    assert [(str(r.as_of_date), r.balance) for r in rows] == [
        ("2024-01-31", Decimal("10.00")),
        ("2024-02-29", Decimal("10.00")),
        ("2024-03-12", Decimal("15.00")),
    ]
