"""What is open is held against Xero's own figures; a variance names what differs."""

from __future__ import annotations

import datetime as dt

from xero_pipeline_tests.sql.book import money
from xero_pipeline_tests.sql.receivables import RECEIVABLES, TODAY, day, due_on, opened
from xero_pipeline_tests.sql.rows import Row


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


def test_money_ahead_of_its_invoice_is_in_the_control_account_before_the_invoice_is() -> None:
    """100 is open of INV-1; of tomorrow's invoice the ledger has no more than the 40 paid ahead."""
    book = opened()
    book.invoice("INV-1", "Harbour Cafe", day(5, 1), total=100)
    book.invoice("tomorrow", "Harbour Cafe", TODAY + dt.timedelta(days=1), total=90)
    book.payment(TODAY, 40, invoice="tomorrow")
    book.trial_balance({"610": 60})
    book.build(*RECEIVABLES)
    assert book.value("select xero_view_base from marts.ar_aging_totals") == 100
    assert book.warehouse.failures("ar_total_equals_control_account") == []


def test_a_due_date_that_moved_in_silence_shows_as_overdue_elsewhere() -> None:
    book = opened()
    book.contact("Kiwi", balances=balances(100, 0))
    book.invoice("INV-1", "Kiwi", day(5, 1), due=day(5, 31), total=100)
    book.build(*RECEIVABLES)
    (row,) = book.warehouse.failures("ar_overdue_equals_xero_balances")
    assert (row["expected"], row["actual"], row["variance"]) == (0, 100, 100)
