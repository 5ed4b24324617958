"""Reports: figures that can be followed by hand, in Xero's layouts."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from xero_pipeline.sandbox import events as ev
from xero_pipeline.sandbox.books import BadQuery, Book
from xero_pipeline.sandbox.books.reports.periods import financial_year_start, months_before
from xero_pipeline.sandbox.events import xero_id
from xero_pipeline_tests.sandbox.books.harbour import (
    BANK,
    CAPITAL,
    DOLLARS,
    KEY,
    SAVINGS,
    allocation,
    bank,
    bill,
    credit_note,
    day,
    dollars,
    invoice,
    line,
    new_book,
    noon,
    payment,
)

TODAY = day("04-23")


def report(book: Book, name: str, **query: str) -> dict[str, Any]:
    return dict(book.report(name, query, TODAY))


def texts(row: Mapping[str, Any]) -> list[str]:
    return [cell["Value"] for cell in row["Cells"]]


def printed(found: Mapping[str, Any]) -> list[list[str]]:
    """Every row of a report as its texts; a section's title stands alone when it has one."""
    lines: list[list[str]] = []
    for part in found["Rows"]:
        if part["RowType"] == "Header":
            lines.append(texts(part))
        else:
            lines += [[part["Title"]]] if part["Title"] else []
            lines += [texts(row) for row in part["Rows"]]
    return lines


def a_year_and_a_month() -> Book:
    """Owner puts in 1,000 in February; sales and rent on both sides of the year end (31 March)."""
    capital = (line("1000.00", CAPITAL),)
    return new_book(
        bank("START", "RECEIVE", 0, "02-01", lines=capital),
        invoice("INV-1", "500.00", "03-10"),
        payment("P-1", "INV-1", "500.00", "03-20"),
        bill("BILL-1", "200.00", "03-25"),
        invoice("INV-2", "115.00", "04-05", lines=(line("100.00", tax_type="OUTPUT2"),)),
        bank("RENT-4", "SPEND", "80.00", "04-08"),
    )


def test_every_report_has_the_same_frame() -> None:
    found = report(a_year_and_a_month(), "trialbalance", date="2026-04-30")
    assert list(found) == [
        "ReportID",
        "ReportName",
        "ReportType",
        "ReportTitles",
        "ReportDate",
        "UpdatedDateUTC",
        "Fields",
        "Rows",
    ]
    assert found["ReportTitles"] == ["Trial Balance", "Harbour Studio", "As at 30 April 2026"]
    assert found["ReportDate"] == "23 April 2026"


def test_trial_balance_shows_the_month_and_the_year_so_far() -> None:
    """On 30 April the year is a month old: last year's 500 - 200 have moved to retained earnings,
    while the balances of assets and liabilities go on."""
    assert printed(report(a_year_and_a_month(), "TrialBalance", date="2026-04-30")) == [
        ["Account", "Debit", "Credit", "YTD Debit", "YTD Credit"],
        ["Revenue"],
        ["Sales (200)", "", "100.00", "", "100.00"],
        ["Expenses"],
        ["Rent (469)", "80.00", "", "80.00", ""],
        ["Assets"],
        ["Accounts Receivable (610)", "115.00", "", "115.00", ""],
        ["Business Account (090)", "", "80.00", "1420.00", ""],
        ["Liabilities"],
        ["Accounts Payable (800)", "", "0.00", "", "200.00"],
        ["GST (820)", "", "15.00", "", "15.00"],
        ["Equity"],
        ["Owner Funds Introduced (970)", "", "0.00", "", "1000.00"],
        ["Retained Earnings (960)", "", "0.00", "", "300.00"],
        ["Total", "195.00", "195.00", "1615.00", "1615.00"],
    ]


def test_trial_balance_of_an_earlier_day_knows_nothing_of_later_ones() -> None:
    lines = printed(report(a_year_and_a_month(), "TrialBalance", date="2026-03-15"))
    assert ["Accounts Receivable (610)", "500.00", "", "500.00", ""] in lines
    assert lines[-1] == ["Total", "500.00", "500.00", "1500.00", "1500.00"]


def test_trial_balance_joins_accounts_by_attribute() -> None:
    found = report(a_year_and_a_month(), "TrialBalance")
    sales = found["Rows"][1]["Rows"][0]
    assert {cell["Attributes"][0]["Value"] for cell in sales["Cells"]} == {
        xero_id(KEY, "Account", "200")
    }
    assert {cell["Attributes"][0]["Id"] for cell in sales["Cells"]} == {"account"}


def test_balance_sheet_snaps_to_the_month_end_and_balances() -> None:
    found = report(a_year_and_a_month(), "BalanceSheet", date="2026-04-08", periods="1")
    assert found["ReportTitles"][-1] == "As at 30 April 2026"
    assert printed(found) == [
        ["", "30 Apr 2026", "31 Mar 2026"],
        ["Assets"],
        ["Bank"],
        ["Business Account", "1420.00", "1500.00"],
        ["Total Bank", "1420.00", "1500.00"],
        ["Current Assets"],
        ["Accounts Receivable", "115.00", "0.00"],
        ["Total Current Assets", "115.00", "0.00"],
        ["Total Assets", "1535.00", "1500.00"],
        ["Liabilities"],
        ["Current Liabilities"],
        ["Accounts Payable", "200.00", "200.00"],
        ["GST", "15.00", "0.00"],
        ["Total Current Liabilities", "215.00", "200.00"],
        ["Total Liabilities", "215.00", "200.00"],
        ["Net Assets", "1320.00", "1300.00"],
        ["Equity"],
        ["Current Year Earnings", "20.00", "300.00"],
        ["Owner Funds Introduced", "1000.00", "1000.00"],
        ["Retained Earnings", "300.00", "0.00"],
        ["Total Equity", "1320.00", "1300.00"],
    ]


def test_balance_sheet_sets_the_month_of_last_year_beside_it_by_default() -> None:
    found = report(a_year_and_a_month(), "BalanceSheet", date="2026-02-11")
    assert texts(found["Rows"][0]) == ["", "28 Feb 2026", "28 Feb 2025"]


def test_current_year_earnings_say_their_range_in_american_dates() -> None:
    found = report(a_year_and_a_month(), "BalanceSheet", date="2026-04-30")
    earnings = found["Rows"][-1]["Rows"][0]["Cells"][1]
    assert earnings["Attributes"] == [
        {"Value": "00000000-0000-0000-0000-000000000000", "Id": "account"},
        {"Value": "4/1/2026", "Id": "fromDate"},
        {"Value": "4/30/2026", "Id": "toDate"},
    ]


def test_profit_and_loss_of_a_range_and_the_one_before() -> None:
    found = report(
        a_year_and_a_month(),
        "ProfitAndLoss",
        fromDate="2026-04-01",
        toDate="2026-04-30",
        periods="1",
    )
    assert printed(found) == [
        ["", "30 Apr 26", "30 Mar 26"],
        ["Income"],
        ["Sales", "100.00", "500.00"],
        ["Total Income", "100.00", "500.00"],
        ["Gross Profit", "100.00", "500.00"],
        ["Less Operating Expenses"],
        ["Rent", "80.00", "200.00"],
        ["Total Operating Expenses", "80.00", "200.00"],
        ["NET PROFIT", "20.00", "300.00"],
    ]


def test_currency_gains_are_one_row_without_an_account() -> None:
    book = new_book(
        invoice("INV-1", 60, "04-01", **dollars("0.6")),
        payment("P-1", "INV-1", 60, "04-10", account_code=DOLLARS, currency_rate=Decimal("0.5")),
    )
    expenses = report(book, "ProfitAndLoss")["Rows"][-2]
    assert texts(expenses["Rows"][0]) == ["Foreign Currency Gains and Losses", "-20.00"]
    assert expenses["Rows"][0]["Cells"][1]["Attributes"] == [
        {"Value": "FXGROUPID", "Id": "account"}
    ]


def test_bank_summary_counts_what_really_moved() -> None:
    """A deleted payment neither came nor went; a transfer leaves one account for the other."""
    book = a_year_and_a_month()
    for event in (
        payment("WRONG", "INV-2", "115.00", "04-09"),
        ev.PaymentDeleted(noon("04-10"), "WRONG"),
        ev.BankTransferMade(noon("04-11"), "T-1", BANK, SAVINGS, day("04-11"), Decimal(300)),
    ):
        book.apply(event)
    found = report(book, "BankSummary", fromDate="2026-04-01", toDate="2026-04-30")
    assert printed(found) == [
        ["Bank Accounts", "Opening Balance", "Cash Received", "Cash Spent", "Closing Balance"],
        ["Business Account", "1500.00", "0.00", "380.00", "1120.00"],
        ["Dollar Account", "0.00", "0.00", "0.00", "0.00"],
        ["Savings", "0.00", "300.00", "0.00", "300.00"],
        ["Total", "1500.00", "300.00", "380.00", "1420.00"],
    ]
    cells = found["Rows"][1]["Rows"][0]["Cells"]
    ids = [[each["Id"] for each in cell.get("Attributes", [])] for cell in cells]
    assert ids == [["accountID"], [], ["account"], ["account"], []]


def test_aged_receivables_list_what_one_contact_owes() -> None:
    book = new_book(
        invoice("OLD", "40.00", "01-10"),
        invoice("INV-1", "100.00", "03-01"),
        payment("P-1", "INV-1", "30.00", "03-10"),
        payment("LATE", "INV-1", "20.00", "05-01"),
        credit_note("CN-1", "25.00", "04-20"),
        allocation("A-1", "CN-1", "INV-1", "10.00"),
    )
    found = report(
        book,
        "AgedReceivablesByContact",
        contactid=xero_id(KEY, "Contact", "cafe"),
        date="2026-04-30",
        fromDate="2026-02-01",
    )
    assert found["ReportTitles"] == [
        "Invoices",
        "Harbour Cafe",
        "From 1 February 2026 to 30 April 2026",
        "Showing payments to 30 April 2026",
    ]
    midnight = "T00:00:00"
    assert printed(found) == [
        ["Date", "Number", "Due Date", "", "Total", "Paid", "Credited", "Due"],
        [f"2026-02-01{midnight}", "Opening Balance", "", "", "", "", "", "40.00"],
        [
            f"2026-03-01{midnight}",
            "INV-1",
            f"2026-03-21{midnight}",
            "40 days overdue",
            "100.00",
            "30.00",
            "10.00",
            "60.00",
        ],
        [f"2026-04-20{midnight}", "CN-1", "", "", "-25.00", "0.00", "-10.00", "-15.00"],
        ["Total", "", "", "", "75.00", "30.00", "0.00", "45.00"],
        ["Closing Balance", "", "", "", "115.00", "30.00", "0.00", "85.00"],
    ]


def test_aged_payables_speak_of_references() -> None:
    book = new_book(bill("BILL-1", "70.00", "04-01", number="7781"))
    found = report(book, "AgedPayablesByContact", contactID=xero_id(KEY, "Contact", "landlord"))
    assert texts(found["Rows"][0])[1] == "Reference"
    assert texts(found["Rows"][1]["Rows"][0])[1] == "7781"


@pytest.mark.parametrize(
    ("name", "query", "message"),
    [
        ("AgedReceivablesByContact", {}, "contactId is required"),
        ("AgedReceivablesByContact", {"contactId": "nobody"}, "no contact nobody"),
        ("TrialBalance", {"date": "soon"}, "'soon' is not a date"),
        ("BalanceSheet", {"periods": "13"}, "from 1 to 12"),
        ("BalanceSheet", {"periods": "2", "timeframe": "WEEK"}, "MONTH, QUARTER or YEAR"),
        ("ProfitAndLoss", {"paymentsOnly": "true"}, "paymentsOnly"),
        ("ExecutiveSummary", {}, "no report ExecutiveSummary"),
    ],
)
def test_queries_that_cannot_be_answered(name: str, query: dict[str, str], message: str) -> None:
    with pytest.raises(BadQuery, match=message):
        report(new_book(), name, **query)


@pytest.mark.parametrize(
    ("on", "end_day", "end_month", "start"),
    [
        ("2026-03-31", 31, 3, "2025-04-01"),
        ("2026-04-01", 31, 3, "2026-04-01"),
        ("2026-12-31", 31, 12, "2026-01-01"),
        ("2024-02-29", 29, 2, "2023-03-01"),
        ("2025-03-01", 29, 2, "2025-03-01"),
    ],
)
def test_the_financial_year_begins_the_day_after_it_ended(
    on: str, end_day: int, end_month: int, start: str
) -> None:
    assert financial_year_start(day(on), end_day, end_month) == day(start)


def test_months_back_stay_inside_shorter_months() -> None:
    assert months_before(day("2026-03-31"), 1) == day("2026-02-28")
    assert months_before(day("2026-01-15"), 13) == day("2024-12-15")
