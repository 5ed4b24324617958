"""Aging of receivables and payables: what is open on a day, how old it is, and what it is worth."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from xero_pipeline_tests.sql.book import Book, money
from xero_pipeline_tests.sql.rows import Row

TODAY = dt.date(2026, 6, 30)
RECEIVABLES = (
    "marts.ar_aging_contacts",
    "marts.ar_aging_summary",
    "marts.ar_aging_totals",
    "marts.ar_aging_history",
)


def day(month: int, number: int) -> dt.date:
    return dt.date(2026, month, number)


def days_ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


def opened() -> Book:
    book = Book(as_of=TODAY)
    book.account("090", "Bank", "BANK", currency_code="NZD")
    book.account("610", "Accounts receivable", "CURRENT", system_account="DEBTORS")
    for name in ("Harbour Cafe", "Kea Tours", "Old Kea", "Texas Tacos"):
        book.contact(name, merged_to="Kea Tours" if name == "Old Kea" else None)
    return book


@pytest.fixture(scope="module")
def book() -> Book:
    """One book for all questions about single documents, which are told apart by their numbers."""
    book = opened()
    for overdue in (-5, 0, 1, 30, 31, 60, 61, 90, 91):
        book.invoice(f"due {overdue}", "Harbour Cafe", day(1, 1), due=days_ago(overdue), total=100)
    for status in ("DRAFT", "SUBMITTED", "VOIDED", "DELETED"):
        book.invoice(status, "Harbour Cafe", day(1, 1), due=day(2, 1), total=100, status=status)
    book.invoice("no due date", "Harbour Cafe", day(6, 20), total=100)
    book.invoice("tomorrow", "Harbour Cafe", TODAY + dt.timedelta(days=1), total=100)

    book.invoice("paid", "Harbour Cafe", day(3, 1), due=day(3, 20), total=115)
    book.payment(day(3, 10), 15, invoice="paid")
    book.payment(day(4, 2), 100, invoice="paid")
    book.invoice("not paid", "Harbour Cafe", day(3, 1), due=day(3, 20), total=115)
    book.payment(day(3, 10), 115, invoice="not paid", status="DELETED")
    book.invoice("paid ahead", "Harbour Cafe", day(5, 10), due=day(5, 20), total=100)
    book.payment(day(5, 1), 40, invoice="paid ahead")

    book.invoice("twice in a day", "Harbour Cafe", day(5, 10), due=day(5, 20), total=100)
    for amount in (30, 20):
        book.payment(day(5, 15), amount, invoice="twice in a day")
    book.invoice("paid at once", "Harbour Cafe", day(5, 10), due=day(5, 20), total=100)
    book.payment(day(5, 10), 100, invoice="paid at once")

    book.credit_note("CN-1", "Kea Tours", day(5, 15), total=80)
    book.invoice("credited", "Kea Tours", day(5, 1), due=day(5, 21), total=100)
    book.allocate(day(5, 15), 30, invoice="credited", credit_note="CN-1")
    book.payment(day(6, 1), 20, credit_note="CN-1")

    dollars: Row = {"currency": "USD", "rate": "0.3"}
    book.invoice("USD-1", "Texas Tacos", day(4, 1), due=day(5, 1), total=100, **dollars)
    for number, part in enumerate(("33.33", "33.33", "33.34"), 1):
        book.payment(day(4, number + 1), part, invoice="USD-1", rate="0.31", key=f"p{number}")
    book.invoice("USD-2", "Texas Tacos", day(6, 1), due=day(7, 1), total=620, **dollars)
    book.invoice("no rate", "Texas Tacos", day(6, 1), due=day(7, 1), total=10, currency="EUR")
    book.build(*RECEIVABLES)
    return book


def open_on(book: Book, number: str, on: dt.date | None = None) -> Row | None:
    """A document as aged on a day (None: today); None when it has nothing open."""
    rows = book.rows("select * from marts.ar_aging_as_of(?) where document_number = ?", on, number)
    return rows[0] if rows else None


def due_on(book: Book, number: str, on: dt.date | None = None) -> Decimal:
    row = open_on(book, number, on)
    return row["amount_due"] if row else money(0)


def due_in_base(book: Book, number: str, on: dt.date | None = None) -> Decimal:
    row = open_on(book, number, on)
    return row["amount_due_base"] if row else money(0)


# --- age -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("overdue", "bucket"),
    [
        (-5, "current"),
        (0, "current"),
        (1, "1-30"),
        (30, "1-30"),
        (31, "31-60"),
        (60, "31-60"),
        (61, "61-90"),
        (90, "61-90"),
        (91, "90+"),
    ],
)
def test_age_counts_from_the_due_date(book: Book, overdue: int, bucket: str) -> None:
    row = open_on(book, f"due {overdue}")
    assert row is not None
    assert (row["days_overdue"], row["bucket"]) == (overdue, bucket)


@pytest.mark.parametrize(
    ("due", "bucket"),
    [
        (day(6, 30), "current"),
        (day(6, 29), "< 1 month"),
        (day(6, 1), "< 1 month"),
        (day(5, 31), "1 month"),  # from the last day of a month to the last of the next
        (day(5, 30), "1 month"),
        (day(4, 30), "2 months"),
        (day(3, 30), "3 months"),
        (day(2, 28), "older"),
    ],
)
def test_month_buckets_count_whole_calendar_months(book: Book, due: dt.date, bucket: str) -> None:
    assert (
        book.value("select intermediate.aging_month_bucket(?::date, ?::date)", due, TODAY) == bucket
    )


def test_without_a_due_date_age_counts_from_the_invoice_date_and_is_flagged(book: Book) -> None:
    row = open_on(book, "no due date")
    assert row is not None
    assert (row["days_overdue"], row["due_date"], row["is_due_date_missing"]) == (10, None, True)


# --- what is open --------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["DRAFT", "SUBMITTED", "VOIDED", "DELETED", "tomorrow"])
def test_what_is_not_approved_or_not_yet_dated_never_counts(book: Book, number: str) -> None:
    assert open_on(book, number) is None


@pytest.mark.parametrize(
    ("on", "amount"),
    [
        (day(2, 28), 0),
        (day(3, 1), 115),
        (day(3, 9), 115),
        (day(3, 10), 100),
        (day(4, 1), 100),
        (day(4, 2), 0),
    ],
)
def test_a_paid_invoice_was_open_on_earlier_days(book: Book, on: dt.date, amount: int) -> None:
    assert due_on(book, "paid", on) == amount


def test_no_later_day_than_the_last_sync_is_claimed(book: Book) -> None:
    row = open_on(book, "due 30", TODAY + dt.timedelta(days=50))
    assert row is not None
    assert (row["as_of_date"], row["days_overdue"]) == (TODAY, 30)


def test_a_deleted_payment_settles_nothing(book: Book) -> None:
    assert due_on(book, "not paid") == 115


def test_a_payment_before_its_invoice_counts_from_the_invoice_date_and_is_flagged(
    book: Book,
) -> None:
    assert due_on(book, "paid ahead", day(5, 9)) == 0
    row = open_on(book, "paid ahead", day(5, 10))
    assert row is not None
    assert (row["amount_due"], row["is_payment_before_document"]) == (60, True)


def test_settlements_of_one_day_count_together(book: Book) -> None:
    assert due_on(book, "twice in a day", day(5, 14)) == 100
    assert due_on(book, "twice in a day", day(5, 15)) == 50
    assert open_on(book, "paid at once", day(5, 10)) is None


def test_an_allocation_counts_for_both_sides_from_its_own_date(book: Book) -> None:
    assert due_on(book, "credited", day(5, 14)) == 100
    assert due_on(book, "credited", day(5, 15)) == 70
    assert due_on(book, "CN-1", day(5, 15)) == -50


def test_unused_credit_is_a_negative_row_aged_by_its_own_date_and_lessened_by_refunds(
    book: Book,
) -> None:
    row = open_on(book, "CN-1")
    assert row is not None
    assert (row["amount_due"], row["document_type"]) == (-30, "credit_note")
    assert (row["days_overdue"], row["due_date"]) == (46, None)


@pytest.mark.parametrize(
    ("number", "page"),
    [
        ("due 1", "AccountsReceivable%2FView.aspx%3FInvoiceID%3D"),
        ("CN-1", "AccountsReceivable%2FViewCreditNote.aspx%3FcreditNoteID%3D"),
    ],
)
def test_a_document_links_to_its_page_in_xero(book: Book, number: str, page: str) -> None:
    row = open_on(book, number)
    assert row is not None
    assert row["deep_link"] == (
        "https://go.xero.com/organisationlogin/default.aspx?shortcode=%21abc&redirecturl=%2F"
        f"{page}{row['document_id']}"
    )


# --- currency ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "base"),
    [
        (day(4, 1), "333.33"),  # 100 / 0.3
        (day(4, 2), "222.23"),  # less 33.33 / 0.3 = 111.10, whatever the payment's own rate
        (day(4, 3), "111.13"),
        (day(4, 4), "0.00"),  # 33.34 / 0.3 is 111.13; the rest goes, too
    ],
)
def test_settlements_take_out_of_a_document_at_its_own_rate(
    book: Book, on: dt.date, base: str
) -> None:
    assert due_in_base(book, "USD-1", on) == Decimal(base)


def test_the_latest_known_rate_shows_the_unrealised_gain(book: Book) -> None:
    early = open_on(book, "USD-1", day(4, 3))
    now = open_on(book, "USD-2")
    assert early is not None
    assert now is not None
    # 33.34 / 0.31 = 107.55 against 111.13.
    assert early["amount_due_base_revalued"] == Decimal("107.55")
    assert early["unrealised_gain_base"] == Decimal("-3.58")
    assert early["revaluation_rate_source"] == "payment of 2026-04-03"
    assert (now["revaluation_rate_source"], now["unrealised_gain_base"]) == (
        "invoice of 2026-06-01",
        0,
    )


def test_a_foreign_document_without_a_rate_is_flagged_and_not_converted(book: Book) -> None:
    row = open_on(book, "no rate")
    assert row is not None
    assert (row["amount_due"], row["amount_due_base"], row["is_rate_missing"]) == (10, None, True)
    assert [r["document_number"] for r in book.warehouse.failures("documents_without_rate")] == [
        "no rate"
    ]


# --- contacts and totals -------------------------------------------------------------------------


def test_a_merged_contact_is_one_with_its_survivor() -> None:
    book = opened()
    book.invoice("of the loser", "Old Kea", day(5, 1), due=day(5, 31), total=100)
    book.invoice("of the winner", "Kea Tours", day(6, 1), due=day(7, 1), total=50)
    book.overpayment("more", "Kea Tours", day(6, 5), total=20)
    book.build("marts.ar_aging_contacts")
    (row,) = book.rows("select * from marts.ar_aging_contacts")
    assert row["contact_name"] == "Kea Tours"
    assert (row["documents"], row["amount_due_base"]) == (3, 130)
    assert (row["overdue_base"], row["unallocated_credit_base"]) == (100, 20)
    # The overpayment is 25 days old.
    assert (row["current_base"], row["days_1_30_base"]) == (50, 80)


@pytest.fixture(scope="module")
def kinds() -> Book:
    """One document of each kind, and Xero's own word on what they add up to."""
    book = opened()
    book.invoice("INV-1", "Harbour Cafe", day(5, 1), due=day(5, 31), total=1000)
    book.credit_note("CN-1", "Harbour Cafe", day(6, 1), total=100)
    book.overpayment("over", "Harbour Cafe", day(6, 1), total=20)
    book.prepayment("pre", "Harbour Cafe", day(6, 1), total=300)
    book.trial_balance({"610": 880})
    book.build(*RECEIVABLES)
    return book


def test_xeros_view_leaves_prepayments_out_and_net_takes_them_in(kinds: Book) -> None:
    (row,) = kinds.rows("select * from marts.ar_aging_totals")
    assert (row["invoices_base"], row["credit_notes_base"]) == (1000, -100)
    assert (row["overpayments_base"], row["prepayments_base"]) == (-20, -300)
    assert (row["xero_view_base"], row["net_base"]) == (880, 580)


def test_all_five_buckets_stand_in_the_summary(kinds: Book) -> None:
    rows = kinds.rows("select * from marts.ar_aging_summary order by bucket_number")
    assert [(r["bucket"], r["documents"], r["amount_due_base"]) for r in rows] == [
        ("current", 0, 0),
        ("1-30", 4, 580),
        ("31-60", 0, 0),
        ("61-90", 0, 0),
        ("90+", 0, 0),
    ]


def test_the_history_says_what_aging_as_of_each_day_says(kinds: Book) -> None:
    for on in (day(4, 30), day(5, 31), day(6, 1), TODAY):
        history = kinds.rows(
            "select bucket, documents, amount_due_base from marts.ar_aging_history "
            "where as_of_date = ? and documents > 0 order by all",
            on,
        )
        aged = kinds.rows(
            "select bucket, count(*) as documents, sum(amount_due_base) as amount_due_base "
            "from marts.ar_aging_as_of(?) group by bucket order by all",
            on,
        )
        assert history == aged


def test_the_history_holds_400_days_and_24_month_ends(kinds: Book) -> None:
    days = {r["as_of_date"] for r in kinds.rows("from marts.ar_aging_history")}
    assert min(days) == dt.date(2024, 6, 30)
    assert {dt.date(2025, 4, 30), days_ago(400), days_ago(1), TODAY} <= days
    assert days_ago(401) not in days


# --- tie-outs ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "test",
    [
        "ar_documents_equal_xero_amount_due",
        "ar_contacts_equal_xero_balances",
        "ar_overdue_equals_xero_balances",
        "ar_total_equals_control_account",
        "ar_history_ends_at_summary",
        "documents_settled_beyond_total",
        "allocations_across_contacts",
    ],
)
def test_an_intact_book_ties_out(book: Book, kinds: Book, test: str) -> None:
    assert book.warehouse.failures(test) == []
    assert kinds.warehouse.failures(test) == []


def test_a_payment_that_was_not_read_shows_as_a_variance() -> None:
    book = opened()
    invoice = book.invoice("INV-1", "Harbour Cafe", day(5, 1), due=day(5, 31), total=100)
    invoice["amount_due"] = money(60)
    book.trial_balance({"610": 60})
    book.build(*RECEIVABLES)
    (document,) = book.warehouse.failures("ar_documents_equal_xero_amount_due")
    (control,) = book.warehouse.failures("ar_total_equals_control_account")
    for row in (document, control):
        assert (row["expected"], row["actual"], row["variance"]) == (60, 100, 40)


def balances(outstanding: int, overdue: int) -> Row:
    return {"accounts_receivable": {"outstanding": outstanding, "overdue": overdue}}


def test_contacts_tie_out_with_their_balances_at_xero() -> None:
    book = opened()
    for name, outstanding, overdue in (("Right", 90, 100), ("Wrong", 95, 80), ("Old", 1, 1)):
        book.contact(name, balances=balances(outstanding, overdue))
        invoice = book.invoice(f"INV {name}", name, day(5, 1), due=day(5, 31), total=100)
        book.credit_note(f"CN {name}", name, day(6, 1), total=10)
        # Old's balances were read before its invoice changed.
        changed = dt.timedelta(hours=1 if name == "Old" else -1)
        invoice["updated_date_utc"] = book.synced_at + changed
    book.build(*RECEIVABLES)
    (outstanding_row,) = book.warehouse.failures("ar_contacts_equal_xero_balances")
    (overdue_row,) = book.warehouse.failures("ar_overdue_equals_xero_balances")
    assert (outstanding_row["name"], outstanding_row["variance"]) == ("Wrong", -5)
    assert (overdue_row["name"], overdue_row["variance"]) == ("Wrong", 20)


def test_what_changed_while_it_was_read_is_left_to_the_next_sync() -> None:
    book = opened()
    invoice = book.invoice("INV-1", "Harbour Cafe", day(5, 1), due=day(5, 31), total=100)
    later = book.synced_at + dt.timedelta(minutes=1)
    book.payment(day(6, 1), 40, invoice="INV-1", updated_date_utc=later)
    invoice["amount_due"] = money(100)  # as it was a moment before
    book.trial_balance({"610": 100})
    book.build(*RECEIVABLES)
    assert due_on(book, "INV-1") == 60
    assert book.warehouse.failures("ar_documents_equal_xero_amount_due") == []
    assert book.warehouse.failures("ar_total_equals_control_account") == []


def test_what_is_dated_after_today_is_no_variance() -> None:
    book = opened()
    book.contact("Kiwi", balances=balances(60, 60))
    book.invoice("INV-1", "Kiwi", day(5, 1), due=day(5, 31), total=100)
    book.payment(TODAY + dt.timedelta(days=3), 40, invoice="INV-1")
    book.build(*RECEIVABLES)
    assert due_on(book, "INV-1") == 100
    for test in ("ar_documents_equal_xero_amount_due", "ar_contacts_equal_xero_balances"):
        assert book.warehouse.failures(test) == []
    assert book.warehouse.failures("ar_overdue_equals_xero_balances") == []


def test_a_credit_used_for_another_contact_is_a_finding() -> None:
    book = opened()
    book.invoice("INV-1", "Harbour Cafe", day(5, 1), total=100)
    book.credit_note("CN-1", "Kea Tours", day(5, 2), total=100)
    book.allocate(day(5, 2), 100, invoice="INV-1", credit_note="CN-1")
    book.build("marts.ar_aging_contacts")
    assert book.rows("from marts.ar_aging_contacts") == []
    (row,) = book.warehouse.failures("allocations_across_contacts")
    assert (row["credit_contact"], row["invoice_contact"]) == ("Kea Tours", "Harbour Cafe")


# --- payables ------------------------------------------------------------------------------------


def test_bills_are_positive_and_suppliers_credits_negative() -> None:
    book = opened()
    book.account("800", "Accounts payable", "CURRLIAB", system_account="CREDITORS")
    book.bill("BILL-1", "Kea Tours", day(5, 1), due=day(5, 31), total=200)
    book.payment(day(6, 1), 50, invoice="BILL-1")
    book.credit_note("SCN-1", "Kea Tours", day(6, 1), total=30, type="ACCPAYCREDIT")
    book.prepayment("deposit", "Kea Tours", day(6, 1), total=10, type="SPEND-PREPAYMENT")
    book.trial_balance({"800": -120})
    book.build("marts.ap_aging_totals", "marts.ar_aging_documents")
    (row,) = book.rows("from marts.ap_aging_totals")
    assert (row["invoices_base"], row["credit_notes_base"]) == (150, -30)
    assert (row["xero_view_base"], row["net_base"]) == (120, 110)
    assert book.rows("from marts.ar_aging_documents") == []
    assert book.warehouse.failures("ap_total_equals_control_account") == []


def test_a_bill_in_a_currency_that_got_dearer_is_an_unrealised_loss() -> None:
    book = opened()
    book.bill("BILL-1", "Kea Tours", day(5, 1), total=100, currency="USD", rate="0.5")
    book.bill("BILL-2", "Kea Tours", day(6, 1), total=40, currency="USD", rate="0.4")
    book.build("marts.ap_aging_documents")
    gains = book.rows(
        "select document_number, unrealised_gain_base from marts.ap_aging_documents order by all"
    )
    # 100 / 0.5 = 200 is 100 / 0.4 = 250 now.
    assert [r["unrealised_gain_base"] for r in gains] == [-50, 0]


# --- several organisations -----------------------------------------------------------------------


def test_each_organisation_is_aged_on_its_own_day() -> None:
    book = opened()
    other = Book("client", as_of=day(5, 31), warehouse=book.warehouse)
    for each in (book, other):
        each.invoice("INV-1", "Harbour Cafe", day(5, 1), due=day(5, 21), total=100)
    other.flush()
    book.build("marts.ar_aging_documents")
    rows = book.rows("select as_of_date, days_overdue from marts.ar_aging_documents order by all")
    assert [(r["as_of_date"], r["days_overdue"]) for r in rows] == [
        (day(5, 31), 10),
        (TODAY, 40),
    ]
